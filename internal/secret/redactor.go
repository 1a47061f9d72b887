package secret

import (
	"strings"
)

// hidden stands in a line in place of what looks like a secret.
const hidden = "…"

// Redactor replaces what looks like a secret in the lines of a file, which it must
// see from the first line on and in their order. It rather hides a harmless value
// than shows a password: whoever may read the file has it, and a report travels
// further.
//
// It hides the values of names such as password, secret, token, key or credential,
// those of "value" and "default" below such a name, the data of a Kubernetes
// Secret, PEM blocks, passwords before hosts, and what has the form of a key. Its zero
// value is ready for the first line.
type Redactor struct {
	pem     bool   // inside a PEM block
	heredoc string // the word that ends a secret heredoc
	block   int    // indentation of a secret block of text; 0 outside
	near    int    // for how many lines a "value" belongs to a secret name
	data    int    // indentation of the data of a Kubernetes Secret; 0 outside
}

// nearLines is how far below a secret name its value may be, as in the parameters
// and variables of templates.
const nearLines = 6

// Line returns the next line without its secrets.
func (r *Redactor) Line(s string) string {
	if redacted, done := r.insideSecret(s); done {
		return redacted
	}
	if head, _, ok := strings.Cut(s, "-----BEGIN "); ok {
		r.pem = !strings.Contains(s, "-----END ")
		return head + hidden
	}
	p := compiled()
	r.near = max(0, r.near-1)
	if !mayNameSecret(s) {
		s = r.valueBelow(s)
	} else {
		s = r.assignment(s, p)
		if m := p.flag.FindStringSubmatchIndex(s); m != nil {
			s = s[:m[4]] + hideValue(s[m[4]:m[5]])
		}
	}
	if mayAuthorize(s) {
		s = p.auth.ReplaceAllString(s, "$1 "+hidden)
	}
	if strings.Contains(s, "://") && strings.Contains(s, "@") {
		s = p.userinfo.ReplaceAllString(s, "$1"+hidden+"@")
	}
	if mayHoldKey(s) {
		s = hideKeys(s, p)
	}
	return HidePassword(s)
}

// insideSecret handles the lines of a part that is secret as a whole.
func (r *Redactor) insideSecret(s string) (redacted string, done bool) {
	trimmed := strings.TrimSpace(s)
	indent := indentOf(s)
	switch {
	case r.pem:
		r.pem = !strings.Contains(s, "-----END ")
		return s[:indent] + hidden, true
	case r.heredoc != "":
		if trimmed == r.heredoc {
			r.heredoc = ""
			return s, true
		}
		return s[:indent] + hidden, true
	case r.block > 0 && (trimmed == "" || indent >= r.block):
		return s[:indent] + hide(trimmed), true
	}
	r.block = 0
	return r.kubernetes(s, trimmed, indent)
}

// kubernetes hides the data of a Secret, which is secret under any name. The kind
// may stand below the data, so that it hides the data of a ConfigMap too.
func (r *Redactor) kubernetes(s, trimmed string, indent int) (redacted string, done bool) {
	switch {
	case strings.HasPrefix(trimmed, "---"):
		r.data = 0
	case opensData(trimmed):
		r.data = indent + 1
	case r.data > 0 && trimmed != "" && indent < r.data:
		r.data = 0
	case r.data > 0 && trimmed != "":
		name, _, ok := strings.Cut(s, ":")
		if !ok {
			return s[:indent] + hide(strings.Trim(trimmed, "{}[],")), true
		}
		return name + ": " + hidden, true
	}
	return s, false
}

func opensData(trimmed string) bool {
	bare := strings.Trim(trimmed, `" {`)
	return bare == "data:" || bare == "stringData:" ||
		strings.HasPrefix(trimmed, `"data":`) || strings.HasPrefix(trimmed, `"stringData":`)
}

// assignment hides the value of a secret name, or a "value" that belongs to a
// secret name above.
func (r *Redactor) assignment(s string, p patterns) string {
	m := p.assignment.FindStringSubmatchIndex(s)
	if m == nil {
		return r.valueBelow(s)
	}
	r.near = nearLines
	value := s[m[6]:m[7]]
	switch start := strings.TrimSpace(value); {
	case strings.HasPrefix(start, "|") || strings.HasPrefix(start, ">"):
		r.block = len(s) - len(strings.TrimLeft(s, " \t-")) + 1
		return s
	case strings.HasPrefix(start, "<<"):
		r.heredoc = strings.Trim(strings.TrimLeft(start, "<-~"), ` "'`)
		return s
	}
	return s[:m[6]] + hideValue(value)
}

// valueBelow handles a line that assigns nothing to a secret name.
func (r *Redactor) valueBelow(s string) string {
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

func indentOf(s string) int { return len(s) - len(strings.TrimLeft(s, " \t")) }
