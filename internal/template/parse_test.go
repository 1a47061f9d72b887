package template

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

func TestCandidate(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"main.tf": true, "a/b.tf.json": true, "x.tfvars": true, "x.auto.tfvars.json": true, "a.yaml": true, "A.YML": true,
		"t.json": true, "stack.template": true, "m.bicep": true, "terragrunt.hcl": true, "a/Kustomization": true, "x.tofu": true,
		"x.tofu.json": true, "azuredeploy.jsonc": true, "live/root.hcl": true, "deploy/pod": true,
		".yaml": true, "README.md": false, "main.go": false, ".gitignore": false, "LICENSE.txt": false,
		"a.yaml.j2": false, "terraform.tfstate": false,
	} {
		if got := Candidate(path); got != want {
			t.Errorf("Candidate(%q) = %v", path, got)
		}
	}
}

func TestParseIgnoresOtherFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, content string }{
		"github workflow":           {".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    runs-on: x\n"},
		"broken yaml":               {"a.yaml", "a: [\n"},
		"broken json":               {"a.json", `{"a":`},
		"package.json":              {"package.json", `{"name":"x","kind":"y"}`},
		"empty":                     {"a.yaml", ""},
		"kubeconfig":                {"kubeconfig.yaml", "apiVersion: v1\nkind: Config\nmetadata: {}\nclusters: []\n"},
		"skaffold":                  {"skaffold.yaml", "apiVersion: skaffold/v2beta29\nkind: Config\nmetadata:\n  name: x\n"},
		"kind cluster":              {"kind.yaml", "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nmetadata: {}\n"},
		"backstage":                 {"catalog-info.yaml", "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: x\n"},
		"no metadata":               {"audit.yaml", "apiVersion: x.io/v1\nkind: Policy\nrules: []\n"},
		"version is a number":       {"grafana.yaml", "apiVersion: 1\nkind: x\nmetadata: {}\n"},
		"codedeploy appspec":        {"appspec.yml", "version: 0.0\nResources:\n  - S:\n      Type: AWS::ECS::Service\n"},
		"a script":                  {"deploy", "#!/bin/sh\nkubectl apply -f - <<X\napiVersion: v1\nkind: Pod\nmetadata: [\nX\n"},
		"prose":                     {"README", "Deploy this: it has\napiVersion: v1\nkind: Pod\n"},
		"all in actions":            {"d.yaml", "{{/*\napiVersion: v1\nkind: Pod\nmetadata: [\n*/}}\n# none\n"},
		"variables of packer":       {"img.pkrvars.hcl", "region = \"a\"\n"},
		"terraform lock file":       {".terraform.lock.hcl", "# terraform\nprovider \"a\" {}\n"},
		"other hcl":                 {"policy.hcl", "include = [\n"},
		"empty kustomization":       {"kustomization.yaml", "# none\n"},
		"list named Chart.yaml":     {"Chart.yaml", "- a\n"},
		"workflow with services":    {"ci.yml", "service: x\nprovider: [a]\nfunctions: 1\n"},
		"vars anywhere":             {"config/vars/main.yml", "a: b\n"},
		"list in a task folder":     {"ci/tasks/list.yml", "- name: a\n- name: b\n"},
		"strings as tasks":          {"ci/tasks/list.yml", "- a\n- b\n"},
		"two modules in a task":     {"x/tasks/main.yml", "- name: a\n  foo: 1\n  bar: 2\n"},
		"kubernetes in a list":      {"x.yaml", "- apiVersion: v1\n  kind: Pod\n  metadata: {name: x}\n"},
		"compose name, no services": {"docker-compose.yml", "version: '3'\nvolumes: {}\n"},
		"services of a pipeline":    {"ci.yml", "services:\n  a:\n    image: nginx\nsteps: []\n"},
		"services of a chart":       {"values.yaml", "services:\n  a:\n    image: nginx\n    replicaCount: 1\n"},
		"services without an image": {"services.yaml", "services:\n  a: {command: x}\n# image: x\n"},
		"other suffix":              {"notes.txt", "AWSTemplateFormatVersion: 1"},
		"cfn schema":                {"schema.json", `{"properties":{"AWSTemplateFormatVersion":{}, "Resources":{}}}`},
		"arm ui":                    {"createUiDefinition.json", `{"$schema":"https://x/CreateUIDefinition.MultiVm.json#","x":"deploymentTemplate.json"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := Parse(c.path, []byte(c.content))
			if f != nil || err != nil {
				t.Errorf("Parse = %+v, %v; want nil, nil", f, err)
			}
		})
	}
}

func TestParseRoles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path, content string
		role          Role
		framework     result.Framework
		what          string
	}{
		"bicep":                {"a.bicep", "x", RoleUnsupported, ARM, "Bicep file"},
		"terragrunt":           {"a/terragrunt.hcl", "{", RoleUnsupported, Terraform, "Terragrunt configuration"},
		"tofu":                 {"a.tofu", "", RoleUnsupported, Terraform, "OpenTofu file"},
		"chart":                {"c/Chart.yaml", "apiVersion: v2\nname: x\n", RoleUnsupported, Kubernetes, "Helm chart"},
		"kustomization":        {"k/kustomization.yaml", "resources: []\n", RoleUnsupported, Kubernetes, "Kustomize overlay"},
		"kustomize by version": {"k/x.yaml", "apiVersion: kustomize.config.k8s.io/v1\nkind: Kustomization\n", RoleUnsupported, Kubernetes, "Kustomize overlay"},
		"name of kustomize":    {"kustomization.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", RoleTemplate, Kubernetes, "Kubernetes"},
		"name of a chart":      {"Chart.yaml", "name: x\nAWSTemplateFormatVersion: 2010-09-09\n", RoleTemplate, CloudFormation, ""},
		"name of values":       {"values.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", RoleTemplate, Kubernetes, ""},
		"playbook, as compose": {"tasks/docker-compose.yml", "- hosts: all\n  tasks: []\n", RoleTemplate, Ansible, ""},
		"no extension":         {"deploy/pod", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", RoleTemplate, Kubernetes, ""},
		"yaml named json":      {"pod.json", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", RoleTemplate, Kubernetes, ""},
		"as terraform":         {"pod.tf.json", `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}`, RoleTemplate, Kubernetes, ""},
		"as variables":         {"x.tfvars.json", `{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}`, RoleTemplate, CloudFormation, ""},
		"arm, jsonc":           {"azuredeploy.jsonc", "// c\n{\"$SCHEMA\": \"https://x/DeploymentTemplate.json#\", \"resources\": [],}", RoleTemplate, ARM, ""},
		"arm, escaped":         {"a.json", `{"\u0024schema": "https:\/\/x\/deploymentT\u0065mplate.json#"}`, RoleTemplate, ARM, ""},
		"cfn of others":        {"a.yaml", "Resources: {A: {Type: Datadog::Monitors::Monitor}}\n", RoleTemplate, CloudFormation, ""},
		"cfn, for each":        {"a.yaml", "Resources:\n  Fn::ForEach::X: [Y, [a], {'B${Y}': {Type: AWS::S3::Bucket}}]\n", RoleTemplate, CloudFormation, ""},
		"cfn, escaped":         {"a.yaml", "\"Resou\\x72ces\":\n  B: {Type: \"AWS\\u003a\\u003AS3::Bucket\"}\n", RoleTemplate, CloudFormation, ""},
		"cfn, folded key":      {"a.yaml", "? \"Resou\\\n    rces\"\n: B: {Type: AWS::S3::Bucket}\n", RoleTemplate, CloudFormation, ""},
		"k8s, base64 keys":     {"a.yaml", "apiVersion: v1\n!!binary a2luZA==: Pod\nmetadata: {name: a}\n", RoleTemplate, Kubernetes, ""},
		"compose by content":   {"stack.yml", "services:\n  a:\n    image: nginx\n  b:\nx-y: 1\n", RoleCompose, Compose, "Compose"},
		"vault":                {"group_vars/all.yml", "$ANSIBLE_VAULT;1.1;AES256\n61\n", RoleUnsupported, Ansible, "vaulted Ansible file"},
		"serverless":           {"api/serverless.yml", "service: api\nprovider: {name: aws}\nfunctions: {a: {handler: b}}\n", RoleUnsupported, CloudFormation, "Serverless Framework project"},
		"pulumi":               {"Pulumi.yaml", "name: x\nruntime: go\n", RoleUnsupported, "", "Pulumi project"},
		"terraform plan":       {"plan.json", `{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{}}`, RoleUnsupported, Terraform, "Terraform plan"},
		"terragrunt root":      {"live/root.hcl", "remote_state {\n  backend = \"s3\"\n}\n", RoleUnsupported, Terraform, "Terragrunt configuration"},
		"not helm":             {"c/templates/d.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: \"{{ $labels }}\"\n", RoleTemplate, Kubernetes, ""},
		"tfvars":               {"prod.tfvars", "a = 1\n", RoleHelper, Terraform, ""},
		"tfvars json":          {"prod.tfvars.json", `{"a": 1}`, RoleHelper, Terraform, ""},
		"group vars":           {"inv/group_vars/all.yml", "a: b\n", RoleHelper, Ansible, ""},
		"role defaults":        {"roles/web/defaults/main.yml", "a: b\n", RoleHelper, Ansible, ""},
		"empty terraform":      {"a.tf", "", RoleTemplate, Terraform, ""},
		"cfn by version":       {"a.template", "AWSTemplateFormatVersion: 2010-09-09\n", RoleTemplate, CloudFormation, ""},
		"sam":                  {"a.yaml", "Transform: AWS::Serverless-2016-10-31\nResources: {}\n", RoleTemplate, CloudFormation, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := mustParse(t, c.path, c.content)
			if f.Role != c.role || f.Language.Framework != c.framework || c.what != "" && f.Language.Title != c.what {
				t.Errorf("got role %d, %s, %q", f.Role, f.Language.Framework, f.Language.Title)
			}
			if f.Path != c.path {
				t.Errorf("Path = %q", f.Path)
			}
		})
	}
}

func TestTemplatedText(t *testing.T) {
	t.Parallel()
	pod := "apiVersion: v1\nkind: Pod\n"
	for name, c := range map[string]struct{ path, content, engine, language string }{
		"helm":             {"c/templates/d.yaml", pod + "{{- if .Values.x }}\nmetadata: {name: a}\n{{- end }}\n", "Helm template", "Kubernetes"},
		"unquoted":         {"d.yaml", pod + "metadata:\n  name: {{ name }}\n", "Jinja template", "Kubernetes"},
		"quoted name":      {"d.yaml", pod + "metadata:\n  name: \"{{ .name }}\"\n", "Go template", "Kubernetes"},
		"jinja":            {"d.yml", pod + "metadata: {name: a}\n{% if x %}\nspec: {}\n{% endif %}\n", "Jinja template", "Kubernetes"},
		"erb":              {"d.yml", pod + "<% if x %>\nmetadata: {name: a}\n<% end %>\n", "ERB template", "Kubernetes"},
		"cookiecutter":     {"main.tf", "resource \"a\" {{ cookiecutter.name }} {\n}\n", "cookiecutter template", "Terraform"},
		"json":             {"a.json", `{"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": {{ props | tojson }}}}}`, "Jinja template", "CloudFormation"},
		"compose":          {"compose.yml", "services:\n{% for s in all %}\n  {{ s }}: {image: b}\n{% endfor %}\n", "Jinja template", "Compose"},
		"kustomization":    {"kustomization.yaml", "resources:\n{% for r in all %}\n- a\n{% endfor %}\n", "Jinja template", "Kustomize overlay"},
		"version":          {"d.yaml", "apiVersion: {{ .v }}\nkind: Pod\nmetadata: {name: a}\n", "Go template", "Kubernetes"},
		"quoted version":   {"d.yaml", "apiVersion: \"{{ .v }}\"\nkind: Pod\nmetadata: {name: a}\n", "Go template", "Kubernetes"},
		"a document alone": {"d.yaml", pod + "metadata: {name: a}\n---\n" + pod + "metadata: {name: {{ b }}}\n", "Jinja template", "Kubernetes"},
		"before an error":  {"d.yaml", pod + "metadata: {name: a}\n---\n{{ if b }}\n" + pod + "metadata: {name: c}\n{{ end }}\n", "Go template", "Kubernetes"},
		"words of one":     {"d.yaml", "{{ if x }}\n{{ \"apiVersion\" }}: v1\n{{ end }}\nkind: Pod\n", "Go template", "Kubernetes"},
		"one of several":   {"d.yaml", pod + "metadata: {name: a}\n---\n" + pod + "metadata: {name: \"{{ b }}\"}\n", "", "Kubernetes"},
		"in a text":        {"d.yaml", pod + "metadata: {name: a, labels: {b: \"{{ c }}\"}}\n", "", "Kubernetes"},
		"in a comment":     {"c/templates/d.yaml", pod + "metadata: {name: a}\n#{{ x }}\n", "", "Kubernetes"},
		"actions in names": {"d.yaml", "Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: '{{resolve:ssm:x}}'}}}\n", "", "CloudFormation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := mustParse(t, c.path, c.content)
			if f.Deployable != (name == "a document alone" || name == "before an error") {
				t.Errorf("a document can be deployed: %v", f.Deployable)
			}
			if f.Engine != c.engine || f.Language.Title != c.language || (f.Role == RoleUnsupported) != (c.engine != "") {
				t.Errorf("got engine %q, language %s, role %d", f.Engine, f.Language.Title, f.Role)
			}
		})
	}
}

func TestParseSyntaxErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, content, want string }{
		"terraform":                  {"a.tf", "resource \"x\" \"y\" {\n  a = \n}\n", "a.tf:2:7: invalid expression"},
		"tfvars":                     {"a.tfvars", "a = [", "a.tfvars:1:"},
		"tf json":                    {"a.tf.json", "{\n \"a\": }", "a.tf.json:2:7: expected a value"},
		"kubernetes":                 {"k.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  a: [\n", "k.yaml:4"},
		"broken besides the actions": {"c/templates/k.yaml", "apiVersion: v1\nkind: Pod\nname: {{ x }}\nmetadata: [\n", "(read as Kubernetes)"},
		"actions in a comment":       {"k.yaml", "apiVersion: v1\nkind: Pod\n# {{ x }}\nmetadata: [\n", "(read as Kubernetes)"},
		"cfn, indented":              {"c.yaml", "  Resources: {A: {Type: AWS::S3::Bucket}}\n b: [\n", "(read as CloudFormation)"},
		"no extension":               {"deploy/pod", "---\napiVersion: v1\nkind: Pod\nmetadata: [\n", "(read as Kubernetes)"},
		"kustomization":              {"kustomization.yaml", "resources: [\n", "(read as Kustomize overlay)"},
		"cloudformation":             {"c.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources:\n\tA: b\n", "c.yaml:3"},
		"cfn json":                   {"c.json", "{\"AWSTemplateFormatVersion\": \"2010-09-09\",\n \"Resources\": {", "c.json:2:"},
		"arm":                        {"t.json", "{\"$schema\": \"https://x/deploymentTemplate.json#\", \"resources\": [}", "t.json:1:65: expected a value"},
		"playbook":                   {"p.yml", "- hosts: all\n  tasks:\n    - a: [\n", "p.yml:3"},
		"compose":                    {"compose.yaml", "services: [\n", "compose.yaml:"},
		"alias in itself":            {"k.yaml", "apiVersion: v1\nkind: Pod\nmetadata: &a\n  x: *a\n", "is inside its own anchor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := mustFail(t, c.path, c.content); !strings.Contains(err.Error(), c.want) || err.Line < 1 {
				t.Errorf("error %q does not contain %q", err, c.want)
			}
		})
	}
}

func TestParseBounds(t *testing.T) {
	t.Parallel()
	kube := "apiVersion: v1\nkind: Pod\nmetadata:\n  x: "
	laughs := "apiVersion: v1\nkind: Pod\nmetadata:\n  a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
	for i := 1; i < 9; i++ {
		laughs += fmt.Sprintf("  a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	brackets, closed := strings.Repeat("[", 6000), strings.Repeat("]", 6000)
	chain := "apiVersion: v1\nkind: Pod\nmetadata:\n  a: &a " + brackets + closed + "\n  b: " + brackets + "*a " + closed + "\n"
	for name, c := range map[string]struct{ path, content, want string }{
		"hcl brackets":      {"a.tf", "a = " + strings.Repeat("[", 20_000), tooDeepHCL},
		"hcl blocks":        {"a.tf", strings.Repeat("a {\n", 20_000), tooDeepHCL},
		"hcl templates":     {"a.tf", "a = " + strings.Repeat(`"${`, 20_000), tooDeepHCL},
		"hcl not":           {"a.tf", "a = " + strings.Repeat("!", 50_000) + "true\n", tooDeepHCL},
		"hcl not, comments": {"a.tf", "a = (" + strings.Repeat("!\n#\n", 20_000) + "true)\n", tooDeepHCL},
		"hcl conditionals":  {"a.tf", "a = " + strings.Repeat("b ? ", 20_000), tooDeepHCL},
		"hcl splats":        {"a.tf", "a = b" + strings.Repeat("[*]", 20_000) + "\n", tooDeepHCL},
		"hcl directives":    {"a.tf", "a = \"" + strings.Repeat("%{ if a }", 8_000) + "\"\n", tooDeepHCL},
		"json":              {"a.tf.json", strings.Repeat(`{"a":`, 20_000), tree.TooDeep},
		"yaml flow":         {"k.yaml", kube + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "\n", tree.TooDeep},
		"yaml flow, huge":   {"k.yaml", kube + strings.Repeat("[", 20_000), "exceeded max depth"},
		"yaml laughs":       {"k.yaml", laughs, "too many aliases"},
		"yaml alias chain":  {"k.yaml", chain, tree.TooDeep},
		"size":              {"a.tf", strings.Repeat("#", MaxSize+1), "larger than 32 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := mustFail(t, c.path, c.content); !strings.Contains(err.Msg, c.want) {
				t.Errorf("error %q does not contain %q", err, c.want)
			}
		})
	}
}

