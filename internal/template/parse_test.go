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
		"README.md": false, "main.go": false, ".tf": false, "img.pkr.hcl": false, ".terraform.lock.hcl": false, "tf": false,
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
		"vault":                     {"group_vars/all.yml", "$ANSIBLE_VAULT;1.1;AES256\n61\n"},
		"vars anywhere":             {"config/vars/main.yml", "a: b\n"},
		"list in a task folder":     {"ci/tasks/list.yml", "- name: a\n- name: b\n"},
		"strings as tasks":          {"ci/tasks/list.yml", "- a\n- b\n"},
		"two modules in a task":     {"x/tasks/main.yml", "- name: a\n  foo: 1\n  bar: 2\n"},
		"kubernetes in a list":      {"x.yaml", "- apiVersion: v1\n  kind: Pod\n  metadata: {name: x}\n"},
		"compose name, no services": {"docker-compose.yml", "version: '3'\nvolumes: {}\n"},
		"services elsewhere":        {"stack.yml", "services:\n  a:\n    image: nginx\n"},
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
		"helm, broken":         {"c/templates/d.yaml", "apiVersion: v1\nkind: Pod\n{{- if .x }}\nmetadata: {name: a}\n{{- end }}\n", RoleUnsupported, Kubernetes, "Helm template"},
		"helm, odd map":        {"c/templates/d.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .x }}\n", RoleUnsupported, Kubernetes, "Helm template"},
		"helm, image":          {"c/templates/d.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - image: \"{{ .x }}\"\n", RoleUnsupported, Kubernetes, "Helm template"},
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

func TestParseSyntaxErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, content, want string }{
		"terraform":                         {"a.tf", "resource \"x\" \"y\" {\n  a = \n}\n", "a.tf:2:7: invalid expression"},
		"tfvars":                            {"a.tfvars", "a = [", "a.tfvars:1:"},
		"tf json":                           {"a.tf.json", "{\n \"a\": }", "a.tf.json:2:7: expected a value"},
		"kubernetes":                        {"k.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  a: [\n", "k.yaml:4"},
		"kubernetes with actions elsewhere": {"deploy/k.yaml", "apiVersion: v1\nkind: Pod\n{{ if }}\nmetadata:\n", "deploy/k.yaml:"},
		"cloudformation":                    {"c.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources:\n\tA: b\n", "c.yaml:3"},
		"cfn json":                          {"c.json", "{\"AWSTemplateFormatVersion\": \"2010-09-09\",\n \"Resources\": {", "c.json:2:"},
		"arm":                               {"t.json", "{\"$schema\": \"https://x/deploymentTemplate.json#\", \"resources\": [}", "t.json:1:65: expected a value"},
		"playbook":                          {"p.yml", "- hosts: all\n  tasks:\n    - a: [\n", "p.yml:3"},
		"compose":                           {"compose.yaml", "services: [\n", "compose.yaml:"},
		"alias in itself":                   {"k.yaml", "apiVersion: v1\nkind: Pod\nmetadata: &a\n  x: *a\n", "is inside its own anchor"},
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
	chain := "apiVersion: v1\nkind: Pod\nmetadata:\n  a0: &a0 [1]\n"
	for i := 1; i < 600; i++ {
		chain += fmt.Sprintf("  a%d: &a%d [*a%d]\n", i, i, i-1)
	}
	for name, c := range map[string]struct{ path, content, want string }{
		"hcl brackets":      {"a.tf", "a = " + strings.Repeat("[", 20_000), tree.TooDeep},
		"hcl blocks":        {"a.tf", strings.Repeat("a {\n", 20_000), tree.TooDeep},
		"hcl templates":     {"a.tf", "a = " + strings.Repeat(`"${`, 20_000), tree.TooDeep},
		"hcl not":           {"a.tf", "a = " + strings.Repeat("!", 50_000) + "true\n", tree.TooDeep},
		"hcl not, comments": {"a.tf", "a = (" + strings.Repeat("!\n#\n", 20_000) + "true)\n", tree.TooDeep},
		"hcl conditionals":  {"a.tf", "a = " + strings.Repeat("b ? ", 20_000), tree.TooDeep},
		"hcl splats":        {"a.tf", "a = b" + strings.Repeat("[*]", 20_000) + "\n", tree.TooDeep},
		"hcl directives":    {"a.tf", "a = \"" + strings.Repeat("%{ if a }", 8_000) + "\"\n", tree.TooDeep},
		"json":              {"a.tf.json", strings.Repeat(`{"a":`, 20_000), tree.TooDeep},
		"yaml flow":         {"k.yaml", kube + strings.Repeat("[", 600) + strings.Repeat("]", 600) + "\n", tree.TooDeep},
		"yaml flow, huge":   {"k.yaml", kube + strings.Repeat("[", 20_000), "exceeded max depth"},
		"yaml laughs":       {"k.yaml", laughs, "too many aliases"},
		"yaml alias chain":  {"k.yaml", chain, tree.TooDeep},
		"size":              {"a.tf", strings.Repeat("#", maxSize+1), "larger than 32 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := mustFail(t, c.path, c.content); !strings.Contains(err.Msg, c.want) {
				t.Errorf("error %q does not contain %q", err, c.want)
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
