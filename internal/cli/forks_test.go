//go:build unix

package cli_test

import (
	"path"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// placesOfImages are files that name the image @ in all the ways that are known.
func placesOfImages() map[string]string {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: \"@\"}]}\n"
	return map[string]string{
		"Dockerfile":                  "FROM @\n",
		"args/Dockerfile":             "ARG BASE=@\nFROM $BASE\n",
		"copy/Dockerfile":             "FROM redis:7\nCOPY --from=@ / /\n",
		"mount/Dockerfile":            "FROM redis:7\nRUN --mount=from=@,target=/x true\n",
		"syntax/Dockerfile":           "# syntax=@\nFROM redis:7\n",
		"heredoc/Dockerfile":          "FROM redis:7\nRUN <<E\nFROM @\nE\n",
		"ignored.Dockerfile":          "FROM redis:7\nRUN docker pull @:1\n",
		"compose/compose.yaml":        "services: {a: {image: \"@\"}, b: {build: {context: ., dockerfile_inline: \"FROM @\"}}}\n",
		"built/compose.yaml":          "services: {a: {image: \"@\", build: .}}\n",
		"bake/docker-bake.hcl":        "target \"a\" {\n  dockerfile-inline = \"FROM @\"\n  contexts = {x = \"docker-image://@\"}\n}\n",
		"skaffold/skaffold.yaml":      "apiVersion: skaffold/v4beta11\nkind: Config\nbuild: {artifacts: [{image: \"@\", docker: {dockerfile: Dockerfile}}]}\nmanifests: {rawYaml: [pod.yaml]}\n",
		"skaffold/pod.yaml":           pod,
		"pod.yaml":                    pod,
		"excluded/pod.yaml":           pod,
		"kustomize/kustomization.yml": "resources: [pod.yaml]\nimages: [{name: redis, newName: \"@\"}]\n",
		"kustomize/pod.yaml":          strings.ReplaceAll(pod, "@", "redis:7"),
		"chart/Chart.yaml":            "apiVersion: v2\nname: c\nversion: 1.0.0\n",
		"chart/values.yaml":           "image: {repository: \"@\", tag: \"1\"}\n",
		"crd.yaml":                    "apiVersion: acme.example/v1\nkind: X\nmetadata: {name: x}\nspec: {sidecarImage: \"@\", list: {images: [\"@\"]}}\n",
		"stack.json":                  `{"AWSTemplateFormatVersion":"2010-09-09","Resources":{"F":{"Type":"AWS::Lambda::Function","Properties":{"Code":{"ImageUri":"@"}}}}}`,
		"task.json":                   `{"family":"a","containerDefinitions":[{"name":"a","image":"@"}]}`,
		"ecs/main.tf":                 "resource \"aws_ecs_task_definition\" \"a\" {\n  family = \"a\"\n  container_definitions = jsonencode([{name = \"a\", image = var.base}])\n}\nvariable \"base\" {\n  default = \"@\"\n}\n",
		"vars/main.tf":                "resource \"aws_lambda_function\" \"a\" {\n  image_uri = var.base\n}\nvariable \"base\" {}\n",
		"vars/prod.tfvars":            "base = \"@\"\n",
		"along/main.tf":               "resource \"aws_s3_bucket\" \"a\" {}\n",
		"along/prod.tfvars":           "base = \"@\"\n",
		"playbook.yml":                "- hosts: all\n  tasks:\n    - name: run\n      community.docker.docker_container: {name: a, image: \"@\"}\n",
	}
}

// With --allow-registry no request holds the name of another image, wherever a change names it. A
// file that names none of these is answered.
func TestNoOtherImageIsSent(t *testing.T) {
	t.Parallel()
	for name, texts := range byFolder(placesOfImages()) {
		for _, image := range []string{"evil.example/pwned", "docker.io.evil.example/pwned", "registry.acme.example.evil.example/pwned:2"} {
			files := map[string]string{"good/Dockerfile": "FROM redis:7\n"}
			for file, text := range texts {
				files[file] = strings.ReplaceAll(text, "@", image)
			}
			dir := treeOf(t, files)
			synctest.Test(t, func(t *testing.T) {
				p := newTap(optixInMemory(nil))
				network := transporttest.Serve(t, p)
				r := scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial = network.Dial }, "--fail-on", "none", "--max", "unknown=9",
					"--allow-registry", "docker.io", "--allow-registry", "registry.acme.example", "--exclude", "excluded/", "--image", image)
				r.wants(t, 3, "needs a maintainer")
				if sent := p.wire.String(); strings.Contains(sent, "pwned") || !strings.Contains(sent, "redis") {
					t.Errorf("%s: sent:\n%s", name, sent)
				}
			})
		}
	}
}

// byFolder groups files by their folders, but for those at the top.
func byFolder(files map[string]string) map[string]map[string]string {
	all := map[string]map[string]string{}
	for file, text := range files {
		group := path.Dir(file)
		if group == "." {
			group = file
		}
		if all[group] == nil {
			all[group] = map[string]string{}
		}
		all[group][file] = text
	}
	return all
}

// The places above would be sent without the bound, and are with images inside of it.
func TestImagesInsideAreSent(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for name, text := range placesOfImages() {
		if !strings.HasPrefix(name, "vars/") && !strings.HasPrefix(name, "skaffold/") && !strings.HasPrefix(name, "ecs/") {
			files[name] = strings.ReplaceAll(text, "@", "docker.io/library/redis")
		}
	}
	dir := treeOf(t, files)
	synctest.Test(t, func(t *testing.T) {
		p := newTap(optixInMemory(nil))
		network := transporttest.Serve(t, p)
		r := scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial = network.Dial }, "--fail-on", "none", "--max", "unknown=9", "--allow-registry", "docker.io")
		if strings.Contains(r.stdout+r.stderr, "needs a maintainer") {
			t.Errorf("%s%s", r.stdout, r.stderr)
		}
		for _, file := range []string{"args/Dockerfile", "pod.yaml", "stack.json"} {
			if p.files[file] == "" {
				t.Errorf("%s was not sent", file)
			}
		}
	})
}
