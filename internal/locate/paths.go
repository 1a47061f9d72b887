package locate

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
)

// pathIndex finds the paths of one submission by the names that the service
// gives them.
type pathIndex struct {
	paths  []string
	exact  map[string]int
	byBase map[string][]int // lower-case base name
	odd    []int            // paths that don't survive as one word of a text
	every  []int            // see all
}

func newPathIndex(paths []string) *pathIndex {
	ix := &pathIndex{exact: make(map[string]int, len(paths)), byBase: make(map[string][]int, len(paths))}
	for _, p := range paths {
		if _, known := ix.exact[p]; known {
			continue
		}
		n := len(ix.paths)
		ix.paths = append(ix.paths, p)
		ix.exact[p] = n
		base := strings.ToLower(path.Base(p))
		ix.byBase[base] = append(ix.byBase[base], n)
		if strings.ContainsAny(p, wordEnds) {
			ix.odd = append(ix.odd, n)
		}
	}
	return ix
}

// all returns every path's number.
func (ix *pathIndex) all() []int {
	if len(ix.every) != len(ix.paths) {
		for n := range ix.paths {
			ix.every = append(ix.every, n)
		}
	}
	return ix.every
}

// pathMatch is what a name fits.
type pathMatch struct {
	// fits are the paths that the name fits equally well.
	fits []int
	// exact is set where the name is the one path, letter by letter.
	exact bool
	// alike are the paths of which an exact name without a folder is the base name,
	// itself included; nil if it is the only one.
	alike []int
	// tails are paths that share the last segments with a name that has folders
	// of its own above them: too little, unless one of them holds the resource.
	tails []int
}

func (m pathMatch) none() bool { return len(m.fits) == 0 && len(m.tails) == 0 }

// find looks a name up that has its whole length for certain.
func (ix *pathIndex) find(name string) pathMatch {
	var last pathMatch
	for _, form := range pathForms(name) {
		m := ix.match(form)
		if strings.HasPrefix(name, "./") || strings.HasPrefix(name, `.\`) {
			m.alike = nil // a path from the root, and no base name
		}
		if len(m.fits) > 0 {
			return m
		}
		if len(last.tails) == 0 {
			last = m
		}
	}
	return last
}

// findValue looks up a value of the details. Where its end is uncertain, other
// ends are tried: they must give a whole path, or one without blanks before it,
// so that words of a sentence are never taken for folders.
func (ix *pathIndex) findValue(v value) pathMatch {
	if v.loose {
		for _, form := range append(prefixes(v.text, 1), firstWord(v.text)) {
			m := ix.find(form)
			if m.exact || len(m.fits) > 0 && !ix.blanksDropped(form, m.fits[0]) {
				return m
			}
		}
		return pathMatch{}
	}
	if m := ix.find(v.text); !m.none() {
		return m
	}
	for _, form := range prefixes(v.rest, len(v.text)+1) {
		if m := ix.find(form); m.exact {
			return m
		}
	}
	return pathMatch{}
}

// blanksDropped says that a blank stands in the part of name that is no part of
// the path.
func (ix *pathIndex) blanksDropped(name string, fit int) bool {
	return strings.Count(name, " ") > strings.Count(ix.paths[fit], " ")
}

// match compares one form: the path itself, then the longest path that ends the
// name, then all paths that the name ends, then the same without case.
func (ix *pathIndex) match(name string) pathMatch {
	if n, ok := ix.exact[name]; ok {
		m := pathMatch{fits: []int{n}, exact: true}
		if !strings.Contains(name, "/") {
			m.alike = ix.endingIn(name)
		}
		return m
	}
	same := func(a, b string) bool { return a == b }
	if m := ix.bySuffix(name, same); !m.none() {
		return m
	}
	return ix.bySuffix(name, strings.EqualFold)
}

func (ix *pathIndex) endingIn(base string) []int {
	all := slices.DeleteFunc(slices.Clone(ix.byBase[strings.ToLower(base)]), func(n int) bool {
		return path.Base(ix.paths[n]) != base
	})
	if len(all) < 2 {
		return nil
	}
	return all
}

func (ix *pathIndex) bySuffix(name string, same func(a, b string) bool) pathMatch {
	var m pathMatch
	segments := strings.Split(strings.Trim(name, "/"), "/")
	longest, longestTail := 0, 1
	alike := ix.byBase[strings.ToLower(path.Base(name))]
	for _, n := range alike {
		own := strings.Split(ix.paths[n], "/")
		c := commonTail(segments, own, same)
		switch {
		case c == 0:
		case c == len(own) || c == len(segments):
			m.fits, longest = longer(m.fits, longest, n, c)
		case isAbsolute(name):
			m.tails, longestTail = longer(m.tails, longestTail, n, c)
		}
	}
	if longest == 1 && len(segments) > 1 && len(alike) > 1 && !isAbsolute(name) {
		return pathMatch{tails: alike} // gone/main.tf is not main.tf for certain
	}
	return m
}

// longer keeps the candidates with the most segments in common.
func longer(kept []int, best, n, c int) ([]int, int) {
	switch {
	case c > best:
		return []int{n}, c
	case c == best:
		return append(kept, n), best
	}
	return kept, best
}

func commonTail(a, b []string, same func(a, b string) bool) int {
	n := 0
	for n < len(a) && n < len(b) && same(a[len(a)-1-n], b[len(b)-1-n]) {
		n++
	}
	return n
}

func isAbsolute(name string) bool { return strings.HasPrefix(name, "/") }

// pathForms returns the ways to read a name, the most literal one first: as it
// stands, without the line number behind it, with slashes for backslashes,
// percent-decoded, and with its bytes read as UTF-8 where a server took them for
// Latin-1.
func pathForms(name string) []string {
	forms := []string{}
	add := func(f string) {
		if f != "" && !slices.Contains(forms, f) {
			forms = append(forms, f)
		}
	}
	stripped, _ := cutLine(name)
	for _, f := range []string{name, stripped} {
		add(f)
		add(fromPart(f))
		for _, g := range []string{f, decoded(f), fromLatin1(f), decoded(strings.Trim(f, "\"'` "))} {
			add(cleanPath(g))
		}
	}
	return forms
}

