package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/policy"
)

const (
	rule  = "ensure-bucket-is-private-1f3a5c7e9b0d"
	valid = "scangate:waive " + rule + ` until=2027-01-31 owner=a@acme.example reason="replaced in \"Q1\", see OPS-123"`
)

func TestInline(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ path, text, want string }{
		"terraform":      {"infra/main.tf", "# " + valid + "\nresource \"aws_s3_bucket\" \"a\" {\n}\n", "infra/main.tf:1:1 covers aws_s3_bucket.a at 2-3"},
		"two of them":    {"main.tf", "// " + valid + "\n# why\n# " + valid + "\nresource \"aws_s3_bucket\" \"a\" {\n}\n", "main.tf:1:1 covers aws_s3_bucket.a at 4-5, main.tf:3:1 covers aws_s3_bucket.a at 4-5"},
		"from":           {"Dockerfile", "FROM a\nRUN x\n# " + valid + "\nFROM redis AS x\nRUN y\n", "Dockerfile:3:1 covers redis at 4-4"},
		"copy":           {"Dockerfile", "FROM a\n# " + valid + "\nCOPY --from=redis /a /b\n", "Dockerfile:2:1 covers redis at 3-3"},
		"kubernetes":     {"pod.yaml", "# " + valid + "\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n# " + valid + "\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n", "pod.yaml:1:1 covers Pod/a at 2-4, pod.yaml:6:1 covers Pod/b at 7-9"},
		"cloudformation": {"t.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  # " + valid + "\n  B:\n    Type: AWS::S3::Bucket\n", "t.yaml:3:3 covers B at 4-5"},
		"compose":        {"compose.yaml", "services:\n  # " + valid + "\n  web:\n    image: nginx\n", "compose.yaml:2:3 covers web at 3-4"},
		"a string":       {"main.tf", "resource \"aws_s3_bucket\" \"a\" {\n  x = <<E\n# " + valid + "\nE\n}\n", ""},
		"other files":    {"notes.md", "# " + valid + "\n", ""},
		"not parsed":     {"main.tf", "# " + valid + "\nresource {\n", ""},
		"an engine":      {"pod.yaml.j2", "# " + valid + "\napiVersion: v1\nkind: Pod\nmetadata: {name: {{ x }}}\n", ""},
	} {
		ws, err := policy.Inline(tt.path, []byte(tt.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, w := range ws {
			got = append(got, fmt.Sprintf("%s covers %s at %d-%d", w.ID(), w.Above, w.Lines.Start, w.Lines.End))
			if w.Rule != rule || w.Path != tt.path || w.Expires != "2027-01-31" || w.Owner != "a@acme.example" || w.Reason != `replaced in "Q1", see OPS-123` || w.IsPattern() {
				t.Errorf("%s: %+v", name, w)
			}
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: %s, want %s", name, strings.Join(got, ", "), tt.want)
		}
	}
}

func TestInlineErrors(t *testing.T) {
	t.Parallel()
	for comment, want := range map[string]string{
		"scangate:waive": "must have rule, as in scangate:waive RULE until=2027-01-31 owner=NAME reason=\"WHY\"",
		"scangate:waive short-1f3a until=2027-01-31 owner=a reason=b": "rule: must be a whole rule id",
		"scangate:waive " + rule:                                                "must have reason",
		"scangate:waive " + rule + " until=2027-01-31 reason=b":                 "must have owner",
		"scangate:waive " + rule + " owner=a reason=b":                          "must have until",
		"scangate:waive " + rule + " until=2027-02-30 owner=a reason=b":         `until: must be a day, for example 2027-01-31, got "2027-02-30"`,
		"scangate:waive " + rule + " expires=2027-01-31 owner=a reason=b":       `unknown attribute "expires"; fix: use until, owner and reason`,
		"scangate:waive " + rule + " owner=a owner=b":                           `duplicate attribute "owner"`,
		"scangate:waive " + rule + " owner= reason=b":                           "owner: must not be empty",
		"scangate:waive " + rule + ` owner="" reason=b`:                         "owner: must not be empty",
		"scangate:waive " + rule + ` owner="a`:                                  "owner: the closing quote is missing",
		"scangate:waive " + rule + ` owner=a"b`:                                 `owner: a quote in the middle of "a\"b"; fix: put all of it in quotes`,
		"scangate:waive " + rule + ` owner="a"b`:                                "owner: a blank is missing",
		"scangate:waive " + rule + ` until=2027-01-31 owner=a reason=in the Q1`: "must be name=value after the rule, got \"the Q1\"",
	} {
		_, err := policy.Inline("main.tf", []byte("\n  # "+comment+"\nresource \"aws_s3_bucket\" \"a\" {\n}\n"))
		if err == nil || !strings.HasPrefix(err.Error(), "main.tf:2:3: scangate:waive: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", comment, err, want)
		}
	}
	for text, want := range map[string]string{
		"# " + valid + "\n\nresource \"aws_s3_bucket\" \"a\" {\n}\n":                                     "main.tf:1:1: scangate:waive: no block and no FROM line begins on line 2, directly below it",
		"resource \"aws_s3_bucket\" \"a\" {\n  # " + valid + "\n  x = 1\n}\n":                            "main.tf:2:3: scangate:waive: no block and no FROM line begins on line 3",
		"resource \"aws_s3_bucket\" \"a\" { # " + valid + "\n}\n":                                        "main.tf:1:32: scangate:waive: must be a comment on one line of its own, directly above a block or a FROM line",
		"/* " + strings.TrimSuffix(valid, `"`) + "\n more\" */\nresource \"aws_s3_bucket\" \"a\" {\n}\n": "main.tf:1:1: scangate:waive: must be a comment on one line of its own, directly above a block or a FROM line",
		"resource \"aws_s3_bucket\" \"a\" {\n}\n# " + valid + "\n":                                       "main.tf:3:1: scangate:waive: no block and no FROM line begins on line 4",
	} {
		_, err := policy.Inline("main.tf", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// Whatever a file holds, each waiver in it is whole, and lies above its block.
func FuzzInline(f *testing.F) {
	for _, text := range []string{
		"# " + valid + "\nresource \"aws_s3_bucket\" \"a\" {\n}\n", "FROM a\n# " + valid + "\nFROM redis\n", "a: |\n  # " + valid + "\n",
		"# " + valid + "\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", "// " + valid, "# scangate:waive a until=\"\\\"\"",
	} {
		for _, path := range []string{"main.tf", "Dockerfile", "pod.yaml", "t.json", "compose.yaml"} {
			f.Add(path, []byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, path string, content []byte) {
		ws, err := policy.Inline(path, content)
		if err != nil && err.Error() == "" {
			t.Fatal("an error without a text")
		}
		for i := range ws {
			w := &ws[i]
			if field, text := w.Fault(); text != "" || w.Lines == nil || w.Lines.Start <= w.Origin.Line {
				t.Fatalf("%+v: %s: %s", w, field, text)
			}
		}
	})
}
