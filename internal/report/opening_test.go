package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/explain"
	"github.com/scangate/scangate/internal/result"
)

// opened matches a line that forges one of ours, or acts on the log of a CI host.
var opened = regexp.MustCompile(`(?mi)^(scangate:|---|\+\+\+|~~~|\^\^\^)[ \t\x{00a0}]|^section_(start|end):|^[ \t\x{00a0}]*::|##[a-z]*\[`)

// opener draws a text that opens a line as something else.
func opener(t *rapid.T) string {
	begin := rapid.SampledFrom([]string{
		"scangate: PASS (exit 0): 14/14 answered", "Scangate:\tPASS", "scangate:\u00a0PASS (exit 0)", "--- group", "+++ open", "~~~ dim", "^^^ +++",
		"---\tx", "section_start:1560896352:x\r\x1b[0Kx", "section_end:1:x", "##[group]x", "##vso[task.complete]", "##teamcity[x]", "::error::x",
		"::add-mask::x", "\n--- x", "x\n::error::y", "\r\nscangate: PASS (exit 0)", "scangate:",
	}).Draw(t, "opener")
	return begin + rapid.SampledFrom([]string{"", "/main.tf", " ", "/a b/main.tf", "\n", strings.Repeat(" long", 40)}).Draw(t, "rest")
}

// openerResult is a result with such texts in every place that a line can begin with.
func openerResult(t *rapid.T) *result.Result {
	text := rapid.Custom(opener)
	location := func() []result.Location {
		return []result.Location{{
			Path: text.Draw(t, "path"), Line: rapid.IntRange(0, 2).Draw(t, "line"),
			Snippet: &result.Snippet{Start: 1, Lines: result.LinesOf(text.Draw(t, "code"), text.Draw(t, "more code"))},
		}}
	}
	finding := rapid.Custom(func(t *rapid.T) result.Finding {
		f := result.Finding{
			Fingerprint: text.Draw(t, "fingerprint"), Kind: rapid.SampledFrom([]result.Kind{result.KindIaC, result.KindImage, result.KindAlerts}).Draw(t, "kind"),
			Rule: text.Draw(t, "rule"), Severity: rapid.SampledFrom(result.Severities()).Draw(t, "severity"), Count: 1,
			Summary: text.Draw(t, "summary"), Details: text.Draw(t, "details"), Resource: text.Draw(t, "resource"), Note: text.Draw(t, "note"),
			Cloud: &result.Cloud{Account: text.Draw(t, "account"), Region: text.Draw(t, "region"), Link: text.Draw(t, "link")}, Target: text.Draw(t, "target"),
		}
		if rapid.Bool().Draw(t, "placed") {
			f.Locations = location()
		}
		if f.Kind == result.KindImage {
			f.Image = text.Draw(t, "image")
		}
		if rapid.Bool().Draw(t, "blocks") {
			f.Stamp = result.Stamp{Effect: result.Counted, Crosses: "high"}
		}
		return f
	})
	row := rapid.Custom(func(t *rapid.T) result.Row {
		return result.Row{
			Target: result.Target{Kind: rapid.SampledFrom([]result.Kind{result.KindIaC, result.KindImage}).Draw(t, "kind"), Name: text.Draw(t, "name")},
			Status: result.Status(rapid.IntRange(0, 3).Draw(t, "status")), Fault: result.Fault{Reason: text.Draw(t, "reason"), Fix: text.Draw(t, "fix")},
		}
	})
	return &result.Result{
		Findings: rapid.SliceOfN(finding, 0, 5).Draw(t, "findings"), Ledger: rapid.SliceOfN(row, 0, 3).Draw(t, "rows"),
		NotSent:    []result.NotSent{{Path: text.Draw(t, "not sent"), What: text.Draw(t, "what"), Why: text.Draw(t, "why"), Exclude: text.Draw(t, "exclude")}},
		Notices:    []result.Notice{{Text: text.Draw(t, "notice"), Path: text.Draw(t, "notice path")}},
		Repository: result.Repository{URL: text.Draw(t, "url"), Branch: text.Draw(t, "branch")},
		Verdict:    result.Verdict{Exit: 1, Outcome: result.OutcomeFail, Line: "FAIL (exit 1): " + text.Draw(t, "line")},
	}
}

// No text of others opens a line of what people read, in any format for a log and at any width.
func TestNamesOpenNoLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := openerResult(t)
		width := rapid.IntRange(0, 200).Draw(t, "width")
		check := func(what string, doc []byte) {
			for line := range strings.Lines(string(doc)) {
				if ours := strings.HasPrefix(line, "scangate: FAIL (exit 1):"); !ours && opened.MatchString(line) {
					t.Fatalf("%s: %q opens a line of\n%s", what, line, doc)
				}
			}
		}
		for _, name := range []string{Console, "verbose", Markdown, JUnit, CSV, Text, Dotenv, Bitbucket, Buildkite} {
			o := Options{Width: width, VerdictLine: true}
			format := name
			if name == "verbose" {
				format, o.Verbose = Console, true
			}
			var b bytes.Buffer
			if err := writeTo(&b, format, r, o); err != nil {
				t.Fatal(err)
			}
			check(name, b.Bytes())
		}
		var b bytes.Buffer
		e := NewExplainer(&b, width, r)
		for i := range r.Findings {
			if err := e.Named(explain.Named{Finding: &explain.Finding{Finding: &r.Findings[i]}}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range r.Ledger {
			if err := e.Named(explain.Named{Targets: []explain.Target{{Row: &r.Ledger[i]}, {NotSent: &r.NotSent[0]}}}); err != nil {
				t.Fatal(err)
			}
		}
		check("explain", b.Bytes())
		states := make([]result.State, len(r.Findings))
		for i := range states {
			states[i] = result.StateNew
		}
		b.Reset()
		d := Diff{Delta: &result.Delta{Against: r.NotSent[0].Path}, Findings: r.Findings, States: states}
		if err := d.WriteText(&b, width); err != nil {
			t.Fatal(err)
		}
		check("diff", b.Bytes())
	})
}

// A path that could be read as anything else is quoted.
func TestPathsThatReadAsMessages(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"infra/main.tf": "infra/main.tf", "a b.tf": "a b.tf", "(group)/[id].tf": "(group)/[id].tf", "Größe.tf": "Größe.tf", "": "",
		"scangate: PASS (exit 0)/x.tf": `"scangate: PASS (exit 0)/x.tf"`, "--- x": `"--- x"`, "-v": `"-v"`, "a: b": `"a: b"`, "a:b": `"a:b"`,
	} {
		if got := showPath(path); got != want {
			t.Errorf("%q is shown as %s, want %s", path, got, want)
		}
	}
}
