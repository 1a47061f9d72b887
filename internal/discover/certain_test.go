package discover

import "testing"

// A report of an earlier run is replaced at such a path, and a target is not.
func TestNamesTarget(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"net/main.tf": true, "MAIN.TF": true, "a.tf.json": true, "a.tfvars": true, "pod.yaml": true, "pod.yml": true, "a.bicep": true,
		"main.tf.j2": true, "pod.yaml.tpl": true, "Dockerfile": true, "Dockerfile.prod": true, "api.dockerfile": true, "Dockerfile.j2": true,
		"r.json": false, "r.sarif": false, "gl-sast-report.json": false, "junit.xml": false, "a.md": false, "a.html": false, "a.csv": false,
		"scangate.env": false, "report": false, "README": false, "a.txt": false, "a.out": false, "/proj.tf/r.json": false,
	} {
		if got := NamesTarget(name); got != want {
			t.Errorf("NamesTarget(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestHoldsTemplate(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]bool{
		`{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"B": {"Type": "AWS::S3::Bucket"}}}`:  true,
		`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}`:                               true,
		`{"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": []}`: false,
		`{"format": 1, "tool": {"name": "scangate"}}`:                                                  false,
		`[]`: false, ``: false,
	} {
		if got := HoldsTemplate("a.json", []byte(content)); got != want {
			t.Errorf("HoldsTemplate(%s) = %v, want %v", content, got, want)
		}
	}
}
