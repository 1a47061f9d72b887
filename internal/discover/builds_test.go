package discover_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

const alpine = "image:docker.io/library/alpine:latest from Dockerfile:1"

func TestBuildsOfComposeFiles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files files
		o     discover.Options
		want  []string
	}{
		"a Dockerfile of another name": {
			files: files{"compose.yaml": "services:\n  api: {build: {context: ., dockerfile: docker/api}}\n", "docker/api": "FROM python:3.6\n"},
			want:  []string{"dockerfile:docker/api", "image:api skipped:built-here named compose.yaml:2", "image:docker.io/library/python:3.6 from docker/api:1"},
		},
		"inline": {
			files: files{"compose.yaml": "services:\n  api:\n    build:\n      dockerfile_inline: |\n\n        ARG V=1\n        FROM python:$$V\n        RUN true\n  b:\n    build: {dockerfile_inline: 'FROM $$NOPE'}\n  c:\n    build: {dockerfile_inline: 'RUN x'}\n"},
			want: []string{
				"image:$NOPE failed:unresolved from compose.yaml:10", "image:api skipped:built-here named compose.yaml:4",
				"image:b skipped:built-here named compose.yaml:10", "image:c failed:unparsable named compose.yaml:12",
				"image:docker.io/library/python:1 from compose.yaml:7",
			},
		},
		"once for each build": {
			files: files{
				"Dockerfile": "ARG V=1\nFROM acme/x:$V\nFROM acme/y:$TARGETARCH\nFROM tools\nFROM other\n", "a/Dockerfile": "ARG V=1\nFROM acme/a:$V\n",
				"compose.yaml": "services:\n  a: {build: {context: ., args: {V: 2}, platforms: [linux/arm64, linux/amd64]}}\n" +
					"  b:\n    build: {context: ., args: [V=3], additional_contexts: {tools: 'docker-image://acme/tools:1', other: 'service:a'}}\n",
			},
			want: []string{
				"dockerfile:Dockerfile", "dockerfile:a/Dockerfile", "image:a skipped:built-here named compose.yaml:2",
				"image:b skipped:built-here named compose.yaml:4",
				"image:docker.io/acme/a:1 from a/Dockerfile:2", "image:docker.io/acme/tools:1 from compose.yaml:4", "image:docker.io/acme/x:2 from Dockerfile:2",
				"image:docker.io/acme/x:3 from Dockerfile:2", "image:docker.io/acme/y:amd64 from Dockerfile:3", "image:docker.io/acme/y:arm64 from Dockerfile:3",
				"image:docker.io/library/other:latest from Dockerfile:5", "image:docker.io/library/tools:latest from Dockerfile:4",
			},
		},
		"arguments of the user": {
			files: files{
				"Dockerfile": "ARG V=1\nARG W=1\nFROM acme/x:$V-$W\n", "compose.yaml": "services:\n  a: {build: {context: ., args: {V: 2, W: 2}}}\n",
			},
			o:    discover.Options{BuildArgs: args("V=3", "Dockerfile:W=3")},
			want: []string{"dockerfile:Dockerfile", "image:a skipped:built-here named compose.yaml:2", "image:docker.io/acme/x:2-3 from Dockerfile:3"},
		},
		"a file of a folder that another one includes": {
			files: files{
				"compose.yaml": "include:\n- {path: web/compose.yaml, project_directory: ., env_file: web/defaults.env}\n- {path: api/compose.yaml, env_file: web/defaults.env}\n", "web/defaults.env": "TAG=1\n", "web/Dockerfile": "FROM scratch\n",
				"web/compose.yaml": "services:\n  a: {image: 'acme/a:$TAG'}\n  b: {build: web}\n  c: {image: 'acme/c:1'}\n  d: {image: 'acme/d:$NONE'}\n",
				"api/compose.yaml": "services:\n  f: {build: {context: ., args: {TAG: $TAG, V: 2}}}\n", "api/Dockerfile": "ARG TAG\nARG V\nFROM acme/f:$TAG\nFROM acme/g:$V\n",
				"own/compose.yaml": "services:\n  e: {image: 'acme/e:$TAG'}\n", "dir/compose.yaml": "include: [../own/compose.yaml]\n",
			},
			want: []string{
				"dockerfile:api/Dockerfile", "dockerfile:web/Dockerfile", "image:acme/d:$NONE failed:unresolved named web/compose.yaml:5", "image:acme/e:$TAG failed:unresolved named own/compose.yaml:2",
				"image:api/f skipped:built-here named api/compose.yaml:2", "image:b skipped:built-here named web/compose.yaml:3",
				"image:docker.io/acme/a:1 named web/compose.yaml:2", "image:docker.io/acme/c:1 named web/compose.yaml:4",
				"image:docker.io/acme/f:1 from api/Dockerfile:3", "image:docker.io/acme/g:2 from api/Dockerfile:4", "image:f skipped:built-here named api/compose.yaml:2",
				"image:scratch skipped:nothing-to-scan from web/Dockerfile:1",
			},
		},
		"files of other names": {
			files: files{
				"deploy/stack.yml": "services:\n  a: {image: 'nginx:1'}\n", "compose.yaml": "include: [parts/part.yaml]\nservices:\n  b: {image: 'redis:7'}\n",
				"parts/part.yaml": "services:\n  c: {image: 'mysql:$V'}\n", ".env": "V=8\n",
				"compose.more.yaml": "services:\n  d: {extends: {file: parts/base.yaml, service: d}}\n",
				"parts/base.yaml":   "services:\n  d: {image: 'node:$V'}\n  e: {image: 'hidden:1'}\n",
			},
			want: []string{
				"image:docker.io/library/hidden:1 named parts/base.yaml:3", "image:docker.io/library/mysql:8 named parts/part.yaml:2", "image:docker.io/library/nginx:1 named deploy/stack.yml:2",
				"image:docker.io/library/node:8 named parts/base.yaml:2", "image:docker.io/library/redis:7 named compose.yaml:3",
			},
		},
		"an argument without a value": {
			files: files{"Dockerfile": "ARG V=1\nFROM acme/x:$V\n", "compose.yaml": "services:\n  a: {build: {context: ., args: {V: '$TAG'}}}\n"},
			want:  []string{"dockerfile:Dockerfile", "image:a skipped:built-here named compose.yaml:2", "image:acme/x:$V failed:unresolved from Dockerfile:2"},
		},
		"a worker of the image": {
			files: files{
				"Dockerfile": "FROM alpine\n", "compose.yaml": "services:\n  web: {build: ., image: acme/web}\n  worker: {image: 'acme/web:latest'}\n  old: {image: 'acme/web:1'}\n",
			},
			want: []string{
				"dockerfile:Dockerfile", "image:docker.io/acme/web:1 named compose.yaml:4",
				"image:docker.io/acme/web:latest skipped:built-here named compose.yaml:2 compose.yaml:3", alpine,
			},
		},
		"a worker with the same unknown variable": {
			files: files{
				"Dockerfile": "FROM alpine\n", "compose.yaml": "services:\n  web: {build: ., image: '$R/web'}\n  worker: {image: '$R/web'}\n  other: {image: '$S/web'}\n",
			},
			want: []string{
				"dockerfile:Dockerfile", "image:$R/web skipped:built-here named compose.yaml:2 compose.yaml:3", "image:$S/web failed:unresolved named compose.yaml:4", alpine,
			},
		},
		"a tag, and the name of the project": {
			files: files{
				"Dockerfile":   "FROM alpine\n",
				"compose.yaml": "name: shop\nservices:\n  web: {build: {context: ., tags: [acme/web:2]}}\n  a: {image: 'acme/web:2'}\n  b: {image: shop-web}\n",
			},
			want: []string{
				"dockerfile:Dockerfile", "image:docker.io/acme/web:2 skipped:built-here named compose.yaml:4", alpine,
				"image:docker.io/library/shop-web:latest skipped:built-here named compose.yaml:5", "image:web skipped:built-here named compose.yaml:3",
			},
		},
		"pull_policy: always": {
			files: files{
				"Dockerfile":   "FROM alpine\n",
				"compose.yaml": "services:\n  a: {build: ., image: 'acme/a:1', pull_policy: always}\n  b: {build: ., image: 'acme/b:1'}\n  c: {image: 'acme/b:1', pull_policy: daily}\n  d: {build: ., image: 'acme/d:1', pull_policy: $NOPE}\n",
			},
			want: []string{
				"dockerfile:Dockerfile", "image:docker.io/acme/a:1 named compose.yaml:2", "image:docker.io/acme/b:1 named compose.yaml:4", "image:docker.io/acme/d:1 named compose.yaml:5", alpine,
			},
		},
		"an excluded Dockerfile proves nothing": {
			files: files{
				"Dockerfile": "FROM alpine\n", "x/Dockerfile": "FROM alpine\n", "compose.yaml": "services:\n  a: {build: x, image: 'acme/a:1'}\n  b: {build: x}\n  c: {build: .}\n",
			},
			o: discover.Options{Exclude: exclude("x")},
			want: []string{
				"dockerfile:Dockerfile", "dockerfile:x/Dockerfile skipped:excluded", "image:b skipped:excluded named compose.yaml:3", "image:c skipped:built-here named compose.yaml:4",
				"image:docker.io/acme/a:1 named compose.yaml:2", alpine,
			},
		},
		"an excluded Compose file proves nothing": {
			files: files{
				"Dockerfile": "ARG V=1\nFROM acme/x:$V\n", "compose.yaml": "services:\n  web: {image: 'acme/web:1'}\n",
				"compose.override.yaml": "services:\n  web: {build: {context: ., args: {V: 2}}}\n  b: {build: .}\n",
			},
			o: discover.Options{Exclude: exclude("compose.override.yaml")},
			want: []string{
				"dockerfile:Dockerfile", "image:b skipped:excluded named compose.override.yaml:3",
				"image:docker.io/acme/web:1 named compose.yaml:2", "image:docker.io/acme/x:1 from Dockerfile:2",
				"image:web skipped:excluded named compose.override.yaml:2",
			},
		},
		"an excluded Compose file that uses an image": {
			files: files{"compose.yaml": "services:\n  a: {image: redis}\n  b: {image: '$B'}\n"},
			o:     discover.Options{Exclude: exclude("compose.yaml")},
			want:  []string{"image:$B skipped:excluded named compose.yaml:3", "image:docker.io/library/redis:latest skipped:excluded named compose.yaml:2"},
		},
		"a Dockerfile that globs leave out": {
			files: files{"Dockerfile": "FROM alpine\n", "x/Dockerfile": "FROM alpine\n", "compose.yaml": "services:\n  a: {build: x, image: 'acme/a:1'}\n  b: {build: x}\n"},
			o:     discover.Options{Dockerfiles: []string{"Dockerfile"}},
			want:  []string{"dockerfile:Dockerfile", "image:b skipped:excluded named compose.yaml:3", "image:docker.io/acme/a:1 named compose.yaml:2", alpine},
		},
		"a broken or empty Dockerfile": {
			files: files{"Dockerfile": "FROM\n", "x/Dockerfile": "", "compose.yaml": "services:\n  a: {build: ., image: 'acme/a:1'}\n  b: {build: x}\n"},
			want: []string{
				"dockerfile:Dockerfile failed:unparsable", "dockerfile:x/Dockerfile skipped:empty",
				"image:a failed:unparsable named compose.yaml:2", "image:b failed:unreadable named compose.yaml:3",
			},
		},
		"named like a Dockerfile, and built": {
			files: files{"Dockerfile.md": "FROM alpine\n", "Dockerfile.j2": "FROM alpine\n", "compose.yaml": "services:\n  a: {build: {dockerfile: Dockerfile.md}}\n  b: {build: {dockerfile: Dockerfile.j2}}\n"},
			want: []string{
				"dockerfile:Dockerfile.j2", "dockerfile:Dockerfile.md", "image:a skipped:built-here named compose.yaml:2", "image:b skipped:built-here named compose.yaml:3",
				"image:docker.io/library/alpine:latest from Dockerfile.j2:1 Dockerfile.md:1",
			},
		},
		"the default in lower case, and Containerfile": {
			files: files{"a/dockerfile": "FROM alpine\n", "b/Containerfile": "FROM alpine\n", "compose.yaml": "services:\n  a: {build: a}\n  b: {build: {context: b}}\n  c: {build: {context: b, dockerfile: Dockerfile}}\n"},
			want: []string{
				"dockerfile:a/dockerfile", "dockerfile:b/Containerfile", "image:a skipped:built-here named compose.yaml:2", "image:b skipped:built-here named compose.yaml:3",
				"image:c failed:unreadable named compose.yaml:4", "image:docker.io/library/alpine:latest from a/dockerfile:1 b/Containerfile:1",
			},
		},
		"a merge adds and never removes": {
			files: files{
				"compose.yaml": "services:\n  a: {image: 'a:1'}\n  b: {image: 'b:1'}\n", "compose.override.yaml": "services:\n  a: {image: 'a:2'}\n  b: !reset null\n",
				"compose.prod.yaml": "services:\n  a: !override {image: 'a:3'}\n", "other.compose.yml": "services:\n  a: {image: 'a:4'}\n",
			},
			want: []string{
				"image:docker.io/library/a:1 named compose.yaml:2", "image:docker.io/library/a:2 named compose.override.yaml:2",
				"image:docker.io/library/a:3 named compose.prod.yaml:2", "image:docker.io/library/a:4 named other.compose.yml:2", "image:docker.io/library/b:1 named compose.yaml:3",
			},
		},
		"a file that may stand alone": {
			files: files{
				"compose.yaml": "services:\n  a: {build: {context: ., dockerfile: dev}, image: acme/a}\n", "compose.prod.yaml": "services:\n  a: {build: ./prod}\n  b: {build: {context: gone}}\n",
				"dev": "FROM alpine\n", "prod/Dockerfile": "FROM alpine\n",
			},
			want: []string{
				"dockerfile:dev", "dockerfile:prod/Dockerfile", "image:a skipped:built-here named compose.prod.yaml:2", "image:b failed:unreadable named compose.prod.yaml:3",
				"image:docker.io/acme/a:latest skipped:built-here named compose.yaml:2", "image:docker.io/library/alpine:latest from dev:1 prod/Dockerfile:1",
			},
		},
		"variables": {
			files: files{
				"compose.yaml": "services:\n  a: {image: 'a:$TAG'}\n  b: {image: 'b:$OTHER'}\n  c: {image: 'c:${API_KEY:-1}'}\n  d: {image: 'd:$NOPE'}\n", ".env": "TAG=1\nOTHER=1\nAPI_KEY=x\n",
			},
			o: discover.Options{Vars: map[string]string{"OTHER": "2"}},
			want: []string{
				"image:c:${API_KEY:-1} failed:unresolved named compose.yaml:4", "image:d:$NOPE failed:unresolved named compose.yaml:5",
				"image:docker.io/library/a:1 named compose.yaml:2", "image:docker.io/library/b:2 named compose.yaml:3",
			},
		},
		"a manifest beside services": {
			files: files{"compose.yaml": "services:\n  a: {image: a}\n---\n" + manifest("b")},
			want:  []string{"image:docker.io/library/a:latest named compose.yaml:2", "image:docker.io/library/b:latest named compose.yaml:11", "iac:compose.yaml"},
		},
		"bake": {
			files: files{
				"docker-bake.hcl": "variable \"V\" { default = \"1\" }\ntarget \"a\" {\n  dockerfile = \"docker/api\"\n  args = { V = V }\n  tags = [\"acme/a:1\"]\n}\n" +
					"target \"b\" { context = \"gone\" }\ntarget \"c\" { dockerfile = NOPE }\n", "docker/api": "ARG V=0\nFROM acme/x:$V\n",
				"sub/bake.hcl": "target \"d\" { context = \"docker\", dockerfile = \"api\" }", "sub/docker-bake.json": `{"target": {"e": {"context": "docker", "dockerfile": "api"}}}`,
				"pod.yaml": manifest("acme/a:1"),
			},
			o: discover.Options{Vars: map[string]string{"V": "2"}},
			want: []string{
				"dockerfile:docker/api", "image:docker.io/acme/a:1 named pod.yaml:8",
				"image:docker.io/acme/x:0 from docker/api:2", "image:docker.io/acme/x:2 from docker/api:2", "image:sub/bake.hcl failed:unparsable named sub/bake.hcl:1", "iac:pod.yaml",
			},
		},
		"skaffold": {
			files: files{
				"skaffold.yaml": "apiVersion: skaffold/v4beta6\nkind: Config\nrequires: [{path: lib}]\nbuild:\n  artifacts:\n  - image: web\n    docker: {buildArgs: {V: '2'}}\n    requires: [{image: acme/base, alias: BASE}]\n" +
					"  - {image: jibbed, jib: {}}\n  - {image: acme/go, ko: {}}\n  - {image: gone, docker: {dockerfile: gone}}\nmanifests: {rawYaml: [k8s/*.yaml]}\n",
				"Dockerfile":        "ARG V=1\nARG BASE\nFROM acme/x:$V\nFROM $BASE\n",
				"lib/skaffold.yaml": "apiVersion: skaffold/v4beta6\nkind: Config\nbuild: {artifacts: [{image: acme/base}]}\n", "lib/Dockerfile": "FROM alpine\n",
				"k8s/a.yaml": manifest("web:1"), "k8s/b.yaml": manifest("jibbed"), "k8s/c.yaml": manifest("acme/go"), "k8s/d.yaml": manifest("acme/base:2"), "other/a.yaml": manifest("web"),
			},
			want: []string{
				"dockerfile:Dockerfile", "dockerfile:lib/Dockerfile", "image:docker.io/acme/base:2 skipped:built-here named k8s/d.yaml:8",
				"image:docker.io/acme/base:latest from Dockerfile:4", "image:docker.io/acme/go:latest skipped:built-here named k8s/c.yaml:8", "image:docker.io/acme/x:2 from Dockerfile:3",
				"image:docker.io/library/alpine:latest from lib/Dockerfile:1", "image:docker.io/library/web:1 skipped:built-here named k8s/a.yaml:8", "image:docker.io/library/web:latest named other/a.yaml:8",
				"iac:k8s/a.yaml", "iac:k8s/b.yaml", "iac:k8s/c.yaml", "iac:k8s/d.yaml", "iac:other/a.yaml",
			},
		},
		"an image that another build of the project makes": {
			files: files{
				"compose.yaml":    "services:\n  base: {build: base, image: acme/base}\n  web: {build: web}\n  self: {build: self, image: 'python:3'}\n  one: {build: one, image: acme/one}\n  two: {build: two, image: acme/two}\n",
				"base/Dockerfile": "FROM alpine\n", "web/Dockerfile": "FROM acme/base\nCOPY --from=acme/base:2 / /\n", "self/Dockerfile": "FROM python:3\n",
				"one/Dockerfile": "FROM acme/two\n", "two/Dockerfile": "FROM acme/one\n", "other/Dockerfile": "FROM acme/base:2\n",
			},
			o: discover.Options{Only: only(result.KindDockerfile)},
			want: []string{
				"dockerfile:base/Dockerfile", "dockerfile:one/Dockerfile", "dockerfile:other/Dockerfile", "dockerfile:self/Dockerfile", "dockerfile:two/Dockerfile", "dockerfile:web/Dockerfile",
				"image:docker.io/acme/base:2 from other/Dockerfile:1 web/Dockerfile:2", "image:docker.io/acme/base:latest from web/Dockerfile:1",
				"image:docker.io/acme/one:latest from two/Dockerfile:1", "image:docker.io/acme/two:latest from one/Dockerfile:1", "image:docker.io/library/alpine:latest from base/Dockerfile:1",
				"image:docker.io/library/python:3 from self/Dockerfile:1",
			},
		},
		"ko": {
			files: files{"a.yaml": manifest("ko://github.com/acme/shop/cmd/web")},
			want:  []string{"image:ko://github.com/acme/shop/cmd/web skipped:built-here named a.yaml:8", "iac:a.yaml"},
		},
		"only dockerfile": {
			files: files{
				"Dockerfile":   "FROM $X\n",
				"compose.yaml": "services:\n  a: {build: {dockerfile: api, additional_contexts: {b: 'docker-image://acme/b:1'}}, image: a}\n  c: {image: c}\n  d: {build: {dockerfile_inline: FROM alpine}}\n  e: {build: gone}\n",
				"api":          "FROM b\n", "broken.yaml": "kind: Pod\napiVersion: v1\nmetadata: [\n", "docker-compose.yml": "services: [\n",
			},
			o: discover.Options{Only: only(result.KindDockerfile)},
			want: []string{
				"dockerfile:Dockerfile", "dockerfile:api", "image:$X failed:unresolved from Dockerfile:1", "image:docker.io/acme/b:1 from compose.yaml:2",
				"image:docker.io/library/alpine:latest from compose.yaml:4", "image:e failed:unreadable named compose.yaml:5", "iac:docker-compose.yml failed:unparsable",
			},
		},
		"only image": {
			files: files{"x/Dockerfile": "FROM alpine\n", "Dockerfile": "FROM\n", "compose.yaml": "services:\n  a: {build: x, image: acme/a}\n  b: {image: acme/a}\n  c: {build: .}\n"},
			o:     discover.Options{Only: only(result.KindImage)},
			want:  []string{"image:c failed:unparsable named compose.yaml:4", "image:docker.io/acme/a:latest skipped:built-here named compose.yaml:2 compose.yaml:3"},
		},
		"only iac": {
			files: files{"compose.yaml": "services:\n  a: {image: a}\n  b: [\n", "main.tf": bucket},
			o:     discover.Options{Only: only(result.KindIaC)},
			want:  []string{"iac:main.tf"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, plan(t, plain(t, tt.files), tt.o), tt.want...)
		})
	}
}

