package secret

import (
	"strings"
	"testing"
)

func TestHide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{`must be a duration, got "ghp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"`, `must be a duration, got "[redacted]"`},
		{"got glpat-AbCdEfGhIjKlMnOpQr1t; fix: x", "got [redacted]; fix: x"},
		{"https://user:hunter2@host/x", "https://[redacted]@host/x"},
		{"https://ghp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789@host/x", "https://[redacted]@host/x"},
		{"u:hunter2@r.example/x:1", "u:[redacted]@r.example/x:1"},
		{"u:[redacted]@r.example/x:1", "u:[redacted]@r.example/x:1"},
		{`got "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n"`, `got "[redacted]\n"`},
		{"got -----BEGIN RSA PRIVATE KEY----- MIIE", "got [redacted]"},
		{"nginx:1@sha256:" + strings.Repeat("0a", 32), "nginx:1@sha256:" + strings.Repeat("0a", 32)},
		{"r.example:5000/x:1@sha256:" + strings.Repeat("0a", 32), "r.example:5000/x:1@sha256:" + strings.Repeat("0a", 32)},
		{"commit " + strings.Repeat("0a", 20), "commit " + strings.Repeat("0a", 20)},
		{"owner: someone@example.com", "owner: someone@example.com"},
		{"", ""},
	} {
		if got := Hide(c.text); got != c.want {
			t.Errorf("Hide(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestHasShape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": true,
		"8f14e45fceea167a5a36dedd4bea2543":         true,
		"u:hunter2@r.example/x":                    true,
		"AKIAABCDEFGHIJKLMNOP1":                    true,
		"1h30":                                     false,
		"hgih":                                     false,
		"infra/**/*.tf":                            false,
	} {
		if got := HasShape(text); got != want {
			t.Errorf("HasShape(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestHideQuoted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{`must be a duration, for example 90s, got "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"; fix: "x"`, `must be a duration, for example 90s, got "[redacted]"; fix: "x"`},
		{`got "a\"8f14e45fceea167a5a36dedd4bea2543"`, `got "[redacted]"`},
		{`unknown value "hgih"; did you mean "high"?`, `unknown value "hgih"; did you mean "high"?`},
	} {
		if got := HideQuoted(c.text); got != c.want {
			t.Errorf("HideQuoted(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}