func decoded(name string) string {
	if d, err := url.PathUnescape(name); err == nil {
		return d
	}
	return name
}

// fromPart undoes how a file name stands in the header of its part, which a
// server may hand back as it is: quotes, backslashes and control characters are
// escaped, and nothing else, so that a % of the name may stand beside them.
func fromPart(name string) string {
	if !strings.ContainsAny(name, `\%`) {
		return name
	}
	escapes := []string{`\\`, `\`, `\"`, `"`, "%7F", "\x7f"}
	for c := range byte(' ') {
		escapes = append(escapes, fmt.Sprintf("%%%02X", c), string(rune(c)))
	}
	return strings.NewReplacer(escapes...).Replace(name)
}

// fromLatin1 undoes the damage of a server that reads a part's file name, which
// is raw UTF-8, as ISO 8859-1.
func fromLatin1(name string) string {
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

// cutLine takes a line number off a name: main.tf:12, main.tf:12:5, main.tf:3-9,
// main.tf#L12 and "main.tf line 12". It returns the first line, 0 if none.
func cutLine(name string) (string, int) {
	head := strings.TrimRight(name, "0123456789:-,L")
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

// maxPrefixes bounds how many ends of a value are tried.
const maxPrefixes = 64

// prefixes returns the beginnings of text that end at a word's end, the longest
// first, down to a length.
func prefixes(text string, shortest int) []string {
	text = strings.TrimSpace(text)
	out := []string{text}
	for end := len(text); end > shortest && len(out) < maxPrefixes; {
		end--
		if end < shortest || strings.IndexByte(" ,;:.)]}\"'`|", text[end]) < 0 {
			continue
		}
		if p := strings.TrimRight(text[:end], " "); len(p) >= shortest && p != out[len(out)-1] {
			out = append(out, p)
		}
	}
	return out
}
