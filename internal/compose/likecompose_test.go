package compose

import "testing"

func TestLikeCompose(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files files
		paths []string
	}{
		"image and build": {files: files{"compose.yaml": `
name: p
services:
  web: {build: ., image: acme/web}
  api: {build: {context: api, dockerfile: ../docker/api, target: t, args: {A: 1, B: 3.10, C: true, D: x, E: }, platforms: [linux/arm64], tags: [x:1, y]}}
  db: {image: "postgres:16", pull_policy: always, platform: linux/amd64}
  in:
    build:
      dockerfile_inline: |
        FROM python:3.6
        RUN true
`}},
		"override": {paths: []string{"compose.yaml", "compose.override.yaml"}, files: files{"compose.yaml": `
services:
  a: {image: "redis:6", build: {context: ., args: [A=1, B=2], tags: [x], platforms: [linux/amd64]}, volumes: ["./x:/x", {type: image, source: "old:1", target: /v}]}
  b: {image: "node:14", build: .}
  c: {image: "node:16", build: ./c}
  d: {image: "node:18"}
`, "compose.override.yaml": `
services:
  a:
    build: {dockerfile: D, args: {B: 3, C: 4}, tags: [y], platforms: [linux/arm64, linux/amd64]}
    volumes: [{type: image, source: "new:1", target: /v}, {type: image, source: "more:1", target: /w}]
  b: !override {image: "python:3.6"}
  c: {image: !reset null, build: {target: t}}
  d: !reset null
  e: {build: {context: e, additional_contexts: {base: "docker-image://alpine:3", app: "service:a", dir: ./d}}}
`}},
		"extends": {files: files{"compose.yaml": `
x-base: &base {image: "redis:7"}
services:
  a: {extends: b, pull_policy: daily}
  b: {extends: {service: c}, build: {target: t}}
  c: {build: {context: ./c, args: {A: 1}}, image: "c:1"}
  d: {extends: {file: sub/base.yml, service: x}, build: {args: {B: 2}}}
  e: {<<: *base, command: x}
  f: {extends: {file: sub/base.yml, service: y}}
`, "sub/base.yml": `
services:
  x: {build: {context: ctx, dockerfile: D}, extends: {file: other.yml, service: z}}
  y: {build: {target: t}}
`, "sub/other.yml": "services: {z: {image: 'z:1', build: {args: {A: z}}}}\n"}},
		"include": {files: files{"compose.yaml": `
include:
  - other/services.yml
  - path: [inc/a.yml, inc/b.yml]
    project_directory: elsewhere
    env_file: env/inc.env
  - {path: inc/nested.yml}
services:
  z: {image: "redis:${TAG}"}
  b: {build: {args: {X: "1"}}}
`, ".env": "TAG=7\n", "other/services.yml": "services: {b: {image: 'python:${TAG}-${OWN}', build: {dockerfile: D}}}\n", "other/.env": "TAG=8\nOWN=o$TAG\n",
			"inc/a.yml": "services: {i: {build: ./i, image: '${INC}'}}\n", "inc/b.yml": "services: {i: {image: 'b:1'}, j: {image: '${INC}'}}\n", "env/inc.env": "INC=inc:2\n",
			"inc/nested.yml": "include: [deep/x.yml]\nservices: {n: {extends: {file: deep/y.yml, service: y}}}\n",
			"inc/deep/x.yml": "services: {x: {build: .}}\n", "elsewhere/i/Dockerfile": "FROM x\n", "inc/deep/y.yml": "services: {y: {build: {context: ctx}}}\n"}},
		"variables": {files: files{"docker/compose.yaml": `
services:
  a: {image: "redis:${TAG:-latest}"}
  b: {image: "$IMAGE", build: {context: "${DIR}", args: ["V=${TAG}", FROM_ENV, NOT_GIVEN, "${PAIR}"]}}
  c: {image: "x/${COMPOSE_PROJECT_NAME}:1"}
name: my-Project
`, "docker/.env": "TAG=5.0.0\nIMAGE=acme/b:$TAG\nDIR=ctx\nFROM_ENV=yes\nPAIR=P=$$x\n"}, paths: []string{"docker/compose.yaml"}},
		"several documents": {files: files{"compose.yaml": "services: {a: {image: 'a:1', build: .}}\n---\nservices: {a: {image: 'a:2'}, b: {image: 'b:1'}}\n---\nservices: {a: !override {image: 'a:3'}}\n"}},
		"jobs and hooks": {files: files{"compose.yaml": `
services:
  a: {image: "a:1", pre_start: [{image: "hook:1", command: x, volumes: [{type: image, source: "v:1", target: /x}]}, {command: y}]}
`}},
		"elsewhere": {files: files{"sub/compose.yaml": `
services:
  a: {build: "https://github.com/acme/x.git#main"}
  b: {build: ../../out}
  c: {build: {context: ., dockerfile: ../../Dockerfile}}
  d: {build: ../in, image: d}
`}, paths: []string{"sub/compose.yaml"}},
		"cycle of extends":  {files: files{"compose.yaml": "services: {a: {extends: b}, b: {extends: a}, c: {image: c}}\n"}},
		"itself":            {files: files{"compose.yaml": "services: {a: {extends: a}}\n"}},
		"cycle of includes": {files: files{"compose.yaml": "include: [a.yml]\n", "a.yml": "include: [b.yml]\n", "b.yml": "include: [a.yml]\n"}},
		"missing include":   {files: files{"compose.yaml": "include: [a.yml]\nservices: {c: {image: c}}\n"}},
		"missing service":   {files: files{"compose.yaml": "services: {a: {extends: b}}\n"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			paths := tt.paths
			if paths == nil {
				paths = []string{"compose.yaml"}
			}
			checkLikeCompose(t, tt.files, nil, paths...)
		})
	}
}
