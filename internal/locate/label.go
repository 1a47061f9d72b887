package locate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// labelKind is what a label introduces.
type labelKind uint8

const (
	labelNone   labelKind = iota
	labelRef              // Ref:, Resource:
	labelFile             // File:
	labelBranch           // branch:
	labelLine             // line:
)

// label is a word that introduces a value, for example "Ref:" or "file =".
type label struct {
	kind labelKind
	// start and end span the label, a quote before it and the colon after it.
	start, end int
	// quoted is set for a label after a quote, as in {"Ref": "Bucket"}.
	quoted bool
	// resource is set for the word Resource, which IAM policies use too.
	resource bool
}

// findLabels returns the labels of a text, in order.
func findLabels(text string) []label {
	var found []label
	for i := range len(text) {
		if text[i] != ':' && text[i] != '=' {
			continue
		}
		if l := labelBefore(text, i); l.kind != labelNone {
			found = append(found, l)
		}
	}
	return found
}

// labelBefore reads the label that the colon or equals sign at i ends.
func labelBefore(text string, i int) label {
	l := label{end: i + 1}
	switch rest := text[i+1:]; {
	case strings.HasPrefix(rest, ":"), strings.HasPrefix(rest, "="), strings.HasPrefix(rest, "//"):
		return label{} // a::b, a == b and file:///a
	case strings.HasPrefix(rest, ">"):
		l.end++
	}
	head := strings.TrimRight(text[:i], " ")
	end := len(strings.TrimRight(head, "\"'`"))
	for l.start = end; l.start > 0 && isLetter(text[l.start-1]); {
		l.start--
	}
	word := strings.ToLower(text[l.start:end])
	l.kind, l.resource = kindOfLabel(word), word == "resource"
	l.quoted = l.start > 0 && isQuote(text[l.start-1])
	closed := head[end:] == "" || l.quoted && head[end:] == text[l.start-1:l.start]
	if l.kind == labelNone || !closed || !beginsWord(text, l.start) {
		return label{}
	}
	if l.quoted {
		l.start--
	}
	return l
}

func kindOfLabel(word string) labelKind {
	switch word {
	case "ref", "resource":
		return labelRef
	case "file":
		return labelFile
	case "branch":
		return labelBranch
	case "line":
		return labelLine
	}
	return labelNone
}

// beginsWord reports whether a label may begin at i: not inside a name, nor in the
// query of a URL, nor after the dashes of an option.
func beginsWord(text string, i int) bool {
	if i == 0 {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	if r < utf8.RuneSelf {
		return strings.ContainsRune(" \n([{<>,;|\"'`*", r)
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}
