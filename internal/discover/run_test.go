package discover_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files files
		o     discover.Options
		want  []string
	}{
		"nothing": {files: files{"README.md": "hello", "data.json": "{}", "x.yaml": "a: 1"}},
		"one of each kind": {
			files: files{
				"api/Dockerfile":   "FROM golang:1 AS b\nFROM b\nFROM scratch\nFROM nginx\n",
				"infra/main.tf":    bucket,
				"infra/prod.json":  `{"AWSTemplateFormatVersion":"2010-09-09","Resources":{"B":{"Type":"AWS::S3::Bucket"}}}`,
				"k8s/pod.yaml":     manifest("redis:7"),
				"infra/notes.yaml": "a: 1\n",
			},
			want: []string{
				"dockerfile:api/Dockerfile",
				"image:docker.io/library/golang:1 from api/Dockerfile:1",
				"image:docker.io/library/nginx:latest from api/Dockerfile:4",
				"image:docker.io/library/redis:7 named k8s/pod.yaml:8",
				"image:scratch skipped:nothing-to-scan from api/Dockerfile:3",
				"iac:infra/main.tf", "iac:infra/prod.json", "iac:k8s/pod.yaml",
			},
		},
		"a Terraform file too large to be parsed here is for the service": {
			files: files{"small.tf": "resource {", "large.tf": "resource {" + strings.Repeat(" ", 64<<10)},
			want:  []string{"iac:large.tf", "iac:small.tf failed:unparsable"},
		},
		"a large file without extension is a Dockerfile by its beginning": {
			files: files{
				"build/comments": strings.Repeat("# a comment\n", 6<<10) + "FROM scratch\nRUN x\n",
				"build/cut":      strings.Repeat("#", 64<<10-3) + "\nFROM scratch\nRUN x\n",
				"build/image":    "FROM scratch\nRUN x\n" + strings.Repeat("# a comment\n", 6<<10),
				"build/program":  "\x7fELF" + strings.Repeat("\x00 ", 64<<10) + "\nFROM scratch\nRUN x\n",
			},
			want: []string{
				"dockerfile:build/comments", "dockerfile:build/cut", "dockerfile:build/image",
				fmt.Sprintf("image:scratch skipped:nothing-to-scan from build/comments:%d build/cut:2 build/image:1", 6<<10+1),
			},
		},
		"one row for each distinct image": {
			files: files{
				"a/Dockerfile": "FROM nginx\nFROM docker.io/library/nginx:latest\n", "b/Dockerfile": "FROM nginx:latest\n", "pod.yaml": manifest("index.docker.io/nginx"),
			},
			o: discover.Options{Images: []result.NamedImage{{Ref: "nginx"}, {Ref: "redis", Location: &result.Location{Path: ".scangate.yaml", Line: 3}}}},
			want: []string{
				"dockerfile:a/Dockerfile", "dockerfile:b/Dockerfile",
				"image:docker.io/library/nginx:latest from named a/Dockerfile:1 a/Dockerfile:2 b/Dockerfile:1 pod.yaml:8",
				"image:docker.io/library/redis:latest named .scangate.yaml:3", "iac:pod.yaml",
			},
		},
		"compose": {
			files: files{"docker-compose.yml": "services:\n  db:\n    image: postgres:16\n  web:\n    build: .\n    image: acme/web:1\n  job:\n    build: ./job\n  x:\n    image: acme/x:${TAG}\n  y:\n    image: ACME\n  gone:\n    build: ./gone\n    image: acme/gone\n", "Dockerfile": "FROM scratch\n", "job/Dockerfile": "FROM scratch\n"},
			want: []string{
				"dockerfile:Dockerfile", "dockerfile:job/Dockerfile",
				"image:ACME failed:unparsable named docker-compose.yml:12",
				"image:acme/x:${TAG} failed:unresolved named docker-compose.yml:10",
				"image:docker.io/acme/web:1 skipped:built-here named docker-compose.yml:6",
				"image:docker.io/library/postgres:16 named docker-compose.yml:3",
				"image:gone failed:unreadable named docker-compose.yml:14",
				"image:job skipped:built-here named docker-compose.yml:8",
				"image:scratch skipped:nothing-to-scan from Dockerfile:1 job/Dockerfile:1",
			},
		},
		"built here and deployed there": {
			files: files{"compose.yaml": "services:\n  web:\n    build: .\n    image: acme/web:1\n", "pod.yaml": manifest("acme/web:1"), "Dockerfile": "FROM nginx\n"},
			want: []string{
				"dockerfile:Dockerfile", "image:docker.io/acme/web:1 named pod.yaml:8", "image:docker.io/library/nginx:latest from Dockerfile:1", "iac:pod.yaml",
			},
		},
		"build arguments and platform": {
			files: files{"Dockerfile": "ARG BASE\nFROM $BASE\nFROM acme/x:$TARGETARCH\n"},
			o:     discover.Options{BuildArgs: []result.BuildArg{{Name: "BASE", Value: "debian:12"}}, Platforms: []string{"linux/arm64"}},
			want: []string{
				"dockerfile:Dockerfile", "image:docker.io/acme/x:arm64 from Dockerfile:3", "image:docker.io/library/debian:12 from Dockerfile:2",
			},
		},
		"what can't be resolved or parsed is failed": {
			files: files{
				"Dockerfile": "ARG BASE\nFROM $BASE\nFROM Nginx\n", "b/Dockerfile": "no FROM here\n", "bad.tf": "resource {", "bad.yaml": "apiVersion: v1\nkind: Pod\nmetadata: [\n",
			},
			want: []string{
				"dockerfile:Dockerfile", "dockerfile:b/Dockerfile failed:unparsable",
				"image:$BASE failed:unresolved from Dockerfile:2", "image:Nginx failed:unparsable from Dockerfile:3",
				"iac:bad.tf failed:unparsable", "iac:bad.yaml failed:unparsable",
			},
		},
		"empty files": {
			files: files{"Dockerfile": " \n", "main.tf": "", "empty.yaml": ""},
			want:  []string{"dockerfile:Dockerfile skipped:empty", "iac:main.tf skipped:empty"},
		},
		"only dockerfile": {
			files: files{"Dockerfile": "FROM nginx\n", "pod.yaml": manifest("redis"), "main.tf": bucket},
			o:     discover.Options{Only: only(result.KindDockerfile), Images: []result.NamedImage{{Ref: "x"}}},
			want:  []string{"dockerfile:Dockerfile", "image:docker.io/library/nginx:latest from Dockerfile:1"},
		},
		"only image": {
			files: files{"Dockerfile": "FROM nginx\n", "pod.yaml": manifest("redis"), "main.tf": "resource {", "bad.yaml": "apiVersion: v1\nkind: Pod\nmetadata: [\n"},
			o:     discover.Options{Only: only(result.KindImage), Images: []result.NamedImage{{Ref: "x"}}},
			want: []string{
				"image:docker.io/library/redis:latest named pod.yaml:8", "image:docker.io/library/x:latest named",
				// It may name images.
				"iac:bad.yaml failed:unparsable", "iac:main.tf failed:unparsable",
			},
		},
		"only iac": {
			files: files{"Dockerfile": "FROM nginx\n", "pod.yaml": manifest("redis"), "main.tf": bucket},
			o:     discover.Options{Only: only(result.KindIaC)},
			want:  []string{"iac:main.tf", "iac:pod.yaml"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, plan(t, plain(t, tt.files), tt.o), tt.want...)
		})
	}
}

