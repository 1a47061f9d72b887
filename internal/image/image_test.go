package image_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/image"
)

var digest = "sha256:" + strings.Repeat("0123456789abcdef", 4)

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
		if got, err := image.Normalize(ref); got != want || err != nil {
			t.Errorf("Normalize(%q) = %q, %v, want %q", ref, got, err, want)
		}
	}
	for _, ref := range []string{"", "Nginx", "nginx:", "nginx@sha256:12", " nginx", "a b", "-x", "{{ .Values.image }}", strings.Repeat("a", 300)} {
		var invalid *image.ParseError
		if got, err := image.Normalize(ref); !errors.As(err, &invalid) {
			t.Errorf("Normalize(%q) = %q, %v, want a *ParseError", ref, got, err)
		}
	}
}

func TestNormalizeTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ref := rapid.StringMatching(`([a-z]{2,5}\.[a-z]{2}(:[0-9]{2})?/)?([a-z0-9]{1,5}/){0,2}[a-z0-9]{1,6}(:[a-z0-9.]{1,5})?`).Draw(t, "ref")
		once, err := image.Normalize(ref)
		if err != nil {
			t.Skip()
		}
		if twice, err := image.Normalize(once); twice != once || err != nil {
			t.Errorf("Normalize(%q) = %q, %v", once, twice, err)
		}
	})
}

// standard is what github.com/distribution/reference makes of a reference.
func standard(ref string) (full string, forms []string) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", nil
	}
	named = reference.TagNameOnly(named)
	return named.String(), []string{named.String(), reference.FamiliarString(named), named.Name(), reference.FamiliarName(named)}
}

// formsOf returns nil for an invalid reference.
func formsOf(ref string) []string {
	r, err := image.Parse(ref)
	if err != nil {
		return nil
	}
	return r.Forms()
}

func wantStandard(t interface{ Errorf(string, ...any) }, ref string) {
	want, forms := standard(ref)
	got, err := image.Normalize(ref)
	if got != want || (err == nil) != (want != "") {
		t.Errorf("Normalize(%q) = %q, %v, want %q", ref, got, err, want)
	}
	if diff := cmp.Diff(forms, formsOf(ref)); diff != "" {
		t.Errorf("Forms(%q) (-want +got):\n%s", ref, diff)
	}
}

func TestNormalizeFollowsTheStandard(t *testing.T) {
	t.Parallel()
	hex := rapid.StringMatching(`[a-f0-9]{64}`)
	rapid.Check(t, func(t *rapid.T) {
		ref := rapid.OneOf(
			rapid.StringMatching(`([a-zA-Z0-9.:_\[\]-]{1,8}/)?([a-z0-9._-]{1,6}/){0,2}[a-zA-Z0-9._-]{1,8}(:[\w.-]{0,4})?(@sha[0-9]{3}:[a-f0-9]{64})?`),
			rapid.StringMatching(`(localhost|index\.docker\.io|docker\.io|a_b\.c|UP|\[::1\]:5)/(library/)?[a-z]{1,3}(/[a-z])?(:[0-9])?`),
			rapid.Custom(func(t *rapid.T) string {
				return rapid.SampledFrom([]string{"", "a@sha256:", "a:1@sha384:", "a@sha512:", "a@md5:"}).Draw(t, "before") + hex.Draw(t, "hex")
			}),
			rapid.Custom(func(t *rapid.T) string { return strings.Repeat("a", rapid.IntRange(240, 260).Draw(t, "n")) }),
			rapid.String(),
		).Draw(t, "ref")
		wantStandard(t, ref)
	})
}

// The grammar reads every reference as the library does.
func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"nginx", "a/b:c@" + digest, "localhost:5000/x", "index.docker.io/x", "a_b.c/x", "UP/x", "[::1]:5/x", "a__b", "a--b", "a.-b", "x:1:2", "library/a/b", "docker.io/library/library/a", "a@sha256:A", "/", "a//b", "a/", "é/x", "a\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, ref string) { wantStandard(t, ref) })
}

func TestForms(t *testing.T) {
	t.Parallel()
	want := []string{"docker.io/library/nginx:latest", "nginx:latest", "docker.io/library/nginx", "nginx"}
	if diff := cmp.Diff(want, formsOf("nginx")); diff != "" {
		t.Errorf("forms (-want +got):\n%s", diff)
	}
}

func TestHostFormLeavesOutLibrary(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"nginx":                        "docker.io/nginx:latest",
		"docker.io/library/nginx:1.25": "docker.io/nginx:1.25",
		"bitnami/nginx":                "docker.io/bitnami/nginx:latest",
		"ghcr.io/library/nginx@sha256:" + strings.Repeat("0", 64): "ghcr.io/library/nginx@sha256:" + strings.Repeat("0", 64),
	} {
		parsed, err := image.Parse(ref)
		if got := parsed.HostForm(); got != want || err != nil {
			t.Errorf("HostForm of %q is %q, %v; want %q", ref, got, err, want)
		}
	}
}
