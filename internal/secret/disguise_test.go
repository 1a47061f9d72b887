package secret

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
)

// each writes every character of s by format.
func each(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func TestDisguisedCredentials(t *testing.T) {
	t.Parallel()
	const key = "k3y/1234+ab\"d?5678>"
	m := Credentials(key)
	inString, err := json.Marshal("an " + key)
	if err != nil {
		t.Fatal(err)
	}
	disguises := map[string]string{
		"a URL, every byte":        each(key, "%%%02x"),
		"a URL, upper case":        each(key, "%%%02X"),
		"a URL, twice":             url.QueryEscape(url.QueryEscape(key)),
		"a JSON string":            string(inString),
		"JSON, every byte":         each(key, `\u%04x`),
		"JSON, within JSON":        strings.ReplaceAll(each(key, `\u%04X`), `\`, `\\`),
		"JSON, only the first":     `\u006b` + key[1:],
		"hexadecimal":              each(key, `\x%02x`),
		"HTML":                     html.EscapeString(key),
		"HTML, every byte":         each(key, "&#%d;"),
		"HTML, hexadecimal":        each(key, "&#x%X;"),
		"HTML, twice":              html.EscapeString(html.EscapeString(key)),
		"tags":                     key[:7] + "<b></b>" + key[7:],
		"a tag with > in it":       key[:7] + `<b title=">">` + key[7:],
		"a comment with > in it":   key[:7] + "<!-- > -->" + key[7:],
		"tags around and entities": "<i>" + key[:7] + "</i>&#" + fmt.Sprint(key[7]) + ";" + key[8:],
		"a URL of base64":          url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("ApiKey " + key))),
	}
	for name, text := range disguises {
		if got := m.Mask("so " + text + " here"); !strings.Contains(got, Redacted) || strings.Contains(unescape(got), key[8:]) {
			t.Errorf("%s: %s became %s", name, text, got)
		}
	}
	for _, text := range []string{
		"", "%", "%zz", `\u12`, "&#x;", "a<b", "a <b> c", `C:\x\u`, "k3y/1234", "100%25", "<" + key[:5] + ">" + key[5:9],
	} {
		if got := m.Mask(text); got != text {
			t.Errorf("%q became %q, but holds no credential", text, got)
		}
	}
}

// Whatever stands before and after a credential, its bytes can't be read from the base64.
func TestCredentialsInBase64(t *testing.T) {
	t.Parallel()
	const key = "k3y-1234-abcd-5678"
	m := Credentials(key)
	for before := range 8 {
		for after := range 4 {
			plain := strings.Repeat("~", before) + key + strings.Repeat("?", after)
			for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
				text := alphabet.EncodeToString([]byte(plain))
				got := m.Mask(text)
				rest := strings.Replace(got, Redacted, "", 1)
				if len(got)-len(rest) != len(Redacted) || len(rest) > (before+after+4)*4/3+2 {
					t.Errorf("%d bytes before and %d after: %s became %s", before, after, text, got)
				}
			}
		}
	}
}

func BenchmarkMask(b *testing.B) {
	m := Credentials("3f2504e0-4f89-11d3-9a0c-0305e82c3301")
	text := strings.Repeat("<b>aws_s3_bucket.logs</b> is public &amp; not encrypted (Ref: aws_s3_bucket.logs, File: main.tf)<br>", 5)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		m.Mask(text)
	}
}
