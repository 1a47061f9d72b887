package locate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// texts are lines of random lengths, up to a thousand.
func texts() *rapid.Generator[[]string] {
	line := rapid.SampledFrom([]string{"", "a", "bc", "\r", "password = \"x\""})
	return rapid.Map(rapid.SliceOfN(line, 0, 20), func(some []string) []string {
		var all []string
		for range 50 {
			all = append(all, some...)
		}
		return all
	})
}

func TestLinesOfARange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		all := texts().Draw(rt, "lines")
		r := result.Range{Start: rapid.IntRange(-1, 1100).Draw(rt, "start")}
		r.End = r.Start + rapid.IntRange(0, 600).Draw(rt, "more")
		var want, got []string
		for i, line := range all {
			if r.Contains(i + 1) {
				want = append(want, line)
			}
		}
		next := max(1, r.Start)
		text := strings.Join(append(all, ""), "\n")
		for n, line := range indexLines([]byte(text)).in(r) {
			if n != next {
				rt.Fatalf("line %d, want %d", n, next)
			}
			got = append(got, line)
			next++
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("lines %v (-want +got):\n%s", r, diff)
		}
	})
}

// Each snippet has the lines of its range that the file has.
func TestCutSnippets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b"}), 1, 40).Draw(rt, "lines")
		wanted := map[result.Range]*result.Snippet{}
		for _, start := range rapid.SliceOf(rapid.IntRange(1, 50)).Draw(rt, "starts") {
			wanted[result.Range{Start: start, End: start + rapid.IntRange(0, result.SnippetLines-1).Draw(rt, "more")}] = nil
		}
		cutSnippets([]byte(strings.Join(all, "\n")+"\n"), wanted, secret.Masker{})
		for r, got := range wanted {
			if r.Start > len(all) {
				if got != nil {
					rt.Errorf("%v of %d lines: %v", r, len(all), got)
				}
				continue
			}
			want := &result.Snippet{Start: r.Start, Lines: result.LinesOf(all[r.Start-1 : min(r.End, len(all))]...)}
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Errorf("%v (-want +got):\n%s", r, diff)
			}
		}
	})
}

// The resources of a submission share one budget. One that is not indexed as a whole has
// no attribute: what occurs once in a part may occur twice.
func TestAttributesShareABudget(t *testing.T) {
	t.Parallel()
	r := &template.Resource{Range: result.Range{Start: 1, End: 2}, Body: &tree.Node{Kind: tree.Map, Entries: []tree.Entry{
		{Key: "acl", Line: 2, Value: &tree.Node{Kind: tree.String, Text: "public", Range: result.Range{Start: 2, End: 2}}},
	}}}
	source := indexLines([]byte("{\nacl = 'public'\n}\n"))
	budget := tree.NewSteps(5)
	if got := newAttributeIndex(r, source, budget).line([]string{"acl"}); got != 2 {
		t.Errorf("line %d, want 2", got)
	}
	if got := newAttributeIndex(r, source, budget).line([]string{"acl"}); got != 0 {
		t.Errorf("beyond the budget: line %d", got)
	}
}
