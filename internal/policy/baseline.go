package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
)

// BaselineName is the usual name of a baseline file.
const BaselineName = ".scangate-baseline.json"

const baselineVersion = 1

// MaxBaseline is the size of the largest file that is read, in bytes. A hundred thousand entries
// take about half of it.
const MaxBaseline = 64 << 20

// document is a baseline file.
type document struct {
	Version int     `json:"version"`
	Entries []entry `json:"entries"`
}

// Check refuses other versions.
func (d *document) Check(int64) error {
	if d.Version != baselineVersion {
		return &jsonx.FieldError{Path: "version", Text: fmt.Sprintf("must be %d, got %d", baselineVersion, d.Version)}
	}
	return nil
}

// entry is an entry of a file, and where it begins in it.
type entry struct {
	result.BaselineEntry

	offset int64
}

// Check notes where the entry begins, and refuses fields that contradict each other.
func (e *entry) Check(offset int64) error {
	e.offset = offset
	if field, text := e.Fault(); text != "" {
		return &jsonx.FieldError{Path: field, Text: text}
	}
	return nil
}

// ParseBaseline reads the content of a baseline file; path is for messages. Whatever
// [FormatBaseline] can't have written is an error with a line and a column, blanks and the order
// of entries aside: a mistyped entry that is silently left out hides what it was meant to cover,
// and one that is misread covers what was not accepted.
func ParseBaseline(path string, content []byte) (*result.Baseline, error) {
	fail := func(offset int64, text string) (*result.Baseline, error) {
		line, column := position(content, offset)
		return nil, fmt.Errorf("%s:%d:%d: %s", path, line, column, text)
	}
	if len(content) > MaxBaseline {
		return fail(0, fmt.Sprintf("the file is larger than %d MiB", MaxBaseline>>20))
	}
	var d document
	text, err := jsonx.Versioned(bytes.NewReader(content), "version", baselineVersion)
	if err != nil {
		return fail(0, err.Error()+"; fix: use a scangate that reads it, or record it again with --write-baseline")
	}
	if err := jsonx.Document(text, &d); err != nil {
		at := int64(0)
		if known, ok := errors.AsType[*jsonx.Error](err); ok {
			at = known.Offset
		}
		if i := bytes.Index(content, []byte("<<<<<<< ")); i >= 0 {
			return fail(int64(i), "a merge conflict; fix: resolve it, or take one side and record it again with --write-baseline")
		}
		if bytes.HasPrefix(bytes.TrimLeft(content, "{ \t\r\n"), []byte(`"format"`)) {
			return fail(0, "a result, and no baseline; fix: record one with --write-baseline, or compare with the result: --compare")
		}
		return fail(at, strings.ReplaceAll(err.Error(), " fix: ", " ")+"; fix: correct the file, or take it from git again")
	}
	b := &result.Baseline{File: path, Entries: make([]result.BaselineEntry, len(d.Entries))}
	first := make(map[result.BaselineKey]int64, len(d.Entries))
	for i := range d.Entries {
		e := &d.Entries[i]
		if at, twice := first[e.Key()]; twice {
			line, _ := position(content, at)
			return fail(e.offset, fmt.Sprintf("entries[%d]: duplicate of the entry in line %d; fix: keep one of them", i, line))
		}
		first[e.Key()] = e.offset
		b.Entries[i] = e.BaselineEntry
	}
	result.SortEntries(b.Entries)
	return b, nil
}

// position returns the line and the column, in characters, of a place in a text. Both begin at 1.
func position(content []byte, offset int64) (line, column int) {
	before := content[:min(max(offset, 0), int64(len(content)))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

// FormatBaseline returns the content of a baseline file: sorted, with one entry on each line, so
// that a change of one entry is a change of one line.
func FormatBaseline(entries []result.BaselineEntry) []byte {
	sorted := append([]result.BaselineEntry{}, entries...)
	result.SortEntries(sorted)
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n  \"version\": %d,\n  \"entries\": [", baselineVersion)
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for i := range sorted {
		comma := ","
		if i == 0 {
			comma = ""
		}
		b.WriteString(comma + "\n    ")
		_ = enc.Encode(&sorted[i]) // texts and numbers: nothing can fail
		b.Truncate(b.Len() - len("\n"))
	}
	if len(sorted) > 0 {
		b.WriteString("\n  ")
	}
	b.WriteString("]\n}\n")
	return b.Bytes()
}
