package locate

import (
	"path"
	"strings"
)

// wordEnds are the bytes that end a word of running text. Dots, slashes and
// brackets are parts of paths and addresses.
const wordEnds = " \n\t\"'`(){}<>,;|"

// wordsOf splits a text into words as people set them off, without the
// punctuation behind them.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(wordEnds, r) })
	for i, w := range words {
		words[i] = strings.TrimRight(w, ".:!?")
	}
	return words
}

// mentioned returns the one path that a text names: in full, or by a base name
// with an extension that no other path has. It returns -1 where the text names
// none, several, or a base name that several paths share.
func (ix *pathIndex) mentioned(text string) int {
	found := -1
	for _, w := range wordsOf(text) {
		n, sure := ix.byWord(w)
		if !sure || n >= 0 && found >= 0 && n != found {
			return -1
		}
		if n >= 0 {
			found = n
		}
	}
	for _, n := range ix.odd {
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

// byWord returns the path that a word names, -1 if none; false if it may be any
// of several.
func (ix *pathIndex) byWord(word string) (int, bool) {
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
			return -1, false
		}
		found = n
	}
	return found, true
}

// holdsWord says that text holds name with nothing of a name around it.
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

// mentioned returns the one resource that a text names by its address, by
// type.name or kind/name, or by its quoted logical id; -1 for none or several.
func (ix *nameIndex) mentioned(text string) int {
	found := -1
	note := func(word string, worst rank) bool {
		for _, e := range ix.entries[strings.ToLower(word)] {
			if e.rank > worst || e.text != word {
				continue
			}
			if found >= 0 && found != e.resource {
				return false
			}
			found = e.resource
		}
		return true
	}
	for _, w := range wordsOf(text) {
		if word := withoutKeys(w); strings.ContainsAny(word, "./") && !note(word, rankShortType) {
			return -1
		}
	}
	for _, q := range quotesIn(text) {
		if !note(q, rankShortType) {
			return -1
		}
	}
	return found
}
