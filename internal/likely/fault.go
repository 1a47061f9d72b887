package likely

import (
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// fault is what the texts of a finding say.
type fault struct {
	// wishes are the attributes that the remedy names.
	wishes []wish
	// stems are those of all words, and faulty those that say what is wrong.
	stems, faulty map[string]bool
	// shouted are the words in capitals that say what is wrong.
	shouted map[string]bool
	// parts are the names of the parts of the resource that the fault is in.
	parts []string
	// ports are those that are open, and open is set if they are so to everybody.
	ports []int
	open  bool
	// missing is set if the service says what is not there.
	missing bool
	// allPorts is set if all ports are open.
	allPorts bool
	// wrong is the value that a switch has where it is wrong, "" if the texts don't agree.
	wrong string
}

// wish is what a remedy says of an attribute.
type wish struct {
	// path is the attribute, with those above it: resources.limits.memory.
	path []key
	// certain is set if the text can only mean an attribute, and not something like it.
	certain bool
	// value is what it should be, "" if it should not be there or the text doesn't say.
	value string
}

func wishFor(ident, value string) wish {
	w := wish{certain: looksLikeIdentifier(ident), value: value}
	for part := range strings.SplitSeq(ident, ".") {
		w.path = append(w.path, keyOf(part))
	}
	return w
}

// faultOf reads the summary of a rule and what the service says of the resource.
func faultOf(summary, prose string) *fault {
	f := &fault{stems: map[string]bool{}, faulty: map[string]bool{}, shouted: map[string]bool{}}
	f.complain(summary)
	f.wrong = wrongValue(negates(summary))
	for sentence := range sentences(prose) {
		words := strings.Fields(sentence)
		if len(words) > 0 && strings.HasSuffix(words[0], ":") {
			words = words[1:] // Remediation:
		}
		if len(words) > 0 && isImperative(words[0]) {
			f.advise(words)
			continue
		}
		f.complain(sentence)
		f.missing = f.missing || negates(sentence)
		if f.wrong != wrongValue(!negates(sentence)) {
			f.wrong = ""
		}
	}
	f.wishes, f.parts = f.wishes[:min(len(f.wishes), maxNamed)], f.parts[:min(len(f.parts), maxNamed)]
	return f
}

// maxNamed bounds the attributes that a remedy names, and the parts of the resource.
const maxNamed = 20

// appendUnquoted appends a text without what stands between quotes on a line, as far as it is read.
// An apostrophe inside a word is not a quote.
func appendUnquoted(to []byte, text string) []byte {
	text = text[:min(len(text), maxText)]
	for i := 0; i < len(text); {
		c := text[i]
		end := -1
		if opens := i == 0 || text[i-1] == ' ' || text[i-1] == '('; opens && (c == '\'' || c == '"') {
			end = strings.IndexAny(text[i+1:], string(c)+"\n")
		}
		if end < 0 || text[i+1+end] == '\n' {
			to = append(to, c)
			i++
			continue
		}
		i += end + 2
	}
	return to
}

// sentences yields the sentences of a text, without the marks at their ends.
func sentences(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			for len(line) > 0 {
				one, rest, _ := strings.Cut(line, ". ")
				if !yield(strings.TrimRight(one, ". \n")) {
					return
				}
				line = rest
			}
		}
	}
}

// isImperative reports whether a sentence that begins with a word tells what to do.
func isImperative(word string) bool {
	switch strings.ToLower(word) {
	case "set", "change", "remove", "delete", "enable", "disable", "configure", "specify", "add", "restrict", "use", "allow",
		"grant", "require", "attach", "drop", "pin", "upgrade", "store", "redirect", "revoke", "limit", "list", "move", "define":
		return true
	}
	return false
}

// negates reports whether a sentence is about what is not: a rule about what must not be, or a
// complaint about what is missing.
func negates(sentence string) bool {
	for _, w := range strings.Fields(strings.ToLower(sentence)) {
		switch w {
		case "not", "no", "never", "without", "disabled", "disables", "avoid", "prevent", "restrict", "restricted":
			return true
		}
	}
	return false
}

// wrongValue is the value of a switch that is on or off where it is wrong.
func wrongValue(on bool) string { return strconv.FormatBool(on) }

// phrases are those that name parts of a resource, ports, and everybody.
type phrases struct{ parts, ports, everybody *regexp.Regexp }

var phrasesOnce = sync.OnceValue(func() phrases {
	return phrases{
		parts:     regexp.MustCompile(`\(?\b[Cc]ontainers? ([\w./-]+(?:, [\w./-]+)*)\)`),
		ports:     regexp.MustCompile(`(?i)\bports? (\d{1,5})\b|\ball ports\b|\b(SSH|RDP)\b`),
		everybody: regexp.MustCompile(`(?i)0\.0\.0\.0/0|::/0|\b(anywhere|everyone|everybody|internet|any source|every address|publicly|public)\b`),
	}
})