// What deployment tools read is read.
func TestParseUnusualText(t *testing.T) {
	t.Parallel()
	bucket := "Resources:\n  B: {Type: AWS::S3::Bucket}\n"
	for name, c := range map[string]struct{ path, content, want string }{
		"yaml directive":       {"t.yaml", "%YAML 1.2\n---\n" + bucket, "4-4 AWS::S3::Bucket B\n"},
		"unknown directive":    {"t.yaml", "# c\n%FOO\n%TAG !e! tag:e,2000:\n---\n" + bucket, "6-6 AWS::S3::Bucket B\n"},
		"second directive":     {"t.yaml", "%YAML 1.2\n---\n" + bucket + "...\n%YAML 1.2\n---\nx: 1\n", "4-4 AWS::S3::Bucket B\n"},
		"tab before a comment": {"t.yaml", "\t# a\nResources:\n\t# c\n  B: {Type: AWS::S3::Bucket}\t# d\n\t\n", "4-4 AWS::S3::Bucket B\n"},
		"latin-1":              {"t.yaml", "# caf\xe9 \x85\n" + bucket, "3-3 AWS::S3::Bucket B\n"},
		"empty document first": {"t.yaml", "--- ~\n---\n" + bucket, "4-4 AWS::S3::Bucket B\n"},
		"another document":     {"t.yaml", "x: 1\n---\n" + bucket, "4-4 AWS::S3::Bucket B\n"},
		"another value":        {"t.json", `{"x":1} {"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","resources":[{"type":"Microsoft.Web/sites","name":"a"}]}`, "1-1 Microsoft.Web/sites Microsoft.Web/sites/a\n"},
		"a large comment":      {"t.yaml", strings.Repeat("#", 9<<20) + "\n" + bucket, "3-3 AWS::S3::Bucket B\n"},
		"a large string":       {"t.json", `{"Description": "` + strings.Repeat("x", 9<<20) + `", "Resources": {"B": {"Type": "AWS::S3::Bucket"}}}`, "1-1 AWS::S3::Bucket B\n"},
		"deep, yaml":           {"t.yaml", bucket + "Metadata: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "\n", "2-2 AWS::S3::Bucket B\n"},
		"deep, json": {
			"t.json", `{"Metadata": ` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `, "Resources": {"B": {"Type": "AWS::S3::Bucket"}}}`,
			"1-1 AWS::S3::Bucket B\n",
		},
		"stream": {
			"t.json", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"}}`,
			"1-1 Pod Pod/a\n1-1 Pod Pod/b\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, resourceList(mustParse(t, c.path, c.content))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseEncodings(t *testing.T) {
	t.Parallel()
	doc := "{\r\n\t\"AWSTemplateFormatVersion\": \"2010-09-09\",\r\n\t\"Resources\": {\r\n\t\t\"B\": {\"Type\": \"AWS::S3::Bucket\"}\r\n\t}\r\n}\r\n"
	units := utf16.Encode([]rune(doc))
	little, big := []byte("\xff\xfe"), []byte("\xfe\xff")
	for _, u := range units {
		little = append(little, byte(u), byte(u>>8))
		big = append(big, byte(u>>8), byte(u))
	}
	for name, content := range map[string]string{
		"crlf and tabs": doc, "byte order mark": "\xef\xbb\xbf" + doc, "utf-16le": string(little), "utf-16be": string(big),
	} {
		for _, path := range []string{"a.json", "a.yaml", "a.template"} {
			t.Run(name+" "+path, func(t *testing.T) {
				t.Parallel()
				want := "4-4 AWS::S3::Bucket B\n"
				if diff := cmp.Diff(want, resourceList(mustParse(t, path, content))); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}
