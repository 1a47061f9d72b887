package tree_test

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/template/tree"
)

// An error of the YAML library gets the first line that can't be read with those before it.
func TestLocate(t *testing.T) {
	t.Parallel()
	const start = "---\na: 1\n---\nb:\n  c: 1\n"
	for text, want := range map[string]string{
		start + " d: 1\ne: 1\n":                                  ":6: did not find expected key",
		start + "  d: [1\n  e: 1\n  f: 1\n":                      ":6: did not find expected ',' or ']'",
		start + "  d: \"x\n  e: 1\n  f: 1\n":                     ":6: found unexpected end of stream",
		start + "  d: *x\n  e: 1\n":                              ":6: unknown anchor 'x' referenced",
		start + "  d: \"\\q\"\n  e: 1\n":                         ":6: found unknown escape character",
		start + "  d: e: 1\nf: 1\n":                              ":6: mapping values are not allowed in this context",
		start + "  d\n  e: 1\n":                                  ":6: could not find expected ':'",
		start + "  d: \x01\n  e: 1\n":                            ":6: control characters are not allowed",
		start + "\td: 1\n  e: 1\n":                               ":6:1: a tab can't indent YAML; use spaces",
		start + "  d:\n  \te: 1\n":                               ":7:3: a tab can't indent YAML; use spaces",
		"%YAML 1.2\n" + start + "  d: @x\n":                      ":7: found character that cannot start any token",
		start + "  d: @x":                                        ":6: found character that cannot start any token",
		strings.Repeat("a: 1\n---\n", 500) + "   b: 1\n  c: 1\n": ":1002: did not find expected <document start>",
		// It is too long to be searched.
		strings.Repeat("# long\n", 10_000) + "a: 1\n---\n   b: 1\n  c: 1\n": ":10003: did not find expected <document start>",
	} {
		_, err := tree.ReadYAML([]byte(text), tree.NewBudget(len(text)))
		if err == nil {
			t.Errorf("%.200q is read", text)
			continue
		}
		err.Locate([]byte(text))
		if got := err.Error(); got != want {
			t.Errorf("%.200q: %s, want %s", text, got, want)
		}
	}
}
