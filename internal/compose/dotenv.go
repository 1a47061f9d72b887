package compose

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// setting is a value of a .env file. The value can't be used if err is set.
type setting struct {
	value string
	err   *unsetError
	file  string // the .env file
}

// dotenvReader reads a .env file by Compose's rules. find is asked for the variables in
// values before the file itself.
type dotenvReader struct {
	src, rest string
	find      lookup
	values    map[string]setting
}

// dotenvError says on which line a .env file is invalid, and why.
type dotenvError struct {
	line int
	why  string
}

// parseDotenv returns the values, and an error if the file is invalid.
func parseDotenv(content string, find lookup) (map[string]setting, *dotenvError) {
	d := &dotenvReader{src: content, rest: strings.TrimPrefix(content, "\ufeff"), find: find, values: map[string]setting{}}
	for d.start() {
		before := d.src[:len(d.src)-len(d.rest)]
		if err := d.statement(); err != nil {
			return d.values, &dotenvError{1 + strings.Count(before, "\n"), err.Error()}
		}
	}
	return d.values, nil
}

// start moves to the next statement, past blank lines and comments.
func (d *dotenvReader) start() bool {
	for {
		d.rest = strings.TrimLeftFunc(d.rest, unicode.IsSpace)
		if !strings.HasPrefix(d.rest, "#") {
			return d.rest != ""
		}
		_, d.rest, _ = strings.Cut(d.rest, "\n")
	}
}

// statement reads NAME=VALUE, NAME: VALUE or NAME.
func (d *dotenvReader) statement() error {
	if after, ok := strings.CutPrefix(d.rest, "export"); ok && after != "" && strings.IndexByte(" \t\n\f\r", after[0]) >= 0 {
		if d.rest = strings.TrimLeftFunc(after, isBlank); d.rest == "" {
			return errors.New("export must be followed by the name of a variable")
		}
	}
	name, inherited, err := d.name()
	switch {
	case err != nil:
		return err
	case strings.Contains(name, " "):
		return errors.New("the name of a variable must not contain a blank")
	case !inherited:
		return d.value(name)
	}
	if value, ok, why := d.find(name); ok {
		d.values[name] = setting{value: value}
	} else if why != "" {
		d.values[name] = setting{err: &unsetError{name: name, why: why}}
	}
	return nil
}

// name reads up to the sign after a name. inherited is set if there is none.
func (d *dotenvReader) name() (name string, inherited bool, err error) {
	for i, r := range d.rest {
		switch {
		case r == '=' || r == ':' || r == '\n':
			name = strings.TrimRightFunc(d.rest[:i], unicode.IsSpace)
			d.rest = strings.TrimLeftFunc(d.rest[i+1:], isBlank)
			return name, r == '\n', nil
		case isBlank(r) || strings.ContainsRune("_.-[]", r) || unicode.IsLetter(r) || unicode.IsNumber(r):
		default:
			return "", false, fmt.Errorf("unexpected character %q in the name of a variable", r)
		}
	}
	d.rest = "" // the last line has a name alone, which Compose ignores
	return "", true, nil
}

func (d *dotenvReader) value(name string) error {
	raw, quote := d.rest, byte(0)
	if raw != "" && (raw[0] == '"' || raw[0] == '\'') {
		quote = raw[0]
	}
	var text string
	if quote == 0 {
		text, d.rest, _ = strings.Cut(raw, "\n")
		text, _, _ = strings.Cut(text, " #")
		text = strings.TrimRightFunc(text, unicode.IsSpace)
	} else {
		var ok bool
		if text, d.rest, ok = unquote(raw, quote); !ok {
			return errors.New("a quoted value does not end")
		}
	}
	if quote == '\'' {
		d.values[name] = setting{value: text}
		return nil
	}
	if quote == '"' {
		text = unescape(text)
	}
	value, err := expand(text, d.inFile)
	d.values[name] = setting{value: value, err: asUnset(name, err)}
	return nil
}

// inFile finds a variable outside of the file, then in the file.
func (d *dotenvReader) inFile(name string) (value string, ok bool, why string) {
	if value, ok, why = d.find(name); ok || why != "" {
		return value, ok, why
	}
	if s, has := d.values[name]; has {
		return s.get()
	}
	return "", false, ""
}

func (s setting) get() (value string, ok bool, why string) {
	if s.err != nil {
		return "", false, s.err.why
	}
	return s.value, true, ""
}

// asUnset says why a variable of the file has no value.
func asUnset(name string, err error) *unsetError {
	switch unset, ok := errors.AsType[*unsetError](err); {
	case err == nil:
		return nil
	case ok:
		return &unsetError{name: name, why: unset.Error()}
	}
	return &unsetError{name: name, why: "invalid value"} // which may be a secret
}

// unquote reads a value up to its closing quote. A backslash before anything else than
// the quote stays.
func unquote(s string, quote byte) (text, rest string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			if i++; s[i] != quote {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

// unescape replaces the escapes of a value in double quotes. \$ becomes $$, which is
// replaced with the variables.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch at := strings.IndexByte(`abfnrtv"\`, s[i]); {
		case at >= 0:
			b.WriteByte("\a\b\f\n\r\t\v\"\\"[at])
		case s[i] == '$':
			b.WriteString("$$")
		case s[i] == '0':
			text, length := octal(s[i:])
			b.WriteString(text)
			i += length - 1
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// octal reads 0 and up to three digits, and returns how many bytes that were.
func octal(s string) (text string, length int) {
	length = 1
	for length < len(s) && length < 4 && s[length] >= '0' && s[length] <= '9' {
		length++
	}
	text = `\` + s[1:length]
	if r, _, rest, err := strconv.UnquoteChar(text, '"'); err == nil && rest == "" {
		return string(r), length
	}
	return text, length
}

// isBlank is white space within a line.
func isBlank(r rune) bool {
	switch r {
	case '\t', '\v', '\f', '\r', ' ', 0x85, 0xA0:
		return true
	}
	return false
}
