package locate

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func TestSnippetsShowTheLines(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{
		"main.tf":    "# one\nresource \"aws_vpc\" \"a\" {\r\n\tcidr = 1\n  a = 2\n  b = 3\n  c = 4\n  d = 5\n  e = 6\n  f = 7\n}\n",
		"Dockerfile": "ARG A=1\nFROM a\nRUN x\n" + strings.Repeat("é", 300),
		"empty":      "",
	})
	block := &result.Range{Start: 2, End: 10}
	shared := []result.Location{{Path: "Dockerfile", Line: 2, Block: &result.Range{Start: 2, End: 2}}}
	findings := []result.Finding{
		{Locations: []result.Location{{Path: "main.tf", Line: 2, Block: block}, {Path: "main.tf", Line: 5, Block: block}}},
		{Locations: []result.Location{{Path: "main.tf", Line: 9, Block: block}, {Path: "gone", Line: 1}, {Path: "empty", Line: 1}, {Path: "main.tf", Line: 1}}},
		{Kind: result.KindImage, Locations: shared}, {},
	}
	mustSnippets(t, findings, r.source())
	var got [][]*result.Snippet
	for _, f := range findings {
		var all []*result.Snippet
		for _, l := range f.Locations {
			all = append(all, l.Snippet)
		}
		got = append(got, all)
	}
	body := []string{`resource "aws_vpc" "a" {`, "\tcidr = 1", "  a = 2", "  b = 3", "  c = 4", "  d = 5", "  e = 6", "  f = 7", "}"}
	want := [][]*result.Snippet{
		{{Start: 2, Lines: result.LinesOf(body[:7]...)}, {Start: 3, Lines: result.LinesOf(body[1:8]...)}},
		{{Start: 7, Lines: result.LinesOf(body[5:]...)}, nil, nil, nil},
		{{Start: 1, Lines: result.LinesOf("ARG A=1", "FROM a", "RUN x", strings.Repeat("é", 199)+"…")}}, nil,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if shared[0].Snippet != nil {
		t.Error("a location of the target was changed too")
	}
}

// The only line of a file, and the last one.
func TestSnippetsAtTheEnd(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"one": "a", "five": "1\n2\n3\n4\n5"})
	for l, want := range map[*result.Location]*result.Snippet{
		{Path: "one", Line: 1}:  {Start: 1, Lines: result.LinesOf("a")},
		{Path: "one", Line: 4}:  nil,
		{Path: "five", Line: 5}: {Start: 3, Lines: result.LinesOf("3", "4", "5")},
		{Path: "five", Line: 7}: {Start: 5, Lines: result.LinesOf("5")},
		{Path: "five", Line: 8}: nil,
	} {
		findings := []result.Finding{{Locations: []result.Location{*l}}}
		mustSnippets(t, findings, r.source())
		if diff := cmp.Diff(want, findings[0].Locations[0].Snippet); diff != "" {
			t.Errorf("%s:%d (-want +got)\n%s", l.Path, l.Line, diff)
		}
	}
}

func FuzzSnippets(f *testing.F) {
	f.Add("a\nkey: |\n  x\n-----BEGIN A-----\n", 2)
	f.Add("password = <<EOF\nx", 1)
	f.Fuzz(func(t *testing.T, text string, line int) {
		findings := []result.Finding{{Locations: []result.Location{{Path: "a", Line: line}}}}
		mustSnippets(t, findings, repoOf(map[string]string{"a": text}).source())
		s := findings[0].Locations[0].Snippet
		if s == nil {
			return
		}
		if s.Start < 1 || s.Lines.Len() < 1 || s.Lines.Len() > result.SnippetLines {
			t.Errorf("start %d, %d lines", s.Start, s.Lines.Len())
		}
		for _, l := range s.Lines.All() {
			if utf8.RuneCountInString(l) > result.SnippetWidth || strings.Contains(l, "\n") {
				t.Errorf("%q", l)
			}
		}
	})
}

// The lines around the likely line are shown if they would not be among those of the block's start.
func TestSnippetsShowTheLikelyLine(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{"a": "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12"})
	block := &result.Range{Start: 2, End: 11}
	for likely, want := range map[int]result.Snippet{
		0:  {Start: 2, Lines: result.LinesOf("2", "3", "4", "5", "6", "7", "8")},
		8:  {Start: 2, Lines: result.LinesOf("2", "3", "4", "5", "6", "7", "8")},
		9:  {Start: 7, Lines: result.LinesOf("7", "8", "9", "10", "11")},
		11: {Start: 9, Lines: result.LinesOf("9", "10", "11")},
	} {
		l := result.Location{Path: "a", Line: 2, Block: block, Likely: likely}
		findings := []result.Finding{{Locations: []result.Location{l}}}
		mustSnippets(t, findings, r.source())
		if diff := cmp.Diff(&want, findings[0].Locations[0].Snippet); diff != "" {
			t.Errorf("likely %d (-want +got):\n%s", likely, diff)
		}
	}
}