// Outside of its project, a name that is built here is asked about. What it is built from
// goes along, unless the name is one of Docker Hub's own.
func TestBuiltFrom(t *testing.T) {
	t.Parallel()
	p := plan(t, plain(t, files{
		"a/compose.yaml": "services:\n  web: {build: ., image: acme/web}\n  nginx: {build: ., image: nginx}\n  gone: {build: gone, image: acme/gone}\n", "a/Dockerfile": "FROM alpine\n",
		"b/compose.yaml": "services:\n  web: {image: acme/web}\n", "pod.yaml": manifest("nginx"), "pod2.yaml": manifest("acme/gone"), "Dockerfile": "FROM acme/web\n",
	}), discover.Options{})
	want := map[string]string{
		"image:docker.io/acme/web:latest": "a/Dockerfile", "image:docker.io/library/nginx:latest": "", "image:docker.io/acme/gone:latest": "", "image:docker.io/library/alpine:latest": "",
	}
	for id, from := range want {
		r := row(t, p, id)
		if r.Target.BuiltFrom != from || r.Status != result.Pending {
			t.Errorf("%s: %v, built from %q, want %q", id, r.Status, r.Target.BuiltFrom, from)
		}
	}
}

// What a Dockerfile builds upon is asked about, because builders take the image of a registry
// if there is one. Only another build of the project proves that there may be none.
func TestBasesBuiltFrom(t *testing.T) {
	t.Parallel()
	p := plan(t, plain(t, files{
		"compose.yaml": "services:\n  base: {build: base, image: base}\n  web: {build: web}\n  self: {build: self, image: 'acme/self:1'}\n  one: {build: one, image: acme/one}\n  two: {build: two, image: acme/two}\n" +
			"  pulled: {image: 'acme/pulled', pull_policy: always}\n  make: {build: base, image: acme/pulled}\n",
		"base/Dockerfile": "FROM alpine\n", "web/Dockerfile": "FROM base\n", "self/Dockerfile": "FROM acme/self:1\n",
		"one/Dockerfile": "FROM acme/two\n", "two/Dockerfile": "FROM acme/one\n", "other/Dockerfile": "FROM acme/self:1\nFROM library/nginx\n", "x/Dockerfile": "FROM acme/x\n",
		"x/compose.yaml": "services: {x: {build: ., image: acme/y}}\n", "y/Dockerfile": "FROM acme/y\n",
	}), discover.Options{Images: []result.NamedImage{{Ref: "acme/y"}}})
	for name, from := range map[string]string{
		"library/base:latest": "base/Dockerfile", "acme/self:1": "", "acme/one:latest": "", "acme/two:latest": "", "acme/pulled:latest": "", "library/nginx:latest": "", "acme/x:latest": "",
		"acme/y:latest": "",
	} {
		r := row(t, p, "image:docker.io/"+name)
		if r.Target.BuiltFrom != from || r.Status != result.Pending {
			t.Errorf("%s: %v, built from %q, want %q", name, r.Status, r.Target.BuiltFrom, from)
		}
	}
}