func only(kinds ...result.Kind) map[result.Kind]bool {
	m := map[result.Kind]bool{}
	for _, k := range kinds {
		m[k] = true
	}
	return m
}

func TestRowsSayWhatIsWrongAndHowToFixIt(t *testing.T) {
	t.Parallel()
	p := plan(t, plain(t, files{
		"Dockerfile":  "ARG BASE\nFROM \\\n  $BASE\nFROM x:$NOPE\n",
		"b.tf":        "resource {",
		"compose.yml": "services:\n  web:\n    build: .\n  gone:\n    build: ./gone\n",
	}), discover.Options{})
	tests := map[string]struct{ reason, fix string }{
		"image:$BASE":   {"Dockerfile:2: ARG BASE (line 1) has no value", "--build-arg BASE=VALUE, or exclude it"},
		"image:x:$NOPE": {"Dockerfile:4: variable NOPE is not declared by an ARG before the first FROM", "declare ARG NOPE before the first FROM, or exclude it"},
		"image:web":     {`service "web" is built here from Dockerfile`, ""},
		"image:gone":    {`compose.yml:5: service "gone" is built from gone/Dockerfile: it does not exist`, "correct the context or the Dockerfile, or exclude the file"},
		"iac:b.tf":      {"b.tf:1:", "fix the file, or exclude it"},
	}
	for id, want := range tests {
		r := row(t, p, id)
		if !strings.HasPrefix(r.Reason, want.reason) || r.Fix != want.fix {
			t.Errorf("%s: reason %q, fix %q, want %q, %q", id, r.Reason, r.Fix, want.reason, want.fix)
		}
	}
	want := []result.Location{{Path: "Dockerfile", Line: 2, Block: &result.Range{Start: 2, End: 3}}}
	if diff := cmp.Diff(want, row(t, p, "image:$BASE").Target.Places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

func TestTargetsOfFiles(t *testing.T) {
	t.Parallel()
	p := plan(t, plain(t, files{"Dockerfile": "FROM nginx\n", "main.tf": bucket, "pod.yaml": manifest("x")}), discover.Options{})
	want := map[string]result.Target{
		"dockerfile:Dockerfile": {Kind: result.KindDockerfile, Name: "Dockerfile", Size: 11},
		"iac:main.tf":           {Kind: result.KindIaC, Name: "main.tf", Framework: template.Terraform, Size: int64(len(bucket))},
		"iac:pod.yaml":          {Kind: result.KindIaC, Name: "pod.yaml", Framework: template.Kubernetes, Size: int64(len(manifest("x")))},
	}
	for id, target := range want {
		if diff := cmp.Diff(target, row(t, p, id).Target); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
}

func TestHelpersNeedATemplateInTheirFolder(t *testing.T) {
	t.Parallel()
	p := plan(t, plain(t, files{
		"infra/main.tf": bucket, "infra/prod.tfvars": "a = 1\n", "infra/x.auto.tfvars": "b = 2\n", "infra/no.tfvars": "c = 3\n",
		"envs/lone.tfvars": "a = 1\n", "old/main.tf": bucket, "old/old.tfvars": "a = 1\n",
	}), discover.Options{Exclude: exclude("old", "**/no.tfvars")})
	want := []result.Helper{{Path: "infra/prod.tfvars", Size: 6}, {Path: "infra/x.auto.tfvars", Size: 6}}
	if diff := cmp.Diff(want, p.Helpers); diff != "" {
		t.Errorf("helpers (-want +got):\n%s", diff)
	}
}

func TestHelmChartsAreNotSent(t *testing.T) {
	t.Parallel()
	chart := files{
		"deploy/shop/Chart.yaml": "apiVersion: v2\nname: shop\n", "deploy/shop/values.yaml": "a: 1\n",
		"deploy/shop/templates/pod.yaml": "{{ if .Values.a }}\n" + manifest("x") + "{{ end }}\n", "deploy/shop/templates/sub/x.yaml": manifest("y"),
		"deploy/shop/templates/two.yaml":   manifest("x") + "---\n{{ x }}\n",
		"deploy/shop/templates/stack.yaml": "Resources: {B: {Type: AWS::S3::Bucket}}\n", "deploy/shop/templates/main.tf": bucket,
		"deploy/shop/crds/crd.yaml": manifest("crd"), "deploy/shop/charts/db/Chart.yaml": "apiVersion: v2\nname: db\n",
		"deploy/shop/charts/db/templates/x.yaml": manifest("z"), "templates/pod.yaml": manifest("mine"), "deploy/my-templates/pod.yaml": manifest("mine"),
	}
	dir := plain(t, chart)
	p := plan(t, dir, discover.Options{})
	check(
		t, p, "image:docker.io/library/crd:latest named deploy/shop/crds/crd.yaml:8",
		"image:docker.io/library/mine:latest named deploy/my-templates/pod.yaml:8 templates/pod.yaml:8",
		"image:docker.io/library/y:latest named deploy/shop/templates/sub/x.yaml:8",
		"image:docker.io/library/z:latest named deploy/shop/charts/db/templates/x.yaml:8",
		"iac:deploy/my-templates/pod.yaml", "iac:deploy/shop/charts/db/templates/x.yaml", "iac:deploy/shop/crds/crd.yaml",
		"iac:deploy/shop/templates/main.tf", "iac:deploy/shop/templates/stack.yaml", "iac:deploy/shop/templates/sub/x.yaml", "iac:templates/pod.yaml",
	)
	want := []result.NotSent{
		{Path: "deploy/shop/Chart.yaml", What: "Helm chart", Why: "the service is not known to take this format; --render helm scans what it renders"},
		{
			Path: "deploy/shop/templates/two.yaml", What: "Jinja template",
			Why: "it is Kubernetes once a template engine has filled it in; a document of it can be deployed as it is",
		},
	}
	if diff := cmp.Diff(want, p.NotSent); diff != "" {
		t.Errorf("not sent (-want +got):\n%s", diff)
	}
	g := gittest.New(t)
	chart.Write(t, g.Dir)
	p = plan(t, g.Dir+"/deploy/shop/templates", discover.Options{})
	if len(p.NotSent) != 2 || p.NotSent[0].Path != "deploy/shop/templates/pod.yaml" {
		t.Errorf("not sent, in a part of a chart: %+v", p.NotSent)
	}
}

func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	broken := "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }\n bad: [\n"
	dir := plain(t, files{
		"compose.yaml": "services:\n  a: {image: nginx}\n b: [\n", "main.tf": bucket,
		"chart/Chart.yaml": "apiVersion: v2\nname: shop\n", "chart/files/deep/pod.yaml": broken, "other/pod.yaml": broken,
		"chart/files/mistake.yaml": "apiVersion: v1\nkind: Pod\nmetadata: [\n",
	})
	always := []string{
		"iac:chart/files/deep/pod.yaml failed:unparsable", "iac:chart/files/mistake.yaml failed:unparsable", "iac:main.tf", "iac:other/pod.yaml failed:unparsable",
	}
	check(t, plan(t, dir, discover.Options{Only: map[result.Kind]bool{result.KindIaC: true}}), always...)
	check(t, plan(t, dir, discover.Options{}), slices.Insert(slices.Clone(always), 2, "iac:compose.yaml failed:unparsable")...)
}

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	at := &result.Location{Path: ".scangate.yaml", Line: 4}
	tests := map[string]struct {
		o    discover.Options
		want string
	}{
		"glob":             {discover.Options{Exclude: exclude("a[b")}, `--exclude "a[b": is not a valid glob`},
		"empty glob":       {discover.Options{Templates: []string{"./"}}, `--iac "./": is not a valid glob`},
		"no template":      {discover.Options{Templates: []string{"**/*.tf", "k8s/**"}}, `--iac "k8s/**": matches no IaC template`},
		"no file":          {discover.Options{Dockerfiles: []string{"nope"}}, `--dockerfile "nope": matches no file`},
		"sensitive file":   {discover.Options{Dockerfiles: []string{".env"}}, `--dockerfile ".env": matches no file`},
		"platform":         {discover.Options{Platforms: []string{"linux/amd64", "a/b/c/d"}}, `--platform "a/b/c/d": must be OS/ARCH[/VARIANT]`},
		"image":            {discover.Options{Images: []result.NamedImage{{Ref: "Nginx"}}}, `image "Nginx": not an image reference: the name must`},
		"image, in config": {discover.Options{Images: []result.NamedImage{{Ref: "a b", Location: at}}}, `.scangate.yaml:4: image "a b"`},
	}
	dir := plain(t, files{"main.tf": bucket, "k8s/x.yaml": "a: 1\n", ".env": "A=1\n"})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tryPlan(t, dir, tt.o)
			var usage *discover.UsageError
			if !errors.As(err, &usage) || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("err = %v, want a *UsageError that begins with %q", err, tt.want)
			}
		})
	}
}

