package image_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/image"
)

func TestKey(t *testing.T) {
	t.Parallel()
	groups := [][]string{
		{"nginx", "nginx:latest", "docker.io/library/nginx", "index.docker.io/nginx", "registry-1.docker.io/library/nginx:latest", "REGISTRY.HUB.DOCKER.COM/nginx"},
		{"nginx:1", "hub.docker.com/nginx:1"},
		{"nginx@" + digest, "nginx:1@" + digest, "registry-1.docker.io/nginx:2@" + digest},
		{"acme/nginx", "docker.io/acme/nginx:latest"},
		{"docker/api"},
		{"quay.io/nginx"},
		{"quay.io/library/nginx"},
	}
	group := map[string]int{}
	for i, refs := range groups {
		for _, ref := range refs {
			r, err := image.Parse(ref)
			if err != nil {
				t.Fatal(err)
			}
			if known, ok := group[r.Key()]; ok != (ref != refs[0]) || ok && known != i {
				t.Errorf("%q has the key %q, seen before: %t", ref, r.Key(), ok)
			}
			group[r.Key()] = i
		}
	}
}

func TestKeyIsAReferenceWithTheSameKey(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, err := image.Parse(rapid.StringMatching(`((registry-1\.)?docker\.io/|[a-z]{1,3}:5/)?([a-z]{1,2}/)?[a-z]{1,3}(:[0-9])?(@sha256:[a-f0-9]{64})?`).Draw(t, "ref"))
		if err != nil {
			t.Fatal(err)
		}
		again, err := image.Parse(r.Key())
		if err != nil || again.Key() != r.Key() {
			t.Errorf("key %q: parsed as %+v, %v", r.Key(), again, err)
		}
	})
}

func TestParseWithRegistry(t *testing.T) {
	t.Parallel()
	const nginx = "docker.io/library/nginx:1"
	tests := []struct{ registry, name, want string }{
		{"", "nginx:1", nginx},
		{"", " nginx:1\n", nginx},
		{"docker.io", "library/nginx:1", nginx},
		{"https://index.docker.io/v1/", "nginx:1", nginx},
		{"https://registry-1.docker.io/v2/", "nginx:1", nginx},
		{"Docker Hub", "nginx:1", nginx},
		{"docker.io", "index.docker.io/library/nginx:1", nginx},
		{"quay.io", "registry-1.docker.io/nginx:1", nginx},
		{"", "docker/api", "docker.io/docker/api:latest"},
		{"docker", "docker/api:3", "docker.io/docker/api:3"},
		{"quay.io", "nginx:1", "quay.io/nginx:1"},
		{"gcr.io/acme", "api:3", "gcr.io/acme/api:3"},
		{"Localhost:5000", "tool", "localhost:5000/tool:latest"},
		{"docker.io", "nginx:1@" + digest, nginx + "@" + digest},
		{"", "not a reference", ""},
		{"not a host", "nginx", ""},
		{"docker.io", "", ""},
	}
	for _, tt := range tests {
		got, err := image.ParseWithRegistry(tt.registry, tt.name)
		if (err == nil) != (tt.want != "") || err == nil && got.String() != tt.want {
			t.Errorf("ParseWithRegistry(%q, %q) = %q, %v, want %q", tt.registry, tt.name, got, err, tt.want)
		}
	}
}
