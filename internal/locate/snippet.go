package locate

import (
	"bytes"
	"context"
	"slices"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/text"
)

const (
	// snippetLocations is how many of a finding's locations get a snippet.
	snippetLocations = 3
	// snippetBefore is how many lines a snippet has before the line of the location.
	snippetBefore = 2
	// maxLine is how much of a line is searched for secrets, in bytes. The rest is
	// never shown: minified files have one line of megabytes.
	maxLine = 4096
)

// Snippets sets the snippets of the first locations of findings. What looks like a
// secret is redacted, and so is a known one. A location whose file can't be read, or has no
// such line, gets none, and neither does one in a file that templates are rendered from: its
// line is not known, and other lines may hold the data of Secrets. Files are read once, at most
// four at a time, until ctx ends. The error is a panic.
func Snippets(ctx context.Context, findings []result.Finding, repo Checkout) error {
	wanted := map[string]map[result.Range]*result.Snippet{}
	paths := []string{}
	rendered := map[string]bool{}
	for _, t := range repo.Targets {
		rendered[t.RenderedFrom] = true
	}
	eachLocation(findings, func(l *result.Location) {
		if rendered[l.Path] {
			return
		}
		if wanted[l.Path] == nil {
			wanted[l.Path] = map[result.Range]*result.Snippet{}
			paths = append(paths, l.Path)
		}
		wanted[l.Path][window(l)] = nil
	})
	err := safe.InOrder(len(paths), workers(), func(i int) struct{} {
		if ctx.Err() == nil {
			if content, err := repo.Read(paths[i]); err == nil {
				cutSnippets(content, wanted[paths[i]], repo.Secrets)
			}
		}
		return struct{}{}
	}, func(int, struct{}) {})
	if err != nil || ctx.Err() != nil {
		return err
	}
	for i := range findings {
		if f := &findings[i]; f.Kind == result.KindImage {
			f.Locations = slices.Clone(f.Locations) // shared with the target
		}
	}
	eachLocation(findings, func(l *result.Location) { l.Snippet = wanted[l.Path][window(l)] })
	return nil
}

func eachLocation(findings []result.Finding, do func(*result.Location)) {
	for i := range findings {
		all := findings[i].Locations
		for j := range all[:min(snippetLocations, len(all))] {
			do(&all[j])
		}
	}
}

// window returns the lines of a location's snippet: a few before its line and the
// rest after it, inside the block if that has several lines. They are around the likely line
// instead if it would not be among them.
func window(l *result.Location) result.Range {
	first, last := l.Line-snippetBefore, 1<<30
	if b := l.Block; b != nil && b.Start < b.End && b.Contains(l.Line) {
		first, last = max(first, b.Start), b.End
	}
	if l.Likely >= first+result.SnippetLines {
		first = l.Likely - snippetBefore
	}
	first = max(first, 1)
	return result.Range{Start: first, End: min(last, first+result.SnippetLines-1)}
}

// cutSnippets fills in the snippets of one file. All lines up to the last wanted one
// are searched for secrets: whether a line is secret may depend on one before it. As many
// as a snippet has are kept.
func cutSnippets(content []byte, wanted map[result.Range]*result.Snippet, known secret.Masker) {
	ends, last := map[int][]result.Range{}, 0
	for r := range wanted {
		ends[r.End] = append(ends[r.End], r)
		last = max(last, r.End)
	}
	var redactor secret.Redactor
	var recent []string // up to line n
	n := 0
	for n < last && len(content) > 0 {
		var line []byte
		line, content, _ = bytes.Cut(content, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		shown := text.Truncate(known.Mask(redactor.Line(string(line[:min(maxLine, len(line))]))), result.SnippetWidth)
		recent = append(recent[max(0, len(recent)-result.SnippetLines+1):], shown)
		n++
		for _, r := range ends[n] {
			wanted[r] = cut(recent, n, r)
		}
	}
	for r := range wanted {
		if r.Start <= n && n < r.End {
			wanted[r] = cut(recent, n, r)
		}
	}
}

// cut returns the snippet of a range whose last lines are those of recent, up to line n.
func cut(recent []string, n int, r result.Range) *result.Snippet {
	first := len(recent) - (n - r.Start + 1)
	return &result.Snippet{Start: r.Start, Lines: result.LinesOf(recent[first:]...)}
}
