package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

const (
	rule        = "ensure-s3-bucket-has-versioning-enabled-1f3a5c7e9b0d"
	fingerprint = "0123456789abcdef0123456789abcdef"
	why4        = ", reason: replaced in Q1, owner: a@acme.example, expires: 2027-01-31"
)

func TestWaivers(t *testing.T) {
	t.Parallel()
	file := mustFile(t, `version: 1
waivers:
  # the old stack
  - rule: `+rule+`
    path: infra/legacy/**
    resource: aws_s3_bucket.*
    severity: HIGH
    max: 5
    reason: |
      replaced in Q1,
      see OPS-123
    owner: platform@acme.example
    expires: 2027-01-31
  - {rule: `+rule+`, fingerprint: `+fingerprint+why4+`}
  - {rule: `+rule+`, image: "registry.acme.example/**"`+why4+`}
`)
	c, err := Resolve(Settings(Scan), nil, env(), file)
	if err != nil {
		t.Fatal(err)
	}
	at := func(line int) result.Origin {
		return result.Origin{Setting: "waivers", Place: fmt.Sprintf(".scangate.yaml:%d:5", line), Path: ".scangate.yaml", Line: line}
	}
	high, five := result.High, 5
	want := []result.Waiver{
		{
			Rule: rule, Path: "infra/legacy/**", Resource: "aws_s3_bucket.*", Severity: &high, Max: &five,
			Reason: "replaced in Q1, see OPS-123", Owner: "platform@acme.example", Expires: "2027-01-31", Origin: at(4),
		},
		{Rule: rule, Fingerprint: fingerprint, Reason: "replaced in Q1", Owner: "a@acme.example", Expires: "2027-01-31", Origin: at(14)},
		{Rule: rule, Image: "registry.acme.example/**", Reason: "replaced in Q1", Owner: "a@acme.example", Expires: "2027-01-31", Origin: at(15)},
	}
	if diff := cmp.Diff(want, c.Policy.Waivers); diff != "" {
		t.Errorf("waivers (-want +got):\n%s", diff)
	}
}

