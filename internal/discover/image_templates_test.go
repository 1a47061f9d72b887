package discover_test

import (
	"strings"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/result"
)

func optionsExcluding(file string) discover.Options { return discover.Options{Exclude: exclude(file)} }

func composeCases() []imageCase {
	return []imageCase{{
		name: "services", files: files{"compose.yaml": "services:\n  a: {image: 'redis:7'}\n  b:\n    image: acme/b\n    volumes: [{type: image, source: 'acme/data:1', target: /d}]\n"},
		want: []string{"docker.io/acme/b:latest named compose.yaml:4", "docker.io/acme/data:1 named compose.yaml:5", "docker.io/library/redis:7 named compose.yaml:2"},
	}}
}

func cloudFormationCases() []imageCase {
	const head = "AWSTemplateFormatVersion: '2010-09-09'\nParameters: {Tag: {Type: String, Default: v1}, Image: {Type: String}}\nResources:\n"
	return []imageCase{
		{
			name: "ECS",
			files: files{"a.yaml": head + "  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Image: nginx:1\n      - Image: !Sub acme/app:${Tag}\n      - Image: !Ref Image\n" +
				"      - Image: !Sub ${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/app:1\n"},
			want:    []string{"docker.io/acme/app:v1 named a.yaml:9", "docker.io/library/nginx:1 named a.yaml:8"},
			notSent: []string{"a.yaml: placeholder for an image: its value is not in the file: line 10: ${!Ref Image}, line 11: ${AWS::AccountId}"},
		},
		{
			name:  "a condition",
			files: files{"a.yaml": head + "  L: {Type: AWS::Lambda::Function, Properties: {Code: {ImageUri: !If [Prod, !Sub 'acme/l:${Tag}', 'acme/dev:1']}}}\n"},
			want:  []string{"docker.io/acme/dev:1 named a.yaml:4", "docker.io/acme/l:v1 named a.yaml:4"},
		},
		{
			name: "other services",
			files: files{"a.yaml": head + "  L: {Type: AWS::Lambda::Function, Properties: {Code: {ImageUri: 'acme/l:1'}}}\n  S: {Type: AWS::Serverless::Function, Properties: {ImageUri: 'acme/s:1'}}\n" +
				"  B: {Type: AWS::Batch::JobDefinition, Properties: {ContainerProperties: {Image: 'acme/b:1'}}}\n  R: {Type: AWS::AppRunner::Service, Properties: {SourceConfiguration: {ImageRepository: {ImageIdentifier: 'acme/r:1'}}}}\n"},
			want: []string{"docker.io/acme/b:1 named a.yaml:6", "docker.io/acme/l:1 named a.yaml:4", "docker.io/acme/r:1 named a.yaml:7", "docker.io/acme/s:1 named a.yaml:5"},
		},
	}
}

