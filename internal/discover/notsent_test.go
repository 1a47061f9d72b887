package discover_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

func TestNotSent(t *testing.T) {
	t.Parallel()
	const unknown = "the service is not known to take this format"
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ x }}}\n"
	for name, tt := range map[string]struct {
		files files
		want  []result.NotSent
		rows  []string
	}{
		"texts for template engines": {
			files: files{
				"pod.yaml": pod, "a/pod.yaml.j2": pod, "b/pod.tmpl": pod, "c/main.tf.tmpl": "resource \"a\" \"{{ .x }}\" {}\n",
				"d/stack.json.erb": `{"Resources": {"A": {"Type": "AWS::S3::Bucket", "X": <%= x %>}}}`, "e/image.j2": "FROM {{ x }}\nRUN y\n",
				"f/main.tf.tftpl": "resource \"a\" \"b\" {}\n", "compose.yml.j2": "services: {a: {image: {{ x }}}}\n",
			},
			want: []result.NotSent{
				{Path: "a/pod.yaml.j2", What: "Jinja template", Why: "it is Kubernetes once a template engine has filled it in"},
				{Path: "b/pod.tmpl", What: "Go template", Why: "it is Kubernetes once a template engine has filled it in"},
				{Path: "c/main.tf.tmpl", What: "Go template", Why: "it is Terraform once a template engine has filled it in"},
				{Path: "compose.yml.j2", What: "Jinja template", Why: "it is Compose once a template engine has filled it in"},
				{Path: "d/stack.json.erb", What: "ERB template", Why: "it is CloudFormation once a template engine has filled it in"},
				{Path: "e/image.j2", What: "Jinja template", Why: "it becomes a Dockerfile once a program has filled it in"},
				{Path: "f/main.tf.tftpl", What: "Terraform template", Why: "it is Terraform once a template engine has filled it in"},
				{Path: "pod.yaml", What: "Jinja template", Why: "it is Kubernetes once a template engine has filled it in"},
			},
		},
		"other texts for template engines": {
			files: files{
				"nginx.conf.j2": "x {{ y }}\n", "_helpers.tpl": "{{ define \"a\" }}b{{ end }}\n", "a.yaml.j2": "a: {{ b }}\n", "b.yaml.j2": "a: [\n",
				"c.tf.tmpl": "# {{ x }}\n", "mail.erb": "<%= x %>\n", "d.yaml.j2": pod + " broken: [\n", "e.tf.j2": "{{ x }} {\n",
			},
		},
		"projects": {
			files: files{
				"a/serverless.yml": "service: a\nprovider: {name: aws}\nfunctions: {}\n", "b/Pulumi.yaml": "name: b\nruntime: go\n",
				"c/kustomization.yaml": "resources: [x.yaml]\n", "d/terragrunt.hcl": "inputs = {}\n", "e/main.tofu": "", "f/main.bicep": "",
			},
			want: []result.NotSent{
				{Path: "a/serverless.yml", What: "Serverless Framework project", Why: unknown}, {Path: "b/Pulumi.yaml", What: "Pulumi project", Why: unknown},
				{Path: "c/kustomization.yaml", What: "Kustomize overlay", Why: unknown}, {Path: "d/terragrunt.hcl", What: "Terragrunt configuration", Why: unknown},
				{Path: "e/main.tofu", What: "OpenTofu file", Why: unknown}, {Path: "f/main.bicep", What: "Bicep file", Why: unknown},
			},
		},
		"placeholders": {
			files: files{
				"a.yaml": manifest("<image>") + "---\n" + manifest("$(params.x)"), "b.yaml": manifest("'{name}/web'"), "c.yaml": manifest("Nginx"),
				"compose.yaml": "services:\n  a: {image: <image>}\n  b: {image: redis}\n", "compose.override.yaml": "services: {a: {command: x}}\n",
			},
			want: []result.NotSent{
				{Path: "a.yaml", What: "placeholder for an image", Why: "its value is not in the file: line 8: <image>, line 17: $(params.x)"},
				{Path: "b.yaml", What: "placeholder for an image", Why: "its value is not in the file: line 8: {name}", Image: "{name}/web"},
				{Path: "compose.yaml", What: "placeholder for an image", Why: "its value is not in the file: line 2: <image>"},
			},
			rows: []string{"image:Nginx failed:unparsable named c.yaml:8", "image:docker.io/library/redis:latest named compose.yaml:3", "iac:a.yaml", "iac:b.yaml", "iac:c.yaml"},
		},
		"names that say something else": {
			files: files{
				"docker-compose-pod.yaml": manifest("a"), "kustomization.yaml": manifest("a"), "Chart.yaml": manifest("a"), "values.yaml": manifest("a"),
				"tasks/docker-compose.yml": "- hosts: all\n  tasks: []\n", "compose.yaml": "Resources: {B: {Type: AWS::S3::Bucket}}\n",
			},
			rows: []string{
				"image:docker.io/library/a:latest named Chart.yaml:8 docker-compose-pod.yaml:8 kustomization.yaml:8 values.yaml:8",
				"iac:Chart.yaml", "iac:compose.yaml", "iac:docker-compose-pod.yaml", "iac:kustomization.yaml", "iac:tasks/docker-compose.yml", "iac:values.yaml",
			},
		},
		"files without extension": {
			files: files{"pod": manifest("a"), "broken": "apiVersion: v1\nkind: Pod\nmetadata: [\n", "README": "apiVersion and kind: [\n", "large": strings.Repeat("\x00", 70<<10)},
			rows:  []string{"image:docker.io/library/a:latest named pod:8", "iac:broken failed:unparsable", "iac:pod"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, plain(t, tt.files), discover.Options{})
			if diff := cmp.Diff(tt.want, p.NotSent); diff != "" {
				t.Errorf("not sent (-want +got):\n%s", diff)
			}
			check(t, p, tt.rows...)
		})
	}
}

// What is too large to be parsed is failed if the words of a template stand anywhere in it.
func TestLargeFiles(t *testing.T) {
	t.Parallel()
	comment := strings.Repeat("# comment\n", template.MaxSize/10+1)
	check(t, plan(t, plain(t, files{
		"data.yaml": comment + "a: b\n", "pod.yaml": "apiVersion: v1\n" + comment + "\"k\\x69nd\": Pod\n",
		"pod": comment + manifest("a"), "pod.yaml.j2": comment + manifest("a"), "large.yaml": comment[:9_000_000] + manifest("b"),
	}), discover.Options{}), "image:docker.io/library/b:latest named large.yaml:900008", "iac:large.yaml", "iac:pod.yaml failed:too-large")
}
