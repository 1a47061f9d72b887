package locate

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
)

// pathIndex finds paths by the names that the service gives them. It refers to
// paths by their numbers, and returns them in ascending order.
type pathIndex struct {
	paths  []string
	exact  map[string]int
	byBase map[string][]int // by lower-case base name
	// withWordEnds are the paths that hold a byte which ends a word.
	withWordEnds []int
	// unclear are the paths that hold a byte which may end a value.
	unclear map[int]bool
	// alike counts the paths by their bare names.
	alike map[string]int
}

// newPathIndex takes each path once.
func newPathIndex(paths []string) *pathIndex {
	ix := &pathIndex{
		exact: make(map[string]int, len(paths)), byBase: make(map[string][]int, len(paths)),
		unclear: map[int]bool{}, alike: make(map[string]int, len(paths)),
	}
	for _, p := range paths {
		if _, known := ix.exact[p]; known {
			continue
		}
		n := len(ix.paths)
		ix.paths = append(ix.paths, p)
		ix.exact[p] = n
		ix.alike[bareName(p)]++
		base := strings.ToLower(path.Base(p))
		ix.byBase[base] = append(ix.byBase[base], n)
		if strings.ContainsAny(p, wordEnds) {
			ix.withWordEnds = append(ix.withWordEnds, n)
		}
		if strings.ContainsAny(p, wordEnds+"[]") {
			ix.unclear[n] = true
		}
	}
	return ix
}

// all returns the numbers of all paths.
func (ix *pathIndex) all() []int {
	all := make([]int, len(ix.paths))
	for n := range all {
		all[n] = n
	}
	return all
}

// pathMatch is what the name of a file matches.
type pathMatch struct {
	// paths match equally well.
	paths []int
	// exact is set if the name is the one path, letter by letter.
	exact bool
	// sameBase are the paths, at least two, whose base name is an exact name without
	// a folder.
	sameBase []int
	// partial are paths that share only the last segments with the name. One of them
	// is meant only if it defines the resource.
	partial []int
	// goesOn is set if a longer name means another path.
	goesOn bool
}

func (m pathMatch) none() bool { return len(m.paths) == 0 && len(m.partial) == 0 }

// find returns the paths that a name of certain length matches.
func (ix *pathIndex) find(name string) pathMatch {
	var found pathMatch
	for _, form := range pathForms(name) {
		m := ix.match(form)
		if strings.HasPrefix(name, "./") || strings.HasPrefix(name, `.\`) {
			m.sameBase = nil // a path from the root, and no base name
		}
		if len(m.paths) > 0 {
			return m
		}
		if len(found.partial) == 0 {
			found = m
		}
	}
	return found
}

// findValue returns the paths that a value matches. If the value's end is uncertain,
// other ends are tried. These must give a whole path, or leave no blank before it:
// words of a sentence are not folders.
func (ix *pathIndex) findValue(v value) pathMatch {
	if v.loose {
		for _, name := range append(prefixes(v.text, 1), firstWord(v.text)) {
			m := ix.find(name)
			if m.exact || len(m.paths) > 0 && strings.Count(name, " ") <= strings.Count(ix.paths[m.paths[0]], " ") {
				return m
			}
		}
		return pathMatch{}
	}
	if m := ix.find(v.text); !m.none() {
		return m
	}
	for _, name := range prefixes(v.rest, len(v.text)+1) {
		if m := ix.find(name); m.exact {
			return m
		}
	}
	return pathMatch{}
}

// goesOn reports whether the line goes on after a value so that a longer name means another
// path: a file may be called "a.tf) b.tf".
func (ix *pathIndex) goesOn(v value) bool {
	if len(ix.unclear) == 0 || v.loose { // of a loose value, the longest name counts
		return false
	}
	for end := len(v.text) + 1; end <= len(v.rest); end++ {
		if end < len(v.rest) && strings.IndexByte(valueEnds, v.rest[end]) < 0 {
			continue
		}
		if m := ix.find(strings.TrimRight(v.rest[:end], " ")); slices.ContainsFunc(m.paths, func(n int) bool { return ix.unclear[n] }) {
			return true
		}
	}
	return false
}

// match compares one form of a name: with the whole path, with the ends of paths,
// and with these in any case.
func (ix *pathIndex) match(name string) pathMatch {
	if n, ok := ix.exact[name]; ok {
		m := pathMatch{paths: []int{n}, exact: true}
		if !strings.Contains(name, "/") {
			m.sameBase = ix.withBase(name)
		}
		return m
	}
	if m := ix.bySuffix(name, equal); !m.none() {
		return m
	}
	return ix.bySuffix(name, strings.EqualFold)
}

func equal(a, b string) bool { return a == b }

// withBase returns the paths with a base name, none if it is one alone.
func (ix *pathIndex) withBase(base string) []int {
	paths := slices.DeleteFunc(slices.Clone(ix.byBase[strings.ToLower(base)]), func(n int) bool {
		return path.Base(ix.paths[n]) != base
	})
	if len(paths) < 2 {
		return nil
	}
	return paths
}

// bySuffix returns the longest paths that end in the name or that the name ends in.
func (ix *pathIndex) bySuffix(name string, same func(a, b string) bool) pathMatch {
	segments := strings.Split(strings.Trim(name, "/"), "/")
	inCommon := func(n int) int { return commonTail(segments, strings.Split(ix.paths[n], "/"), same) }
	absolute := strings.HasPrefix(name, "/")
	sameBase := ix.byBase[strings.ToLower(path.Base(name))]
	var whole, partial []int
	for _, n := range sameBase {
		switch c := inCommon(n); {
		case c == 0:
		case c == len(segments) || c == strings.Count(ix.paths[n], "/")+1:
			whole = append(whole, n)
		case absolute:
			partial = append(partial, n)
		}
	}
	m := pathMatch{paths: best(whole, inCommon), partial: best(partial, inCommon)}
	if len(m.paths) > 0 && inCommon(m.paths[0]) == 1 && len(segments) > 1 && len(sameBase) > 1 && !absolute {
		return pathMatch{partial: sameBase} // gone/main.tf may be another file than main.tf
	}
	return m
}

// commonTail returns how many strings at the end of a and b are the same.
func commonTail(a, b []string, same func(a, b string) bool) int {
	n := 0
	for n < len(a) && n < len(b) && same(a[len(a)-1-n], b[len(b)-1-n]) {
		n++
	}
	return n
}

// pathForms returns the ways to read the name of a file, the most literal first: as
// it stands; as an escaped, an encoded or a wrongly decoded file name; and all of
// these without a line number after it.
func pathForms(name string) []string {
	var forms []string
	add := func(form string) {
		if form != "" && !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	stripped, _ := cutLine(name)
	for _, f := range []string{name, stripped} {
		add(f)
		add(unescapeFileName(f))
		for _, g := range []string{f, unescapePercent(f), latin1ToUTF8(f), unescapePercent(strings.Trim(f, "\"'` "))} {
			add(cleanPath(g))
		}
	}
	return forms
}

