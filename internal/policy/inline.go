package policy

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// InlineWord begins a comment that states a waiver:
//
//	# scangate:waive RULE until=2027-01-31 owner=platform@acme.example reason="replaced in Q1"
const InlineWord = "scangate:waive"

// Inline returns the waivers in the comments of a template, a Compose file or a Dockerfile. Each
// stands directly above the block, or the FROM line, that it is about. A file that can't be parsed
// has none. The error is about every comment that is not valid, with its line.
func Inline(path string, content []byte) ([]result.Waiver, error) {
	if !bytes.Contains(content, []byte(InlineWord)) {
		return nil, nil
	}
	comments, blocks, err := commented(path, content)
	if err != nil {
		return nil, err
	}
	lines := bytes.Split(content, []byte("\n"))
	var all []result.Waiver
	var errs []error
	for _, c := range comments {
		w, err := inlineWaiver(path, c)
		if err == nil {
			err = setBlock(&w, c, blocks, lines)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d:%d: %s: %w", path, c.Line, c.Column, InlineWord, err))
			continue
		}
		all = append(all, w)
	}
	return all, errors.Join(errs...)
}

// commented returns the comments that may state waivers, and what they can stand above.
func commented(path string, content []byte) ([]result.Comment, []template.Block, error) {
	if f, err := template.Parse(path, content); err == nil && f != nil {
		if f.Engine != "" || f.Role == template.RoleUnsupported {
			return nil, nil, nil
		}
		comments, err := f.Comments(content, InlineWord)
		return comments, f.Blocks(), err
	}
	f, err := dockerfile.Parse(path, content)
	if err != nil {
		return nil, nil, nil //nolint:nilerr // its row has no answer, and says why
	}
	var blocks []template.Block
	stages, sources := f.Resolve(dockerfile.Options{})
	for _, s := range stages {
		blocks = append(blocks, template.Block{Range: s.Range, Name: s.Raw})
	}
	for _, s := range sources {
		blocks = append(blocks, template.Block{Range: s.Range, Name: s.Raw})
	}
	comments, err := dockerfile.Comments(path, content, InlineWord)
	return comments, blocks, err
}

// setBlock sets the block that begins on the line below a comment. Further comments may stand
// between them.
func setBlock(w *result.Waiver, c result.Comment, blocks []template.Block, lines [][]byte) error {
	if !c.Alone || strings.Contains(c.Text, "\n") {
		return errors.New("must be a comment on one line of its own, directly above a block or a FROM line")
	}
	below := c.Line + 1
	for below <= len(lines) && isCommentLine(lines[below-1]) {
		below++
	}
	for _, b := range blocks {
		if b.Start == below && (w.Lines == nil || b.End > w.Lines.End) {
			w.Lines, w.Above = &b.Range, b.Name
		}
	}
	if w.Lines == nil {
		return fmt.Errorf("no block and no FROM line begins on line %d, directly below it; fix: move it there", below)
	}
	return nil
}

// isCommentLine reports whether a line below a comment is a comment, too: no string can have begun
// before it.
func isCommentLine(line []byte) bool {
	text := bytes.TrimSpace(line)
	return bytes.HasPrefix(text, []byte("#")) || bytes.HasPrefix(text, []byte("//")) || bytes.HasPrefix(text, []byte("/*"))
}

// inlineWaiver reads RULE and its attributes.
func inlineWaiver(path string, c result.Comment) (result.Waiver, error) {
	rule, rest, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(c.Text, InlineWord)), " ")
	attributes, err := readAttributes(rest)
	if err != nil {
		return result.Waiver{}, err
	}
	w := result.Waiver{
		Rule: rule, Path: glob.Exact(path), Reason: attributes["reason"], Owner: attributes["owner"], Expires: attributes["until"],
		Origin: result.Origin{Setting: InlineWord, Place: fmt.Sprintf("%s:%d:%d", path, c.Line, c.Column), Path: path, Line: c.Line},
	}
	field, text := w.Fault()
	if field == "expires" {
		field = "until"
	}
	switch {
	case text == "":
		return w, nil
	case rule == "" || field != "rule" && attributes[field] == "":
		return w, fmt.Errorf("must have %s, as in %s RULE until=2027-01-31 owner=NAME reason=\"WHY\"", field, InlineWord)
	}
	return w, fmt.Errorf("%s: %s", field, text)
}

// readAttributes reads name=value and name="value with blanks". In quotes, a backslash stands
// before a quote or another backslash.
func readAttributes(text string) (map[string]string, error) {
	all := map[string]string{}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		name, rest, ok := strings.Cut(text, "=")
		if !ok || strings.ContainsAny(name, " \t\"") {
			return nil, fmt.Errorf("must be name=value after the rule, got %q", text)
		}
		value, after, err := readValue(rest)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", name, err)
		case name != "until" && name != "owner" && name != "reason":
			return nil, fmt.Errorf("unknown attribute %q; fix: use until, owner and reason", name)
		case all[name] != "":
			return nil, fmt.Errorf("duplicate attribute %q", name)
		case value == "":
			return nil, fmt.Errorf("%s: must not be empty", name)
		}
		all[name], text = value, after
	}
	return all, nil
}

// readValue reads a value and returns what follows it.
func readValue(text string) (value, rest string, err error) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, " \t")
		if end < 0 {
			end = len(text)
		}
		if strings.Contains(text[:end], `"`) {
			return "", "", fmt.Errorf("a quote in the middle of %q; fix: put all of it in quotes", text[:end])
		}
		return text[:end], text[end:], nil
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			i++
			b.WriteByte(text[i])
		case c == '"' && i+1 < len(text) && text[i+1] != ' ' && text[i+1] != '\t':
			return "", "", errors.New("a blank is missing after the closing quote")
		case c == '"':
			return strings.TrimSpace(b.String()), text[i+1:], nil
		default:
			b.WriteByte(c)
		}
	}
	return "", "", errors.New("the closing quote is missing")
}