func terraformCases() []imageCase {
	one := func(name, content string, want ...string) imageCase {
		return imageCase{name: name, files: files{"main.tf": content}, want: want}
	}
	return []imageCase{
		one("jsonencode", "resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = jsonencode([\n    {name = \"a\", image = \"nginx:1\"},\n    {image = \"acme/app:${var.tag}\"}\n  ])\n}\nvariable \"tag\" { default = \"v1\" }\n",
			"docker.io/acme/app:v1 named main.tf:4", "docker.io/library/nginx:1 named main.tf:3"),
		one("heredoc", "resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = <<EOT\n[\n  {\"image\": \"nginx:1\"}\n]\nEOT\n}\n", "docker.io/library/nginx:1 named main.tf:4"),
		one("text", "resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = \"[{\\\"image\\\": \\\"nginx:1\\\"}]\"\n}\n", "docker.io/library/nginx:1 named main.tf:2"),
		one("Kubernetes", "resource \"kubernetes_deployment_v1\" \"d\" {\n  spec {\n    template {\n      spec {\n        init_container {\n          image = \"a\"\n        }\n        container {\n          image = \"b:1\"\n        }\n        container {\n          image = \"c:1\"\n        }\n      }\n    }\n  }\n}\n",
			"docker.io/library/a:latest named main.tf:6", "docker.io/library/b:1 named main.tf:9", "docker.io/library/c:1 named main.tf:12"),
		one("other services", "resource \"google_cloud_run_v2_service\" \"s\" {\n  template {\n    containers {\n      image = \"gcr.io/acme/run:1\"\n    }\n  }\n}\nresource \"azurerm_container_group\" \"g\" {\n  container {\n    image = \"acme/az:1\"\n  }\n}\n"+
			"resource \"aws_lambda_function\" \"f\" {\n  image_uri = \"acme/l:1\"\n}\nresource \"docker_image\" \"i\" {\n  name = \"redis:7\"\n}\nresource \"google_compute_instance\" \"v\" {\n  image = \"debian-cloud/debian-11\"\n}\n",
			"docker.io/acme/az:1 named main.tf:10", "docker.io/acme/l:1 named main.tf:14", "docker.io/library/redis:7 named main.tf:17", "gcr.io/acme/run:1 named main.tf:4"),
		one("Docker", "resource \"docker_image\" \"a\" {\n  name = \"redis:7\"\n}\nresource \"docker_image\" \"b\" {\n  name = \"mine\"\n  build {\n    context = \".\"\n  }\n}\n"+
			"resource \"docker_container\" \"c\" {\n  image = docker_image.a.image_id\n}\nresource \"docker_container\" \"d\" {\n  image = \"nginx:1\"\n}\n", "docker.io/library/nginx:1 named main.tf:14", "docker.io/library/redis:7 named main.tf:2"),
		{
			name: "a module",
			files: files{
				"a/main.tf":          "resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = jsonencode([{image = \"${local.repo}:${var.tag}\"}, {image = var.other}])\n}\n",
				"a/variables.tf":     "variable \"tag\" { default = \"v1\" }\nvariable \"other\" {}\nlocals { repo = \"acme/app\" }\n",
				"a/terraform.tfvars": "tag = \"v2\"\n", "variables.tf": "variable \"other\" { default = \"no/no\" }\n",
			},
			want:    []string{"docker.io/acme/app:v2 named a/main.tf:2"},
			notSent: []string{"a/main.tf: placeholder for an image: its value is not in the file: line 2: ${var.other}"},
		},
		{
			name: "a value instead of the default beside the image",
			files: files{
				"main.tf":          "variable \"tag\" { default = \"v1\" }\nresource \"docker_image\" \"i\" {\n  name = \"redis:${var.tag}\"\n}\n",
				"terraform.tfvars": "tag = \"v2\"\n",
			},
			want: []string{"docker.io/library/redis:v2 named main.tf:3"},
		},
		{
			name: "containers instead of none",
			files: files{
				"main.tf":          "variable \"all\" { default = \"[]\" }\nresource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = var.all\n}\n",
				"terraform.tfvars": "all = \"[{\\\"image\\\": \\\"redis:7\\\"}]\"\n",
			},
			want: []string{"docker.io/library/redis:7 named main.tf:3"},
		},
		{
			name: "an override",
			files: files{
				"main.tf":       "locals { tag = \"v1\" }\nresource \"docker_image\" \"i\" {\n  name = \"redis:${local.tag}\"\n}\n",
				"a_override.tf": "locals { tag = \"v2\" }\n",
			},
			want: []string{"docker.io/library/redis:v2 named main.tf:3"},
		},
		{
			name:  "a large file",
			files: files{"main.tf": strings.Repeat("# "+strings.Repeat("x", 98)+"\n", 1000) + "resource \"aws_lambda_function\" \"f\" {\n  image_uri = \"acme/l:1\"\n}\n"},
			want:  []string{"docker.io/acme/l:1 named main.tf:1002"},
		},
		{
			name:  "a large file that escapes a type",
			files: files{"main.tf": strings.Repeat("# "+strings.Repeat("x", 98)+"\n", 1000) + "resource \"docker\\u005fimage\" \"i\" {\n  name = \"redis:7\"\n}\n"},
			want:  []string{"docker.io/library/redis:7 named main.tf:1002"},
		},
		{
			name: "what is known at the deployment alone",
			files: files{"main.tf": "resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = jsonencode([{image = \"${aws_ecr_repository.app.repository_url}:1\"}])\n}\n" +
				"resource \"aws_ecs_task_definition\" \"u\" {\n  container_definitions = templatefile(\"t.json\", {})\n}\n"},
			notSent: []string{"main.tf: placeholder for an image: its value is not in the file: line 2: ${aws_ecr_repository.app.repository_url}, line 5: ${templatefile(\"t.json\", {}"},
		},
	}
}

