package image_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/image"
)

func TestPattern(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ selects, leaves []string }{
		"redis": {
			selects: []string{"redis", "redis:7.2", "docker.io/redis", "docker.io/library/redis:7", "index.docker.io/library/redis@" + digest},
			leaves:  []string{"acme/redis", "redis/redis", "registry.acme.example/redis", "redis-stack", "quay.io/library/redis:7", "$redis", "Redis"},
		},
		"docker.io/library/redis:7.2":              {selects: []string{"redis:7.2"}, leaves: []string{"redis", "redis:7", "redis:7.2@" + digest}},
		"redis:7@" + digest:                        {selects: []string{"redis@" + digest, "redis:8@" + digest}, leaves: []string{"redis:7"}},
		"localhost:5000/x":                         {selects: []string{"localhost:5000/x:1"}, leaves: []string{"localhost:5001/x", "localhost/x"}},
		"registry.acme.example/team/app":           {selects: []string{"registry.acme.example/team/app:2"}, leaves: []string{"registry.acme.example/team/app/x", "team/app"}},
		"$BASE":                                    {selects: []string{"$BASE"}, leaves: []string{"${BASE}", "BASE", "base"}},
		"${REGISTRY:-a,b}/app:*":                   {selects: []string{"${REGISTRY:-a,b}/app:*"}, leaves: []string{"${REGISTRY:-a,b}/app:1"}},
		`\{\{ .Values.image \}\}`:                  {selects: []string{"{{ .Values.image }}"}, leaves: []string{`\{\{ .Values.image \}\}`}},
		"Not A Reference":                          {selects: []string{"Not A Reference"}, leaves: []string{"not"}},
		"registry.acme.example/**":                 {selects: []string{"registry.acme.example/app:1", "registry.acme.example/a/b/c"}, leaves: []string{"x/registry.acme.example/a", "redis"}},
		"registry.acme.example/*":                  {selects: []string{"registry.acme.example/app:1"}, leaves: []string{"registry.acme.example/a/b"}},
		"redis:7*":                                 {selects: []string{"redis:7", "docker.io/library/redis:7.2"}, leaves: []string{"redis:8", "acme/redis:7"}},
		"docker.io/redis:*":                        {selects: []string{"redis:7"}, leaves: []string{"acme/redis:7"}},
		"{redis,nginx}":                            {selects: []string{"redis:7", "docker.io/library/nginx"}, leaves: []string{"mysql"}},
		"**/[a-c]pp":                               {selects: []string{"registry.acme.example/team/app:2"}, leaves: []string{"registry.acme.example/team/dpp"}},
		"docker.io/library/redis@sha256:*":         {selects: []string{"redis@" + digest}, leaves: []string{"redis:7"}},
		"registry.acme.example/team/app@" + digest: {selects: []string{"registry.acme.example/team/app@" + digest}, leaves: []string{"team/app@" + digest}},
	}
	for text, tt := range tests {
		p, ok := image.ParsePattern(text)
		if !ok {
			t.Errorf("%q is refused", text)
		}
		for _, ref := range tt.selects {
			if !p.Matches(ref) {
				t.Errorf("%q does not select %q", text, ref)
			}
		}
		for _, ref := range tt.leaves {
			if p.Matches(ref) {
				t.Errorf("%q selects %q", text, ref)
			}
		}
	}
}

func TestIsGlob(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"redis": false, "redis:7": false, "$BASE": false, "${BASE}": false, "${X}/*": false, `a\*`: false, `a\\`: false,
		"a*": true, "a?": true, "a[bc]": true, "{a,b}": true, `a\*b*`: true, "a}": false, "a]": false,
	} {
		if p, ok := image.ParsePattern(text); p.IsGlob() != want || !ok {
			t.Errorf("%q: glob %v, valid %v", text, p.IsGlob(), ok)
		}
	}
	for _, text := range []string{"", "a[b", "{a,", `a*\`, `\`} {
		if _, ok := image.ParsePattern(text); ok {
			t.Errorf("%q is accepted", text)
		}
	}
}

// What a row is called selects exactly this row.
func TestExactPattern(t *testing.T) {
	t.Parallel()
	part := rapid.SampledFrom([]string{"a", "b", "/", ":", "@", "*", "?", "[", "]", "{", "}", `\`, ",", "$", "1", ".", " ", "-", "Ä", "docker.io/", "library/"})
	text := rapid.Map(rapid.SliceOfN(part, 1, 8), func(parts []string) string { return strings.Join(parts, "") })
	rapid.Check(t, func(t *rapid.T) {
		name, other := text.Draw(t, "name"), text.Draw(t, "other")
		if full, err := image.Normalize(name); err == nil {
			name = full
		}
		p, ok := image.ParsePattern(image.ExactPattern(name))
		if !ok || p.IsGlob() || !p.Matches(name) {
			t.Fatalf("%q selects %q: %v; valid %v, glob %v", image.ExactPattern(name), name, p.Matches(name), ok, p.IsGlob())
		}
		full, err := image.Normalize(other)
		if p.Matches(other) && other != name && (err != nil || full != name) {
			t.Fatalf("%q selects %q", image.ExactPattern(name), other)
		}
	})
}

func FuzzPattern(f *testing.F) {
	for _, seed := range []string{"redis", "registry/**", "{a,b", "$X", `\*`, "[a"} {
		f.Add(seed, "docker.io/library/redis:7")
	}
	f.Fuzz(func(t *testing.T, text, ref string) {
		p, ok := image.ParsePattern(text)
		if !ok {
			return
		}
		_ = p.Matches(ref)
		exact, ok := image.ParsePattern(image.ExactPattern(ref))
		if ref != "" && (!ok || exact.IsGlob() || !exact.Matches(ref)) {
			t.Errorf("%q does not select %q", image.ExactPattern(ref), ref)
		}
	})
}
