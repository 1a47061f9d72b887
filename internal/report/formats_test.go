package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

func TestEveryFormatHasAGolden(t *testing.T) {
	t.Parallel()
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			r := unansweredSample()
			if f.CompleteOnly {
				r = sample()
			}
			golden(t, "sample."+f.Name, write(t, f.Name, r, Options{VerdictLine: true}))
		})
	}
}

// A saved result has everything that the reports need.
func TestReportsFromASavedResultAreTheSame(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*result.Result{"sample": sample(), "unanswered": unansweredSample(), "clean": passed(), "shop": shop(), "nothing": nothing()} {
		var b bytes.Buffer
		if err := result.Encode(&b, r); err != nil {
			t.Fatal(err)
		}
		saved, err := result.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range Formats() {
			o := Options{VerdictLine: true, Category: "a/", Profile: profileGitLab}
			if diff := cmp.Diff(write(t, f.Name, r, o, result.Medium), write(t, f.Name, saved, o, result.Medium)); diff != "" {
				t.Errorf("%s of %s (-run +report):\n%s", f.Name, name, diff)
			}
		}
	}
}

// Writing a report must not change the result: the next format reads it too.
func TestReportsLeaveTheResultAlone(t *testing.T) {
	t.Parallel()
	for _, f := range Formats() {
		r := unansweredSample()
		write(t, f.Name, r, Options{})
		if diff := cmp.Diff(unansweredSample(), r); diff != "" {
			t.Errorf("%s (-before +after):\n%s", f.Name, diff)
		}
	}
}

// TestAnyTextIsWritten draws results with any text and checks each format as its readers do.
func TestAnyTextIsWritten(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "a", ".", "]]>", "</script>", "<!--", "{{.}}", "\x00", "\ufffe", "\xff", "\u202e", "|", "`", "@all", strings.Repeat("é", 8000),
		"a b#c%d", `q"'q`, "a\nb", "../x", "/etc/passwd", "c:/x",
	}))
	location := rapid.Custom(func(t *rapid.T) result.Location {
		l := result.Location{Path: text.Draw(t, "path"), Line: rapid.IntRange(-1, 3).Draw(t, "line")}
		if rapid.Bool().Draw(t, "more") {
			l.Block = &result.Range{Start: rapid.IntRange(0, 2).Draw(t, "from"), End: rapid.IntRange(0, 4).Draw(t, "to")}
			l.Snippet = &result.Snippet{Start: rapid.IntRange(0, 3).Draw(t, "start"), Lines: result.LinesOf(rapid.SliceOfN(text, 0, 3).Draw(t, "lines")...)}
		}
		return l
	})
	finding := rapid.Custom(func(t *rapid.T) result.Finding {
		return result.Finding{
			Kind:     rapid.SampledFrom([]result.Kind{result.KindImage, result.KindIaC, result.KindAlerts}).Draw(t, "kind"),
			Severity: rapid.SampledFrom(append(result.Severities(), 99)).Draw(t, "severity"), Count: rapid.IntRange(-1, 5).Draw(t, "count"),
			Rule: text.Draw(t, "rule"), Summary: text.Draw(t, "summary"), Resource: text.Draw(t, "resource"), Image: text.Draw(t, "image"),
			Fingerprint: text.Draw(t, "fingerprint"), Note: text.Draw(t, "note"), Details: text.Draw(t, "details"), Target: text.Draw(t, "target"),
			Locations: rapid.SliceOfN(location, 0, 3).Draw(t, "locations"), Candidates: rapid.SliceOfN(location, 0, 2).Draw(t, "candidates"),
		}
	})
	row := rapid.Custom(func(t *rapid.T) result.Row {
		var choice *result.Choice
		if rapid.Bool().Draw(t, "chosen") {
			choice = &result.Choice{LeftOut: []result.LeftOut{{By: text.Draw(t, "by"), Count: 1}}}
		}
		return result.Row{
			Choice: choice,
			Target: result.Target{Kind: result.Kind(text.Draw(t, "kind")), Name: text.Draw(t, "name"), Places: rapid.SliceOfN(location, 0, 1).Draw(t, "places")},
			Status: result.Status(rapid.IntRange(0, 4).Draw(t, "status")), Fault: result.Fault{Reason: text.Draw(t, "reason"), Fix: text.Draw(t, "fix")},
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		r := &result.Result{
			Findings: rapid.SliceOfN(finding, 0, 6).Draw(t, "findings"), Ledger: rapid.SliceOfN(row, 0, 4).Draw(t, "ledger"),
			Tool: result.Tool{Version: text.Draw(t, "version")}, Repository: result.Repository{URL: text.Draw(t, "url"), Branch: text.Draw(t, "branch")},
			Verdict: result.Verdict{Outcome: result.Outcome(text.Draw(t, "outcome")), Line: text.Draw(t, "line")},
		}
		waive(t, r, text.Draw(t, "place"), text.Draw(t, "why"))
		for name, check := range readers {
			var b bytes.Buffer
			if err := writeTo(&b, name, r, Options{}); err != nil {
				t.Fatal(err)
			}
			if err := check(b.Bytes(), r); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}

// waive lets a waiver cover some findings of a result.
func waive(t *rapid.T, r *result.Result, place, why string) {
	w := result.Waiver{Reason: why, Owner: why, Expires: why, Origin: result.Origin{Place: place, Path: place, Line: 3}}
	if rapid.Bool().Draw(t, "comment") {
		w.Lines = &result.Range{Start: 1, End: 2}
	}
	r.Policy.Waivers = []result.Waiver{w}
	r.Verdict.Waivers = []result.WaiverCheck{{ID: w.ID(), State: result.WaiverUsed, Waived: 1, Beyond: 1}}
	for i := range r.Findings {
		if f := &r.Findings[i]; rapid.Bool().Draw(t, "waived") {
			f.Stamp.Effect, f.Stamp.Cover().Waived = result.Waived, []result.Covered{{By: w.ID(), Count: max(1, f.Count)}}
		}
	}
}

// readers read a format as its platform does.
var readers = map[string]func(doc []byte, r *result.Result) error{
	SARIFFull: readFull, Annotations: readAnnotations, GitLabSAST: readSAST, GitLabCodeQuality: readCodeQuality, JUnit: readJUnit, Markdown: readMarkdown, HTML: readHTML,
	Dotenv: readDotenv, CSV: readCSV, Text: readText, AzureAnnotations: readAzure, TeamCity: readTeamCity, Bitbucket: readBitbucket, Buildkite: readBuildkite,
}

// Every format takes time and memory in proportion to the findings.
func BenchmarkFormats(b *testing.B) {
	sizes := []int{25_001, 1_000_000}
	if testing.Short() {
		sizes = sizes[:1]
	}
	for _, n := range sizes {
		r := many(n)
		for _, f := range Formats() {
			b.Run(fmt.Sprintf("%s/%d", f.Name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := writeTo(io.Discard, f.Name, r, Options{}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/finding")
			})
		}
	}
}
