package template

import (
	"fmt"
	"strings"
	"testing"
)

// numbered writes a format with the numbers 0 to n-1.
func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "%d", fmt.Sprint(i)))
	}
	return b.String()
}

const (
	kubeHead = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n"
	cfnHead  = `{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {`
	armHead  = `{"$schema": "https://x/deploymentTemplate.json#", "parameters": {"p": {"defaultValue": "` + "\x00" + `"}}, "resources": [`
)

// What is too large for its size in bytes is an error that says where.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, content, at string }{
		"yaml flow list":   {"a.yaml", kubeHead + "data: [" + strings.Repeat("a,", 300_000) + "a]\n", "a.yaml:5:"},
		"yaml flow map":    {"a.yaml", kubeHead + "data: {" + numbered("k%d: 1,", 200_000) + "z: 1}\n", "a.yaml:5:"},
		"yaml block list":  {"a.yaml", kubeHead + "data:\n" + strings.Repeat("- 1\n", 300_000), "a.yaml:"},
		"yaml documents":   {"a.yaml", strings.Repeat("---\n"+kubeHead, 80_000), "a.yaml:"},
		"yaml aliases":     {"a.yaml", kubeHead + "a: &a {x: 1}\ndata: [" + strings.Repeat("*a,", 300_000) + "1]\n", "a.yaml:6:"},
		"yaml merges":      {"a.yaml", kubeHead + "a: &a {" + numbered("k%d: 1,", 300) + "z: 1}\ndata:\n" + strings.Repeat("- <<: *a\n", 2000), "a.yaml:"},
		"compose":          {"compose.yaml", "services:\n" + numbered("  s%d:\n    image: x\n", 100_000), "compose.yaml:"},
		"tasks":            {"tasks/a.yml", strings.Repeat("- ansible.builtin.copy: {src: a}\n", 100_000), "tasks/a.yml:"},
		"possible":         {"a.yaml", " apiVersion: v1\n kind: Pod\n metadata: [" + strings.Repeat("a,", 300_000) + "a]\n", "a.yaml:3:"},
		"json list":        {"a.json", cfnHead + `"A": [` + strings.Repeat("1,", 300_000) + "1]}}", "a.json:1:"},
		"json maps":        {"a.json", cfnHead + `"A": [` + strings.Repeat("{},\n", 300_000) + "{}]}}", "a.json:"},
		"cloudformation":   {"a.json", cfnHead + numbered("\"B%d\": {\"Type\": \"AWS::S3::Bucket\"},\n", 100_000) + `"Z": {}}}`, "a.json:"},
		"long names":       {"a.json", cfnHead + `"` + strings.Repeat("x", 4<<20) + `": {"Type": "AWS::S3::Bucket"}}}`, "a.json:1:"},
		"arm":              {"a.json", armHead + strings.Repeat("{\"type\": \"M/s\", \"name\": \"[parameters('p')]\"},\n", 50_000) + "{}]}", "a.json:"},
		"arm, long values": {"a.json", strings.Replace(armHead, "\x00", strings.Repeat("x", 1<<18), 1) + strings.Repeat("{\"type\": \"M/s\", \"name\": \"[concat(parameters('p'))]\"},\n", 1000) + "{}]}", "a.json:"},
		"terraform json":   {"a.tf.json", `{"resource": {"aws_vpc": {` + numbered("\"b%d\": {\"a\": \"${b}\"},\n", 100_000) + `"z": {}}}}`, "a.tf.json:"},
		"variables":        {"a.tf", numbered("variable \"v%d\" {\n  default = \"x\"\n}\n", 60_000), "a.tf:"},
		"settings":         {"a.auto.tfvars", numbered("k%d = 1\n", 300_000), "a.auto.tfvars:1:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := mustFail(t, c.path, c.content)
			if !err.TooLarge || !strings.HasPrefix(err.Error(), c.at) || !strings.Contains(err.Msg, "too large to read: more than ") {
				t.Errorf("error %+v, want one at %s", err, c.at)
			}
		})
	}
}

// Texts cost by what they hold, not by their size, and large usual files are read.
func TestLargeButUsual(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path, content string
		resources     int
	}{
		"a long string":   {"a.yaml", kubeHead + "data: '" + strings.Repeat("- [a, b]: ", 400_000) + "'\n", 1},
		"a block scalar":  {"a.yaml", kubeHead + "data:\n  a: |\n" + strings.Repeat("    {\"a\": [1, 2]},\n", 200_000), 1},
		"comments":        {"a.yaml", kubeHead + strings.Repeat("# a: [b, c]\n", 300_000), 1},
		"blank lines":     {"a.yaml", kubeHead + strings.Repeat("\n", 4<<20) + "b: c\n", 1},
		"manifests":       {"a.yaml", numbered("---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web%d\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        image: docker.io/library/nginx:1.27\n", 6_000), 6_000},
		"a stack in JSON": {"a.json", cfnHead + numbered("\"B%d\": {\"Type\": \"AWS::S3::Bucket\", \"Properties\": {\"BucketName\": \"b-%d\", \"VersioningConfiguration\": {\"Status\": \"Enabled\"}}},\n", 8_000) + `"Z": {"Type": "AWS::S3::Bucket"}}}`, 8_001},
		"a stack":         {"a.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources:\n" + numbered("  B%d:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: b-%d\n", 7_000), 7_000},
		"settings":        {"a.tf", numbered("module \"m%d\" {\n  source = \"./m\"\n  name   = \"m-${var.env}-%d\"\n  tags = {\n    Name = \"m%d\"\n  }\n}\n", 5_000), 5_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if f := mustParse(t, c.path, c.content); len(f.Resources) != c.resources {
				t.Errorf("%d resources, want %d", len(f.Resources), c.resources)
			}
		})
	}
}

// A file that is something else gives back what reading it took, so that the others of
// its folder are read.
func TestBudgetOfAFolder(t *testing.T) {
	t.Parallel()
	var files []RawFile
	for i := range 20 {
		files = append(files, RawFile{fmt.Sprintf("a%d.yaml", i), []byte(" kind: apiVersion\n data: [" + strings.Repeat("a,", 50_000) + "]\n")})
	}
	files = append(files, RawFile{"k.yaml", []byte(kubeHead)})
	got := ParseFolder(files)
	if last := got[len(got)-1]; last.Err != nil || last.File == nil {
		t.Errorf("the last file: %+v", last)
	}
}
