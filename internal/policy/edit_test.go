package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/result"
)

const fingerprint = "0123456789abcdef0123456789abcdef"

func newEntry(reason string) policy.Entry {
	high := result.High
	return policy.Entry{
		Waiver: result.Waiver{
			Rule: rule, Fingerprint: fingerprint, Severity: &high, Reason: reason, Owner: "a@acme.example", Expires: "2027-01-31",
		},
		Comment: "infra/main.tf:3: aws_s3_bucket.logs",
	}
}

func written(indent string) string {
	return indent + "# infra/main.tf:3: aws_s3_bucket.logs\n" + indent + "- rule: " + rule + "\n" + indent + "  fingerprint: " + fingerprint + "\n" +
		indent + "  severity: high\n" + indent + "  reason: why\n" + indent + "  owner: a@acme.example\n" + indent + "  expires: 2027-01-31\n"
}

// A new entry stands at the end of the list, and every other byte stays.
func TestAddWaivers(t *testing.T) {
	t.Parallel()
	const old = "{rule: " + rule + ", path: a, reason: x, owner: o, expires: 2027-01-01}"
	for name, tt := range map[string]struct{ before, at, indent string }{
		"no list":             {"version: 1 # first\n\n# limits\nlimits: {max: {high: 3}}\n@", "waivers:\n", "  "},
		"no last line break":  {"version: 1@", "\nwaivers:\n", "  "},
		"comments at the end": {"version: 1\n# end\n@", "waivers:\n", "  "},
		"an indented file":    {"  version: 1\n@", "  waivers:\n", "    "},
		"one entry":           {"version: 1\nwaivers:\n  # old\n  - " + old + " # one\n@\n\n# limits\nlimits: {}\n", "", "  "},
		"dashes at the left":  {"version: 1\nwaivers:\n- " + old + "\n@timeout: 3m\n", "", ""},
		"a deep comment":      {"version: 1\nwaivers:\n    - " + old + "\n      # of the entry\n@  # below\ntimeout: 3m\n", "", "    "},
		"a text block":        {"version: 1\nwaivers:\n  - rule: " + rule + "\n    path: a\n    owner: o\n    expires: 2027-01-01\n    reason: |\n      # not a comment\n\n      why\n@\n# x\ntimeout: 3m\n", "", "  "},
		"at the end":          {"version: 1\nwaivers:\n  - " + old + "@", "\n", "  "},
		"dots in a text":      {"version: 1\nwaivers:\n  - rule: " + rule + "\n    path: a\n    owner: o\n    expires: 2027-01-01\n    reason: |\n      why\n      ...\n@", "", "  "},
		"null":                {"version: 1\nwaivers:\n@timeout: 3m\n", "", "  "},
	} {
		before := strings.ReplaceAll(tt.before, "@", "")
		want := strings.Replace(tt.before, "@", tt.at+written(tt.indent), 1)
		got, err := policy.AddWaivers("c.yaml", []byte(before), []policy.Entry{newEntry("why")})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if _, err := config.ParseFile("c.yaml", "", got); err != nil && name != "a text block" && name != "dots in a text" {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := policy.AddWaivers("c.yaml", []byte("version: 1\r\nwaivers: []  # none\r\ntimeout: 3m\r\n"), []policy.Entry{newEntry("why")})
	want := "version: 1\r\nwaivers:  # none\r\n" + strings.ReplaceAll(written("  "), "\n", "\r\n") + "timeout: 3m\r\n"
	if err != nil || string(got) != want {
		t.Errorf("%v, %q", err, got)
	}
}

func TestAddWaiversRefuses(t *testing.T) {
	t.Parallel()
	for before, want := range map[string]string{
		"{version: 1}\n":                     "c.yaml: must be a mapping over several lines",
		"- a\n":                              "c.yaml: must be a mapping over several lines",
		"":                                   "c.yaml: must be a mapping over several lines",
		"version: [\n":                       "c.yaml: yaml: line",
		"version: 1\nwaivers: [{rule: a}]\n": "c.yaml:2:10: waivers: a list in brackets can't be changed; fix: write one entry per line, each after a dash",
		"version: 1\nwaivers: {rule: a}\n":   "c.yaml:2:10: waivers: must be a list",
		"version: 1\nwaivers: w.yaml\n":      "c.yaml:2:10: waivers: must be a list",
		"version: 1\nwaivers:\n  []\n":       "c.yaml: can't be changed",
		"version: 1\nwaivers: !!seq []\n":    "c.yaml:2:1: waivers: can't be changed; fix: write [] after it",
		"version: 1\n...\n":                  "c.yaml: can't be changed, the result would be invalid: a second document; fix: edit it by hand",
		// The blank line is part of the reason.
		"version: 1\nwaivers:\n  - rule: a\n    reason: |+\n      why\n\n": "c.yaml: can't be changed without changing more than waivers; fix: edit it by hand",
		"version: 1\n---\nversion: 1\n":                                    "c.yaml: a second document",
		"version: 1\nwaivers: &a []\nx: *a\n":                              "c.yaml:2:1: waivers: can't be changed",
		"\xff\xfev\x00e\x00r\x00:\x00 \x001\x00":                           "c.yaml: ",
	} {
		got, err := policy.AddWaivers("c.yaml", []byte(before), []policy.Entry{newEntry("why")})
		if err == nil || !strings.HasPrefix(err.Error(), want) || got != nil {
			t.Errorf("%q: %v, want %s\n%s", before, err, want, got)
		}
	}
}

func TestRemoveWaivers(t *testing.T) {
	t.Parallel()
	const file = `version: 1
waivers: # accepted
  # first
  - rule: a
    reason: |
      # text

      more

  # second
  - rule: b
    # inside
    path: x
  - {rule: c} # third

# limits
limits: {}
`
	for drop, want := range map[string]string{
		"":    file,
		"0":   "version: 1\nwaivers: # accepted\n  # first\n\n  # second\n  - rule: b\n    # inside\n    path: x\n  - {rule: c} # third\n\n# limits\nlimits: {}\n",
		"1":   "version: 1\nwaivers: # accepted\n  # first\n  - rule: a\n    reason: |\n      # text\n\n      more\n\n  # second\n  - {rule: c} # third\n\n# limits\nlimits: {}\n",
		"2":   "version: 1\nwaivers: # accepted\n  # first\n  - rule: a\n    reason: |\n      # text\n\n      more\n\n  # second\n  - rule: b\n    # inside\n    path: x\n\n# limits\nlimits: {}\n",
		"012": "version: 1\nwaivers: [] # accepted\n  # first\n\n  # second\n\n# limits\nlimits: {}\n",
	} {
		got, err := policy.RemoveWaivers("c.yaml", []byte(file), func(i int) bool { return strings.ContainsRune(drop, rune('0'+i)) })
		if err != nil {
			t.Errorf("%s: %v", drop, err)
			continue
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", drop, diff)
		}
	}
}

// Whatever a reason is, the config reads back what was written.
func TestAddedWaiversAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := newEntry(rapid.String().Draw(t, "reason"))
		e.Owner = rapid.SampledFrom([]string{"true", "~", "1e3", "a: b", "a #b", "- a", "*x", "&x", "'", `"`, "@x", "x\ny", "é", "a\u2028b"}).Draw(t, "owner")
		e.Path = rapid.SampledFrom([]string{"a/**", "{a,b}", "[a]", "!a", "# a", "%a"}).Draw(t, "path")
		if strings.TrimSpace(e.Reason) == "" {
			return
		}
		content, err := policy.AddWaivers("c.yaml", []byte(policy.NewWaiverFile), []policy.Entry{e, newEntry("why")})
		if err != nil {
			t.Fatal(err)
		}
		f, err := config.ParseFile("c.yaml", "", content)
		if err != nil {
			t.Fatalf("%v\n%s", err, content)
		}
		w := f.Waivers()[0]
		line := func(text string) string { return strings.Join(strings.Fields(text), " ") }
		if len(f.Waivers()) != 2 || w.Reason != line(e.Reason) || w.Owner != line(e.Owner) || w.Path != e.Path || w.Fingerprint != e.Fingerprint {
			t.Fatalf("%+v\n%s", w, content)
		}
	})
}
