package dockerfile_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/dockerfile"
)

func TestNormalize(t *testing.T) {
	t.Parallel()
	sha512 := "sha512:" + strings.Repeat("0123456789abcdef", 8)
	tests := map[string]string{
		"nginx":                         "docker.io/library/nginx:latest",
		"acme/app:1":                    "docker.io/acme/app:1",
		"docker.io/nginx":               "docker.io/library/nginx:latest",
		"index.docker.io/library/nginx": "docker.io/library/nginx:latest",
		"localhost:5000/x":              "localhost:5000/x:latest",
		"registry.acme.example/a/b/c:v": "registry.acme.example/a/b/c:v",
		"nginx@" + sha512:               "docker.io/library/nginx@" + sha512,
		"nginx:1@" + digest:             "docker.io/library/nginx:1@" + digest,
	}
	for ref, want := range tests {
		if got, err := dockerfile.Normalize(ref); got != want || err != nil {
			t.Errorf("Normalize(%q) = %q, %v, want %q", ref, got, err, want)
		}
	}
	for _, ref := range []string{"", "Nginx", "nginx:", "nginx@sha256:12", " nginx", "a b", "-x", "{{ .Values.image }}", strings.Repeat("a", 300)} {
		var invalid *dockerfile.ReferenceError
		if got, err := dockerfile.Normalize(ref); !errors.As(err, &invalid) {
			t.Errorf("Normalize(%q) = %q, %v, want a *ReferenceError", ref, got, err)
		}
	}
}

func TestNormalizeTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ref := rapid.StringMatching(`([a-z]{2,5}\.[a-z]{2}(:[0-9]{2})?/)?([a-z0-9]{1,5}/){0,2}[a-z0-9]{1,6}(:[a-z0-9.]{1,5})?`).Draw(t, "ref")
		once, err := dockerfile.Normalize(ref)
		if err != nil {
			t.Skip()
		}
		if twice, err := dockerfile.Normalize(once); twice != once || err != nil {
			t.Errorf("Normalize(%q) = %q, %v", once, twice, err)
		}
	})
}

func TestForms(t *testing.T) {
	t.Parallel()
	want := []string{"docker.io/library/nginx:latest", "nginx:latest", "docker.io/library/nginx", "nginx"}
	if diff := cmp.Diff(want, dockerfile.Forms("nginx")); diff != "" {
		t.Errorf("forms (-want +got):\n%s", diff)
	}
	if got := dockerfile.Forms("Nginx"); got != nil {
		t.Errorf("forms of an invalid reference = %q", got)
	}
}

func TestParsePlatform(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"": "linux/amd64", "linux": "linux/amd64", "windows": "windows/amd64", "arm64": "linux/arm64", "linux/arm64/v8": "linux/arm64",
		"linux/arm": "linux/arm/v7", "linux/arm/v6": "linux/arm/v6", "linux/x86_64": "linux/amd64", "Linux/AArch64": "linux/arm64",
		"linux/armhf": "linux/arm/v7", "linux/i386": "linux/386", "linux/amd64/v3": "linux/amd64/v3", "armel": "linux/arm/v6",
	}
	for s, want := range tests {
		if got, err := dockerfile.ParsePlatform(s); got.String() != want || err != nil {
			t.Errorf("ParsePlatform(%q) = %q, %v, want %q", s, got, err, want)
		}
	}
	for _, s := range []string{"/", "linux/", "a/b/c/d", "linux/am d64", "$X"} {
		if got, err := dockerfile.ParsePlatform(s); err == nil {
			t.Errorf("ParsePlatform(%q) = %q, want an error", s, got)
		}
	}
}
