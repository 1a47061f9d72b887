package dockerfile

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// words splits text at spaces outside of quotes. Quotes and escapes stay.
func words(s string, escape rune) []string {
	var all []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			all = append(all, word.String())
			word.Reset()
		}
	}
	var quote rune // 0 outside of quotes
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		c := runes[i]
		switch {
		case quote == 0 && unicode.IsSpace(c):
			end()
			continue
		case c == escape && quote != '\'':
			if i+1 == len(runes) {
				continue
			}
			word.WriteRune(c)
			i++
			c = runes[i]
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		}
		word.WriteRune(c)
	}
	end()
	return all
}

// cutFlags cuts the words that start with two hyphens from the beginning of text. Two hyphens alone
// end them.
//
// BuildKit takes each byte of flags for a character, and so does this: what it reads counts.
func cutFlags(s string, escape byte) (flags []string, rest string) {
	for {
		for s != "" && isSpace(s[0]) {
			s = s[1:]
		}
		if !strings.HasPrefix(s, "--") {
			return flags, s
		}
		flag, after := cutFlag(s, escape)
		if flag == "--" {
			return flags, after
		}
		flags, s = append(flags, flag), after
	}
}

// cutFlag cuts the first word, without quotes and escapes.
func cutFlag(s string, escape byte) (flag, rest string) {
	var b strings.Builder
	var quote byte // 0 outside of quotes
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote == 0 && isSpace(c):
			return b.String(), s[i:]
		case quote != 0 && c == quote:
			quote = 0
			continue
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
			continue
		case c == escape:
			if i++; i == len(s) {
				continue
			}
			c = s[i]
		}
		b.WriteRune(rune(c))
	}
	return b.String(), ""
}

func isSpace(c byte) bool { return unicode.IsSpace(rune(c)) }

// directives are the parser directives at the start of a file, such as # escape=`.
type directives struct {
	escape rune
	seen   []string
	// ended is set by the first line without one.
	ended bool
}

// directivePattern is that of a directive after the # and spaces.
var directivePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$`)
})

// directive reads a line that may be a directive.
func (d *directives) directive(line []byte) error {
	if d.ended {
		return nil
	}
	comment, ok := bytes.CutPrefix(line, []byte("#"))
	m := directivePattern().FindSubmatch(bytes.TrimLeftFunc(comment, unicode.IsSpace))
	if !ok || m == nil {
		d.ended = true
		return nil
	}
	name, value := strings.ToLower(string(m[1])), string(m[2])
	switch {
	case name != "escape" && name != "syntax" && name != "check":
		d.ended = true
	case slices.Contains(d.seen, name):
		return fmt.Errorf("only one %s parser directive can be used", name)
	case name == "escape" && value != "`" && value != `\`:
		return fmt.Errorf("invalid escape token '%s' does not match ` or \\", value)
	case name == "escape":
		d.escape = rune(value[0])
	}
	d.seen = append(d.seen, name)
	return nil
}
