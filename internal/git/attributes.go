package git

import (
	"bytes"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// attributes finds the attributes of paths as git does (https://git-scm.com/docs/gitattributes), by
// the .gitattributes files of one list of files alone: none of the machine, and not
// .git/info/attributes. It is safe for concurrent use.
type attributes struct {
	// read returns the content of a .gitattributes file, nil if there is none.
	read func(file string) ([]byte, error)

	mu sync.Mutex
	// files are the rules that were read, by the folder, "." for the root, and macros the names
	// that stand for several attributes.
	files  map[string][]attributeRule
	macros map[string][]assignment
}

// attributeRule is a line of a .gitattributes file.
type attributeRule struct {
	pattern string
	// base: the pattern is for the last part of a path.
	base   bool
	states []assignment
}

// assignment gives an attribute a value.
type assignment struct {
	name, value string
}

// The values of an attribute that is set, unset, or made unspecified. Others are texts.
const (
	attributeSet     = "\x00set"
	attributeUnset   = "\x00unset"
	attributeNothing = ""
)

const (
	attributesFile = ".gitattributes"
	// maxAttributeLine is the length from which git ignores a line, in bytes.
	maxAttributeLine = 2048
)

func newAttributes(read func(file string) ([]byte, error)) *attributes {
	return &attributes{
		read: read, files: map[string][]attributeRule{},
		macros: map[string][]assignment{"binary": {{"diff", attributeUnset}, {"merge", attributeUnset}, {"text", attributeUnset}}},
	}
}

// rules returns those of a folder, and reads them at the first time. It must be called with the
// lock, and for the root first, which has the macros.
func (a *attributes) rules(dir string) ([]attributeRule, error) {
	if rules, known := a.files[dir]; known {
		return rules, nil
	}
	content, err := a.read(path.Join(dir, attributesFile))
	if err != nil {
		return nil, err
	}
	a.files[dir] = nil
	for line := range bytes.Lines(content) {
		a.addLine(dir, strings.TrimRight(string(line), "\r\n"))
	}
	return a.files[dir], nil
}

const attributeBlanks = " \t\r\n"

// addLine reads a line. Git ignores one that it can't read, and so does this.
func (a *attributes) addLine(dir, line string) {
	line = strings.TrimLeft(line, attributeBlanks)
	if line == "" || line[0] == '#' || len(line) >= maxAttributeLine {
		return
	}
	pattern, rest := cutAttributePattern(line)
	name, isMacro := strings.CutPrefix(pattern, "[attr]")
	if isMacro && name == "" {
		isMacro = false // a set of characters
	}
	states, ok := parseStates(rest)
	switch {
	case !ok:
	case isMacro && dir == "." && isAttributeName(name):
		a.macros[name] = states
	case !isMacro && pattern != "" && pattern[0] != '!' && !strings.HasSuffix(pattern, "/"):
		// Git takes no exceptions (!), and folders have no attributes.
		a.files[dir] = append(a.files[dir], attributeRule{pattern: pattern, base: !strings.Contains(pattern, "/"), states: states})
	}
}

// cutAttributePattern returns the pattern, which may be quoted, and the rest of a line.
func cutAttributePattern(line string) (pattern, rest string) {
	if line[0] == '"' {
		if quoted, err := strconv.QuotedPrefix(line); err == nil {
			if pattern, err = strconv.Unquote(quoted); err == nil {
				return pattern, line[len(quoted):]
			}
		}
	}
	end := strings.IndexAny(line, attributeBlanks)
	if end < 0 {
		return line, ""
	}
	return line[:end], line[end:]
}

// parseStates reads what stands after a pattern. ok is false if a name is invalid.
func parseStates(text string) (states []assignment, ok bool) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(attributeBlanks, r) }) {
		name, value, hasValue := strings.Cut(word, "=")
		switch {
		case word[0] == '-':
			name, value = name[1:], attributeUnset
		case word[0] == '!':
			name, value = name[1:], attributeNothing
		case !hasValue:
			value = attributeSet
		}
		if !isAttributeName(name) {
			return nil, false
		}
		states = append(states, assignment{name, value})
	}
	return states, true
}

func isAttributeName(name string) bool {
	isOdd := func(r rune) bool {
		return r != '-' && r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}
	return name != "" && name[0] != '-' && !strings.ContainsFunc(name, isOdd)
}

// of returns the attributes of a path. The files of deeper folders come first, and in a file the
// last line that matches. It fails if one of them can't be read.
func (a *attributes) of(file string) (map[string]string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	values := map[string]string{}
	if _, err := a.rules("."); err != nil {
		return nil, err
	}
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		rules, err := a.rules(dir)
		if err != nil {
			return nil, err
		}
		for _, rule := range slices.Backward(rules) {
			if rule.matches(dir, file) {
				a.assign(values, rule.states)
			}
		}
		if dir == "." {
			return values, nil
		}
	}
}

// assign adds values that are not decided yet. A name that is set and stands for several attributes
// assigns these.
func (a *attributes) assign(values map[string]string, states []assignment) {
	for _, s := range slices.Backward(states) {
		if _, decided := values[s.name]; decided {
			continue
		}
		values[s.name] = s.value
		if s.value == attributeSet {
			a.assign(values, a.macros[s.name])
		}
	}
}

func (r attributeRule) matches(dir, file string) bool {
	if r.base {
		return matchWild(r.pattern, path.Base(file))
	}
	if dir != "." {
		file = file[len(dir)+1:]
	}
	pattern := strings.TrimPrefix(r.pattern, "/")
	// Git compares what stands before the first wildcard by itself. So ** counts as if it stood at
	// the beginning of the pattern.
	plain := strings.IndexAny(pattern, wildcards)
	if plain < 0 {
		return pattern == file
	}
	rest, found := strings.CutPrefix(file, pattern[:plain])
	return found && matchWild(pattern[plain:], rest)
}
