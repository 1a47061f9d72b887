package dockerfile_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/scangate/scangate/internal/dockerfile"
)

func TestSources(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content string
		o       dockerfile.Options
		want    []string
	}{
		"COPY": {
			content: "FROM a AS b\nCOPY --from=python:3.6 \\\n  x y\ncopy --chown=1 --from=b x y\nCOPY --from=0 x y\nCOPY --from=c x y\nFROM b AS C\n",
			want:    []string{"2-3 image docker.io/library/python:3.6", "4-4 stage b", "5-5 stage 0", "6-6 stage c"},
		},
		"RUN": {
			content: "FROM a\nRUN --mount=type=cache,target=/x --mount=from=ghcr.io/acme/tool,\"source=/a,b\" --network=none x\nRUN --mount=type=bind,From=scratch x\n",
			want:    []string{"2-2 image ghcr.io/acme/tool:latest", "3-3 scratch scratch"},
		},
		"trigger": {
			content: "FROM a AS b\nONBUILD COPY --from=builder x y\nONBUILD COPY --from=b x y\nONBUILD RUN --mount=from=redis:7 x\nONBUILD RUN x\n",
			want:    []string{"2-2 elsewhere builder", "3-3 stage b", "4-4 image docker.io/library/redis:7"},
		},
		"context": {
			content: "FROM a\nCOPY --from=src x y\nCOPY --from=alpine x y\n", o: dockerfile.Options{Contexts: []string{"src", "alpine:latest"}},
			want: []string{"2-2 context src", "3-3 context alpine"},
		},
		"mistakes": {
			content: "ARG A=1\nFROM a\nCOPY --from=$A x y\nCOPY --from=7 x y\nCOPY --from=A/B x y\nRUN --mount=\"x --mount x\nCOPY --from= x y\nADD --from=x x y\n",
			want: []string{
				`3-3 ReferenceError line 3: invalid image reference "$A": BuildKit replaces no variables here; name a stage with FROM $A AS NAME, and read from that`,
				`4-4 ReferenceError line 4: invalid image reference "7": there is no stage of this number`,
				`5-5 ReferenceError line 5: invalid image reference "A/B": the name must be in lower case`,
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := dockerfile.Parse("Dockerfile", []byte(tt.content))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			_, sources := f.Resolve(tt.o)
			for _, s := range sources {
				if s.Elsewhere {
					s.Base, s.Kind = s.Raw, 4
				}
				got = append(got, summary(s.Stage))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("sources (-want +got):\n%s", diff)
			}
		})
	}
}

// BuildKit's own parser finds the same sources.
func FuzzSources(f *testing.F) {
	for _, seed := range []string{
		"FROM a\nCOPY --from=b --link x y\nRUN --mount=type=bind,from=c,target=/x x\n", "FROM a\nRUN --mount=type=cache,target=/x,from=d <<E\nRUN --mount=from=e\nE\n",
		"FROM a\nCOPY --from=b <<E x\nE\nRUN --mount=\"type=bind\",\"from=a\"\"b\" x\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		file, err := dockerfile.Parse("f", []byte(content))
		parsed, parseErr := parser.Parse(strings.NewReader(content))
		if err != nil || parseErr != nil || !utf8.ValidString(content) || strings.Contains(content, "\x00") {
			return
		}
		stages, _, err := instructions.Parse(parsed.AST, nil)
		if err != nil {
			return
		}
		var want []string
		for _, stage := range stages {
			for _, command := range stage.Commands {
				want = append(want, sourcesOf(command)...)
			}
		}
		var got []string
		_, sources := file.Resolve(dockerfile.Options{})
		for _, s := range sources {
			if !strings.HasPrefix(strings.ToUpper(strings.TrimSpace(strings.Split(content, "\n")[s.Range.Start-1])), "ONBUILD") {
				got = append(got, s.Raw)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("sources of %q (-want +got):\n%s", content, diff)
		}
	})
}

func sourcesOf(c instructions.Command) []string {
	var all []string
	switch c := c.(type) {
	case *instructions.CopyCommand:
		all = append(all, c.From)
	case *instructions.RunCommand:
		for _, m := range instructions.GetMounts(c) {
			all = append(all, m.From)
		}
	}
	var named []string
	for _, from := range all {
		if from != "" {
			named = append(named, from)
		}
	}
	return named
}
