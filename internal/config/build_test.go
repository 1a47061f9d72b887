package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

// argsOf writes the build arguments of a config as flags take them.
func argsOf(c *Config) []string {
	var all []string
	for _, arg := range c.BuildArgs {
		text := arg.Name + "=" + arg.Value
		if arg.Dockerfile != "" {
			text = arg.Dockerfile + ":" + text
		}
		all = append(all, text)
	}
	return all
}

// The last colon before the first = ends the path: paths and values may hold others.
func TestBuildArgsOfOneDockerfile(t *testing.T) {
	t.Parallel()
	given := []string{"A=1", "docker/api:A=2", "C:/x:y:B=a:b=c", "A=3", "docker/api:A="}
	c, err := Resolve(Settings(Scan), Flags{"build-arg": given}, env(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []result.BuildArg{
		{Dockerfile: "C:/x:y", Name: "B", Value: "a:b=c"}, {Name: "A", Value: "3"}, {Dockerfile: "docker/api", Name: "A"},
	}
	for i := range want {
		want[i].Origin.Setting = "--build-arg"
	}
	if diff := cmp.Diff(want, c.BuildArgs); diff != "" {
		t.Errorf("build arguments (-want +got):\n%s", diff)
	}
}

// A stronger source replaces the values of the names that it gives, and no others.
func TestNamesAreReplacedOneByOne(t *testing.T) {
	t.Parallel()
	file := mustFile(t, "version: 1\nvars: {A: file, B: file, C: file}\ntargets:\n  build-args: {A: file, \"x:A\": file, B: file}\n")
	variables := env("SCANGATE_VAR", "B=environment\nC=environment", "SCANGATE_BUILD_ARG", "x:A=environment")
	c, err := Resolve(Settings(Scan), Flags{"var": {"C=flag"}, "build-arg": {"B=flag"}}, variables, file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"A": "file", "B": "environment", "C": "flag"}, c.Vars); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"A=file", "x:A=environment", "B=flag"}, argsOf(c)); diff != "" {
		t.Errorf("build arguments (-want +got):\n%s", diff)
	}
	at := c.BuildArgs[0].Origin
	if at.String() != ".scangate.yaml:4:16: targets.build-args" || at.Path == "" || at.Line != 4 {
		t.Errorf("the first build argument is from %+v", at)
	}
}

func TestPlatforms(t *testing.T) {
	t.Parallel()
	file := mustFile(t, "version: 1\ntargets: {platforms: [linux/arm/v7]}\n")
	for name, tt := range map[string]struct {
		flags Flags
		want  []string
	}{
		"file":                  {want: []string{"linux/arm/v7"}},
		"flags replace them":    {Flags{"platform": {"linux/arm64", "linux/amd64"}}, []string{"linux/arm64", "linux/amd64"}},
		"commas and duplicates": {Flags{"platform": {"linux/arm64, linux/amd64", "linux/arm64"}}, []string{"linux/arm64", "linux/amd64"}},
	} {
		c, err := Resolve(Settings(Scan), tt.flags, env(), file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, c.Platforms); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
