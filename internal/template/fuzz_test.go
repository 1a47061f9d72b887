package template

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// checkParse checks what every parser promises: no panic, the same outcome each
// time, and line numbers within the file.
func checkParse(t *testing.T, path string, content []byte) {
	t.Helper()
	f, err := Parse(path, content)
	again, err2 := Parse(path, content)
	if !reflect.DeepEqual(f, again) || fmt.Sprint(err) != fmt.Sprint(err2) {
		t.Fatalf("%s: two outcomes: %+v %v, %+v %v", path, f, err, again, err2)
	}
	last := bytes.Count(plainText(content), []byte("\n")) + 1
	var serr *tree.SyntaxError
	if errors.As(err, &serr) && (serr.Line < 1 || serr.Path != path || serr.Msg == "") {
		t.Fatalf("error without a position or message: %+v", serr)
	}
	if err == nil && f != nil {
		checkFile(t, f, last)
	}
}

func checkFile(t *testing.T, f *File, last int) {
	t.Helper()
	for _, r := range f.Resources {
		checkRange(t, r.Range, last)
		if r.Body == nil || r.Type == "" {
			t.Fatalf("resource without a body or type: %+v", r)
		}
		budget := 10_000
		checkNode(t, r.Body, last, &budget)
	}
	for _, i := range f.Images {
		checkRange(t, i.Block, last)
		checkRange(t, result.Range{Start: i.Line, End: i.Line}, last)
	}
}

func checkNode(t *testing.T, n *tree.Node, last int, budget *int) {
	t.Helper()
	if *budget--; *budget < 0 {
		return
	}
	checkRange(t, n.Range, last)
	for _, item := range n.Items {
		checkNode(t, item, last, budget)
	}
	for _, e := range n.Entries {
		checkRange(t, result.Range{Start: e.Line, End: e.Line}, last)
		checkNode(t, e.Value, last, budget)
	}
}

func checkRange(t *testing.T, r result.Range, last int) {
	t.Helper()
	if r.Start < 1 || r.End < r.Start || r.End > last {
		t.Fatalf("range %v in a file of %d lines", r, last)
	}
}

func FuzzTerraform(f *testing.F) {
	f.Add([]byte("variable \"a\" { default = [1, {b = \"x\"}] }\nlocals { l = var.a }\nresource \"a\" \"b\" {\n  c = <<EOT\n{\"a\": \"${var.x}\"}\nEOT\n  d { e = local.l }\n}\n"))
	f.Add([]byte("data \"a\" \"b\" {\n  x = jsonencode({a = \"${b}-%{ if c }d%{ endif }\"})\n y = a ? -b : !c }"))
	f.Add([]byte("module \"m\" {\n  dynamic \"x\" {\n    content {}\n  }\n}\r\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		checkParse(t, "a.tf", content)
		checkParse(t, "a.tfvars", content)
	})
}

func FuzzTerraformJSON(f *testing.F) {
	f.Add([]byte(`{"resource": {"a": {"b": [{"c": "${var.x}"}, {}]}}, "variable": {"x": {"default": {"y": 1}}}, "locals": {"l": "%{ if a }"}}`))
	f.Add([]byte("{\"data\": [{\"a\": {\"b\": {}}}], \"module\": {\"m\":\n{}}}"))
	f.Fuzz(func(t *testing.T, content []byte) {
		checkParse(t, "a.tf.json", content)
		checkParse(t, "a.tfvars.json", content)
	})
}

func FuzzYAML(f *testing.F) {
	f.Add([]byte(cfnYAML))
	f.Add([]byte(manifests))
	f.Add([]byte("- hosts: all\n  tasks:\n    - block:\n      - ec2: name=x\n"))
	f.Add([]byte("-\n  name: x\n  apt: {name: y}\n"))
	f.Add([]byte("apiVersion: v1\nkind: Pod\nmetadata: &a {<<: *a, b: [*a]}\n"))
	f.Add([]byte("apiVersion: v1\nkind: PodList\nmetadata: {}\nhelm: {values: |\n  image: {repository: a, tag: b}\n, parameters: [{name: image.tag, value: c}]}\nitems: [{metadata: {}, valuesContent: \"x: [\"}]\n"))
	f.Add([]byte("apiVersion: v1\nkind: BuildConfig\nmetadata: {}\nspec: {source: {dockerfile: |\n  FROM a AS b\n}, images: [{name: a, newName: b}], from: {kind: DockerImage, name: c}}\n"))
	f.Add([]byte("- docker_container: {image: '{{ item.a }}'}\n  loop: [{a: b}, c]\n- local_action: docker_image name=x tag={{ item }}\n  with_items: [1]\n  args: {a: b}\n"))
	f.Add([]byte("releases: [{name: a, chart: b}]\ncontainerDefinitions: [{image: c}]\ntype: Microsoft.ContainerInstance/x\nproperties: {containers: [{properties: {image: d}}]}\n"))
	f.Add([]byte("x: &b {image: $A}\nservices:\n  a: {<<: *b, build: .}\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, path := range []string{"a.yaml", "roles/r/tasks/main.yml", "compose.yaml", "c/templates/a.yaml", "a.template"} {
			checkParse(t, path, content)
		}
	})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(armTemplate))
	f.Add([]byte(`{"AWSTemplateFormatVersion": 1, "Parameters": {"P": {"Default": "x"}}, "Resources": {"A": {"Type": "AWS::X", "Properties": {"a": {"Fn::Sub": "${P}"}, "b": {"Fn::Join": ["", [1, 2]]}}}}}`))
	f.Add([]byte(`{"apiVersion": "v1", "kind": "Pod", "metadata": {}, "spec": {"containers": [{"image": "a"}]}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		checkParse(t, "a.json", content)
	})
}
