package ci

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// namedTargets is how many targets an annotation names that share a reason.
const namedTargets = 3

// Annotations are those of a result: first what has no answer, those of one
// reason together; then the findings that count and have a place, worst first,
// those of an image together. Findings below least are left out, as in all
// reports. folder is where the result's paths begin, relative to the repository.
func Annotations(r *result.Result, least result.Severity, folder string) []Annotation {
	all := slices.Concat(unanswered(r.Ledger), found(r, least))
	for i := range all {
		if all[i].File != "" {
			all[i].File = path.Join(folder, all[i].File)
		}
	}
	return all
}

// unanswered makes an annotation of each reason for which rows have no answer,
// the one with the most rows first.
func unanswered(rows []result.Row) []Annotation {
	type why struct {
		cause       result.Cause
		reason, fix string
	}
	groups := map[why][]result.Target{}
	var reasons []why
	for _, r := range rows {
		if r.Status == result.Answered || r.Status == result.Skipped {
			continue
		}
		w := why{r.Cause, r.Reason, r.Fix}
		if groups[w] == nil {
			reasons = append(reasons, w)
		}
		groups[w] = append(groups[w], r.Target)
	}
	slices.SortStableFunc(reasons, func(a, b why) int { return cmp.Compare(len(groups[b]), len(groups[a])) })
	var all []Annotation
	for _, w := range reasons {
		reason := cmp.Or(w.reason, string(w.cause), "the run ended before it was asked for")
		all = append(all, noAnswer(groups[w], reason, w.fix))
	}
	return all
}

func noAnswer(targets []result.Target, reason, fix string) Annotation {
	a := Annotation{Level: LevelError, Title: "scangate: no answer", Targets: len(targets)}
	if len(targets) == 1 {
		a.File, a.Line = whereTarget(targets[0])
	}
	var names []string
	for _, t := range targets[:min(len(targets), namedTargets)] {
		names = append(names, t.Name)
	}
	text := strings.Join(names, ", ")
	if more := len(targets) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	a.Text = text + ": " + reason
	if fix != "" {
		a.Text += "; " + fix
	}
	return a
}

// whereTarget is the file of a target, or the place that names it first.
func whereTarget(t result.Target) (file string, line int) {
	if len(t.Places) > 0 {
		return t.Places[0].Path, t.Places[0].Line
	}
	if t.Kind == result.KindDockerfile || t.Kind == result.KindIaC {
		return t.Name, 0
	}
	return "", 0
}

// marked is an annotation in the making: a finding, or all that are counted in
// one image.
type marked struct {
	finding *result.Finding // the worst
	counts  map[result.Severity]int
}

// found makes the annotations of the findings.
func found(r *result.Result, least result.Severity) []Annotation {
	images := map[string]*marked{}
	var all []*marked
	for i := range r.Findings {
		f := &r.Findings[i]
		if !annotated(f, least) {
			continue
		}
		m := images[f.Image]
		if m == nil || !counted(f) || !counted(m.finding) {
			m = &marked{finding: f, counts: map[result.Severity]int{}}
			all = append(all, m)
			if counted(f) {
				images[f.Image] = m
			}
		}
		m.counts[f.Severity] += max(1, f.Count)
		if rank(f.Severity) < rank(m.finding.Severity) {
			m.finding = f
		}
	}
	slices.SortStableFunc(all, compareMarked)
	out := make([]Annotation, 0, len(all))
	for _, m := range all {
		out = append(out, m.annotation(r.Embedded))
	}
	return out
}

// annotated reports whether a finding counts and is shown at its line.
func annotated(f *result.Finding, least result.Severity) bool {
	return f.Placed() && f.Stamp.Effect != result.OutsideChange && (f.Severity == result.Unknown || f.Severity >= least)
}

// counted reports whether a finding is a number of vulnerabilities in an image.
func counted(f *result.Finding) bool {
	return f.Kind == result.KindImage && f.Image != "" && f.Severity != result.Unknown
}

func compareMarked(a, b *marked) int {
	x, y := a.finding, b.finding
	return cmp.Or(
		cmp.Compare(rank(x.Severity), rank(y.Severity)),
		cmp.Compare(x.Locations[0].Path, y.Locations[0].Path), cmp.Compare(x.Locations[0].Line, y.Locations[0].Line),
		cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Fingerprint, y.Fingerprint),
	)
}

// rank is a severity's place among those that are shown: unknown comes after
// high, because nobody can say that it is less.
func rank(s result.Severity) int {
	order := [...]result.Severity{result.Critical, result.High, result.Unknown, result.Medium, result.Low, result.Info}
	if i := slices.Index(order[:], s); i >= 0 {
		return i
	}
	return rank(result.Unknown)
}

func (m *marked) annotation(sample bool) Annotation {
	f := m.finding
	a := Annotation{
		Level: levelOf(f.Severity), File: f.Locations[0].Path, Line: f.Locations[0].Line,
		Title: "scangate: " + f.Severity.String(), Text: cmp.Or(f.Summary, f.Rule, "a finding without a text"), Findings: 1,
	}
	switch {
	case counted(f):
		a.Text = f.Image + ": " + vulnerabilities(m.counts)
		if sample {
			a.Text += " (sample data)"
		}
	case f.Resource != "":
		a.Text = strings.TrimRight(a.Text, ".") + ": " + f.Resource
	}
	if f.Note != "" {
		a.Text += " (" + f.Note + ")"
	}
	if more := len(f.Locations) - 1; more > 0 {
		a.Text += fmt.Sprintf(" (and %d more places)", more)
	}
	return a
}

// vulnerabilities writes "critical 2, high 7 vulnerabilities".
func vulnerabilities(counts map[result.Severity]int) string {
	var parts []string
	for _, s := range result.Severities() {
		if counts[s] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s, counts[s]))
		}
	}
	return strings.Join(parts, ", ") + " vulnerabilities"
}

func levelOf(s result.Severity) Level {
	switch s {
	case result.Low, result.Info:
		return LevelNotice
	case result.Medium:
		return LevelWarning
	default:
		return LevelError
	}
}
