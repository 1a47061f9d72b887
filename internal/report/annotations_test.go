package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/ci/citest"
	"github.com/scangate/scangate/internal/result"
)

// commandsIn reads a log as GitHub's runner does. Every line must be an annotation.
func commandsIn(log string) ([]*citest.Command, error) {
	var all []*citest.Command
	for line := range strings.Lines(log) {
		c := citest.ParseLine(strings.TrimSuffix(line, "\n"))
		if c == nil || c.Name != "error" && c.Name != "warning" && c.Name != "notice" || strings.Contains(line, "##[") {
			return nil, fmt.Errorf("not an annotation: %q", line)
		}
		all = append(all, c)
	}
	return all, nil
}

// readAnnotations demands that no text of others becomes a command or a property.
func readAnnotations(doc []byte, _ *result.Result) error {
	all, err := commandsIn(string(doc))
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, c := range all {
		if err := checkCommand(c); err != nil {
			return err
		}
		if count[c.Name]++; count[c.Name] > maxAnnotations {
			return errors.New("more than GitHub takes")
		}
	}
	return nil
}

func checkCommand(c *citest.Command) error {
	parts := []string{c.Data}
	for key, value := range c.Properties {
		if key != "file" && key != "line" && key != "title" {
			return fmt.Errorf("unknown property %q", key)
		}
		if key == "file" {
			value = strings.ReplaceAll(value, "\t", "") // part of the name, and no command
		}
		parts = append(parts, value)
	}
	for _, p := range parts {
		if strings.ContainsFunc(p, unicode.IsControl) || strings.HasPrefix(strings.TrimSpace(p), "::") {
			return fmt.Errorf("harmful: %q", p)
		}
	}
	if name := c.Properties["file"]; strings.HasPrefix(name, "/") || strings.HasPrefix(name, "../") {
		return fmt.Errorf("file %q", name)
	}
	return nil
}

func TestAnnotationCommands(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a    annotation
		want citest.Command
	}{
		{
			annotation{level: levelError, file: "a,b:c/d%0A.tf", line: 3, title: "one: two, three", message: "text"},
			citest.Command{Name: "error", Properties: map[string]string{"file": "a,b:c/d%0A.tf", "line": "3", "title": "one: two, three"}, Data: "text"},
		},
		{annotation{level: levelError, file: "../out.tf", line: 3, message: "text"}, citest.Command{Name: "error", Properties: map[string]string{}, Data: "../out.tf: text"}},
		{
			annotation{level: levelError, file: "a\r::error::b", line: 3, message: "text"},
			citest.Command{Name: "error", Properties: map[string]string{}, Data: `a\r::error::b: text`},
		},
		{annotation{level: levelWarning, message: "100% of it, with: all"}, citest.Command{Name: "warning", Properties: map[string]string{}, Data: "100% of it, with: all"}},
		{
			annotation{level: levelNotice, file: "a.tf", title: "t", message: "last"},
			citest.Command{Name: "notice", Properties: map[string]string{"file": "a.tf", "title": "t"}, Data: "last"},
		},
	} {
		got, err := commandsIn(tt.a.command())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]*citest.Command{&tt.want}, got); diff != "" {
			t.Errorf("commands (-want +got):\n%s", diff)
		}
	}
}

func TestWriteErrorAnnotation(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := WriteErrorAnnotation(&b, "scangate: usage", "no such\nfile"); err != nil || b.String() != "::error title=scangate%3A usage::no such file\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
	if err := WriteErrorAnnotation(&full{0}, "t", "x"); err == nil {
		t.Error("no error from a stream that can't be written")
	}
}

// hostile texts try to act on the log.
func hostile() []string {
	return []string{
		"\r::stop-commands::x\r", "##[error]x", "a ##[add-mask]b", "x%0A::set-output name=verdict::pass", "x\n::error::y", "::add-mask::a",
		"##vso[task.complete]", "\x1b[2J", "\u202e", "a,line=1,file=b", "a::b", " ::debug::x", "%", "%25", "%0D", "\xff", strings.Repeat("é", 5000),
	}
}

