//go:build heavy && unix

package cli_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// numbered repeats a format with the numbers from 0, up to size bytes.
func numbered(format string, size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(strings.ReplaceAll(format, "%d", fmt.Sprint(i)))
	}
	return b.String()
}

// repeated repeats a text up to size bytes.
func repeated(text string, size int) string { return strings.Repeat(text, size/len(text)) }

// shape is a tree with one file that is hard to read.
type shape struct {
	files map[string]string
	code  int
	// said is part of the reason of the failed row, where there is one.
	said string
}

// shapes are as large as they may be for their kind, or as large as is still read.
func shapes() map[string]shape {
	const (
		mb    = 1 << 20
		pod   = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\n"
		stack = `{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"T": `
		topic = "resource \"aws_sns_topic\" \"t\" {\n  kms_master_key_id = \"x\"\n}\n"
		ends  = "}}}}"
		large = "too large to" // the verdict line is cut
	)
	one := func(name, content string, code int, said string) shape {
		return shape{map[string]string{name: content}, code, said}
	}
	values := func(name, content string, said string) shape {
		return shape{map[string]string{"main.tf": topic, name: content}, 3, said}
	}
	return map[string]shape{
		"yaml flow list":     one("a.yaml", pod+"data: ["+repeated("1,", 8*mb)+"1]\n", 3, "a.yaml:4:"),
		"yaml flow map":      one("a.yaml", pod+"data: {"+numbered("k%d: 1,", 8*mb)+"z: 1}\n", 3, "a.yaml:4:"),
		"yaml aliases":       one("a.yaml", pod+"a: &a {x: 1}\ndata: ["+repeated("*a,", 8*mb)+"*a]\n", 3, "a.yaml:5:"),
		"yaml deep":          one("a.yaml", pod+"data: "+strings.Repeat("[", 4*mb)+strings.Repeat("]", 4*mb)+"\n", 3, "a.yaml:4:"),
		"yaml comment":       one("a.yaml", repeated("# a: [b, c]\n", 9*mb)+pod, 0, ""),
		"yaml one comment":   one("a.yaml", "# "+repeated("x", 9*mb)+"\n"+pod, 0, ""),
		"yaml string":        one("a.yaml", pod+"data: '"+repeated("[a, b]: ", 9*mb)+"'\n", 0, ""),
		"yaml block scalar":  one("a.yaml", pod+"data:\n  a: |\n"+repeated("    {\"a\": [1, 2]},\n", 9*mb), 0, ""),
		"yaml blank lines":   one("a.yaml", strings.Repeat("\n", 10*mb)+pod, 0, ""),
		"compose image":      one("compose.yaml", "services:\n  a:\n    image: '"+repeated("${A:-x}", 8*mb)+"'\n", 3, "compose.yaml:3:"),
		"compose services":   one("compose.yaml", "services:\n"+numbered("  s%d:\n    image: nginx:1.%d\n", 9*mb/10), 3, "compose.yaml:10002:"),
		"compose chain":      one("compose.yaml", "services:\n  s0: {image: nginx}\n"+chain(9*mb/10), 3, "compose.yaml:5002:"),
		"compose volumes":    one("compose.yaml", "services:\n  a:\n    volumes:\n"+numbered("    - {type: image, source: 'a:%d'}\n", 9*mb/10), 3, "compose.yaml:5004:"),
		"base images":        one("Dockerfile", numbered("FROM a:%d\n", mb/2), 3, "Dockerfile:5001:"),
		"json resources":     one("a.json", `{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {`+numbered("\"B%d\": {\"Type\": \"AWS::S3::Bucket\", \"Properties\": {\"BucketName\": \"my-bucket-%d\", \"VersioningConfiguration\": {\"Status\": \"Enabled\"}}},\n", 9*mb/10)+`"Z": {"Type": "AWS::S3::Bucket"}}}`, 0, ""),
		"json list":          one("a.json", stack+"["+repeated("1,", 8*mb)+"1]"+ends, 3, "a.json:1:"),
		"json map":           one("a.json", stack+"{"+numbered(`"k%d":1,`, 8*mb)+`"z":1}`+ends, 3, "a.json:1:"),
		"json deep":          one("a.json", stack+strings.Repeat("[", 4*mb)+strings.Repeat("]", 4*mb)+ends, 3, "a.json:1:"),
		"json string":        one("a.json", stack+`"`+repeated("x", 9*mb)+`"`+ends, 0, ""),
		"json blank lines":   one("a.json", stack+strings.Repeat("\n", 9*mb)+"1"+ends, 0, ""),
		"hcl blank lines":    one("a.tf", topic+strings.Repeat("\n", 10*mb), 0, ""),
		"hcl comment":        one("a.tf", "/*"+repeated("x", 9*mb)+"*/\n"+topic, 0, ""),
		"hcl resources":      one("a.tf", numbered("resource \"aws_s3_bucket\" \"b%d\" {\n  bucket = \"b-${var.env}-%d\"\n  tags = {\n    Name = \"b%d\"\n  }\n}\n", mb/2), 0, ""),
		"hcl more resources": one("a.tf", numbered("resource \"aws_sns_topic\" \"t%d\" {\n  name = \"x\"\n}\n", 2*mb), 3, large),
		"variables":          one("a.tf", numbered("variable \"v%d\" {\n  default = \"x\"\n}\n", 2*mb), 3, large),
		"tfvars":             values("a.auto.tfvars", numbered("k%d = 1\n", 8*mb), large),
		"tf.json":            one("a.tf.json", `{"resource": {"aws_sns_topic": {`+numbered("\"t%d\": {\"name\": \"x-${var.a}\"},\n", 2*mb)+`"z": {}}}}`, 3, large),
		"stages":             one("Dockerfile", numberedStages(20_000), 0, ""),
	}
}

// chain is services that extend each other, up to size bytes.
func chain(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "  s%d: {extends: s%d}\n", i+1, i)
	}
	return b.String()
}

// numberedStages is a Dockerfile whose stages begin where the one before ends.
func numberedStages(n int) string {
	var b strings.Builder
	b.WriteString("FROM alpine:3.20 AS s0\n")
	for i := range n - 1 {
		fmt.Fprintf(&b, "FROM s%d AS s%d\n", i, i+1)
	}
	return b.String()
}

// Whatever a file holds, a whole run with the embedded endpoint takes at most 64 MB and 8
// times its size. What would take more is a failed row that says where and why.
func TestMemoryOfOneFile(t *testing.T) { //nolint:paralleltest // one after the other takes less memory
	for name, s := range shapes() { //nolint:paralleltest // see above
		t.Run(name, func(t *testing.T) { checkShape(t, s) })
	}
}

func checkShape(t *testing.T, s shape) {
	t.Helper()
	dir := treeOf(t, s.files)
	size := 0
	for _, content := range s.files {
		size += len(content)
	}
	v := measure(t, nil, "scan", "--endpoint", "embedded", "-q", "--no-progress", "--timeout", "5m", "--fail-on", "none",
		"-o", "junit="+filepath.Join(t.TempDir(), "j.xml"), dir)
	limit := int64(64<<20 + 8*size)
	t.Logf("%d MB: %v, %d MB of memory of at most %d MB", size>>20, v.took.Round(time.Millisecond), v.peak>>20, limit>>20)
	if v.code != s.code || !strings.Contains(v.said, s.said) {
		t.Errorf("exit %d, want %d and %q: %s", v.code, s.code, s.said, v.said)
	}
	if v.peak > limit {
		t.Errorf("%d MB of memory, want at most %d MB", v.peak>>20, limit>>20)
	}
}
