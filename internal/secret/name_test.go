package secret

import (
	"strings"
	"testing"
)

// A display name is masked beside its address, and elsewhere if the address is made of it.
func TestNamesOfMailAddresses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"from Jane Roe <j77@acme.example> today":          "from [personal data] <[personal data]> today",
		"from Roe, Jane <j77@acme.example>":               "from [personal data] <[personal data]>",
		"\"jane roe\" <j77@acme.example>":                 "\"[personal data]\" <[personal data]>",
		"shared by Jane <j77@acme.example>":               "shared by [personal data] <[personal data]>",
		"shared by Jane Roe (j77@acme.example)":           "shared by [personal data] ([personal data])",
		"shared by Jane Roe j77@acme.example":             "shared by [personal data] [personal data]",
		"shared by Élodie Ødegård, j77@acme.example":      "shared by [personal data], [personal data]",
		"j77@acme.example (Jane Roe) shared":              "[personal data] ([personal data]) shared",
		"<j77@acme.example> \"Jane Roe\"":                 "<[personal data]> \"[personal data]\"",
		"Jane Roe shared logs with jane.roe@acme.example": "[personal data] shared logs with [personal data]",
		"jane roe, ROE Jane, roe.jane: jroe@acme.example": "[personal data], [personal data]: [personal data]",
		"Jane M. Roe of jane_roe@acme.example":            "[personal data] of [personal data]",
		"Jane%20Roe at janer%40acme.example":              "[personal data] at [personal data]",
		"Jane Roe-Smith, j.roe-smith@acme.example":        "[personal data], [personal data]",
		"owner o'neill, pat: pat.oneill@acme.example":     "owner [personal data]: [personal data]",
		"the bucket of jane.roe@acme.example":             "the bucket of [personal data]",
		"Bucket logs: jane.roe@acme.example":              "Bucket logs: [personal data]",
		"see (j77@acme.example (in this account)":         "see ([personal data] (in this account)",
		"Jane Roe shared a file":                          "Jane Roe shared a file",
		"x@y.example":                                     "[personal data]",
	} {
		if got := Personal().Mask(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := PersonalIn([]string{"of jane.roe@acme.example"}).Mask("Roe, Jane did it"); got != "[personal data] did it" {
		t.Errorf("the owner of an address in another text: %q", got)
	}
	if got := Personal("jane.roe@acme.example").Mask("Jane Roe did it"); got != "[personal data] did it" {
		t.Errorf("the owner of an address elsewhere: %q", got)
	}
}

// What one mask replaces is still found by the others: all look at the text as it was.
func TestMasksDoNotHideEachOther(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		own  []string
		in   string
		want string
	}{
		{[]string{"Roe Consulting", "Jane Roe"}, "Jane Roe Consulting paid", "[personal data] paid"},
		{[]string{"acme"}, "jane@acme.example wrote", "[personal data] wrote"},
		{[]string{"personal"}, "a personal jane@acme.example", "a [personal data] [personal data]"},
		{[]string{"anan"}, "ananan", "[personal data]"},
		{[]string{"roe"}, "Jane Roe <j77@acme.example>", "[personal data] <[personal data]>"},
	} {
		if got := Personal(tt.own...).Mask(tt.in); got != tt.want {
			t.Errorf("%q in %q: %q, want %q", tt.own, tt.in, got, tt.want)
		}
	}
	if got := Credentials("secret-one", "one-secret").Mask("secret-one-secret"); strings.Contains(got, "secret") {
		t.Errorf("overlapping credentials: %q", got)
	}
}

// Long texts full of addresses and names are masked in a time that grows with their length.
func TestManyAddresses(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"Jane Roe <jane.roe@acme.example> ", "@", "%40", "a@b.c(", "A B C D <", "\"", "Aa "} {
		text := strings.Repeat(unit, 1<<17/len(unit))
		if got := PersonalIn([]string{text}, "zz@zz.example").Mask(text); strings.Contains(got, "jane") {
			t.Errorf("%q: an address is left", unit)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("Jane Roe <jane.roe@acme.example>", "roe")
	f.Add("\"a\" <a@b.c> (D", "ⱥ")
	f.Fuzz(func(t *testing.T, text, own string) {
		got := Personal(own).Mask(text)
		for _, at := range mailSpans(text) {
			if mail := text[at.start:at.end]; strings.Contains(got, mail) {
				t.Errorf("%q is left in %q", mail, got)
			}
		}
	})
}
