package report

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs; if that is right, run go test -update (-want +got):\n%s", path, diff)
	}
}

// The names of the formats that only tests mention.
const (
	JSON              = "json"
	SARIF             = "sarif"
	SARIFFull         = "sarif-full"
	GitLabSAST        = "gitlab-sast"
	GitLabCodeQuality = "gitlab-codequality"
	JUnit             = "junit"
	HTML              = "html"
	Dotenv            = "dotenv"
	CSV               = "csv"
	Text              = "text"
	AzureAnnotations  = "azure-annotations"
	TeamCity          = "teamcity-messages"
	Bitbucket         = "bitbucket-insights"
	Buildkite         = "buildkite-annotation"
)

// writeTo writes a format of r; least, if given, is the smallest severity to show.
func writeTo(w io.Writer, format string, r *result.Result, o Options, least ...result.Severity) error {
	if format == FromTemplate && o.Template == nil {
		var err error
		if o.Template, err = ParseTemplate("sample.tmpl", sampleTemplate); err != nil {
			return err
		}
	}
	return New(r, append(least, result.Unknown)[0]).Write(w, format, o)
}

func write(t testing.TB, format string, r *result.Result, o Options, least ...result.Severity) string {
	t.Helper()
	var b bytes.Buffer
	if err := writeTo(&b, format, r, o, least...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for _, f := range Formats() {
		got, err := Lookup(f.Name)
		if err != nil || got.Name != f.Name || f.Help == "" || f.write == nil {
			t.Errorf("Lookup(%q) = %+v, %v", f.Name, got, err)
		}
	}
	err := writeTo(&bytes.Buffer{}, "pdf", &result.Result{}, Options{})
	if err == nil || !strings.HasPrefix(err.Error(), `unknown format "pdf"; fix: use console, `) {
		t.Fatalf("got %v", err)
	}
	for _, f := range Formats() {
		if !strings.Contains(err.Error(), f.Name) {
			t.Errorf("%v does not list %s", err, f.Name)
		}
	}
}

func TestLookupOfAFile(t *testing.T) {
	t.Parallel()
	for name, format := range map[string]string{
		"x.sarif": "sarif", "out/result.json": "json", "junit.XML": "junit", "index.html": "html",
		"a.md": "markdown", "a.csv": "csv", "a.txt": "text", "vars.env": "dotenv",
	} {
		want := fmt.Sprintf("unknown format %q; did you mean %q? fix: write FORMAT=PATH", name, format+"="+name)
		if _, err := Lookup(name); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if _, err := Lookup("a.pdf"); err == nil || strings.Contains(err.Error(), "did you mean") {
		t.Errorf("a.pdf: %v", err)
	}
}

func TestOnlyUploadsAreCompleteOnly(t *testing.T) {
	t.Parallel()
	for _, f := range Formats() {
		if f.CompleteOnly != (f.Name == SARIF || f.Name == GitLabSAST) {
			t.Errorf("%s: CompleteOnly %v", f.Name, f.CompleteOnly)
		}
	}
}

// full fails after some bytes, as a full disk does.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

func TestWriteErrorsAreReturned(t *testing.T) {
	t.Parallel()
	for _, f := range Formats() {
		for _, left := range []int{0, 100} {
			err := writeTo(&full{left}, f.Name, shop(), Options{})
			if err == nil || err.Error() != "write "+f.Name+" report: no space left on device" {
				t.Errorf("%s, full after %d bytes: %v", f.Name, left, err)
			}
		}
	}
}

func TestMinSeverityKeepsUnknown(t *testing.T) {
	t.Parallel()
	findings := []result.Finding{
		{Severity: result.Unknown, Count: 1}, {Severity: result.High, Count: 2}, {Severity: result.Medium, Count: 3}, {Severity: result.Low, Count: -4},
	}
	m := New(&result.Result{Findings: findings}, result.High)
	if len(m.shown) != 2 || m.hidden.String() != "medium 3 · low 1" {
		t.Errorf("%d shown, hidden %q", len(m.shown), m.hidden)
	}
}

func TestReportsDoNotDependOnOrder(t *testing.T) {
	t.Parallel()
	for _, f := range Formats() {
		format := f.Name
		if format == JSON {
			continue // it is the result as it is
		}
		want := write(t, format, shop(), Options{})
		for i := range shop().Findings {
			r := shop()
			r.Findings = append(r.Findings[i:len(r.Findings):len(r.Findings)], r.Findings[:i]...)
			if diff := cmp.Diff(want, write(t, format, r, Options{})); diff != "" {
				t.Errorf("%s, findings turned by %d (-want +got):\n%s", format, i, diff)
			}
		}
	}
}

// TestHostileTextIsHarmlessEverywhere puts commands into every text and looks for them in every
// format.
func TestHostileTextIsHarmlessEverywhere(t *testing.T) {
	t.Parallel()
	const evil = "\n::error::x ##[group] ##vso[x] \x1b[2J\r\u009b2J\u202e \xff"
	r := shop()
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Summary, f.Resource, f.Rule, f.Note, f.Details = evil, evil, evil, evil, evil
		for j := range f.Locations {
			f.Locations[j].Path = "a/" + evil
		}
	}
	r.Findings[0].Image = evil
	waiver := result.Waiver{Rule: evil, Reason: evil, Owner: evil, Expires: evil, Origin: result.Origin{Place: evil, Path: evil, Line: 1}}
	r.Policy.Waivers, r.Verdict.Waivers = []result.Waiver{waiver}, []result.WaiverCheck{{ID: waiver.ID(), State: result.WaiverExpired}}
	r.Findings[1].Stamp = result.Stamp{Effect: result.Waived, Covers: &result.Covers{Waived: []result.Covered{{By: waiver.ID(), Count: 1}}}}
	r.Notices[0].Text, r.NotSent[0].Path, r.Verdict.Line = evil, evil, evil
	r.Ledger = append(r.Ledger, result.Row{Target: result.Target{Kind: evil, Name: evil}, Status: result.Failed, Fault: result.Fault{Reason: evil, Fix: evil}, Submissions: []string{evil}})
	for _, f := range Formats() {
		out := write(t, f.Name, r, Options{Verbose: true, VerdictLine: true})
		for _, bad := range []string{"##[", "##vso[", "\n::", "\x1b", "\r", "\u009b", "\u202e", "\xff"} {
			if f.Name == Annotations && bad == "\n::" || f.Name == AzureAnnotations && bad == "##vso[" {
				continue // each line is a command: see the readers
			}
			if strings.Contains(out, bad) {
				t.Errorf("%s holds a live %q", f.Name, bad)
			}
		}
	}
}