func TestRunEndsWithTheContext(t *testing.T) {
	t.Parallel()
	tree, err := discover.Open(t.Context(), plain(t, files{"Dockerfile": "FROM nginx\n"}), gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("interrupted")
	cancel(cause)
	if _, err := discover.Run(ctx, tree, discover.Files{Names: []string{"Dockerfile"}}, discover.Options{}); !errors.Is(err, cause) {
		t.Errorf("err = %v, want the context's cause", err)
	}
}

// A file that is read after the others were classified does not keep a run either.
func TestRunEndsAtOnce(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{"compose.yaml": "services: {a: {image: a}}\n", ".env": "COMPOSE_FILE=compose.yaml\n"})
	tree, all := discovertest.Open(t, dir)
	ctx, cancel := context.WithCancelCause(t.Context())
	cause, release := errors.New("interrupted"), make(chan struct{})
	tree.FS = opening{tree.FS, func(name string) {
		if name == ".env" {
			cancel(cause)
			<-release
		}
	}}
	if p, err := discover.Run(ctx, tree, all, discover.Options{}); p != nil || !errors.Is(err, cause) {
		t.Errorf("plan %v, err %v; want %v", p, err, cause)
	}
	close(release)
}

// opening is a file system that says which files are opened.
type opening struct {
	fs.FS

	open func(name string)
}

// Open implements [fs.FS].
func (o opening) Open(name string) (fs.File, error) {
	o.open(name)
	return o.FS.Open(name)
}
