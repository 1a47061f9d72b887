package dockerfile

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"sync"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// heredoc is the end of a heredoc.
type heredoc struct {
	name string
	// tabs before the name do not count.
	tabs bool
}

// skipHeredocs reads the lines of the heredocs that an instruction begins.
func (r *reader) skipHeredocs(i instruction, text string) error {
	if !i.takesHeredocs() || !strings.Contains(text, "<<") {
		return nil
	}
	ends, err := heredocs(text)
	if err != nil {
		return err
	}
	for _, end := range ends {
		if !r.skipTo(end) {
			return errors.New("unterminated heredoc")
		}
	}
	return nil
}

// skipTo reads to the end of a heredoc.
func (r *reader) skipTo(end heredoc) bool {
	for line := r.next(); line != nil; line = r.next() {
		line = trimBreak(line)
		if end.tabs {
			line = bytes.TrimLeft(line, "\t")
		}
		if string(line) == end.name {
			return true
		}
	}
	return false
}

// takesHeredocs reports whether an instruction can have heredocs: ADD, COPY and RUN, also of an
// ONBUILD, whose arguments are not JSON arrays.
func (i instruction) takesHeredocs() bool {
	if i.child != nil {
		i = *i.child
	}
	switch strings.ToLower(i.name) {
	case "add", instructionCopy, instructionRun:
		list, _ := isList(i.args) // checked before
		return !list
	}
	return false
}

// heredocPattern finds the beginning of a heredoc: its file descriptor is not looked at.
var heredocPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d*<<(-?)\s*([^<]*)$`) })

// heredocs finds the ends of the heredocs that the words of an instruction begin.
func heredocs(text string) ([]heredoc, error) {
	lex := shell.NewLex('\\')
	lex.RawQuotes, lex.RawEscapes, lex.SkipUnsetEnv = true, true, true
	all, _ := lex.ProcessWords(text, env{}) // as BuildKit, which takes the words up to an error
	var ends []heredoc
	for _, word := range all {
		m := heredocPattern().FindStringSubmatch(word)
		if m == nil || m[2] == "" {
			continue
		}
		name, err := heredocName(m[2])
		if err != nil {
			return nil, err
		}
		if name != nil {
			ends = append(ends, heredoc{name: *name, tabs: m[1] == "-"})
		}
	}
	return ends, nil
}

// heredocName removes the quotes of the name of a heredoc; nil for what is not a single word.
func heredocName(quoted string) (*string, error) {
	lex := shell.NewLex('\\')
	lex.SkipUnsetEnv = true
	plain, err := lex.ProcessWords(quoted, env{})
	if err != nil || len(plain) != 1 {
		return nil, err
	}
	return &plain[0], nil
}
