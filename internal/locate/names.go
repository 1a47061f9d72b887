package locate

import (
	"iter"
	"strings"
)

// nameForms yields the ways to read the service's word for a resource, the most
// literal one first: as it stands, without the keys of count and for_each,
// without module paths one by one, without data., as type.name of a longer
// attribute path, and the ends of a path with slashes. A form may come twice.
func nameForms(text string, loose bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		l := nameList{yield: yield}
		for _, t := range nameTexts(text, loose) {
			for _, add := range []func(string){l.add, l.addTerraform, l.addWords, l.addPath} {
				if add(t); l.done {
					return
				}
			}
		}
	}
}

// nameTexts are the texts that the name may be: the whole, or what comes before
// the rest of a sentence.
func nameTexts(text string, loose bool) []string {
	whole := strings.TrimSpace(strings.ReplaceAll(text, `\"`, `"`))
	texts := []string{whole}
	if text = strings.Trim(whole, "`"); text != whole { // a task's name may end in one of its own
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

// wordOf is the text up to the first blank outside brackets.
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

// nameList hands forms on until one of them is enough.
type nameList struct {
	yield func(string) bool
	done  bool
}

func (l *nameList) add(s string) {
	if s = strings.TrimSpace(s); !l.done && hasLetterOrDigit(s) {
		l.done = !l.yield(s)
	}
}

// addTerraform adds the shorter forms of module.vpc.aws_subnet.public[0].id.
func (l *nameList) addTerraform(text string) {
	text = withoutKeys(text)
	l.add(text)
	for strings.HasPrefix(text, "module.") {
		_, rest, _ := strings.Cut(text[len("module."):], ".")
		if rest == "" {
			return
		}
		text = rest
		l.add(text)
	}
	for _, prefix := range []string{"data.", "resource.", "Resources."} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			text = rest
			l.add(rest)
		}
	}
	if parts := strings.Split(text, "."); len(parts) > 2 && strings.Contains(parts[0], "_") {
		l.add(parts[0] + "." + parts[1])
	}
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

// addWords adds type.name for: resource "aws_s3_bucket" "logs", and kind/name
// for: Deployment web.
func (l *nameList) addWords(text string) {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '"' || r == '\'' })
	if len(words) == 3 && (words[0] == "resource" || words[0] == "data" || words[0] == "module") {
		words = words[1:]
	}
	switch len(words) {
	case 2:
		l.add(words[0] + "." + words[1])
		l.add(words[0] + "/" + words[1])
	case 1:
		l.add(words[0])
	}
	if kind, name, ok := strings.Cut(text, ":"); ok && !strings.HasPrefix(name, ":") {
		l.add(strings.TrimSpace(kind) + "/" + strings.TrimSpace(name))
	}
}

// addPath adds the ends of apps/v1/Deployment/web and of resource ids that still
// have a type and a name.
func (l *nameList) addPath(text string) {
	rest := text
	for range 16 {
		_, tail, ok := strings.Cut(rest, "/")
		if !ok || !strings.Contains(tail, "/") {
			break
		}
		rest = tail
		l.add(rest)
	}
	if kind, name, ok := strings.Cut(text, "/"); ok && strings.Contains(kind, ".") && !strings.Contains(name, "/") {
		short, _, _ := strings.Cut(kind, ".") // deployment.apps/web
		l.add(short + "/" + name)
	}
}

// lastSegment is what an ARN, a URL or a cloud's resource id ends with, "" for all
// else: Pod/web is never the Service web.
func lastSegment(text string) string {
	if !strings.HasPrefix(text, "arn:") && !strings.Contains(text, "://") &&
		!strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "projects/") {
		return ""
	}
	text = strings.TrimRight(text, "/")
	if i := strings.LastIndexAny(text, "/:"); i >= 0 && i < len(text)-1 {
		return text[i+1:]
	}
	return ""
}

// moduleOf is module.vpc for an address inside the module, "" for all else.
func moduleOf(text string) string {
	text = withoutKeys(text)
	if !strings.HasPrefix(text, "module.") {
		return ""
	}
	name, _, _ := strings.Cut(text[len("module."):], ".")
	return "module." + name
}
