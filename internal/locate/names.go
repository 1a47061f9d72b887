package locate

import (
	"iter"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template"
)

// maxForms bounds how many modules are taken off an address, and how many ends of a
// path are tried: a template may hold names of any length.
const maxForms = 16

// nameForms yields the ways to read the service's name of a resource, the most
// literal first, each once.
func nameForms(name string, loose bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		var known []string // few, and looking one up in a file takes longer
		for form := range repeatedForms(name, loose) {
			form = strings.TrimSpace(form)
			if !hasLetterOrDigit(form) || slices.Contains(known, form) {
				continue
			}
			if !yield(form) {
				return
			}
			known = append(known, form)
		}
	}
}

func repeatedForms(name string, loose bool) iter.Seq[string] {
	literal := func(text string) []string { return []string{text} }
	return func(yield func(string) bool) {
		for _, text := range nameTexts(name, loose) {
			for _, forms := range []func(string) []string{literal, addressForms, wordForms, pathEnds} {
				for _, form := range forms(text) {
					if !yield(form) {
						return
					}
				}
			}
		}
	}
}

// nameTexts returns the texts that a name may be: the whole text or, if its end is
// uncertain, what comes before the rest of a sentence.
func nameTexts(name string, loose bool) []string {
	whole := strings.TrimSpace(strings.ReplaceAll(name, `\"`, `"`))
	texts := []string{whole}
	if tight := template.WithoutBlanks(whole); tight != whole {
		texts = append(texts, tight)
	}
	text := strings.Trim(whole, "`")
	if text != whole { // the name of a task may end in a quote of its own
		texts = append(texts, text)
	}
	if bare := unwrapped(text); bare != text {
		texts = append(texts, bare)
	}
	if !loose {
		return texts
	}
	texts = append(texts, strings.TrimRight(text, ".,;:!"))
	for _, end := range []string{". ", ", ", "; ", " - ", " ("} {
		if head, _, ok := strings.Cut(text, end); ok {
			texts = append(texts, head)
		}
	}
	return append(texts, strings.Trim(wordOf(text), "\"'`"))
}

// unwrapped removes quotes or brackets around the whole text.
func unwrapped(text string) string {
	if len(text) < 2 {
		return text
	}
	first, last := text[0], text[len(text)-1]
	if isQuote(first) && last == first || first == '<' && last == '>' {
		return text[1 : len(text)-1]
	}
	return text
}

// wordOf returns the text up to the first blank outside brackets, without the
// punctuation after it.
func wordOf(text string) string {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '[':
			depth++
		case ']':
			depth--
		case ' ':
			if depth <= 0 {
				return strings.TrimRight(text[:i], ".,;:!")
			}
		}
	}
	return text
}

// addressForms returns the shorter forms of a Terraform address: without the keys
// of count and for_each, without each module around it, without data., and as
// type.name if it goes on to an attribute.
func addressForms(text string) []string {
	text = withoutKeys(text)
	forms := []string{text}
	for len(forms) < maxForms && strings.HasPrefix(text, "module.") {
		_, rest, _ := strings.Cut(text[len("module."):], ".")
		if rest == "" {
			return forms
		}
		text = rest
		forms = append(forms, text)
	}
	for _, prefix := range []string{"data.", "resource.", "Resources."} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			text = rest
			forms = append(forms, text)
		}
	}
	if parts := strings.Split(text, "."); len(parts) > 2 && strings.Contains(parts[0], "_") {
		forms = append(forms, parts[0]+"."+parts[1])
	}
	return forms
}

// withoutKeys removes the [0] and ["key"] of an address.
func withoutKeys(text string) string {
	if !strings.Contains(text, "[") {
		return text
	}
	var b strings.Builder
	depth := 0
	var quote byte
	for i := range len(text) {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case depth > 0 && (c == '"' || c == '\'') && strings.IndexByte(text[i+1:], c) >= 0:
			quote = c
		case c == '[':
			depth++
		case c == ']' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// wordForms returns type.name for: resource "aws_s3_bucket" "logs", and kind/name
// for: Deployment web.
func wordForms(text string) []string {
	var forms []string
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '"' || r == '\'' })
	if len(words) == 3 && (words[0] == "resource" || words[0] == "data") {
		words = words[1:]
	}
	switch len(words) {
	case 2:
		forms = append(forms, words[0]+"."+words[1], words[0]+"/"+words[1])
	case 1:
		forms = append(forms, words[0])
	}
	if kind, name, ok := strings.Cut(text, ":"); ok && !strings.HasPrefix(name, ":") {
		forms = append(forms, strings.TrimSpace(kind)+"/"+strings.TrimSpace(name))
	}
	return forms
}

// pathEnds returns the ends of apps/v1/Deployment/web, and of a resource id, that
// still have a type and a name.
func pathEnds(text string) []string {
	var ends []string
	rest := text
	for len(ends) < maxForms {
		_, tail, ok := strings.Cut(rest, "/")
		if !ok || !strings.Contains(tail, "/") {
			break
		}
		rest = tail
		ends = append(ends, rest)
	}
	if kind, name, ok := strings.Cut(text, "/"); ok && strings.Contains(kind, ".") && !strings.Contains(name, "/") {
		short, _, _ := strings.Cut(kind, ".") // deployment.apps/web
		ends = append(ends, short+"/"+name)
	}
	return ends
}

// lastSegment returns the end of an ARN, a URL or a cloud's resource id, "" for
// other texts: Pod/web is never the Service web.
func lastSegment(text string) string {
	text = strings.TrimRight(text, "/")
	if !strings.HasPrefix(text, "arn:") && !strings.Contains(text, "://") &&
		!strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "projects/") {
		return ""
	}
	return text[strings.LastIndexAny(text, "/:")+1:]
}

// outermostModule is module.vpc for an address inside the module, "" for others.
func outermostModule(address string) string {
	rest, ok := strings.CutPrefix(withoutKeys(address), "module.")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, ".")
	return "module." + name
}
