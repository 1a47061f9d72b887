package locate

import (
	"regexp"
	"strings"
	"sync"
)

// hiddenText stands for what looks like a secret.
const hiddenText = "…"

// redactor takes out of the lines of a file what looks like a secret. It would
// rather hide a harmless value than show a password: the file itself is at hand
// for whoever may read it, and a report travels further.
//
// It hides the values of names that speak of a password, secret, token, key or
// credential, those of "value" and "default" under such a name, everything in the
// data of a Kubernetes Secret, PEM blocks, and what has the form of a key by itself.
// Its zero value is ready for the first line.
type redactor struct {
	pem     bool   // inside a PEM block
	heredoc string // the word that ends a secret heredoc
	block   int    // one more than the indentation that ends a secret block of text
	near    int    // for how many lines a "value" belongs to a secret's name
	secret  bool   // inside a Kubernetes Secret
	data    int    // one more than the indentation of its data
}

// nearLines is how far below a secret's name its value may stand, as in the
// parameters and variables of templates.
const nearLines = 6

type patterns struct{ assignment, flag, shape, auth, userinfo *regexp.Regexp }

// compiled makes the patterns when the first snippet needs them.
var compiled = sync.OnceValue(func() patterns {
	const name = `[\w.$-]*(?i:passw(?:or)?d|passphrase|[_-]pass|pwd|secret|token|credential|api_?-?key|key|private|connection_?-?string|sas_?-?url)[\w.$-]*`
	return patterns{
		assignment: regexp.MustCompile(`(["']?)(` + name + `)["']?\s*(?::=|=>|[:=])\s*(.*)$`),
		flag:       regexp.MustCompile(`(?:^\s*(?i:ENV|ARG)\s+|--?)(` + name + `)\s+(\S.*)$`),
		shape: regexp.MustCompile(`\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{12,}|\bgh[opsur]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{16,}|\bxox[a-z]-[\w-]{10,}|` +
			`\bsk[-_][\w-]{16,}|\bAIza[\w-]{30,}|\beyJ[\w-]{8,}(?:\.[\w-]+)*|\b[0-9a-fA-F]{32,}\b|[A-Za-z0-9+/_-]{32,}={0,2}`),
		auth:     regexp.MustCompile(`(?i)\b(bearer|basic|apikey)\s+[\w.~+/=-]{6,}`),
		userinfo: regexp.MustCompile(`(://)[^/\s"'@]+@`),
	}
})

// line returns the line without its secrets.
func (r *redactor) line(s string) string {
	if hidden, done := r.inside(s); done {
		return hidden
	}
	if head, _, ok := strings.Cut(s, "-----BEGIN "); ok {
		r.pem = !strings.Contains(s, "-----END ")
		return head + hiddenText
	}
	p := compiled()
	r.near = max(0, r.near-1)
	s = r.assignments(s, p)
	if m := p.flag.FindStringSubmatchIndex(s); m != nil {
		s = s[:m[4]] + hideValue(s[m[4]:m[5]])
	}
	s = p.auth.ReplaceAllString(s, "$1 "+hiddenText)
	s = p.userinfo.ReplaceAllString(s, "$1"+hiddenText+"@")
	return hideShapes(s, p)
}

// inside handles lines of something that is secret as a whole.
func (r *redactor) inside(s string) (string, bool) {
	trimmed := strings.TrimSpace(s)
	indent := len(s) - len(strings.TrimLeft(s, " \t"))
	switch {
	case r.pem:
		r.pem = !strings.Contains(s, "-----END ")
		return s[:indent] + hiddenText, true
	case r.heredoc != "":
		if trimmed == r.heredoc {
			r.heredoc = ""
			return s, true
		}
		return s[:indent] + hiddenText, true
	case r.block > 0 && (trimmed == "" || indent >= r.block):
		return s[:indent] + hide(trimmed), true
	}
	r.block = 0
	return r.kubernetes(s, trimmed, indent)
}

// kubernetes follows the manifest of a Secret, whose data is secret under any name.
func (r *redactor) kubernetes(s, trimmed string, indent int) (string, bool) {
	switch {
	case strings.HasPrefix(trimmed, "---"):
		r.secret, r.data = false, 0
	case strings.Trim(trimmed, `"',`) == "kind: Secret" || strings.ReplaceAll(trimmed, " ", "") == `"kind":"Secret",`:
		r.secret = true
	case strings.Trim(trimmed, `" {`) == "data:" || strings.Trim(trimmed, `" {`) == "stringData:" ||
		strings.HasPrefix(trimmed, `"data":`) || strings.HasPrefix(trimmed, `"stringData":`):
		// The kind may stand below the data: a ConfigMap's is hidden too.
		r.data = indent + 1
	case r.data > 0 && trimmed != "" && indent < r.data:
		r.data = 0
	case r.data > 0 && trimmed != "":
		name, _, ok := strings.Cut(s, ":")
		if !ok {
			return s[:indent] + hide(strings.Trim(trimmed, "{}[],")), true
		}
		return name + ": " + hiddenText, true
	}
	return s, false
}

