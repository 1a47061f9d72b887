package dockerfile_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/distribution/reference"
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

// standard is what github.com/distribution/reference makes of a reference.
func standard(ref string) (full string, forms []string) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", nil
	}
	named = reference.TagNameOnly(named)
	return named.String(), []string{named.String(), reference.FamiliarString(named), named.Name(), reference.FamiliarName(named)}
}

func asTheStandard(t interface{ Errorf(string, ...any) }, ref string) {
	want, forms := standard(ref)
	got, err := dockerfile.Normalize(ref)
	if got != want || (err == nil) != (want != "") {
		t.Errorf("Normalize(%q) = %q, %v, want %q", ref, got, err, want)
	}
	if diff := cmp.Diff(forms, dockerfile.Forms(ref)); diff != "" {
		t.Errorf("Forms(%q) (-want +got):\n%s", ref, diff)
	}
}

func TestNormalizeIsTheStandards(t *testing.T) {
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
		asTheStandard(t, ref)
	})
}

// The short-cut through the grammar reads every reference as the library does.
func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"nginx", "a/b:c@" + digest, "localhost:5000/x", "index.docker.io/x", "a_b.c/x", "UP/x", "[::1]:5/x", "a__b", "a--b", "a.-b", "x:1:2", "library/a/b", "docker.io/library/library/a", "a@sha256:A", "/", "a//b", "a/", "é/x", "a\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, ref string) { asTheStandard(t, ref) })
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
