package discover_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/result"
)

// The files that a .env file lists are one project, and those of a folder are no problem by
// themselves if all are listed.
func TestComposeFilesOfDotenv(t *testing.T) {
	t.Parallel()
	tree := files{
		".env":             "COMPOSE_FILE=docker/compose.yaml:docker/stack.yml\nTAG=5\n",
		"docker/stack.yml": "services:\n  a: {image: 'redis:${TAG}'}\n  b: {image: 'acme/b:1'}\n", "docker/compose.yaml": "services:\n  a: {image: 'redis:${TAG}-alpine'}\n  b: {build: .}\n  c: {image: 'acme/c:${TAG}'}\n",
		"docker/Dockerfile": "FROM scratch\n",
	}
	want := []string{
		"dockerfile:docker/Dockerfile", "image:docker.io/acme/b:1 skipped:built-here named docker/stack.yml:3", "image:docker.io/acme/c:5 named docker/compose.yaml:4",
		"image:docker.io/library/redis:5 named docker/stack.yml:2", "image:docker/b skipped:built-here named docker/compose.yaml:3", "image:scratch skipped:nothing-to-scan from docker/Dockerfile:1",
	}
	check(t, plan(t, plain(t, tree), discover.Options{}), want...)
	tree["docker/compose.x.yaml"] = "services: {x: {image: 'x:${NONE}'}}\n"
	p := plan(t, plain(t, tree), discover.Options{})
	for _, id := range []string{"image:redis:${TAG}-alpine", "image:x:${NONE}"} {
		if r := row(t, p, id); r.Status != result.Failed {
			t.Errorf("%s: a file beside is not listed, and it is %v", id, r.Status)
		}
	}
}

func TestUnusedVariables(t *testing.T) {
	t.Parallel()
	o := discover.Options{
		Vars:       map[string]string{"TAG": "5", "TGA": "6", "BAKE": "7"},
		VarSources: map[string]result.Origin{},
	}
	for name := range o.Vars {
		o.VarSources[name] = result.Origin{Setting: "--var"}
	}
	tree := plain(t, files{"compose.yaml": "services: {a: {image: 'redis:${TAG}'}}\n", "docker-bake.hcl": "variable \"BAKE\" {}\ntarget \"a\" { tags = [\"a:${BAKE}\"] }\n", "Dockerfile": "FROM scratch\n"})
	want := []result.Notice{{Text: "--var: TGA has no effect: no Compose, bake or Skaffold file uses it; fix: correct the name, or remove it"}}
	if diff := cmp.Diff(want, plan(t, tree, o).Notices); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	o.Only = only(result.KindIaC)
	if got := plan(t, tree, o).Notices; len(got) > 0 {
		t.Errorf("nothing that uses variables was read: %v", got)
	}
}