func ansibleCases() []imageCase {
	return []imageCase{{
		name:  "images of the playbook",
		files: files{"play.yml": "- hosts: all\n  tasks:\n  - docker_container: {name: a, image: mine}\n  - docker_image: {name: mine, path: .}\n  - docker_image: {name: old, state: absent}\n  - docker_image: {name: tar, source: load}\n"},
		want:  []string{"docker.io/library/mine:latest skipped:built-here named play.yml:3 play.yml:4"},
	}, {
		name: "arguments in other forms",
		files: files{"play.yml": "- hosts: all\n  tasks:\n  - docker_container: name=x image=acme/a:1\n  - docker_container:\n    args: {image: 'acme/b:1'}\n  - action: docker_container name=x image=\"acme/c:1\"\n" +
			"  - local_action: {module: community.docker.docker_container, image: 'acme/d:1'}\n  - docker_container: image=acme/{{ x }}:1 name=y\n"},
		want: []string{
			"docker.io/acme/a:1 named play.yml:3", "docker.io/acme/b:1 named play.yml:5", "docker.io/acme/c:1 named play.yml:6", "docker.io/acme/d:1 named play.yml:7",
		},
		notSent: []string{"play.yml: placeholder for an image: its value is not in the file: line 8: {{ x }}"},
	}, {
		name: "loops",
		files: files{"play.yml": "- hosts: all\n  tasks:\n  - docker_image: {name: '{{ item.name }}', tag: '{{ item.tag }}', build: {path: '{{ item.dir }}'}}\n    loop: [{name: mine, tag: 1}, {name: other, tag: '{{ x }}'}]\n" +
			"  - docker_container: {name: a, image: 'mine:1'}\n  - docker_image: {name: 'acme/{{ item }}', source: pull}\n    with_items:\n    - a:1\n    - b:2\n"},
		want:    []string{"docker.io/acme/a:1 named play.yml:6", "docker.io/acme/b:2 named play.yml:6", "docker.io/library/mine:1 skipped:built-here named play.yml:3 play.yml:5"},
		notSent: []string{"play.yml: placeholder for an image: its value is not in the file: line 3: {{ x }}"},
	}, {
		name: "tasks anywhere",
		files: files{
			"t/a.yml": "- name: a\n  docker_container: {name: x, image: 'acme/a:1'}\n", "t/b.yml": "- block:\n  - community.docker.docker_container: {name: x, image: 'acme/b:1'}\n",
			"roles/r/tasks/main.yml": "- docker_container: {image: 'acme/c:1'}\n", "t/jobs.yml": "- name: a\n  docker_image: 'no/no:1'\n- name: b\n  k8s: {a: b}\n", "t/list.yml": "- docker_container: {name: x}\n  other: 1\n",
		},
		want: []string{"docker.io/acme/a:1 named t/a.yml:2", "docker.io/acme/b:1 named t/b.yml:2", "docker.io/acme/c:1 named roles/r/tasks/main.yml:1"},
	}, {
		name: "modules",
		files: files{"play.yml": "- hosts: all\n  tasks:\n  - community.docker.docker_container:\n      name: a\n      image: acme/a:1\n  - docker_image: {name: redis, tag: 7, source: pull}\n  - docker_image: {name: mine, source: build}\n" +
			"  - containers.podman.podman_container: {name: b, image: 'quay.io/acme/b:1'}\n  - kubernetes.core.k8s:\n      definition:\n        apiVersion: v1\n        kind: Pod\n        metadata: {name: p}\n        spec: {containers: [{image: 'acme/c:1'}]}\n" +
			"  - community.docker.docker_compose_v2:\n      definition: {services: {d: {image: 'acme/d:1'}, e: {build: .}}}\n  - docker_container: {name: x, image: '{{ image }}'}\n"},
		want: []string{
			"docker.io/acme/a:1 named play.yml:5", "docker.io/acme/c:1 named play.yml:14", "docker.io/acme/d:1 named play.yml:16",
			"docker.io/library/mine:latest skipped:built-here named play.yml:7", "docker.io/library/redis:7 named play.yml:6", "quay.io/acme/b:1 named play.yml:8",
		},
		notSent: []string{"play.yml: placeholder for an image: its value is not in the file: line 17: {{ image }}"},
	}}
}

// chosen are cases of files that are read by choice alone.
func chosen(kind result.CIFiles, cases ...imageCase) []imageCase {
	none := imageCase{name: "not chosen", files: cases[0].files}
	for i := range cases {
		cases[i].options.CIFiles = []result.CIFiles{kind}
	}
	return append(cases, none)
}

