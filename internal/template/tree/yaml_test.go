package tree_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
	"github.com/scangate/scangate/internal/template/tree/treetest"
)

func lines(text ...string) string { return strings.Join(text, "\n") + "\n" }

func TestYAMLMergeKeys(t *testing.T) {
	t.Parallel()
	s, err := tree.ReadYAML([]byte(lines("base: &b {a: 1, b: 2}", "more: &m {b: 3, c: 4}", "one: {<<: *b, a: 9}", "two: {<<: [*b, *m]}", "k: &x v", "? *x", ": w")), tree.NewBudget(0))
	if err != nil {
		t.Fatal(err)
	}
	doc := s.Docs[0]
	if got := treetest.Text(doc.Get("one")) + treetest.Text(doc.Get("two")); got != "{a:9 b:2}{a:1 b:2 c:4}" {
		t.Errorf("merged: %s", got)
	}
	if got := treetest.Text(doc.Get("v")); got != `"w"` {
		t.Errorf("an alias as key: %s", got)
	}
}

func TestYAMLScalars(t *testing.T) {
	t.Parallel()
	s, err := tree.ReadYAML([]byte("[~, true, FALSE, 12, 1.5, 'true', yes, 2020-01-01, !!str 1, !Ref x, !Condition c, !GetAtt [a, b], *undefined]"), tree.NewBudget(0))
	if err == nil {
		t.Errorf("an undefined alias passed: %v", s)
	}
	s, err = tree.ReadYAML([]byte("[~, true, FALSE, 12, 1.5, 'true', yes, 2020-01-01, !!str 1, !Ref x, !Condition c, !GetAtt [a, b]]"), tree.NewBudget(0))
	if err != nil {
		t.Fatal(err)
	}
	want := `[null true false 12 1.5 "true" "yes" "2020-01-01" "1" !Ref "x" !Condition "c" !GetAtt ["a" "b"]]`
	if got := treetest.Text(s.Docs[0]); got != want {
		t.Errorf("got %s", got)
	}
}

// An item begins at its dash, which may stand alone with a comment.
func TestYAMLItemsBeginAtTheirDash(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{true, false} {
		src := "- a: 1\n- # of b\n\n  b: 2\n  c: 3\n-\n- d: 4\n"
		if !plain {
			src += "# \u00e4\n"
		}
		s, err := tree.ReadYAML([]byte(src), tree.NewBudget(0))
		if err != nil {
			t.Fatal(err)
		}
		var got []result.Range
		for _, item := range s.Docs[0].Items {
			got = append(got, item.Range)
		}
		if want := []result.Range{{Start: 1, End: 1}, {Start: 2, End: 5}, {Start: 6, End: 6}, {Start: 7, End: 7}}; !slices.Equal(got, want) {
			t.Errorf("plain %v: %v, want %v", plain, got, want)
		}
	}
}
