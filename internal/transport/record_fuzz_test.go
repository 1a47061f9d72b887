package transport

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/secret"
)

// FuzzMaskBody: no body shows the key, and one that holds nothing to mask stays as it is.
func FuzzMaskBody(f *testing.F) {
	for _, seed := range []string{
		`{"a":"` + testKey + `"}`, `{"a":"k3y\u002d1234-abcd-5678"}`, testKey, `["x", ` + testKey + `]`, `{"a":"b`, `{"a":"\"`, `{"token":"x"}`, `{"token" : ["x"]}`,
		`{"u":"https://x/?sig=1&a=2"}`, "{\"a\":\"\xff\"}", `{"a":1,"a":2} x`, `<html>`, "", `{"a":"k3y-1234-abcd-`, `{"k3y-1234-abcd-5678":{}}`, `{"mail":"jane@acme.example"}`,
	} {
		f.Add(seed)
	}
	c := newClientOf()
	k := &recording{a: &attempt{c: c}}
	f.Fuzz(func(t *testing.T, body string) {
		masked := k.maskBody(body, isToken)
		if strings.Contains(masked, testKey) {
			t.Fatalf("%q shows the key in %q", body, masked)
		}
		if again := k.maskBody(masked, isToken); strings.Contains(again, testKey) {
			t.Fatalf("%q shows the key in %q", masked, again)
		}
		harmless := !strings.ContainsAny(body, `@\?&;%<`) && !strings.Contains(strings.ToLower(body), "key") && !strings.Contains(body, "k3y") && k.a.c.Mask(body) == body
		for _, word := range []string{"token", "jwt", "password", "secret"} {
			harmless = harmless && !strings.Contains(strings.ToLower(body), word)
		}
		if harmless && masked != body {
			t.Fatalf("%q became %q", body, masked)
		}
	})
}

// newClientOf is a client with a key.
func newClientOf() *Client {
	return &Client{cfg: Config{Secrets: []secret.Value{testKey}}, secrets: secret.Credentials(testKey)}
}
