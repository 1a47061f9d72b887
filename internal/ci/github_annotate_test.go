package ci

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/ci/citest"
	"github.com/scangate/scangate/internal/result"
)

// issued returns the commands in what was written, and demands that every line
// is one of an annotation.
func issued(t *testing.T, log string) []*citest.Command {
	t.Helper()
	var all []*citest.Command
	for line := range strings.Lines(log) {
		c := citest.ParseLine(strings.TrimSuffix(line, "\n"))
		if c == nil || c.Name != "error" && c.Name != "warning" && c.Name != "notice" {
			t.Fatalf("no annotation: %q", line)
		}
		all = append(all, c)
	}
	return all
}

func annotate(t *testing.T, all []Annotation) []*citest.Command {
	t.Helper()
	var b strings.Builder
	if err := onGitHub(nil).Annotate(&b, all); err != nil {
		t.Fatal(err)
	}
	return issued(t, b.String())
}

func TestAnnotate(t *testing.T) {
	t.Parallel()
	got := annotate(t, []Annotation{
		{Level: LevelNotice, File: "a.tf", Title: "t", Text: "last"},
		{Level: LevelWarning, Text: "100% of it, with: all"},
		{File: "a,b:c/d%0A.tf", Line: 3, Title: "one: two, three", Text: "text"},
		{File: "../out.tf", Line: 3, Text: "text"},
		{File: "a\r::error::b", Line: 3, Text: "text"},
	})
	want := []*citest.Command{
		{Name: "error", Properties: map[string]string{"file": "a,b:c/d%0A.tf", "line": "3", "title": "one: two, three"}, Data: "text"},
		{Name: "error", Properties: map[string]string{}, Data: "../out.tf: text"},
		{Name: "error", Properties: map[string]string{}, Data: `a\r::error::b: text`},
		{Name: "warning", Properties: map[string]string{}, Data: "100% of it, with: all"},
		{Name: "notice", Properties: map[string]string{"file": "a.tf", "title": "t"}, Data: "last"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	if err := onGitHub(nil).Annotate(broken{}, []Annotation{{Text: "x"}}); err == nil {
		t.Error("a stream that can't be written is no error")
	}
}

// hostile texts try to act on the log.
func hostile() []string {
	return []string{
		"\r::stop-commands::x\r", "##[error]x", "a ##[add-mask]b", "x%0A::set-output name=verdict::pass", "x\n::error::y", "::add-mask::a",
		"##vso[task.complete]", "\x1b[2J", "\u202e", "a,line=1,file=b", "a::b", " ::debug::x", "%", "%25", "%0D", "\xff", strings.Repeat("é", 5000),
	}
}

// checkHostile demands that an annotation made of these texts is one command,
// whose every part is harmless.
func checkHostile(t *testing.T, file, title, text string) {
	t.Helper()
	var b strings.Builder
	if err := onGitHub(nil).Annotate(&b, []Annotation{{File: file, Line: 2, Title: title, Text: text}}); err != nil {
		t.Fatal(err)
	}
	commands := issued(t, b.String())
	if len(commands) != 1 || strings.Count(b.String(), "\n") != 1 || strings.Contains(b.String(), "##[") {
		t.Fatalf("file %q, title %q, text %q: wrote %q", file, title, text, b.String())
	}
	c := commands[0]
	parts := []string{c.Data}
	for key, value := range c.Properties {
		if key != "file" && key != "line" && key != "title" {
			t.Errorf("a property of its own: %s in %q", key, b.String())
		}
		parts = append(parts, value)
	}
	for _, p := range parts {
		if strings.ContainsFunc(p, unicode.IsControl) || strings.HasPrefix(strings.TrimSpace(p), "::") {
			t.Errorf("harmful: %q", p)
		}
	}
	if name, ok := c.Properties["file"]; ok && strings.TrimPrefix(file, "./") != name && !strings.Contains(file, "/") {
		t.Errorf("file %q became %q", file, name)
	}
}

func TestHostileAnnotations(t *testing.T) {
	t.Parallel()
	for _, a := range hostile() {
		for _, b := range hostile() {
			checkHostile(t, a, b, a)
			checkHostile(t, "infra/"+a+".tf", a, b)
		}
	}
}

func FuzzAnnotations(f *testing.F) {
	for _, h := range hostile() {
		f.Add(h, h, h)
	}
	f.Fuzz(func(t *testing.T, file, title, text string) { checkHostile(t, file, title, text) })
}

func TestAtMostTen(t *testing.T) {
	t.Parallel()
	var all []Annotation
	for i := range 46 {
		all = append(all, Annotation{Level: LevelError, Text: fmt.Sprint(i), Findings: 1})
	}
	for i := range 10 {
		all = append(all, Annotation{Level: LevelWarning, Text: fmt.Sprint(i)})
	}
	all = append(all, Annotation{Level: LevelError, Text: "rows", Targets: 7})
	for range 11 {
		all = append(all, Annotation{Level: LevelNotice, Text: "n"})
	}
	count, last := map[string]int{}, map[string]string{}
	for _, c := range annotate(t, all) {
		count[c.Name]++
		last[c.Name] = c.Data
	}
	if diff := cmp.Diff(map[string]int{"error": 10, "warning": 10, "notice": 10}, count); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	want := map[string]string{
		"error": "and 7 more without an answer and 37 more findings, see the job summary", "warning": "9",
		"notice": "and 2 more, see the job summary",
	}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Errorf("the last (-want +got):\n%s", diff)
	}
}

func place(path string, line int) []result.Location {
	return []result.Location{{Path: path, Line: line}}
}

func target(kind result.Kind, name string) result.Target {
	return result.Target{Kind: kind, Name: name}
}

func TestAnnotationsOfAResult(t *testing.T) {
	t.Parallel()
	key := result.Row{Status: result.Failed, Fault: result.Fault{Cause: result.CauseNoCredentials, Reason: "there is no key", Fix: "set it"}}
	var rows []result.Row
	for _, name := range []string{"a.tf", "b.tf", "c.tf", "d.tf", "e.tf"} {
		row := key
		row.Target = target(result.KindIaC, name)
		rows = append(rows, row)
	}
	rows = append(rows,
		result.Row{Target: target(result.KindDockerfile, "Dockerfile"), Status: result.Answered},
		result.Row{Target: target(result.KindIaC, "old.tf"), Status: result.Skipped, Fault: result.Fault{Cause: result.CauseExcluded}},
		result.Row{Target: target(result.KindAlerts, "cloud-optix"), Status: result.Pending},
		result.Row{Target: target(result.KindIaC, "x.tf"), Status: result.Failed, Fault: result.Fault{Reason: "it can't be parsed"}},
	)
	r := &result.Result{Ledger: rows, Embedded: true, Change: &result.Change{}, Findings: []result.Finding{
		{Kind: result.KindIaC, Severity: result.Critical, Summary: "old", Locations: place("m.tf", 1), Outside: true, Stamp: result.Stamp{Effect: result.OutsideChange}},
		{Kind: result.KindIaC, Severity: result.Low, Summary: "Low.", Resource: "a.b", Locations: place("m.tf", 1)},
		{Kind: result.KindIaC, Severity: result.Info, Summary: "hidden", Locations: place("m.tf", 1)},
		{Kind: result.KindIaC, Severity: result.Unknown, Summary: "Odd", Locations: place("m.tf", 9), Note: "no resource fits"},
		{Kind: result.KindIaC, Severity: result.Medium, Rule: "rule", Locations: place("m.tf", 4)},
		{Kind: result.KindIaC, Severity: result.Critical, Summary: "no place"},
		{Kind: result.KindImage, Severity: result.Medium, Count: 3, Image: "nginx:1", Locations: place("Dockerfile", 2)},
		{Kind: result.KindImage, Severity: result.High, Count: 2, Image: "nginx:1", Locations: append(place("Dockerfile", 2), place("compose.yaml", 8)...)},
		{Kind: result.KindImage, Severity: result.Unknown, Summary: "not secure", Image: "nginx:1", Locations: place("Dockerfile", 2)},
	}}
	got := Annotations(r, result.Low, "sub")
	want := []Annotation{
		{Title: "scangate: no answer", Text: "a.tf, b.tf, c.tf and 2 more: there is no key; set it", Targets: 5},
		{Title: "scangate: no answer", Text: "cloud-optix: the run ended before it was asked for", Targets: 1},
		{Title: "scangate: no answer", Text: "x.tf: it can't be parsed", Targets: 1, File: "sub/x.tf"},
		{
			Title: "scangate: high", Text: "nginx:1: high 2, medium 3 vulnerabilities (sample data) (and 1 more places)", Findings: 1,
			File: "sub/Dockerfile", Line: 2,
		},
		{Title: "scangate: unknown", Text: "not secure", Findings: 1, File: "sub/Dockerfile", Line: 2},
		{Title: "scangate: unknown", Text: "Odd (no resource fits)", Findings: 1, File: "sub/m.tf", Line: 9},
		{Level: LevelWarning, Title: "scangate: medium", Text: "rule", Findings: 1, File: "sub/m.tf", Line: 4},
		{Level: LevelNotice, Title: "scangate: low", Text: "Low: a.b", Findings: 1, File: "sub/m.tf", Line: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
}

func TestAnnotationOfAnImageRow(t *testing.T) {
	t.Parallel()
	row := result.Row{Target: target(result.KindImage, "acme/x:1"), Status: result.Failed, Fault: result.Fault{Reason: "it can't be pulled"}}
	row.Target.Places = place("compose.yaml", 4)
	got := Annotations(&result.Result{Ledger: []result.Row{row}}, result.Unknown, "")
	want := []Annotation{{Title: "scangate: no answer", Text: "acme/x:1: it can't be pulled", Targets: 1, File: "compose.yaml", Line: 4}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
}
