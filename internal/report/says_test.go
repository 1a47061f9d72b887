package report

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

func TestSays(t *testing.T) {
	t.Parallel()
	const bucket = "Bucket 'logs' can be read by everybody."
	for details, want := range map[string]string{
		bucket + " AWS_S3 (Ref: logs, File: a.tf) branch: main\nRemediation: Remove it.": bucket,
		"log_profile (Ref: no_reference_found, File: no_specific_file) branch: master":   "log_profile.",
		bucket + " AWS_S3 (Ref: logs, File: a.tf)\n" +
			bucket + " AWS_S3 (Ref: other, File: b (1).tf) branch: x\n": bucket,
		"Ensure buckets are private":            "",
		"AWS_S3 (Ref: logs, File: a.tf)":        "",
		"First line\nsecond line.":              "First line. second line.",
		"The branch: x is a word of a sentence": "The branch: x is a word of a sentence.",
		"":                                      "",
	} {
		f := &result.Finding{Summary: "Ensure buckets are private", Details: details, Ref: "logs", File: "a.tf", KindWord: "AWS_S3"}
		if got := says(f); got != want {
			t.Errorf("%q: got %q, want %q", details, got, want)
		}
	}
}

// A summary of punctuation alone says nothing: the rule stands in its place, or that there is none.
func TestSummaryOfPunctuation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ summary, rule, resource, want string }{
		{".", "AR-1", "logs", "AR-1: logs"},
		{" ...\n", "", "", "A finding without a text"},
		{"; ", ":", "logs", "A finding without a text: logs"},
		{"Buckets are private.", "AR-1", "logs", "Buckets are private: logs"},
		{"Buckets are private.", "AR-1", "", "Buckets are private."},
	} {
		f := &result.Finding{Summary: c.summary, Rule: c.rule, Resource: c.resource}
		if got := resourceSummary(f); got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

// What the service says of a finding stands in every format, without the references.
func TestDetailsStandInEveryFormat(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Findings[2].Details = strings.Replace(r.Findings[2].Details, "infra/main.tf)", "infra/main.tf) branch: main", 1)
	for _, format := range Formats() {
		if format.Name == Dotenv || format.Name == JSON || format.Name == FromTemplate {
			continue
		}
		out := write(t, format.Name, r, Options{})
		if !strings.Contains(out, "can be read by everybody") {
			t.Errorf("%s drops the details", format.Name)
		}
		if format.Name != SARIFFull && (strings.Contains(out, "Ref:") || strings.Contains(out, "branch: main")) {
			t.Errorf("%s has a reference to a place", format.Name)
		}
	}
}

func TestTextsAreClamped(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Findings[2].Summary = strings.Repeat("long summary ", 4000)
	r.Findings[2].Details = strings.Repeat("long details ", 4000) + "\nRemediation: " + strings.Repeat("long fix ", 4000)
	for _, format := range Formats() {
		if format.Name == JSON || format.Name == SARIFFull || format.Name == FromTemplate {
			continue
		}
		for _, text := range []string{"long summary", "long details", "long fix"} {
			if n := strings.Count(strings.Join(strings.Fields(write(t, format.Name, r, Options{})), " "), text); n > 400 {
				t.Errorf("%s: %q %d times", format.Name, text, n)
			}
		}
	}
}

// A name of blanks and tabs is the same name in a format for machines, and is seen as such by
// people.
func TestOddNamesKeepTheirPlace(t *testing.T) {
	t.Parallel()
	const odd = " a\tb  c.tf"
	r := sample()
	f := &r.Findings[2]
	f.Locations[0].Path, f.Target = odd, "iac:"+odd
	r.Ledger[2].Target.Name = odd
	people := `"\x20a\tb \x20c.tf"`
	for format, want := range map[string]string{
		Console: people + ":3", Markdown: `"\\x20a\\tb \\x20c.tf"`, HTML: `&#34;\x20a\tb \x20c.tf&#34;:3`,
		SARIF: `"uri":"%20a%09b%20%20c.tf"`, SARIFFull: `"uri":"%20a%09b%20%20c.tf"`,
		GitLabSAST: `"file":" a\tb  c.tf"`, GitLabCodeQuality: `"path":" a\tb  c.tf"`,
		JUnit: `file=" a&#x9;b  c.tf"`, Annotations: "file=" + odd + ",line=3",
	} {
		if out := write(t, format, r, Options{}); !strings.Contains(out, want) {
			t.Errorf("%s has no %s", format, want)
		}
	}
}

// Where only the file is known, nothing points at its first line.
func TestOnlyTheFileIsKnown(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Findings[2].Placement, r.Findings[2].Resource = result.PlacedFile, ""
	r.Findings[2].Locations[0].Line = 1
	r.Findings[2].Details = "It is so."
	for _, format := range []string{Console, Markdown, HTML, JUnit, Annotations} {
		out := write(t, format, r, Options{})
		for _, wrong := range []string{"infra/main.tf:1<", "infra/main.tf:1\n", "aws_s3_bucket", "file=infra/main.tf,line=1", "described above</"} {
			if strings.Contains(strings.ReplaceAll(out, "infra/main.tf:1, modules", ""), wrong) {
				t.Errorf("%s has %q", format, wrong)
			}
		}
	}
	for _, format := range []string{SARIF, SARIFFull, GitLabSAST} {
		if strings.Contains(write(t, format, r, Options{}), "marked line") {
			t.Errorf("%s speaks of a marked line", format)
		}
	}
}

func TestShowPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"a/b c.tf": "a/b c.tf", "ä.tf": "ä.tf", " a": `"\x20a"`, "a ": `"a\x20"`, "a   b": `"a \x20 b"`, "a\tb": `"a\tb"`, "a\nb": `"a\nb"`, "a\xffb": `"a\xffb"`,
	} {
		if got := showPath(path); got != want {
			t.Errorf("%q: got %s, want %s", path, got, want)
		}
	}
}
