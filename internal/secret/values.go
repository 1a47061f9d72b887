package secret

import (
	"regexp"
	"strings"
	"sync"
)

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

// hideValue hides a value, and keeps its quotes and the punctuation after it.
// References and harmless words stay: they show where a value comes from.
func hideValue(value string) string {
	text := strings.TrimRight(value, " \t,;")
	tail := value[len(text):]
	if isHarmless(text) {
		return value
	}
	if len(text) >= 2 && (text[0] == '"' || text[0] == '\'') {
		return text[:1] + hidden + text[:1] + tail
	}
	return hide(text) + tail
}

// isHarmless reports whether there is nothing to hide in a value: it is empty, a
// boolean, the start of a structure, or a reference.
func isHarmless(text string) bool {
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
	return hidden
}

// hideKeys hides what has the form of a key, whatever its name is. It leaves the
// digest of an image.
func hideKeys(s string, p patterns) string {
	var b strings.Builder
	at := 0
	for _, m := range p.shape.FindAllStringIndex(s, -1) {
		word := s[m[0]:m[1]]
		if strings.HasSuffix(s[:m[0]], "sha256:") || !isRandom(word) {
			continue
		}
		b.WriteString(s[at:m[0]] + hidden)
		at = m[1]
	}
	return b.String() + s[at:]
}

// isRandom reports whether a word in the form of a key was generated, and is not a
// path or a name that consists of words.
func isRandom(word string) bool {
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

// switches counts how often a word changes between digits, lower case, upper case
// and other characters: often in random text, seldom in names.
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