func TestWhatLiesElsewhere(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	out := plain(t, files{"compose.yaml": "services: {x: {image: outside}}\n", "in.yaml": "services: {x: {image: outside}}\n", "Dockerfile": "FROM outside\n"})
	for link, target := range map[string]string{"in": "real", "link": out} {
		if err := os.Symlink(target, filepath.Join(g.Dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	g.Write("sub/compose.yaml", strings.Join([]string{
		"include: [../../out.yaml, 'oci://acme/x', ../link/in.yaml, ../inside.yaml, " + out + "/compose.yaml, ~/x.yaml]", "services:",
		"  a: {build: 'https://github.com/acme/x.git'}", "  b: {build: ../../out, image: acme/b}", "  c: {build: {dockerfile: ../../../etc/passwd}}", "  d: {build: " + out + "}",
		"  e: {build: ../link}", "  f: {build: {context: 'https://x.example/y'}}", "  g: {extends: {file: ../../base.yaml, service: x}}",
		"  h: {build: 'C:\\x'}", "  i: {build: ../in}", "  j: {build: ../git}", "  k: {extends: {file: ../real, service: x}}", "  l: {extends: {file: ../git/x.yaml, service: x}}", "",
	}, "\n"))
	g.Write("inside.yaml", "services: {in: {image: in}}\n")
	g.Write("real/Dockerfile", "FROM alpine\n")
	g.Write("git/Dockerfile", "FROM ignored\n")
	g.Write("git/x.yaml", "services: {x: {image: ignored}}\n")
	g.Write(".gitignore", "git\n")
	g.Commit()
	p := plan(t, g.Dir, discover.Options{})
	check(t, p,
		"dockerfile:real/Dockerfile", "image:../git/x.yaml failed:unreadable named sub/compose.yaml:14", "image:../real failed:unreadable named sub/compose.yaml:13",
		"image:docker.io/library/alpine:latest from real/Dockerfile:1", "image:docker.io/library/in:latest named inside.yaml:1",
		"image:sub/i skipped:built-here named sub/compose.yaml:11", "image:sub/j failed:unreadable named sub/compose.yaml:12",
	)
	if r := row(t, p, "image:../real"); r.Reason != "sub/compose.yaml:13: extends real: it is not a file" {
		t.Errorf("row %+v", r)
	}
	const outside, remote = ": it lies outside of the repository", ": nothing is fetched from elsewhere"
	want := []string{
		"link: symbolic link to a folder: it leads out of the tree", "Compose include ../../out.yaml" + outside, "Compose include oci://acme/x" + remote,
		"Compose include ../link/in.yaml" + outside, "Compose include " + out + "/compose.yaml" + outside, "Compose include ~/x.yaml" + outside,
		"Compose extends ../../base.yaml" + outside, `build of service "a"` + remote, `build of service "b"` + outside,
		`build of service "c"` + outside, `build of service "d"` + outside, `build of service "f"` + remote,
		`build of service "h"` + outside, `build of service "e"` + outside,
	}
	var got []string
	for _, n := range p.NotSent {
		got = append(got, strings.TrimPrefix(n.Path+": "+n.What+": "+n.Why, "sub/compose.yaml: "))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("not sent (-want +got):\n%s", diff)
	}
}

// A submodule is another repository.
func TestBuildInASubmodule(t *testing.T) {
	t.Parallel()
	g, other := gittest.New(t), gittest.New(t)
	other.Write("Dockerfile", "FROM alpine\n")
	other.Commit()
	g.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.Dir, "sub")
	g.Write("compose.yaml", "services: {a: {build: sub}}\n")
	g.Commit()
	want := []string{
		`compose.yaml: build of service "a": it belongs to another repository`,
		"sub: submodule: its files belong to another repository: scan it by itself",
	}
	if diff := cmp.Diff(want, notSent(plan(t, g.Dir, discover.Options{}))); diff != "" {
		t.Errorf("not sent (-want +got):\n%s", diff)
	}
}

// A build that is the same in several merges is listed once, and so is a variable.
func TestDeclaredBuilds(t *testing.T) {
	t.Parallel()
	p := plan(t, plain(t, files{
		"compose.yaml":          "services:\n  api:\n    build: {context: ., args: [V=$V, W], target: t}\n    image: a/api:$V\n",
		"compose.override.yaml": "services:\n  db: {image: 'redis:$V'}\n",
		".env":                  "V=3\nX=unused\n",
		"Dockerfile":            "ARG V\nFROM alpine:3.$V AS t\n",
	}), discover.Options{})
	want := []result.Build{{
		Subject: `service "api"`, Location: result.Location{Path: "compose.yaml", Line: 3}, Dockerfile: "Dockerfile", Target: "t",
		Args:  []result.DeclaredArg{{Name: "V", Value: "3"}},
		Names: []string{"a/api:3"},
	}}
	if diff := cmp.Diff(want, p.Builds); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]result.Variable{{Name: "V", Value: "3", From: ".env"}}, p.Variables); diff != "" {
		t.Error(diff)
	}
}