// portOf is the port of a service that texts name instead of it.
func portOf(service string) int {
	if strings.EqualFold(service, "RDP") {
		return 3389
	}
	return 22 // SSH
}

// complain reads a sentence that says what is wrong, or what the rule is.
func (f *fault) complain(sentence string) {
	said := phrasesOnce()
	for _, m := range said.parts.FindAllStringSubmatch(sentence, -1) {
		f.parts = append(f.parts, strings.Split(m[1], ", ")...)
	}
	sentence = said.parts.ReplaceAllString(sentence, " ")
	f.open = f.open || said.everybody.MatchString(sentence)
	for _, m := range said.ports.FindAllStringSubmatch(sentence, -1) {
		f.addPort(m[1], m[2])
	}
	verb := false
	for _, w := range strings.Fields(sentence) {
		w = strings.Trim(w, ".,;:()[]")
		if isVerb(w) {
			verb = true
			f.faulty[stemOf(w)] = f.faulty[stemOf(w)] || !isAuxiliary(w)
			continue
		}
		if len(w) > 2 && strings.ToUpper(w) == w && strings.ToLower(w) != w {
			f.shouted[w] = true
		}
		f.addStems(w, verb)
	}
}

func (f *fault) addPort(number, name string) {
	switch {
	case number != "":
		n, _ := strconv.Atoi(number) // at most five digits
		f.ports = append(f.ports, n)
	case name != "":
		f.ports = append(f.ports, portOf(name))
	default:
		f.allPorts = true
	}
}

func (f *fault) addStems(word string, faulty bool) {
	for _, p := range partsOf(word) {
		stem := stemOf(p)
		f.stems[stem] = true
		if faulty {
			f.faulty[stem] = true
		}
	}
}

// isVerb reports whether what is said of a subject begins with a word.
func isVerb(word string) bool {
	return isAuxiliary(word) || slices.Contains([]string{
		"allow", "allows", "require", "requires", "enforce", "enforces", "use", "uses", "share", "shares", "mount", "mounts",
		"run", "runs", "accept", "accepts", "serve", "serves", "scan", "lets", "contain", "contains", "declare", "disables",
		"request", "requests", "gain", "gains", "keep", "receive", "redirect", "validate", "restrict", "enables",
	}, word)
}

func isAuxiliary(word string) bool {
	return slices.Contains([]string{"is", "are", "has", "have", "do", "does", "must", "should", "can", "may", "be"}, word)
}

// advise reads a sentence that says what to do.
func (f *fault) advise(words []string) {
	for i, w := range words {
		words[i] = strings.Trim(w, ".,;:()[]'\"`")
	}
	for _, w := range words {
		f.addStems(w, false)
	}
	for i := 0; i < len(words); i++ {
		switch verb := strings.ToLower(words[i]); verb {
		case "set", "change", "remove", "enable", "disable", "specify", "configure", "delete", "define":
			i += f.wish(verb, words[i+1:])
		case "of": // instead of hostPath
			if i > 0 && words[i-1] == "instead" && i+1 < len(words) {
				f.wishes = append(f.wishes, wishFor(words[i+1], ""))
			}
		}
	}
}

// wish reads "A and B to true" or "the backup retention period to 7 days" after a verb, and
// returns how many words that are.
func (f *fault) wish(verb string, words []string) int {
	words = words[:min(len(words), maxWish)]
	end := slices.IndexFunc(words, func(w string) bool { return w == "to" || w == "of" || w == "in" || w == "from" })
	value := map[string]string{"enable": "true", "disable": "false"}[verb]
	if end > 0 && words[end] == "to" && end+1 < len(words) {
		value = words[end+1]
	}
	if end < 0 {
		end = min(len(words), 1)
	}
	named := slices.DeleteFunc(slices.Clone(words[:end]), isArticle)
	switch {
	case slices.ContainsFunc(named, looksLikeIdentifier):
		for _, w := range named {
			if looksLikeIdentifier(w) {
				f.wishes = append(f.wishes, wishFor(w, value))
			}
		}
	case len(named) > 0 && !slices.Contains(named, "and"):
		w := wishFor(strings.Join(named, "_"), value)
		w.certain = len(named) == 1 && w.certain
		f.wishes = append(f.wishes, w)
	}
	return end
}

// maxWish bounds how many words after a verb are about what it is said of.
const maxWish = 8

func isArticle(word string) bool { return word == "the" || word == "a" || word == "an" }
