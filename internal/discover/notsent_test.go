package discover_test

import (
	"slices"
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
				{Path: "c/kustomization.yaml", What: "Kustomize overlay", Why: unknown + "; --render kustomize scans what it renders"}, {Path: "d/terragrunt.hcl", What: "Terragrunt configuration", Why: unknown},
				{Path: "e/main.tofu", What: "OpenTofu file", Why: unknown}, {Path: "f/main.bicep", What: "Bicep file", Why: unknown},
			},
		},
		"one project in a folder": {
			files: files{
				"helmfile.yaml.gotmpl": "{{ x }}\nreleases:\n- {name: a, chart: b}\n", "helmfile.d/a.yaml": "releases:\n- {name: a, chart: b}\n{{ if x }}\n{{ end }}\n",
				"helmfile.d/b.yaml": "x: 1\n---\nhelmfiles: [c]\n", "helmfile.d/values.yaml": "a: 1\n", "h/infra.yaml": "releases:\n- {name: a, chart: b}\n",
				"p/a.pkr.hcl": "source \"x\" \"y\" {}\n", "p/b.pkr.hcl": "build {}\n", "p/old.json": `{"builders": [{"type": "amazon-ebs"}]}`,
				"t/spec.json": `{"apiVersion": "tanka.dev/v1alpha1", "kind": "Environment", "metadata": {}}`, "t/main.jsonnet": "{ apiVersion: 'tanka.dev/v1alpha1' }\n",
			},
			want: []result.NotSent{
				{Path: "h/infra.yaml", What: "Helmfile project", Why: unknown}, {Path: "helmfile.d/a.yaml", What: "Helmfile project", Why: unknown},
				{Path: "helmfile.yaml.gotmpl", What: "Helmfile project", Why: unknown},
				{Path: "p/a.pkr.hcl", What: "Packer template", Why: unknown}, {Path: "p/old.json", What: "Packer JSON template", Why: unknown},
				{Path: "t/main.jsonnet", What: "Tanka environment", Why: unknown},
			},
		},
		"further tools": {
			files: files{
				"cdk/cdk.json": `{"app": "npx ts-node x.ts"}`, "cdktf/cdktf.json": `{"language": "go", "app": "go run ."}`, "a/app.nomad": "job \"a\" {\n  [[ x ]]\n}\n",
				"b/app.nomad.hcl": "job \"a\" {}\n", "c/job.hcl": "/* x */ job /* y */ \"a\" {\n  group \"g\" {}\n}\n", "d/job.json": `{"Job": {"TaskGroups": []}}`,
				"g/a.tfcomponent.hcl": "component \"a\" {}\n", "g/b.tfdeploy.hcl": "deployment \"a\" {}\n", "h/serverless.yml": "service: a\nprovider: {name: aws}\nresources: {}\n",
				"i/aci.yaml":               "type: Microsoft.ContainerInstance/containerGroups\nproperties:\n  containers:\n  - {name: a, properties: {image: 'acme/aci:1'}}\n",
				"copilot/web/manifest.yml": "name: web\ntype: Backend Service\nimage: {location: 'acme/copilot:1'}\nsidecars: {a: {image: 'acme/side:1'}}\n", "j/manifest.yml": "type: Service\na: [\n",
				"waypoint.hcl": "project = \"x\"\napp \"y\" {}\n", "e/web.jsonnet": "{ apiVersion: 'v1', kind: 'Pod' }\n",
				"f/task.json": `{"family": "a", "containerDefinitions": [{"name": "c", "image": "redis:5"}, {"name": "d", "image": "<IMAGE>"}]}`,
			},
			want: []result.NotSent{
				{Path: "a/app.nomad", What: "Nomad job", Why: unknown}, {Path: "b/app.nomad.hcl", What: "Nomad job", Why: unknown},
				{Path: "c/job.hcl", What: "Nomad job", Why: unknown}, {Path: "cdk/cdk.json", What: "AWS CDK project", Why: unknown},
				{Path: "cdktf/cdktf.json", What: "CDK for Terraform project", Why: unknown}, {Path: "copilot/web/manifest.yml", What: "AWS Copilot manifest", Why: unknown}, {Path: "d/job.json", What: "Nomad job in JSON", Why: unknown},
				{Path: "e/web.jsonnet", What: "Jsonnet manifest", Why: unknown}, {Path: "f/task.json", What: "ECS task definition", Why: unknown},
				{Path: "g/a.tfcomponent.hcl", What: "Terraform stack", Why: unknown},
				{Path: "h/serverless.yml", What: "Serverless Framework project", Why: unknown}, {Path: "i/aci.yaml", What: "Azure container group", Why: unknown},
				{Path: "waypoint.hcl", What: "Waypoint project", Why: unknown},
			},
			rows: []string{
				"image:docker.io/acme/aci:1 named i/aci.yaml:4", "image:docker.io/acme/copilot:1 named copilot/web/manifest.yml:3", "image:docker.io/acme/side:1 named copilot/web/manifest.yml:4",
				"image:docker.io/library/redis:5 named f/task.json:1",
			},
		},
		"ordinary files with such words and names": {
			files: files{
				"cdk.json": "{}", "cdktf.json": "[]", "a.hcl": "job = 1\n", "x.nomad": "# no jobs\n", "b.json": `{"builders": {"type": 1}}`, "c.json": `{"builders": [`,
				"d.yaml": "releases:\n- {name: a}\nchart: x\n", "e.yaml": "releases: [\nchart: x\n", "f.jsonnet": "{ kind: 'x' }\n", "g.libsonnet": "{ apiVersion: 'v1', kind: 'Pod' }\n",
				"h.json": `{"TaskGroups": []}`, "i.json": `{"containerDefinitions": []}`, "helmfile.yaml": "a: 1\n", "helmfile.d/README.md": "releases:\n", "waypoint.hcl": "x = 1\n",
				".gitlab-ci.yml": "job:\n  script: x\n",
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
		"manifests beside the words of other tools": {
			files: files{
				"a.yaml": "apiVersion: tanka.dev/v1alpha1\nkind: Environment\nmetadata: {}\n---\n" + manifest("a"), "helmfile.yaml": manifest("b") + "# releases\n---\n- [\n",
				"c.json": `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "Job": {"TaskGroups": []}, "builders": [{"type": "x"}], "spec": {"containers": [{"image": "c"}]}}`,
				"d.yaml": "releases: [{name: a, chart: b}]\n---\n" + manifest("d"), "containerDefinitions.yaml": "containerDefinitions: [{image: x}]\n---\n" + manifest("e"),
			},
			rows: []string{
				"image:docker.io/library/a:latest named a.yaml:12", "image:docker.io/library/c:latest named c.json:1", "image:docker.io/library/d:latest named d.yaml:10", "image:docker.io/library/e:latest named containerDefinitions.yaml:10",
				"iac:a.yaml", "iac:c.json", "iac:containerDefinitions.yaml", "iac:d.yaml", "iac:helmfile.yaml failed:unparsable",
			},
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
		"bake files of other names": {
			files: files{
				"build.hcl": "target \"a\" {\n  dockerfile = \"A.x\"\n}\n", "A.x": "FROM acme/x:1\n", "policy.hcl": "target \"a\" {\n  value = 1\n}\n", "nested.hcl": "scaling \"x\" {\n  target \"a\" {\n    args = 1\n  }\n}\n",
			},
			rows: []string{"dockerfile:A.x", "image:docker.io/acme/x:1 from A.x:1"},
		},
		"Compose in JSON": {
			files: files{"stack.json": `{"services": {"a": {"image": "a:1"}}}`, "other.json": `{"services": {"a": {"image": "a:1", "kind": 1}}}`, "broken.json": `{"services": {"image": [`},
			rows:  []string{"image:docker.io/library/a:1 named stack.json:1"},
		},
		"stacks of macros": {
			files: files{
				"a.yaml": "Transform: {Name: AWS::Include, Parameters: {Location: 's3://a/b'}}\n", "b.yaml": "Resources:\n  Fn::Transform: {Name: AWS::Include}\n", "c.yaml": "Resources:\n  A: !Rain::Include x.yaml\n",
				"d.yaml": "Resources:\n  A: {Name: a::b}\n",
			},
			rows: []string{"iac:a.yaml", "iac:b.yaml", "iac:c.yaml"},
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

// Compose reads no override alone: that a Dockerfile or a variable is missing there is not a
// failure. What exists is scanned, and the file is counted once.
func TestLoneOverride(t *testing.T) {
	t.Parallel()
	const override = "services:\n  a: {build: ./gone/a}\n  b: {build: ./gone/b, image: 'acme/b:$NOPE'}\n  c: {image: 'acme/c:$NOPE'}\n  d: {build: ./here}\n  e: {image: 'redis:7'}\n"
	const listed = "x/docker-compose.override.yml: Compose override file: Compose reads it only beside a compose.yaml or docker-compose.yaml, and its folder has neither; what can be resolved in it is scanned"
	found := []string{"dockerfile:x/here/Dockerfile", "image:docker.io/library/alpine:latest from x/here/Dockerfile:1", "image:docker.io/library/redis:7 named x/docker-compose.override.yml:6", "image:x/d skipped:built-here named x/docker-compose.override.yml:5"}
	alone := files{"x/docker-compose.override.yml": override, "x/here/Dockerfile": "FROM alpine\n"}
	p := plan(t, plain(t, alone), discover.Options{})
	check(t, p, found...)
	if diff := cmp.Diff([]string{listed}, notSent(p)); diff != "" {
		t.Error(diff)
	}
	alone[".env"] = "COMPOSE_FILE=x/stack.yml:x/docker-compose.override.yml\nNOPE=1\n"
	alone["x/stack.yml"] = "services: {e: {image: 'redis:6'}}\n"
	p = plan(t, plain(t, alone), discover.Options{})
	found = append(found, "image:docker.io/acme/c:1 named x/docker-compose.override.yml:4", "image:x/a failed:unreadable named x/docker-compose.override.yml:2", "image:x/b failed:unreadable named x/docker-compose.override.yml:3")
	slices.Sort(found)
	check(t, p, found...)
	if got := notSent(p); len(got) > 0 {
		t.Errorf("a listed override is not sent: %q", got)
	}
}
