package discover_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

// args reads [DOCKERFILE:]NAME=VALUE.
func args(all ...string) []result.BuildArg {
	var list []result.BuildArg
	for _, text := range all {
		left, value, _ := strings.Cut(text, "=")
		arg := result.BuildArg{Name: left, Value: value, Origin: result.Origin{Setting: "--build-arg"}}
		if i := strings.LastIndexByte(left, ':'); i >= 0 {
			arg.Dockerfile, arg.Name = left[:i], left[i+1:]
		}
		list = append(list, arg)
	}
	return list
}

// The argument for a path wins over the one for the folder, and that over the one for
// every Dockerfile, in whatever order they are given.
func TestBuildArgsOfOneDockerfile(t *testing.T) {
	t.Parallel()
	const file = "ARG V=default\nFROM acme/x:$V\n"
	g := gittest.New(t)
	files{"Dockerfile": file, "docker/api/Dockerfile": file, "docker/api/Dockerfile.dev": file, "docker/web/Dockerfile": file}.Write(t, g.Dir)
	const (
		top = " from Dockerfile:2"
		api = " from docker/api/Dockerfile:2"
		dev = " from docker/api/Dockerfile.dev:2"
		web = " from docker/web/Dockerfile:2"
	)
	image := func(tag string) string { return "image:docker.io/acme/x:" + tag }
	files := []string{"dockerfile:Dockerfile", "dockerfile:docker/api/Dockerfile", "dockerfile:docker/api/Dockerfile.dev", "dockerfile:docker/web/Dockerfile"}
	tests := map[string]struct {
		path string
		args []string
		want []string
	}{
		"every Dockerfile": {args: []string{"V=1"}, want: append(files, image("1")+top+" docker/api/Dockerfile:2 docker/api/Dockerfile.dev:2 docker/web/Dockerfile:2")},
		"a folder": {args: []string{"docker/api:V=1"}, want: append(files, image("1")+api+" docker/api/Dockerfile.dev:2",
			image("default")+top+" docker/web/Dockerfile:2")},
		"a path": {args: []string{"./docker/api/Dockerfile:V=1"}, want: append(files, image("1")+api,
			image("default")+top+" docker/api/Dockerfile.dev:2 docker/web/Dockerfile:2")},
		"the top folder": {args: []string{".:V=1"}, want: append(files, image("1")+top,
			image("default")+api+" docker/api/Dockerfile.dev:2 docker/web/Dockerfile:2")},
		"the closest wins": {args: []string{"docker/api/Dockerfile:V=3", "docker/api/:V=2", "V=1"},
			want: append(files, image("1")+top+" docker/web/Dockerfile:2", image("2")+dev, image("3")+api)},
		"relative to PATH": {path: "docker", args: []string{"api:V=1", "docker/web:V=2"},
			want: append(files[1:], image("1")+api+" docker/api/Dockerfile.dev:2", image("2")+web)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, filepath.Join(g.Dir, tt.path), discover.Options{BuildArgs: args(tt.args...)})
			check(t, p, tt.want...)
			if p.Notices != nil {
				t.Errorf("notices %v", p.Notices)
			}
		})
	}
}

// A build argument that no Dockerfile declares has no effect, and a typing error in its
// name would be silent.
func TestUnusedBuildArgs(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{
		"Dockerfile":   "ARG BASE=a\nFROM $BASE\narg \\\n  Two=2 Three\n",
		"x/Dockerfile": "FROM a AS b\nRUN <<E\nARG NOT=1\nE\n", "old/Dockerfile": "ARG OLD\nFROM $OLD\n",
	})
	given := args("BASE=b", "Two=2", "Three=3", "HTTP_PROXY=x", "TARGETARCH=arm64", "OLD=1", "BSAE=b", "x:BASE=b", "y:BASE=b", "NOT=1", "two=2")
	given[6].Origin = result.Origin{Setting: "targets.build-args", Place: ".scangate.yaml:3:9", Path: ".scangate.yaml", Line: 3}
	p := plan(t, dir, discover.Options{BuildArgs: given, Exclude: exclude("old")})
	var got []string
	for _, n := range p.Notices {
		got = append(got, n.String())
	}
	want := []string{
		".scangate.yaml:3: targets.build-args: BSAE has no effect: no Dockerfile declares it; fix: correct the name, or remove it",
		`--build-arg: BASE has no effect: no Dockerfile at "x" declares it; fix: correct the name or the path, or remove it`,
		`--build-arg: BASE has no effect: no Dockerfile at "y" declares it; fix: correct the name or the path, or remove it`,
		"--build-arg: NOT has no effect: no Dockerfile declares it; fix: correct the name, or remove it",
		"--build-arg: two has no effect: no Dockerfile declares it; fix: correct the name, or remove it",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	if p := plan(t, dir, discover.Options{BuildArgs: args("BSAE=b"), Only: only(result.KindIaC)}); p.Notices != nil {
		t.Errorf("notices %v, but Dockerfiles are not asked for", p.Notices)
	}
}

// FROM lines are resolved for each platform. A line on which they agree stands once.
func TestPlatforms(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{"Dockerfile": "FROM nginx\nFROM acme/x:$TARGETARCH\nFROM $NOPE\nFROM nginx\n"})
	check(t, plan(t, dir, discover.Options{Platforms: []string{"linux/amd64", "linux/arm64"}}),
		"dockerfile:Dockerfile", "image:$NOPE failed:unresolved from Dockerfile:3",
		"image:docker.io/acme/x:amd64 from Dockerfile:2", "image:docker.io/acme/x:arm64 from Dockerfile:2",
		"image:docker.io/library/nginx:latest from Dockerfile:1 Dockerfile:4")
}
