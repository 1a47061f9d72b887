package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// waiversKey is the key of the waivers, in the config file and in a file of their own.
const waiversKey = "waivers"

// waiverFile is the text of a file that holds waivers, and where in it they stand.
type waiverFile struct {
	path  string
	lines []string // with their line breaks
	// eol is the line break of the file.
	eol string
	// root is the mapping of the document; key and list are the waivers, nil without them.
	root, key, list *yaml.Node
	// after is the line of the key after the waivers, from 1; one more than there are lines
	// if there is none.
	after int
}

// NewWaiverFile is the content of a file without waivers.
const NewWaiverFile = "version: 1\n"

// AddWaivers returns the content of a config file, or a file of waivers, with further entries at
// the end of its list. All other bytes stay. path is for errors, which are about content that
// can't be changed line by line.
func AddWaivers(path string, content []byte, entries []Entry) ([]byte, error) {
	f, err := openWaivers(path, content)
	if err != nil {
		return nil, err
	}
	at, indent := len(f.lines), strings.Repeat(" ", f.root.Column-1)
	dash := indent + "  "
	switch {
	case f.key == nil:
		f.endLastLine()
		f.lines = append(f.lines, indent+waiversKey+":"+f.eol)
		at++
	case len(f.list.Content) == 0:
		if err := f.openList(); err != nil {
			return nil, err
		}
		at = f.key.Line
	default:
		dash = strings.Repeat(" ", f.list.Column-1)
		at = f.end(f.after, f.list.Column)
		if at == len(f.lines) {
			f.endLastLine()
		}
	}
	var added []string
	for _, e := range entries {
		added = append(added, e.lines(dash, f.eol)...)
	}
	f.lines = slices.Insert(f.lines, at, added...)
	return f.checked(content, len(entries), nil)
}

// RemoveWaivers returns the content without the entries whose numbers, from 0, drop accepts.
// Comments between the entries stay.
func RemoveWaivers(path string, content []byte, drop func(i int) bool) ([]byte, error) {
	f, err := openWaivers(path, content)
	if err != nil || f.key == nil {
		return content, err
	}
	var dropped []int
	for i := range f.list.Content {
		if drop(i) {
			dropped = append(dropped, i)
		}
	}
	for _, i := range slices.Backward(dropped) {
		next := f.after
		if i+1 < len(f.list.Content) {
			next = f.list.Content[i+1].Line
		}
		first := f.list.Content[i].Line
		f.lines = slices.Delete(f.lines, first-1, f.end(next, f.list.Column))
	}
	if n := len(dropped); n > 0 && n == len(f.list.Content) {
		at := &f.lines[f.key.Line-1]
		*at = strings.Replace(*at, waiversKey+":", waiversKey+": []", 1)
	}
	return f.checked(content, 0, dropped)
}

// openWaivers finds the waivers in a text. Lists in brackets and several documents can't be
// changed line by line.
func openWaivers(path string, content []byte) (*waiverFile, error) {
	f := &waiverFile{path: path, lines: strings.SplitAfter(string(content), "\n"), eol: "\n"}
	if f.lines[len(f.lines)-1] == "" {
		f.lines = f.lines[:len(f.lines)-1]
	}
	if len(f.lines) > 0 && strings.HasSuffix(f.lines[0], "\r\n") {
		f.eol = "\r\n"
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(content, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode || doc.Content[0].Style == yaml.FlowStyle {
		return nil, fmt.Errorf("%s: must be a mapping over several lines that starts with version: 1", path)
	}
	f.root, f.after = doc.Content[0], len(f.lines)+1
	for i := 0; i+1 < len(f.root.Content); i += 2 {
		name, value := f.root.Content[i], f.root.Content[i+1]
		if f.key != nil {
			f.after = name.Line
			break
		}
		if name.Value == waiversKey {
			f.key, f.list = name, value
		}
	}
	return f, f.check()
}

// check reports waivers that can't be changed line by line.
func (f *waiverFile) check() error {
	isEmpty := f.key != nil && (f.list.Tag == "!!null" || f.list.Kind == yaml.SequenceNode && len(f.list.Content) == 0)
	switch {
	case f.key == nil || isEmpty:
		return nil
	case f.list.Kind != yaml.SequenceNode:
		return fmt.Errorf("%s:%d:%d: %s: must be a list", f.path, f.list.Line, f.list.Column, waiversKey)
	case f.list.Style == yaml.FlowStyle:
		return fmt.Errorf("%s:%d:%d: %s: a list in brackets can't be changed; fix: write one entry per line, each after a dash",
			f.path, f.list.Line, f.list.Column, waiversKey)
	}
	return nil
}

// endLastLine ends the last line of the text with a line break.
func (f *waiverFile) endLastLine() {
	if n := len(f.lines); n > 0 && !strings.HasSuffix(f.lines[n-1], "\n") {
		f.lines[n-1] += f.eol
	}
}

// openList removes the value of an empty list.
func (f *waiverFile) openList() error {
	at := &f.lines[f.key.Line-1]
	head, value, _ := strings.Cut(*at, waiversKey+":")
	for _, empty := range []string{"[]", "~", "null"} {
		if rest, ok := strings.CutPrefix(strings.TrimLeft(value, " "), empty); ok {
			value = rest
			break
		}
	}
	if text := strings.TrimSpace(value); text != "" && !strings.HasPrefix(text, "#") {
		return fmt.Errorf("%s:%d:%d: %s: can't be changed; fix: write [] after it", f.path, f.key.Line, f.key.Column, waiversKey)
	}
	*at = head + waiversKey + ":" + value
	f.endLastLine()
	return nil
}

// end returns how many lines there are up to the end of an entry, of which next, from 1, is the
// line of what follows. Blank lines and comments that are not indented deeper than the dash do not
// belong to the entry.
func (f *waiverFile) end(next, dash int) int {
	for n := next - 1; n > 0; n-- {
		line := f.lines[n-1]
		text := strings.TrimSpace(line)
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if text == "" || text[0] == '#' && indent < dash || text == "..." && indent == 0 {
			continue
		}
		return n
	}
	return 0
}

// checked returns the text if nothing in it differs from the content but the waivers: added ones
// at the end, or dropped ones.
func (f *waiverFile) checked(content []byte, added int, dropped []int) ([]byte, error) {
	text := []byte(strings.Join(f.lines, ""))
	before, err := waiversOf(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	after, err := waiversOf(text)
	if err != nil {
		return nil, fmt.Errorf("%s: can't be changed, the result would be invalid: %w; fix: edit it by hand", f.path, err)
	}
	want := before.list
	for _, i := range slices.Backward(dropped) {
		want = slices.Delete(slices.Clone(want), i, i+1)
	}
	kept := after.list[:max(0, len(after.list)-added)]
	if !reflect.DeepEqual(before.others, after.others) || len(kept) != len(want) || len(kept) > 0 && !reflect.DeepEqual(kept, want) {
		return nil, fmt.Errorf("%s: can't be changed without changing more than %s; fix: edit it by hand", f.path, waiversKey)
	}
	return text, nil
}

// values are the waivers of a text, and everything else in it.
type values struct {
	list   []any
	others map[string]any
}

func waiversOf(content []byte) (values, error) {
	var v values
	dec := yaml.NewDecoder(bytes.NewReader(content))
	if err := dec.Decode(&v.others); err != nil {
		return v, err
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return v, errors.New("a second document")
	}
	if list, ok := v.others[waiversKey].([]any); ok {
		v.list = list
	}
	delete(v.others, waiversKey)
	return v, nil
}
