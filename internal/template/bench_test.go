package template

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkUnrelated sniffs 5,000 small files that no language recognises: the
// YAML and JSON of a repository of 100,000 files.
func BenchmarkUnrelated(b *testing.B) {
	yml := []byte("name: ci\non: [push]\njobs:\n" + strings.Repeat("  build:\n    steps:\n      - run: make test # kind of\n", 30))
	js := []byte(`{"name": "x", "dependencies": {` + strings.Repeat(`"left-pad": "^1.0.0", `, 80) + `"z": "1"}}`)
	for b.Loop() {
		for i := range 2500 {
			for path, content := range map[string][]byte{fmt.Sprintf("a/%d.yml", i): yml, fmt.Sprintf("a/%d.json", i): js} {
				if f, err := Parse(path, content); f != nil || err != nil {
					b.Fatal(f, err)
				}
			}
		}
	}
}

func BenchmarkTemplates(b *testing.B) {
	tf := "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x-${var.a}\"\n  versioning {\n    enabled = true\n  }\n}\n"
	for name, c := range map[string]struct{ path, content string }{
		"terraform":      {"a.tf", strings.Repeat(tf, 50)},
		"cloudformation": {"a.yaml", cfnYAML},
		"kubernetes":     {"a.yaml", manifests},
		"arm":            {"a.json", armTemplate},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(c.content)))
			for b.Loop() {
				if f, err := Parse(c.path, []byte(c.content)); f == nil || err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPlainTerraform reads for the plan what people write.
func BenchmarkPlainTerraform(b *testing.B) {
	text := []byte(strings.Join(realisticHCL()[:5], "\n"))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if PlainTerraform("a.tf", text, true) == nil {
			b.Fatal("not plain")
		}
	}
}
