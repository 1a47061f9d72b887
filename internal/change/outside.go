package change

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// MarkOutside sets Outside of the findings that don't count for the change that
// the plan is narrowed to. Such a finding belongs to no planned target, has
// locations, and none of these is in a touched file; for an image, in a touched file that did not
// name it before. For an alert, its raw text
// must not name a touched file either, and must leave no doubt.
func MarkOutside(findings []result.Finding, submissions []result.Submission, plan *result.Plan) {
	j := newJudge(submissions, plan)
	for i := range findings {
		f := &findings[i]
		f.Outside = !j.located(f) && (f.Kind != result.KindIaC || !j.named(f))
	}
}

// judge knows what is touched.
type judge struct {
	// targets are the IDs of the planned rows, all of which are touched.
	targets map[string]bool
	files   map[string]bool
	// before are the images that files named before the change.
	before map[namedAt]bool
	// reports holds the submissions by their ids, nil for an id that occurs twice:
	// the alert of a finding is uncertain then.
	reports map[string]*alertTexts
}

func newJudge(submissions []result.Submission, plan *result.Plan) *judge {
	j := &judge{targets: map[string]bool{}, files: map[string]bool{}, before: map[namedAt]bool{}, reports: map[string]*alertTexts{}}
	for _, row := range plan.Rows {
		j.targets[row.Target.ID()] = true
		j.files[row.Target.Name], j.files[row.Target.File()] = true, true
	}
	for _, h := range plan.Helpers {
		if !h.Untouched {
			j.files[h.Path] = true
		}
	}
	for ref, files := range plan.NamedBefore {
		for _, file := range files {
			j.before[namedAt{ref, file}] = true
		}
	}
	for i := range submissions {
		s := &submissions[i]
		if _, twice := j.reports[s.ID]; twice {
			j.reports[s.ID] = nil
			continue
		}
		j.reports[s.ID] = newAlertTexts(s, j.files)
	}
	return j
}

// located reports whether the place of a finding makes it count.
func (j *judge) located(f *result.Finding) bool {
	inTouched := func(l result.Location) bool { return j.files[l.Path] && !j.before[namedAt{f.Image, l.Path}] }
	return len(f.Locations) == 0 || j.targets[f.Target] || slices.ContainsFunc(f.Locations, inTouched)
}

// named reports whether the text of a finding's alert makes it count.
func (j *judge) named(f *result.Finding) bool {
	report := j.reports[f.Submission]
	if report == nil || f.Alert < 1 || f.Alert > len(report.alerts) {
		return true
	}
	return report.count(f.Alert - 1)
}

// alertTexts are the alerts of one submission. Their text is attacker-influenced:
// it is judged raw, before HTML is stripped and references are cut out.
type alertTexts struct {
	alerts []result.Alert
	// names are the folded base names of the touched files; unclear is set where
	// one of them can't be decoded to the end.
	names   []string
	unclear bool
	// known holds the answers of count: an alert may have thousands of findings.
	known map[int]bool
}

// tag matches what a server may take for an HTML tag and remove from a file name.
var tag = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<[^<>]*>`) })

func newAlertTexts(s *result.Submission, touched map[string]bool) *alertTexts {
	a := &alertTexts{alerts: s.Alerts, known: map[int]bool{}}
	for _, file := range s.Paths {
		if !touched[file] {
			continue
		}
		for _, form := range []string{file, tag().ReplaceAllString(file, "")} {
			name, complete := fold(form)
			a.names = append(a.names, path.Base(name))
			a.unclear = a.unclear || !complete
		}
	}
	slices.Sort(a.names)
	a.names = slices.Compact(a.names)
	return a
}

// count reports whether the findings of an alert count.
func (a *alertTexts) count(n int) bool {
	counts, known := a.known[n]
	if !known {
		alert := a.alerts[n]
		folded, complete := fold(alert.Summary + "\n" + alert.Details)
		counts = a.unclear || !complete || !onePathPerReference(folded) ||
			slices.ContainsFunc(a.names, func(name string) bool { return namesFile(folded, name) })
		a.known[n] = counts
	}
	return counts
}

// mark matches the labels of a reference: (Ref: X, File: Y).
var mark = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(ref|file)["']?\s*[:=]`) })

// onePathPerReference reports whether the labels of a text alternate: a resource
// whose name holds a label of its own adds one.
func onePathPerReference(folded string) bool {
	labels := mark().FindAllStringSubmatch(folded, -1)
	for i, label := range labels {
		if want := []string{"ref", "file"}[i%2]; label[1] != want {
			return false
		}
	}
	return len(labels) > 0 && len(labels)%2 == 0
}

// namesFile reports whether a text holds a base name, alone or at the end of a
// path. In a-main.tf and a.main.tf, main.tf is a part of another name.
func namesFile(folded, base string) bool {
	for at := 0; ; at++ {
		i := strings.Index(folded[at:], base)
		if i < 0 {
			return false
		}
		at += i
		inName := at > 0 && strings.IndexByte("-.", folded[at-1]) >= 0
		if !inName && text.IsWholeWord(folded, at, at+len(base), "") {
			return true
		}
	}
}
