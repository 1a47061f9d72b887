package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// Finding explains what a verdict made of one finding.
type Finding struct {
	*result.Finding
	// CountedBy are the limits that count it.
	CountedBy []result.LimitCheck `json:"countedBy"`
	// WaivedBy are the waivers that cover it, wholly or in part.
	WaivedBy []result.Waiver `json:"waivedBy,omitempty"`
	// Baseline are the entries of the baseline that have it, whether or not they cover it.
	Baseline []result.BaselineEntry `json:"baseline,omitempty"`
	// LoosenedBy is what the change loosens in the policy, of that which alone covers the finding.
	LoosenedBy []result.PolicyDifference `json:"loosenedBy,omitempty"`
	// Alone says that no limit would be crossed if only this finding were fixed.
	Alone bool `json:"alone"`
}

// Target explains why a target is planned, skipped or not sent.
type Target struct {
	// Row is nil for what is not sent.
	Row     *result.Row     `json:"row,omitempty"`
	NotSent *result.NotSent `json:"notSent,omitempty"`
	// Why says what makes it a target.
	Why []string `json:"why"`
	// Findings are the fingerprints of its findings, and Blocking is how many of them cross a
	// limit.
	Findings []string `json:"findings"`
	Blocking int      `json:"blocking"`
}

// Named is what one name means in a result: a finding, or targets.
type Named struct {
	Finding *Finding `json:"finding,omitempty"`
	Targets []Target `json:"targets,omitempty"`
}

// minPrefix is the shortest beginning of a fingerprint that is looked for.
const minPrefix = 6

// Find returns what a name means: a fingerprint or the only one that begins so, the ID or the name
// of a target, or the path of what is not sent. The error says what could be named.
func Find(r *result.Result, name string) (Named, error) {
	targets := targetsCalled(r, name)
	if len(targets) > 0 {
		return Named{Targets: targets}, nil
	}
	var found []*result.Finding
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Fingerprint == name || len(name) >= minPrefix && strings.HasPrefix(f.Fingerprint, strings.ToLower(name)) {
			found = append(found, f)
		}
	}
	switch len(found) {
	case 0:
		return Named{}, fmt.Errorf("no finding or target %q in the result; fix: name a fingerprint (its first %d digits or more), a target as in %s, or a path", name, minPrefix, example(r))
	case 1:
		return Named{Finding: findingOf(r, found[0])}, nil
	}
	return Named{}, fmt.Errorf("%d findings have a fingerprint that begins with %q; fix: give more digits, as in %s", len(found), name, found[0].Fingerprint)
}

// example is the ID of a target.
func example(r *result.Result) string {
	if len(r.Ledger) > 0 {
		return r.Ledger[0].Target.ID()
	}
	return "iac:infra/main.tf"
}

func findingOf(r *result.Result, f *result.Finding) *Finding {
	all := &Finding{Finding: f, CountedBy: []result.LimitCheck{}, WaivedBy: waivedBy(r, f), Baseline: baselineOf(r, f), LoosenedBy: loosenedBy(r, f)}
	for _, l := range r.Verdict.Limits {
		if slices.Contains(f.Stamp.Limits, l.ID) {
			all.CountedBy = append(all.CountedBy, l)
		}
	}
	all.Alone = f.Stamp.Blocks() && suffices(r, f)
	return all
}

// suffices reports whether no limit is crossed without a finding.
func suffices(r *result.Result, f *result.Finding) bool {
	crossed := func(n result.NumberCheck) bool { return n.Crossed || n.Unknown != "" }
	return !slices.ContainsFunc(r.Verdict.Numbers, crossed) && !slices.ContainsFunc(r.Verdict.Limits, func(l result.LimitCheck) bool {
		count := l.Count
		if slices.Contains(f.Stamp.Limits, l.ID) {
			count -= f.Stamp.Count
		}
		return count > l.Max
	})
}

func targetsCalled(r *result.Result, name string) []Target {
	var all []Target
	for i := range r.Ledger {
		if row := &r.Ledger[i]; row.Target.ID() == name || row.Target.Name == name || row.Target.File() == name {
			t := Target{Row: row, Why: why(row), Findings: []string{}}
			t.addFindings(r.Findings)
			all = append(all, t)
		}
	}
	for i := range r.NotSent {
		if n := &r.NotSent[i]; n.Path == name {
			all = append(all, Target{NotSent: n, Why: []string{n.What + ": " + n.Why}, Findings: []string{}})
		}
	}
	return all
}

func (t *Target) addFindings(findings []result.Finding) {
	for i := range findings {
		f := &findings[i]
		if f.Target != t.Row.Target.ID() {
			continue
		}
		t.Findings = append(t.Findings, f.Fingerprint)
		if f.Stamp.Blocks() {
			t.Blocking++
		}
	}
}

// why says what makes a row's target one, and what becomes of it.
func why(row *result.Row) []string {
	t := &row.Target
	var all []string
	for _, at := range t.Places {
		all = append(all, fmt.Sprintf("%s:%d %s", at.Path, at.Line, placeVerb(t)))
	}
	switch {
	case t.RenderedFrom != "":
		all = append(all, t.RenderedFrom+" renders it")
	case t.Kind == result.KindIaC && t.Framework != "":
		all = append(all, fmt.Sprintf("its content is a template of %s", t.Framework))
	case t.Kind == result.KindDockerfile:
		all = append(all, "it is a Dockerfile by its name or its content")
	case len(t.Places) == 0:
		all = append(all, "a flag or a variable asks for it")
	}
	if t.FromDockerfile {
		all = append(all, "the service reads it out of the Dockerfile")
	}
	if t.BuiltFrom != "" {
		all = append(all, "an image of this name is built from "+t.BuiltFrom)
	}
	if row.Exclusion != nil {
		all = append(all, "it is left out by "+row.Exclusion.String())
	}
	return all
}

func placeVerb(t *result.Target) string {
	if t.Kind == result.KindImage {
		return "names it"
	}
	return "asks for it"
}
