package transport

import (
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/secret"
)

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func base(t *testing.T, raw string) func(*Config) {
	t.Helper()
	u, err := ParseEndpoint(raw + "/base/")
	if err != nil {
		t.Fatal(err)
	}
	return func(c *Config) { c.Base = u }
}

func TestParseEndpoint(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://optix.sophos.com":          "https://optix.sophos.com",
		" https://optix.sophos.com/\n":      "https://optix.sophos.com",
		"https://h.example:8443/pub/v4.0/":  "https://h.example:8443/pub/v4.0",
		"HTTPS://h.example":                 "https://h.example",
		"http://127.0.0.1:8080":             "http://127.0.0.1:8080",
		"http://127.8.9.1":                  "http://127.8.9.1",
		"http://[::1]:80/x":                 "http://[::1]:80/x",
		"http://LocalHost:1":                "http://LocalHost:1",
		"http://example.com":                "",
		"http://10.0.0.1":                   "",
		"http://localhost.evil.example":     "",
		"http://127.0.0.1.evil.example":     "",
		"http://127.0.0.1@evil.example":     "",
		"https://u:p@h.example":             "",
		"https://h.example?x=1":             "",
		"https://h.example?":                "",
		"https://h.example#f":               "",
		"https://":                          "",
		"https:///path":                     "",
		"https:h.example":                   "",
		"h.example":                         "",
		"ftp://h.example":                   "",
		"https://h.example:0":               "",
		"https://h.example:":                "",
		"https://h.example:99999":           "",
		"https://h.example:x":               "",
		"":                                  "",
		"https://h.example/%zz":             "",
		"unix:///var/run/x.sock":            "",
		"https://user:topsecret@h.example/": "",
	} {
		u, err := ParseEndpoint(raw)
		if want == "" {
			if err == nil || !strings.Contains(err.Error(), "; fix: ") || strings.Contains(err.Error(), "topsecret") {
				t.Errorf("%q: %v, %v; want an error about the endpoint", raw, u, err)
			}
			continue
		}
		if err != nil || u.String() != want {
			t.Errorf("%q: %v, %v; want %s", raw, u, err, want)
		}
	}
}

func FuzzParseEndpoint(f *testing.F) {
	for _, s := range []string{"https://h/p", "http://[::1]:1", "http://127.1", "https://a@b", "http://0x7f.1/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := ParseEndpoint(raw)
		if err != nil {
			if !strings.Contains(err.Error(), "; fix: ") {
				t.Errorf("%q: %v", raw, err)
			}
			return
		}
		if u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q gave %#v", raw, u)
		}
		if u.Scheme != "https" && !isLoopback(u.Hostname()) {
			t.Errorf("%q gave plain http to %s", raw, u.Host)
		}
	})
}

// A key that a server repeats in another form is not shown.
func TestCleanKnowsTheFormsOfASecret(t *testing.T) {
	t.Parallel()
	const key = "k3y/1234+abcd?5678>"
	c := New(Config{Base: &url.URL{Scheme: "https", Host: "h.example"}, Secrets: []secret.Value{key}})
	for _, form := range []string{
		key, url.QueryEscape(key), url.PathEscape(key),
		base64.StdEncoding.EncodeToString([]byte(key)), base64.RawURLEncoding.EncodeToString([]byte(key)),
	} {
		got := c.Clean(getRequest(), "denied "+form+" here")
		if want := "denied [redacted]"; !strings.HasPrefix(got, want) || strings.Contains(got, form[:8]) {
			t.Errorf("%q: %q", form, got)
		}
	}
}

func TestWhereAndBodyError(t *testing.T) {
	t.Parallel()
	c := New(Config{Base: &url.URL{Scheme: "https", Host: "h.example"}, Secrets: []secret.Value{testKey}})
	r := getRequest()
	if got := c.Where(r); got != "GET https://h.example/api/v1/thing" {
		t.Errorf("where: %s", got)
	}
	e := c.BodyError(r, errors.New("got "+testKey+" of dev@acme.example"))
	if e.Class != ClassBody || e.Error() != "the answer can't be read: got [redacted] of […] (GET https://h.example/api/v1/thing)" {
		t.Errorf("%v", e)
	}
	if got := fixOf(e); got != "check --endpoint; if it is right, the service has changed its answers: please report this" {
		t.Error(got)
	}
}

// Every class has its own name and text, and advice.
func TestClassTexts(t *testing.T) {
	t.Parallel()
	names, texts := map[string]bool{}, map[string]bool{}
	for c := ClassInput; c <= ClassCanceled; c++ {
		e := &Error{Class: c, Method: "GET", URL: "https://h", Attempts: 3, Status: 429, Message: "slow down"}
		names[c.String()], texts[e.Error()] = true, true
		if fixOf(e) == "" {
			t.Errorf("%v has no advice", c)
		}
		if !strings.HasSuffix(e.Error(), "(GET https://h, after 3 attempts)") {
			t.Errorf("no request and attempts at the end of %v", e)
		}
	}
	if want := int(ClassCanceled) + 1; len(names) != want || len(texts) != want || Class(99).String() != "unknown" {
		t.Errorf("%d names and %d texts for %d classes", len(names), len(texts), want)
	}
	ended := &Error{Class: ClassCanceled, Err: context.DeadlineExceeded}
	if got := fixOf(ended); !strings.Contains(got, "--timeout") {
		t.Error(got)
	}
}

func TestMessageOf(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"Unauthorized access or ApiKey expired":                             "Unauthorized access or ApiKey expired",
		`{"timestamp":1,"status":404,"error":"Not Found","message":"none"}`: "none",
		`{"errorMessage":"bad"}`:                                            "bad",
		`{"error":{"code":1}}`:                                              `{"error":{"code":1}}`,
		`{"message":"","error":"x"}`:                                        "x",
		"<!doctype html><title>Sign in</title><p>…":                         "an HTML page: Sign in",
		"<html><body>no title":                                              "an HTML page",
		"</title><title>":                                                   "an HTML page",
		"":                                                                  "",
		"null":                                                              "null",
		"<TITLE>\u0130\u0130</TITLE> lower-casing grows this one": "an HTML page: \u0130\u0130",
	} {
		got := messageOf([]byte(body))
		if got != want && got != "an HTML page" {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}

// Whatever a server says: one line, bounded, no secret, no parameter.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"a\r\n::error::b", "\x1b[31m" + testKey, "k3y\u200b-1234-abcd-5678", "dev@acme.example", strings.Repeat("ä", 400), "<title>\xff</title>"} {
		f.Add([]byte(s))
	}
	c := New(Config{Base: &url.URL{Scheme: "https", Host: "h"}, Secrets: []secret.Value{testKey, "sp ace", ""}})
	r := getRequest()
	f.Fuzz(func(t *testing.T, body []byte) {
		got := c.Clean(r, messageOf(body))
		if strings.ContainsFunc(got, unicode.IsControl) || !utf8.ValidString(got) {
			t.Errorf("%q is not one clean line", got)
		}
		if n := utf8.RuneCountInString(got); n > messageRunes+len(secret.Redacted) {
			t.Errorf("%d runes", n)
		}
		for _, key := range []string{testKey, "sp ace"} {
			if strings.Contains(got, key) {
				t.Errorf("shows %q: %q", key, got)
			}
		}
		// exadev@acme.example is another address.
		if m := regexp.MustCompile(`(?:^|[^\pL\pN_])(?:dev@acme\.example|secret plan\.tf)(?:$|[^\pL\pN_])`).FindString(got); m != "" {
			t.Errorf("shows %q: %q", m, got)
		}
	})
}
