package change_test

import (
	"testing"

	"github.com/scangate/scangate/internal/git/gittest"
)

// A change of any file that decides about an image touches the image.
func TestFilesThatDecideAboutImages(t *testing.T) {
	t.Parallel()
	const scratch = "image:scratch skipped:nothing-to-scan from compose/Dockerfile:1 sk/Dockerfile:1"
	for name, tt := range map[string]struct {
		path, content string
		want          []string
	}{
		"another file": {"README.md", "x\n", nil},
		"an overlay": {"dev/kustomization.yaml", "resources: [../base]\nimages: [{name: app, newName: redis, newTag: '7'}]\n", []string{
			"image:docker.io/library/app:latest skipped:replaced named base/pod.yaml:6", "image:docker.io/library/redis:7 named base/pod.yaml:6 dev/kustomization.yaml:2",
			"iac:base/pod.yaml",
		}},
		"an overlay that replaces nothing any more":    {"dev/kustomization.yaml", "resources: [../base]\n", []string{"image:docker.io/library/app:latest named base/pod.yaml:6", "iac:base/pod.yaml"}},
		"no overlay any more":                          {"dev/kustomization.yaml", "", []string{"image:docker.io/library/app:latest named base/pod.yaml:6", "iac:base/pod.yaml"}},
		"an overlay of something else":                 {"dev/kustomization.yaml", "resources: [x.yaml]\n", []string{"image:docker.io/library/app:latest named base/pod.yaml:6", "iac:base/pod.yaml"}},
		"a transformer that replaces nothing any more": {"tr/t.yaml", "kind: X\n", []string{"image:docker.io/library/cms:latest named tr/pod.yaml:6", "iac:tr/pod.yaml"}},
		"an overlay that is excluded now":              {".scangate.yaml", "version: 1\ntargets: {exclude: [dev]}\n", []string{"image:docker.io/library/app:latest named base/pod.yaml:6", "iac:base/pod.yaml"}},
		"no override any more":                         {"compose/compose.override.yaml", "", []string{"dockerfile:compose/Dockerfile", "image:docker.io/acme/built:1 named compose/compose.yaml:1", scratch}},
		"no deployment by Skaffold any more":           {"sk/skaffold.yaml", "", []string{"image:docker.io/acme/made:1 named sk/k8s/pod.yaml:6", "iac:sk/k8s/pod.yaml"}},
		"Skaffold deploys something else": {"sk/skaffold.yaml", "apiVersion: skaffold/v4beta6\nbuild: {artifacts: [{image: acme/made}]}\nmanifests: {rawYaml: [x.yaml]}\n", []string{
			"dockerfile:sk/Dockerfile", "image:docker.io/acme/made:1 named sk/k8s/pod.yaml:6", scratch, "iac:sk/k8s/pod.yaml",
		}},
		"values of the outer chart":             {"chart/values.yaml", "sub: {on: true}\nimage: {repository: acme/web, tag: v1}\n", []string{"image:docker.io/acme/sub:1 named chart/charts/sub/values.yaml:1"}},
		"no values of the outer chart any more": {"chart/values.yaml", "", []string{"image:docker.io/acme/sub:1 named chart/charts/sub/values.yaml:1"}},
		"the tag that the templates of a chart make": {"chart/charts/tag/templates/pod.yaml", "image: {{ .Values.image.repository }}:v{{ .Values.image.tag | default .Chart.AppVersion }}\n", []string{
			"image:docker.io/acme/tag:v2 named chart/charts/tag/values.yaml:1",
		}},
		"values of one environment": {"chart/values-prod.yaml", "image: {tag: v3}\n", []string{"image:docker.io/acme/web:v3 named chart/values.yaml:2"}},
		"variables of a module": {"tf/variables.tf", "variable \"image\" { default = \"acme/task:2\" }\n", []string{
			"image:docker.io/acme/task:2 named tf/main.tf:2", "iac:tf/main.tf", "iac:tf/variables.tf",
		}},
		"another value instead of a default": {"set/terraform.tfvars", "image = \"acme/set:2\"\n", []string{"image:docker.io/acme/set:2 named set/main.tf:3", "iac:set/main.tf"}},
		"no value instead of a default":      {"set/terraform.tfvars", "", []string{"image:docker.io/acme/task:1 named set/main.tf:3", "iac:set/main.tf"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			files{
				"base/pod.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: q}\nspec:\n  containers:\n  - {name: a, image: app}\n",
				"base/kustomization.yaml": "resources: [pod.yaml]\n", "dev/kustomization.yaml": "resources: [../base]\nimages: [{name: app, newName: redis, newTag: '6'}]\n",
				"chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{name: sub, condition: sub.on}]\n", "chart/values.yaml": "sub: {on: false}\nimage: {repository: acme/web, tag: v1}\n",
				"chart/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n", "chart/charts/sub/values.yaml": "image: {repository: acme/sub, tag: 1}\n",
				"chart/charts/tag/Chart.yaml": "apiVersion: v2\nname: tag\nversion: 1.0.0\nappVersion: 2\n", "chart/charts/tag/values.yaml": "image: {repository: acme/tag}\n", "chart/charts/tag/templates/pod.yaml": "image: {{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\n", "chart/values-prod.yaml": "image: {tag: v2}\n",
				"compose/compose.yaml": "services: {a: {image: 'acme/built:1'}}\n", "compose/compose.override.yaml": "services: {a: {build: .}}\n", "compose/Dockerfile": "FROM scratch\n",
				"tr/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: q}\nspec:\n  containers:\n  - {name: a, image: cms}\n", "tr/kustomization.yaml": "resources: [pod.yaml]\ntransformers: [t.yaml]\n",
				"tr/t.yaml":        "kind: ImageTagTransformer\nimageTag: {name: cms, newTag: '1'}\n",
				"sk/skaffold.yaml": "apiVersion: skaffold/v4beta6\nbuild: {artifacts: [{image: acme/made}]}\n", "sk/Dockerfile": "FROM scratch\n",
				"sk/k8s/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: s}\nspec:\n  containers:\n  - {name: a, image: 'acme/made:1'}\n",
				"tf/main.tf":      "resource \"aws_lambda_function\" \"f\" {\n  image_uri = var.image\n}\n",
				"tf/variables.tf": "variable \"image\" { default = \"acme/task:1\" }\n",
				"set/main.tf":     "variable \"image\" { default = \"acme/task:1\" }\nresource \"aws_lambda_function\" \"f\" {\n  image_uri = var.image\n}\n", "set/terraform.tfvars": "image = \"acme/set:1\"\n",
			}.Write(t, g.Dir)
			g.Commit()
			g.Git("checkout", "--quiet", "-b", "topic")
			g.Write(tt.path, tt.content)
			if tt.content == "" {
				g.Git("rm", "--quiet", "--force", tt.path)
			}
			p, _ := narrow(t, g.Dir, "main", nil)
			check(t, p, tt.want...)
		})
	}
}
