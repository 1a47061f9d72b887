package result

import (
	"encoding/json"
	"errors"
	"iter"
	"strings"

	"github.com/scangate/scangate/internal/jsonx"
)

// Lines are lines of a file, each with a line feed at its end: one text takes half the memory of a
// list. They may hold any other character: each format makes them harmless in its own way. In JSON
// they are a list.
type Lines string

// LinesOf joins lines that have no line breaks.
func LinesOf(lines ...string) Lines {
	var all strings.Builder
	n := 0
	for _, line := range lines {
		n += len(line) + 1
	}
	all.Grow(n)
	for _, line := range lines {
		all.WriteString(line)
		all.WriteByte('\n')
	}
	return Lines(all.String())
}

// All yields the lines without their line feeds, counted from 0.
func (l Lines) All() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		i := 0
		for line := range strings.Lines(string(l)) {
			if !yield(i, strings.TrimSuffix(line, "\n")) {
				return
			}
			i++
		}
	}
}

// Len is the number of lines.
func (l Lines) Len() int { return strings.Count(string(l), "\n") }

// MarshalJSON writes the list for encoding/json.
func (l Lines) MarshalJSON() ([]byte, error) { return jsonx.MarshalTexts(l), nil }

// UnmarshalJSON reads the list for encoding/json.
func (l *Lines) UnmarshalJSON(text []byte) error {
	var texts []string
	if err := json.Unmarshal(text, &texts); err != nil {
		return err
	}
	return l.SetTexts(texts)
}

// SetTexts is how [jsonx.Document] reads the list.
func (l *Lines) SetTexts(texts []string) error {
	for _, text := range texts {
		if strings.Contains(text, "\n") {
			return errors.New("must have no line breaks")
		}
	}
	*l = LinesOf(texts...)
	return nil
}
