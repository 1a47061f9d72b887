package secret

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const testKey = "k3y-1234-abcd-5678"

func TestValueShowsNothing(t *testing.T) {
	t.Parallel()
	s := Value(testKey)
	type holder struct{ Key Value }
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%X", "%d", "%t", "%20s"} {
		for _, v := range []any{s, &s, holder{s}, []Value{s}, map[string]Value{"k": s}} {
			out := fmt.Sprintf(verb, v)
			if strings.Contains(out, "k3y") || strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", "k3y")) {
				t.Errorf("%s of %T shows %s", verb, v, out)
			}
		}
	}
	j, err := json.Marshal(holder{s})
	got := []string{string(j), s.String(), s.GoString(), s.LogValue().String(), slog.Any("k", s).Value.Resolve().String(), s.Reveal()}
	want := []string{`{"Key":"[redacted]"}`, Redacted, Redacted, Redacted, Redacted, testKey}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

// A server that repeats the key in another form doesn't get it shown.
func TestCredentialsAreMaskedInEveryForm(t *testing.T) {
	t.Parallel()
	const key = "k3y/1234+abcd?5678>"
	m := Credentials(" "+key+"\n", "")
	for _, form := range []string{
		key, url.QueryEscape(key), url.PathEscape(key),
		base64.StdEncoding.EncodeToString([]byte(key)), base64.RawURLEncoding.EncodeToString([]byte(key)),
	} {
		got := m.Mask("denied " + form + " here")
		if want := "denied " + Redacted; !strings.HasPrefix(got, want) || strings.Contains(got, form[:8]) {
			t.Errorf("%q: %q", form, got)
		}
	}
	if got := (Masker{}).Mask("a key"); got != "a key" {
		t.Error(got)
	}
}

func TestLongerCredentialsAreMaskedFirst(t *testing.T) {
	t.Parallel()
	if got := Credentials("abc", "abcdef").Mask("abcdef abc"); got != "[redacted] [redacted]" {
		t.Error(got)
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	q := url.Values{"n": {"123456"}, "b": {"true"}, "s": {"ab"}, "short": {"abcd"}, "long": {"abcdef"}, "sp": {"x y/z"}}
	got := Parameters(q).Mask("123456 true ab abcd abcdef x y/z x+y%2Fz x%20y%2Fz")
	if want := "123456 true ab […] […] […] […] […]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A parameter is masked as a word, never as a part of another.
func TestParametersLeaveOtherWords(t *testing.T) {
	t.Parallel()
	m := Parameters(url.Values{"branch": {"main"}, "who": {"éa@b"}, "dash": {"-x-"}})
	for text, want := range map[string]string{
		"in maintenance, domain main_2": "in maintenance, domain main_2",
		"main":                          "[…]",
		"branch main: refs/heads/main.": "branch […]: refs/heads/[…].",
		"mainmain main":                 "mainmain […]",
		"xéa@b éa@b":                    "xéa@b […]",
		"a-x-b":                         "a[…]b",
	} {
		if got := m.Mask(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestPersonalValues(t *testing.T) {
	t.Parallel()
	m := Personal("Jane", " Jane Roe ", "ab", "")
	for text, want := range map[string]string{
		"JANE ROE and jane, ab": "[personal data] and [personal data], ab",
		"of a.b@acme.example":   "of [personal data]",
		// Lower-casing changes the length of these texts.
		"İ Jane jane": "İ [personal data] [personal data]",
		"Ⱥ jAnE.":     "Ⱥ [personal data].",
	} {
		if got := m.Mask(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestMailAddresses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                  "",
		"no mail here @ all":                "no mail here @ all",
		"a@b":                               "a@b",
		"write to jane.roe@acme.example.":   "write to [personal data].",
		"<x+y@a-b.example>,z@c.example":     "<[personal data]>,[personal data]",
		"https://h/?u=jane%40acme.example&": "https://h/?u=[personal data]&",
		"é.ü@köln.example":                  "[personal data]",
		"nginx@sha256:abc":                  "nginx@sha256:abc",
		"a@@b.example":                      "a@@b.example",
		"@b.example":                        "@b.example",
	} {
		if got := Personal().Mask(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzPersonal(f *testing.F) {
	f.Add("jane@acme.example did it", "Jane")
	f.Add("a%40b.c@d.e%40", "%40")
	f.Add("İstanbul i̇x", "i")
	f.Fuzz(func(t *testing.T, text, own string) {
		got := Personal(own).Mask(text)
		if again := Personal().Mask(got); strings.Count(again, PersonalMask) > strings.Count(got, PersonalMask) {
			t.Errorf("%q: a mail address is left in %q", text, got)
		}
	})
}