// A waiver that is not understood would accept something else, or for ever.
func TestWaiverErrors(t *testing.T) {
	t.Parallel()
	r := "rule: " + rule
	for entry, want := range map[string]string{
		"{" + r + ", path: a" + why4 + ", until: 2027-01-01}":                    `c.yaml:2:149: unknown key "waivers.until"; fix: use one of `,
		"{" + r + ", path: a" + why4 + ", expired: 2027-01-01}":                  `unknown key "waivers.expired"; did you mean "waivers.expires"?`,
		"{" + r + ", path: a, path: b" + why4 + "}":                              `duplicate key "waivers.path"`,
		"{" + r + ", path: [a]" + why4 + "}":                                     "waivers.path: must have a single value",
		"{" + r + ", path: ''" + why4 + "}":                                      "waivers.path: must have a single value",
		"{" + r + ", path: 'a['" + why4 + "}":                                    "c.yaml:2:78: waivers.path: must be a glob, for example infra/**/*.tf, got \"a[\"",
		"{" + r + ", resource: 'a['" + why4 + "}":                                "waivers.resource: must be a glob",
		"{" + r + ", image: 'a[b'" + why4 + "}":                                  "waivers.image: must be a repository, an image or a glob",
		"{" + r + why4 + "}":                                                     "c.yaml:2:18: waivers.rule: needs at least one of path, resource, image and fingerprint beside it",
		"{path: a" + why4 + "}":                                                  "c.yaml:2:11: waivers: must have rule",
		"{rule: ensure-s3-1f3a, path: a" + why4 + "}":                            "c.yaml:2:18: waivers.rule: must be a whole rule id",
		"{" + r + ", fingerprint: 0123456789ab" + why4 + "}":                     "waivers.fingerprint: must be a whole fingerprint, 32 hexadecimal digits, got \"0123456789ab\"",
		"{" + r + ", fingerprint: 0123456789ABCDEF0123456789ABCDEF" + why4 + "}": "must be a whole fingerprint",
		"{" + r + ", path: a, max: 0" + why4 + "}":                               "waivers.max: must be >= 1, got 0",
		"{" + r + ", path: a, max: many" + why4 + "}":                            "waivers.max: must be an integer >= 0, got many",
		"{" + r + ", path: a, severity: severe" + why4 + "}":                     `waivers.severity: unknown severity "severe"`,
		"{" + r + ", path: a, owner: a, expires: 2027-01-31}":                    "c.yaml:2:11: waivers: must have reason",
		"{" + r + ", path: a, reason: a, expires: 2027-01-31}":                   "c.yaml:2:11: waivers: must have owner",
		"{" + r + ", path: a, reason: a, owner: a}":                              "c.yaml:2:11: waivers: must have expires",
		"{" + r + ", path: a, reason: a, owner: a, expires: 2027-02-30}":         `waivers.expires: must be a day, for example 2027-01-31, got "2027-02-30"`,
		"{" + r + ", path: a, reason: a, owner: a, expires: never}":              "must be a day",
		"a":  "c.yaml:2:11: waivers: every item must be a mapping",
		"~":  "every item must be a mapping",
		"{}": "waivers: must have rule",
	} {
		_, err := ParseFile("c.yaml", "", []byte("version: 1\nwaivers: ["+entry+"]\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", entry, err, want)
		}
	}
	for text, want := range map[string]string{
		"waivers: {rule: a}":    "c.yaml:2:10: waivers: must be a list, or the path of a file beside this one",
		"waivers:":              "waivers: must be a list, or the path of a file beside this one",
		"waivers: ../w.yaml":    `waivers: must be a list, or the path of a file beside this one, got "../w.yaml"`,
		"waivers: /etc/w.yaml":  "the path of a file beside this one",
		"x: &x []\nwaivers: *x": "YAML aliases are not supported",
	} {
		if _, err := ParseFile("c.yaml", "", []byte("version: 1\n"+text+"\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func FuzzParseWaivers(f *testing.F) {
	for _, seed := range []string{"version: 1\nwaivers: []\n", "version: 1\nwaivers: [{rule: " + rule + ", path: a" + why4 + ", max: 3}]\n", "waivers: x", "version: 1\nwaivers: [{}, a, ~]\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		ws, err := ParseWaivers("w.yaml", "w.yaml", content)
		if err != nil && ws != nil {
			t.Fatalf("waivers and error %v", err)
		}
		for i := range ws {
			if field, text := ws[i].Fault(); text != "" || ws[i].ID() == "" {
				t.Fatalf("%s: %s", field, text)
			}
		}
	})
}

func TestWaiversInAFileOfTheirOwn(t *testing.T) {
	t.Parallel()
	entry := "{rule: " + rule + ", path: a" + why4 + "}"
	for name, tt := range map[string]struct {
		waivers string // the file, "" for none
		want    string
	}{
		"read":       {"version: 1\nwaivers:\n  - " + entry + "\n", "security/waivers.yaml:3:5 at security/waivers.yaml:3"},
		"missing":    {"", `.scangate.yaml:2:10: waivers: can't read "security/waivers.yaml": no such file or directory; fix: create it, or list the waivers here`},
		"faulty":     {"version: 1\nwaivers: [{}]\n", "security/waivers.yaml:2:11: waivers: must have rule"},
		"other":      {"version: 1\nlimits: {fail-on: none}\n", `security/waivers.yaml:2:1: unknown key "limits"`},
		"nested":     {"version: 1\nwaivers: more.yaml\n", "security/waivers.yaml:2:10: waivers: must be a list"},
		"no version": {"waivers: []\n", "security/waivers.yaml:1:1: version is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write := func(name, content string) {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write(".scangate.yaml", "version: 1\nwaivers: ./security/waivers.yaml\n")
			if tt.waivers != "" {
				write("security/waivers.yaml", tt.waivers)
			}
			f, err := Read(filepath.Join(dir, ".scangate.yaml"), ".scangate.yaml", dir)
			got := fmt.Sprint(err)
			if err == nil {
				o := f.Waivers()[0].Origin
				got = fmt.Sprintf("%s at %s:%d", o.Place, o.Path, o.Line)
			}
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
