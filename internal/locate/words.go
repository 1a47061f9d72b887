package locate

import (
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template"
)

// wordEnds are the bytes that end a word of running text. Dots, slashes and
// brackets are parts of paths and addresses.
const wordEnds = " \n\t\"'`(){}<>,;|"

// wordsOf returns the words of a text without the punctuation after them.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(wordEnds, r) })
	for i, w := range words {
		words[i] = strings.TrimRight(w, ".:!?")
	}
	return words
}

// namedIn returns the one path that a text names: in full, or by a base name with
// an extension that no other path has. It returns -1 if the text names none or
// several, or a base name that several paths share.
func (ix *pathIndex) namedIn(text string) int {
	found := -1
	for _, w := range wordsOf(text) {
		n, certain := ix.byWord(w)
		if !certain || n >= 0 && found >= 0 && n != found {
			return -1
		}
		found = max(n, found)
	}
	for _, n := range ix.withWordEnds {
		if !holdsWord(text, ix.paths[n]) {
			continue
		}
		if found >= 0 && found != n {
			return -1
		}
		found = n
	}
	return found
}

// byWord returns the path that a word names, -1 if there is none. certain is false
// if n is one of several.
func (ix *pathIndex) byWord(word string) (n int, certain bool) {
	if !strings.Contains(word, ".") {
		return -1, true
	}
	stripped, _ := cutLine(word)
	name := strings.TrimPrefix(stripped, "./")
	if strings.ContainsAny(name, `/\`) {
		if n, ok := ix.exact[name]; ok {
			return n, true
		}
		return -1, true
	}
	found := -1
	for _, n := range ix.byBase[strings.ToLower(name)] {
		if path.Base(ix.paths[n]) != name {
			continue
		}
		if found >= 0 {
			return found, false
		}
		found = n
	}
	return found, true
}

// holdsWord reports whether text holds name between the ends of words.
func holdsWord(text, name string) bool {
	for from := 0; ; {
		n := strings.Index(text[from:], name)
		if n < 0 {
			return false
		}
		start, end := from+n, from+n+len(name)
		before := start == 0 || strings.IndexByte(wordEnds, text[start-1]) >= 0
		after := end == len(text) || strings.IndexByte(wordEnds+".:", text[end]) >= 0
		if before && after {
			return true
		}
		from = start + 1
	}
}

// statesType reports whether the type of a resource stands before the reference, or
// before its name: "The Deployment frontend". words are those of the text.
func statesType(seg *segment, words []string, res *template.Resource) bool {
	types := []string{res.Type, shortType(res.Type)}
	if slices.Contains(types, seg.word) {
		return true
	}
	isType := func(word string) bool {
		return slices.ContainsFunc(types, func(typ string) bool { return strings.EqualFold(word, typ) })
	}
	for i := 1; i < len(words); i++ {
		if (words[i] == res.Name || words[i] == seg.ref.text) && isType(words[i-1]) {
			return true
		}
	}
	return false
}

// namesIn returns what may be names of resources in a text.
func namesIn(text string) []string {
	names := quotesIn(text)
	words := wordsOf(text)
	for i, w := range words {
		if word := withoutKeys(w); strings.ContainsAny(word, "./") {
			names = append(names, word)
		}
		if i > 0 {
			names = append(names, words[i-1]+"/"+w) // the Deployment web
		}
	}
	return names
}

// namedIn returns the one resource that a text names by its address, by type.name
// or kind/name, or by its quoted logical id; -1 if it names none or several.
func (ix *nameIndex) namedIn(text string) int {
	found := -1
	for _, name := range namesIn(text) {
		for _, e := range ix.entries.of(name) {
			if !e.rank.typed() || e.name != name {
				continue
			}
			if found >= 0 && found != e.resource {
				return -1
			}
			found = e.resource
		}
	}
	return found
}
