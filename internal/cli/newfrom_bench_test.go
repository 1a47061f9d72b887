//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ordinary is a repository of 2,000 files: 150 Terraform files with variables,
// 60 Dockerfiles, 60 manifests, and source code, YAML and JSON beside them.
func ordinary(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	write := func(name, content string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	for i := range 150 {
		var text strings.Builder
		for n := range 10 {
			fmt.Fprintf(&text, "resource \"aws_security_group\" \"g%d\" {\n  name = \"g-${var.env}\"\n  ingress {\n    from_port = 443\n    to_port   = 443\n"+
				"    protocol  = \"tcp\"\n    cidr_blocks = [\"10.0.0.0/8\"]\n  }\n}\n", n)
		}
		write(fmt.Sprintf("infra/m%02d/f%d.tf", i/3, i%3), text.String())
		write(fmt.Sprintf("infra/m%02d/prod.tfvars", i/3), "env = \"prod\"\n")
	}
	for i := range 60 {
		write(fmt.Sprintf("services/s%02d/Dockerfile", i), fmt.Sprintf("FROM golang:1.%d AS b\nCOPY . .\nRUN go build ./...\nFROM alpine:3.%d\nCOPY --from=b /x /x\n", i%26, i%20))
		write(fmt.Sprintf("k8s/a%02d/deploy.yaml", i), fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: c\n      image: registry.example/team/a%d:1\n", i))
	}
	for i := range 1680 {
		name := fmt.Sprintf("src/p%02d/f%04d.", i%40, i)
		write(name+[]string{"go", "py", "ts", "md", "json", "yaml"}[i%6], strings.Repeat("\"key\": \"value\"\n", 100))
	}
	for _, line := range []string{"init -q -b main", "add -A", "-c user.name=A -c user.email=a@example.com commit -q -m start"} {
		if said, err := exec.Command("git", append([]string{"-C", dir}, strings.Fields(line)...)...).CombinedOutput(); err != nil {
			b.Fatalf("git %s: %v: %s", line, err, said)
		}
	}
	return dir
}

// BenchmarkNothingTouched is --new-from where the change touches no target: at
// most 100 ms, and it is compared with git's list of what changed, turn by turn.
func BenchmarkNothingTouched(b *testing.B) {
	scangate, dir := release(b, "../../cmd/scangate"), ordinary(b)
	var ours, theirs spent
	for b.Loop() {
		theirs.add(timed(b, "git", "-C", dir, "diff", "--name-only", "HEAD"))
		ours.add(timed(b, scangate, "scan", "--new-from", "HEAD", "--quiet", dir))
	}
	b.ReportMetric(float64(ours.wall.Milliseconds())/float64(b.N), "ms-nothing-touched")
	b.ReportMetric(float64(ours.wall)/float64(theirs.wall), "x-git-diff")
}