func workflowCases() []imageCase {
	return chosen(result.GitHubFiles, imageCase{
		name: "jobs",
		files: files{
			".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    container: node:20\n    services:\n      db: {image: 'postgres:16'}\n    steps:\n    - uses: docker://ghcr.io/acme/tool:1\n    - uses: actions/checkout@v4\n  b:\n    container: {image: '${{ matrix.image }}'}\n",
			"action.yml":               "name: x\nruns:\n  using: docker\n  image: docker://acme/action:1\n",
		},
		want: []string{
			"docker.io/acme/action:1 named action.yml:4", "docker.io/library/node:20 named .github/workflows/ci.yml:4", "docker.io/library/postgres:16 named .github/workflows/ci.yml:6",
			"ghcr.io/acme/tool:1 named .github/workflows/ci.yml:8",
		},
		notSent: []string{".github/workflows/ci.yml: placeholder for an image: its value is not in the file: line 11: ${{ matrix.image }}"},
	})
}

func pipelineCases() []imageCase {
	return chosen(result.GitLabFiles, imageCase{
		name: "jobs",
		files: files{
			".gitlab-ci.yml":      "variables: {NODE: '20', TAG: {value: v1, description: x}}\nimage: node:$NODE\ndefault:\n  services: [postgres:16, {name: 'acme/db:${TAG}'}]\nbuild:\n  image: {name: $CI_REGISTRY_IMAGE/x, entrypoint: ['']}\n",
			"ci/a.gitlab-ci.yaml": "job: {image: 'alpine:3'}\n",
		},
		want: []string{
			"docker.io/acme/db:v1 named .gitlab-ci.yml:4", "docker.io/library/alpine:3 named ci/a.gitlab-ci.yaml:1",
			"docker.io/library/node:20 named .gitlab-ci.yml:2", "docker.io/library/postgres:16 named .gitlab-ci.yml:4",
		},
		notSent: []string{".gitlab-ci.yml: placeholder for an image: its value is not in the file: line 6: $CI_REGISTRY_IMAGE"},
	}, imageCase{
		name: "includes",
		files: files{
			".gitlab-ci.yml": "variables: {TAG: v1}\ninclude:\n- ./ci/*.yml\n- local: deep/**.yml\n  inputs: {base: 'alpine:3'}\n- {project: acme/ci, file: x.yml}\n- https://x.example/y.yml\n- missing.yml\n" +
				"- {template: Jobs/SAST.gitlab-ci.yml}\nchild: {trigger: {include: [{local: child.yml}, {artifact: x.yml, job: y}]}}\n",
			"ci/a.yml": "variables: {TAG: v0}\njob: {image: 'acme/a:$TAG', variables: {OWN: 'acme/own'}, services: [$OWN]}\n", "ci/sub/no.yml": "job: {image: 'no/no:1'}\n",
			"deep/x/y/b.yml": "spec: {inputs: {base: {default: no}, tag: {default: '7'}}}\n---\njob: {image: '$[[ inputs.base ]]', services: ['redis:$[[ inputs.tag ]]']}\n",
			"child.yml":      "include: ci/.gitlab-ci.yml\njob: {image: 'acme/child:1'}\n", "ci/.gitlab-ci.yml": "job: {image: 'acme/$TAG:1'}\n",
			"loop/a.gitlab-ci.yml": "include: loop/b.gitlab-ci.yml\n", "loop/b.gitlab-ci.yml": "include: [loop/a.gitlab-ci.yml]\njob: {image: 'acme/loop'}\n",
		},
		want: []string{
			"docker.io/acme/a:v1 named ci/a.yml:2", "docker.io/acme/child:1 named child.yml:2", "docker.io/acme/loop:latest named loop/b.gitlab-ci.yml:2", "docker.io/acme/own:latest named ci/a.yml:2",
			"docker.io/acme/v1:1 named ci/.gitlab-ci.yml:1", "docker.io/library/alpine:3 named deep/x/y/b.yml:3", "docker.io/library/redis:7 named deep/x/y/b.yml:3",
		},
		notSent: []string{".gitlab-ci.yml: include of a GitLab pipeline: it is not in the repository: line 6: project acme/ci, line 7: https://x.example/y.yml, line 8: missing.yml, line 9: template Jobs/SAST.gitlab-ci.yml"},
	}, imageCase{
		name:  "a broken include",
		files: files{".gitlab-ci.yml": "include: [a.yml, b.yml]\n", "a.yml": "a: [\n", "b.yml": "job: {image: 'acme/b:1'}\n"},
		want:  []string{"docker.io/acme/b:1 named b.yml:1"},
	})
}

func devContainerCases() []imageCase {
	return chosen(result.DevContainerFiles, imageCase{
		name:  "image",
		files: files{".devcontainer/devcontainer.json": "{\n  // the base\n  \"image\": \"mcr.microsoft.com/devcontainers/go:1\",\n}\n"},
		want:  []string{"mcr.microsoft.com/devcontainers/go:1 named .devcontainer/devcontainer.json:3"},
	})
}
