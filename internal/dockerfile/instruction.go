package dockerfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/scangate/scangate/internal/result"
)

// The instructions that matter here, in lower case.
const (
	instructionArg     = "arg"
	instructionCopy    = "copy"
	instructionFrom    = "from"
	instructionOnBuild = "onbuild"
	instructionRun     = "run"
)

// instruction is one instruction, as BuildKit's parser splits it.
type instruction struct {
	// name is the first word as it is written.
	name string
	// flags are the words at the beginning that start with two hyphens, without quotes.
	flags []string
	// args is the text after the flags. Its continuation lines are joined.
	args string
	// child is the instruction of an ONBUILD; nil for others.
	child *instruction
	// lines include those of heredocs.
	lines result.Range
}

// isKnown reports whether BuildKit has this instruction.
func (i instruction) isKnown() bool {
	return slices.Contains([]string{
		"add", instructionArg, "cmd", instructionCopy, "entrypoint", "env", "expose", instructionFrom, "healthcheck", "label",
		"maintainer", instructionOnBuild, instructionRun, "shell", "stopsignal", "user", "volume", "workdir",
	}, strings.ToLower(i.name))
}

// is reports whether this is the instruction of a name in lower case.
func (i instruction) is(name string) bool { return strings.ToLower(i.name) == name }

// reader splits a Dockerfile into its instructions.
type reader struct {
	directives
	rest []byte
	line int // the number of the last line that was read
}

// next returns the next line with its end, nil after the last one.
func (r *reader) next() []byte {
	if len(r.rest) == 0 {
		return nil
	}
	end := bytes.IndexByte(r.rest, '\n') + 1
	if end == 0 {
		end = len(r.rest)
	}
	line := r.rest[:end]
	r.rest = r.rest[end:]
	r.line++
	return line
}

// split returns the instructions of a Dockerfile, and its escape character. The error is a
// [*SyntaxError] without a path, where BuildKit's parser fails.
func split(content []byte) (all []instruction, escape rune, err error) {
	r := &reader{directives: directives{escape: '\\'}, rest: content}
	for line := r.next(); line != nil; line = r.next() {
		if r.line == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff")) // a byte order mark
		}
		line = bytes.TrimLeftFunc(trimBreak(line), unicode.IsSpace)
		if err := r.directive(line); err != nil {
			return nil, 0, &SyntaxError{Line: r.line, Msg: err.Error()}
		}
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		i, err := r.instruction(line)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, i)
	}
	if len(all) == 0 {
		return nil, 0, &SyntaxError{Line: r.line, Msg: "file with no instructions"}
	}
	return all, r.escape, nil
}

// instruction reads the instruction that begins in a line.
func (r *reader) instruction(line []byte) (instruction, error) {
	start := r.line
	text := r.joined(line)
	i, err := parseInstruction(text, r.escape)
	if err == nil {
		err = r.skipHeredocs(i, text)
	}
	if err != nil {
		return instruction{}, &SyntaxError{Line: start, Msg: err.Error()}
	}
	i.lines = result.Range{Start: start, End: r.line}
	return i, nil
}

// joined joins the lines of an instruction. Comments and blank lines between them are left out.
func (r *reader) joined(first []byte) string {
	line, more := r.continued(first)
	text := bytes.Clone(line)
	for more {
		raw := r.next()
		if raw == nil {
			break
		}
		line = trimBreak(raw)
		if trimmed := bytes.TrimLeftFunc(line, unicode.IsSpace); len(trimmed) == 0 || trimmed[0] == '#' {
			continue
		}
		line, more = r.continued(line)
		text = append(text, line...)
	}
	return string(text)
}

// continued cuts the escape character that ends a line which is continued. Two of them end none.
func (r *reader) continued(line []byte) (text []byte, more bool) {
	escape := []byte(string(r.escape))
	text, more = bytes.CutSuffix(bytes.TrimRight(line, " \t"), escape)
	if !more || bytes.HasSuffix(text, escape) {
		return line, false
	}
	return text, true
}

func trimBreak(line []byte) []byte { return bytes.TrimRight(line, "\r\n") }

// blanks separate the words of an instruction.
const blanks = "\t\v\f\r "

// parseInstruction splits the joined lines of an instruction.
func parseInstruction(text string, escape rune) (instruction, error) {
	text = strings.TrimSpace(text)
	i := instruction{name: text}
	if end := strings.IndexAny(text, blanks); end >= 0 {
		i.name = text[:end]
		i.flags, i.args = cutFlags(strings.TrimLeft(text[end:], blanks), byte(escape))
		i.args = strings.TrimSpace(i.args)
	}
	var err error
	switch name := strings.ToLower(i.name); name {
	case "add", instructionCopy, "volume", "cmd", "entrypoint", instructionRun, "shell":
		_, err = isList(i.args)
	case "healthcheck":
		_, after, _ := strings.Cut(i.args, firstSpace(i.args))
		_, err = isList(after)
	case "env", "label":
		err = checkPairs(strings.ToUpper(name), i.args, escape)
	case instructionOnBuild:
		if i.args != "" {
			child, wrong := parseInstruction(i.args, escape)
			i.child, err = &child, wrong
		}
	}
	return i, err
}

// firstSpace is the first space in a text of which each byte is a character; all of it without one.
func firstSpace(s string) string {
	for i := range len(s) {
		if isSpace(s[i]) {
			return s[i : i+1]
		}
	}
	return s
}

// isList reports whether arguments are a JSON array of texts.
func isList(args string) (bool, error) {
	args = strings.TrimLeftFunc(args, unicode.IsSpace)
	var list []any
	isJSON := strings.HasPrefix(args, "[") && json.Unmarshal([]byte(args), &list) == nil
	for _, one := range list {
		if _, ok := one.(string); isJSON && !ok {
			return false, errors.New("when using JSON array syntax, arrays must be comprised of strings only")
		}
	}
	return isJSON, nil
}

// checkPairs checks the arguments of ENV and LABEL: NAME=VALUE words, or a name and its value.
func checkPairs(name, args string, escape rune) error {
	all := words(args, escape)
	if len(all) == 0 {
		return nil
	}
	if !strings.Contains(all[0], "=") {
		if !strings.ContainsAny(args, blanks) {
			return fmt.Errorf("%s must have two arguments", name)
		}
		return nil
	}
	for _, word := range all {
		if !strings.Contains(word, "=") {
			return fmt.Errorf("Syntax error - can't find = in %q. Must be of the form: name=value", word) //nolint:staticcheck // BuildKit's text
		}
	}
	return nil
}