func unescapePercent(name string) string {
	if d, err := url.PathUnescape(name); err == nil {
		return d
	}
	return name
}

// unescapeFileName decodes the file name of a multipart header, which a server may
// return as it is. Quotes, backslashes and control characters are escaped there,
// and nothing else: a % of the name may stand beside them.
func unescapeFileName(name string) string {
	if !strings.ContainsAny(name, `\%`) {
		return name
	}
	escapes := []string{`\\`, `\`, `\"`, `"`, "%7F", "\x7f"}
	for c := range byte(' ') {
		escapes = append(escapes, fmt.Sprintf("%%%02X", c), string(rune(c)))
	}
	return strings.NewReplacer(escapes...).Replace(name)
}

// latin1ToUTF8 undoes the damage of a server that reads a file name in UTF-8 as
// ISO 8859-1.
func latin1ToUTF8(name string) string {
	raw := make([]byte, 0, len(name))
	for _, r := range name {
		if r > 0xFF {
			return name
		}
		raw = append(raw, byte(r))
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}

// cleanPath makes a name comparable: slashes, no scheme, no drive, no "./".
func cleanPath(name string) string {
	name = strings.ReplaceAll(strings.TrimSpace(name), `\`, "/")
	if len(name) > 7 && strings.EqualFold(name[:7], "file://") {
		name = "/" + strings.TrimLeft(name[7:], "/")
	}
	if drive := strings.TrimPrefix(name, "/"); len(drive) > 2 && isLetter(drive[0]) && drive[1] == ':' && drive[2] == '/' {
		name = drive[2:]
	}
	if name == "" {
		return ""
	}
	return strings.TrimPrefix(path.Clean(name), "../")
}

// cutLine splits main.tf:12, main.tf:12:5, main.tf:3-9, main.tf#L12 and "main.tf
// line 12" into the name and the first line, 0 if there is none.
func cutLine(name string) (head string, line int) {
	head = strings.TrimRight(name, "0123456789:-,L")
	tail := name[len(head):]
	switch {
	case strings.HasPrefix(tail, ":"):
		return head, leadingNumber(tail[1:])
	case strings.HasSuffix(head, "#") && strings.HasPrefix(tail, "L"):
		return strings.TrimSuffix(head, "#"), leadingNumber(tail[1:])
	}
	for _, word := range []string{", line ", " line ", " (line "} {
		if h, n, ok := strings.Cut(name, word); ok && leadingNumber(n) > 0 {
			return h, leadingNumber(n)
		}
	}
	return name, 0
}

// valueEnds are the bytes before which a value may end.
const valueEnds = " ,;:.)]}\"'`|"

// maxPrefixes bounds how many ends of a value are tried.
const maxPrefixes = 64

// prefixes returns the beginnings of text that end where a word ends, the longest
// first, down to the length shortest.
func prefixes(text string, shortest int) []string {
	text = strings.TrimSpace(text)
	out := []string{text}
	for end := len(text) - 1; end >= shortest && len(out) < maxPrefixes; end-- {
		if strings.IndexByte(valueEnds, text[end]) < 0 {
			continue
		}
		if p := strings.TrimRight(text[:end], " "); len(p) >= shortest && p != out[len(out)-1] {
			out = append(out, p)
		}
	}
	return out
}
