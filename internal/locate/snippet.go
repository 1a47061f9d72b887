package locate

import (
	"bytes"
	"context"
	"slices"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// snippetPlaces is how many of a finding's locations get a snippet.
	snippetPlaces = 3
	// snippetBefore is how many lines a snippet has before the one it is about.
	snippetBefore = 2
	// longLine is where a line is cut before it is searched for secrets: what
	// comes later is never shown, and minified files have one line of megabytes.
	longLine = 4096
)

// Snippets gives the first locations of findings the lines that stand there, as
// src reads them, without what looks like a secret. Locations whose file can't be
// read, or has no such line, get none. It reads each file once, one at a time, and
// stops when ctx ends.
func Snippets(ctx context.Context, findings []result.Finding, src Source) {
	wanted := map[string]map[result.Range]*result.Snippet{}
	paths := []string{}
	eachPlace(findings, func(l *result.Location) {
		if wanted[l.Path] == nil {
			wanted[l.Path] = map[result.Range]*result.Snippet{}
			paths = append(paths, l.Path)
		}
		wanted[l.Path][window(l)] = nil
	})
	for _, path := range paths {
		if ctx.Err() != nil {
			return
		}
		if content, err := src.Read(path); err == nil {
			cut(content, wanted[path])
		}
	}
	for i := range findings {
		findings[i].Locations = slices.Clone(findings[i].Locations) // shared with the target
	}
	eachPlace(findings, func(l *result.Location) { l.Snippet = wanted[l.Path][window(l)] })
}

func eachPlace(findings []result.Finding, do func(*result.Location)) {
	for i := range findings {
		all := findings[i].Locations
		for j := range all[:min(snippetPlaces, len(all))] {
			do(&all[j])
		}
	}
}

// window is which lines to show for a location: a few before the line and the
// rest after it, inside the block where that has several lines.
func window(l *result.Location) result.Range {
	first, last := l.Line-snippetBefore, 1<<30
	if b := l.Block; b != nil && b.Start < b.End && b.Start <= l.Line && l.Line <= b.End {
		first, last = max(first, b.Start), b.End
	}
	first = max(first, 1)
	return result.Range{Start: first, End: min(last, first+result.SnippetLines-1)}
}

// cut fills in the snippets of one file. Every line passes through the search for
// secrets, shown or not: what a line hides can depend on one before it.
func cut(content []byte, wanted map[result.Range]*result.Snippet) {
	last := 0
	for r := range wanted {
		last = max(last, r.End)
	}
	var secrets redactor
	var shown []string
	for n := 1; n <= last && len(content) > 0; n++ {
		var line []byte
		line, content, _ = bytes.Cut(content, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		shown = append(shown, text.Truncate(secrets.line(string(line[:min(longLine, len(line))])), result.SnippetWidth))
	}
	for r := range wanted {
		if r.Start <= len(shown) {
			wanted[r] = &result.Snippet{Start: r.Start, Lines: slices.Clone(shown[r.Start-1 : min(r.End, len(shown))])}
		}
	}
}