// checkHostile demands that an annotation made of these texts is one harmless command.
func checkHostile(t *testing.T, file, title, message string) {
	t.Helper()
	log := annotation{level: levelError, file: file, line: 2, title: title, message: message}.command()
	commands, err := commandsIn(log)
	if err != nil || len(commands) != 1 || strings.Count(log, "\n") != 1 {
		t.Fatalf("file %q, title %q, message %q: wrote %q: %v", file, title, message, log, err)
	}
	if err := checkCommand(commands[0]); err != nil {
		t.Errorf("%v in %q", err, log)
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
	f.Fuzz(func(t *testing.T, file, title, message string) { checkHostile(t, file, title, message) })
}

func TestTenAnnotationsOfALevel(t *testing.T) {
	t.Parallel()
	lists := map[level]*annotationList{levelError: {}, levelWarning: {}, levelNotice: {}}
	for i := range 46 {
		lists[levelError].add(annotation{level: levelError, message: fmt.Sprint(i), findings: 1})
	}
	for i := range 10 {
		lists[levelWarning].add(annotation{level: levelWarning, message: fmt.Sprint(i)})
	}
	lists[levelError].add(annotation{level: levelError, message: "rows", targets: 7})
	for range 11 {
		lists[levelNotice].add(annotation{level: levelNotice, message: "n"})
	}
	want := map[level]string{
		levelError: "and 7 more without an answer and 37 more findings, see the summary", levelWarning: "9",
		levelNotice: "and 2 more, see the summary",
	}
	for l, list := range lists {
		got := list.limited(l)
		if len(got) != 10 || got[9].message != want[l] || got[9].level != l {
			t.Errorf("%s: %d annotations, the last is %+v, want %q", l, len(got), got[len(got)-1], want[l])
		}
	}
}

// at is a location of a finding or target.
func at(path string, line int) []result.Location {
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
		result.Row{Target: target(result.KindIaC, "x.tf"), Status: result.Failed, Fault: result.Fault{Cause: result.CauseUnparsable, Reason: "it can't be parsed"}},
	)
	crosses := result.Stamp{Effect: result.Counted, Crosses: "high"}
	r := &result.Result{Ledger: rows, Embedded: true, Change: &result.Change{}, Verdict: result.Verdict{Exit: 1}, Findings: []result.Finding{
		{Kind: result.KindIaC, Severity: result.Critical, Summary: "old", Locations: at("m.tf", 1), Outside: true, Stamp: result.Stamp{Effect: result.OutsideChange}},
		{Kind: result.KindIaC, Severity: result.Low, Summary: "Low.", Resource: "a.b", Locations: at("m.tf", 1)},
		{Kind: result.KindIaC, Severity: result.Info, Summary: "hidden", Locations: at("m.tf", 1)},
		{Kind: result.KindIaC, Severity: result.Unknown, Summary: "Odd", Locations: at("m.tf", 9), Note: "no resource fits"},
		{Kind: result.KindIaC, Severity: result.Medium, Rule: "rule", Locations: at("m.tf", 4)},
		{Kind: result.KindIaC, Severity: result.Critical, Summary: "no place", Stamp: crosses},
		{Kind: result.KindImage, Severity: result.Medium, Count: 3, Image: "nginx:1", Locations: append(at("Dockerfile", 2), at("compose.yaml", 8)...)},
		{Kind: result.KindImage, Severity: result.High, Count: 2, Image: "nginx:1", Locations: append(at("Dockerfile", 2), at("compose.yaml", 8)...), Stamp: crosses},
		{Kind: result.KindImage, Severity: result.Unknown, Summary: "weird vulnerabilities", Image: "redis:7", Locations: at("Dockerfile", 2)},
		{Kind: result.KindImage, Severity: result.High, Rule: result.RuleImageNotSecure, Summary: "busybox is not secure", Image: "busybox", Locations: at("Dockerfile", 3)},
	}}
	got, err := commandsIn(write(t, Annotations, r, Options{Folder: "sub", Warnings: []string{"no comment"}}, result.Low))
	if err != nil {
		t.Fatal(err)
	}
	command := func(name, data string, properties ...string) *citest.Command {
		c := &citest.Command{Name: name, Data: data, Properties: map[string]string{}}
		for i := 0; i < len(properties); i += 2 {
			c.Properties[properties[i]] = properties[i+1]
		}
		return c
	}
	want := []*citest.Command{
		command("error", "a.tf, b.tf, c.tf and 2 more: there is no key; fix: set it", "title", "scangate: no answer"),
		command("error", "cloud-optix: the run ended before the target was scanned", "title", "scangate: no answer"),
		command("error", "x.tf: it can't be parsed", "title", "scangate: no answer", "file", "sub/x.tf"),
		command("error", "nginx:1: high 2 · medium 3 vulnerabilities (sample data) (and 1 more place)", "title", "scangate: high", "file", "sub/Dockerfile", "line", "2"),
		command("error", "Findings without a place in a file of this repository, not in this report: 1.", "title", "scangate: more"),
		command("warning", "no comment", "title", "scangate: warning"),
		command("warning", "busybox is not secure", "title", "scangate: high", "file", "sub/Dockerfile", "line", "3"),
		command("warning", "weird vulnerabilities", "title", "scangate: unknown", "file", "sub/Dockerfile", "line", "2"),
		command("warning", "Odd (no resource fits)", "title", "scangate: unknown", "file", "sub/m.tf", "line", "9"),
		command("warning", "rule", "title", "scangate: medium", "file", "sub/m.tf", "line", "4"),
		command("notice", "Low: a.b", "title", "scangate: low", "file", "sub/m.tf", "line", "1"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
}

func TestAnnotationOfAnImageRow(t *testing.T) {
	t.Parallel()
	row := result.Row{Target: target(result.KindImage, "acme/x:1"), Status: result.Failed, Fault: result.Fault{Reason: "it can't be pulled"}}
	row.Target.Places = at("compose.yaml", 4)
	got := write(t, Annotations, &result.Result{Ledger: []result.Row{row}, Verdict: result.Verdict{Exit: 3}}, Options{})
	if want := "::error file=compose.yaml,line=4,title=scangate%3A no answer::acme/x:1: it can't be pulled\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What crosses a limit is annotated before what does not, of every level.
func TestAnnotationsStartWithWhatBlocks(t *testing.T) {
	t.Parallel()
	r := &result.Result{}
	for i := range 20 {
		f := result.Finding{Kind: result.KindIaC, Severity: result.High, Summary: fmt.Sprintf("s%02d", i), Locations: at("m.tf", i+1)}
		if i >= 18 {
			f.Stamp.Crosses = "high"
		}
		r.Findings = append(r.Findings, f)
	}
	all, err := commandsIn(write(t, Annotations, r, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, c := range all {
		texts = append(texts, c.Data)
	}
	if len(texts) != 10 || !slices.Equal(texts[:3], []string{"s18", "s19", "s00"}) {
		t.Errorf("got %q", texts)
	}
}

// An annotation is an error only if it blocks.
func TestLevelOfAnAnnotation(t *testing.T) {
	t.Parallel()
	crosses := result.Stamp{Effect: result.Counted, Crosses: "low"}
	for _, tt := range []struct {
		name          string
		exit          int
		severity      result.Severity
		stamp         result.Stamp
		want, missing level
	}{
		{"low that crosses", 1, result.Low, crosses, levelError, levelError},
		{"critical that is allowed", 1, result.Critical, result.Stamp{Effect: result.Counted}, levelWarning, levelError},
		{"unknown without a limit", 1, result.Unknown, result.Stamp{Effect: result.Unlimited}, levelWarning, levelError},
		{"medium", 1, result.Medium, result.Stamp{Effect: result.Unlimited}, levelWarning, levelError},
		{"low", 1, result.Low, result.Stamp{Effect: result.Unlimited}, levelNotice, levelError},
		{"info in an incomplete run", 3, result.Info, result.Stamp{Effect: result.Unlimited}, levelNotice, levelError},
		{"crossed, softly", 0, result.High, crosses, levelWarning, levelWarning},
	} {
		m := New(&result.Result{Verdict: result.Verdict{Exit: tt.exit}}, result.Info)
		f := &result.Finding{Severity: tt.severity, Stamp: tt.stamp}
		if got := m.levelOf(entry{[]*result.Finding{f}}); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if got := m.unansweredAnnotation(unanswered{}).level; got != tt.missing {
			t.Errorf("%s: a missing answer is an %s, want %s", tt.name, got, tt.missing)
		}
	}
}