// assignments hides the value of a secret name, or of a "value" that belongs to
// the name of a secret above.
func (r *redactor) assignments(s string, p patterns) string {
	m := p.assignment.FindStringSubmatchIndex(s)
	if m == nil {
		if r.near > 0 {
			s = hideNamedValue(s)
		}
		switch {
		case mentionsSecret(s):
			r.near = nearLines
		case strings.HasPrefix(strings.TrimLeft(s, " \t"), "- name:"):
			r.near = 0 // the next entry of a list
		}
		return s
	}
	r.near = nearLines
	value := s[m[6]:m[7]]
	switch opener := strings.TrimSpace(value); {
	case strings.HasPrefix(opener, "|") || strings.HasPrefix(opener, ">"):
		r.block = len(s) - len(strings.TrimLeft(s, " \t-")) + 1
		return s
	case strings.HasPrefix(opener, "<<"):
		r.heredoc = strings.Trim(strings.TrimLeft(opener, "<-~"), ` "'`)
		return s
	}
	return s[:m[6]] + hideValue(value)
}

// mentionsSecret reports whether a line names a secret whose value may follow:
// variable "db_password" {, - name: API_TOKEN.
func mentionsSecret(s string) bool {
	s = strings.ToLower(s)
	for _, word := range []string{"passw", "secret", "token", "credential", "apikey", "api_key", "private_key", "access_key"} {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}

// hideNamedValue hides what follows value, default or content in a line.
func hideNamedValue(s string) string {
	name, value, ok := strings.Cut(s, ":")
	sep := ":"
	if i := strings.IndexByte(s, '='); i >= 0 && (!ok || i < len(name)) {
		name, value, sep, ok = s[:i], s[i+1:], "=", true
	}
	word := strings.ToLower(strings.Trim(name, " \t\"'-{,"))
	switch word {
	case "value", "default", "defaultvalue", "content", "secret_string", "secretstring", "plaintext", "data":
	default:
		return s
	}
	blanks := value[:len(value)-len(strings.TrimLeft(value, " \t"))]
	if !ok || strings.TrimSpace(value) == "" {
		return s
	}
	return name + sep + blanks + hideValue(strings.TrimLeft(value, " \t"))
}

// hideValue hides a value and keeps its quotes and what closes a list or an object
// behind it. References and words that are no secret stay: they tell how a value
// is made.
func hideValue(value string) string {
	text := strings.TrimRight(value, " \t,;")
	tail := value[len(text):]
	if harmless(text) {
		return value
	}
	if len(text) >= 2 && (text[0] == '"' || text[0] == '\'') {
		return text[:1] + hiddenText + text[:1] + tail
	}
	return hide(text) + tail
}

// harmless reports whether a value holds nothing to hide: nothing at all, a
// switch, the start of a structure, or a reference.
func harmless(text string) bool {
	bare := strings.Trim(text, `"'`)
	switch strings.ToLower(bare) {
	case "", "true", "false", "null", "~", "{", "[", "{}", "[]", "({", "string", "securestring":
		return true
	}
	for _, prefix := range []string{"var.", "local.", "data.", "module.", "!Ref ", "!GetAtt ", "[parameters("} {
		if strings.HasPrefix(bare, prefix) && !strings.ContainsAny(bare, "\"',") {
			return true
		}
	}
	return strings.HasPrefix(bare, "${") && strings.HasSuffix(bare, "}") && strings.Count(bare, "${") == 1 && !strings.Contains(bare, ":-")
}

func hide(s string) string {
	if s == "" {
		return ""
	}
	return hiddenText
}

// hideShapes hides what looks like a key whatever its name. A run of letters is
// one only with digits and both cases in it; the digest of an image is none.
func hideShapes(s string, p patterns) string {
	var b strings.Builder
	at := 0
	for _, m := range p.shape.FindAllStringIndex(s, -1) {
		word := s[m[0]:m[1]]
		if strings.HasSuffix(s[:m[0]], "sha256:") || !random(word) {
			continue
		}
		b.WriteString(s[at:m[0]] + hiddenText)
		at = m[1]
	}
	return b.String() + s[at:]
}

// random reports whether a word that has the form of a key is none that a person
// would write: a path, a name in words.
func random(word string) bool {
	for _, prefix := range []string{"AKIA", "ASIA", "AROA", "AIDA", "gh", "glpat", "xox", "sk-", "sk_", "AIza", "eyJ"} {
		if strings.HasPrefix(word, prefix) && len(word) < 200 && strings.ContainsAny(word, "0123456789") {
			return true
		}
	}
	digits := strings.ContainsAny(word, "0123456789")
	upper := strings.ToLower(word) != word
	lower := strings.ToUpper(word) != word
	hex := strings.Trim(word, "0123456789abcdefABCDEF") == ""
	return digits && (hex || upper && lower && !strings.Contains(word, "//") && switches(word) > len(word)/3)
}

// switches counts how often a word goes from one class of characters to another:
// often in random text, seldom in names.
func switches(word string) int {
	n, last := 0, byte(0)
	for i := range len(word) {
		class := byte('o')
		switch c := word[i]; {
		case '0' <= c && c <= '9':
			class = 'd'
		case 'a' <= c && c <= 'z':
			class = 'l'
		case 'A' <= c && c <= 'Z':
			class = 'u'
		}
		if class != last {
			n++
		}
		last = class
	}
	return n
}
