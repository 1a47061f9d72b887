package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

// Model is a result prepared for its readers. What several formats need is computed once.
type Model struct {
	result *result.Result
	least  result.Severity
	// shown are the findings that are neither hidden, waived, known nor outside the change, in the
	// order of the result.
	shown []*result.Finding
	// known are those that the baseline covers, sorted by compareKnown.
	known []*result.Finding
	// waived are the findings that waivers cover: first those whose block changed since, then
	// the most urgent.
	waived []*result.Finding
	// waivers are those of the policy.
	waivers map[result.WaiverID]*result.Waiver
	// hidden counts findings below the smallest severity to show, and outside those outside the
	// change.
	hidden, outside counts
	// unlimited adds up the stamps of the findings that no limit counts.
	unlimited counts
	// notices are those of the run and the limits that have no effect.
	notices []result.Notice
	// unanswered are the rows without an answer, grouped.
	unanswered []unanswered
	// problems are the shown findings, grouped; entries are the lines of lists of them, in the
	// order of compareFindings.
	problems func() []*problem
	entries  func() []entry
}

// New prepares r, which must not change afterwards. Findings below least are counted but not shown,
// by all formats but json; unknown severities are always shown, because they could be as bad as
// any.
func New(r *result.Result, least result.Severity) *Model {
	m := &Model{
		result: r, least: least, unanswered: groupUnanswered(r.Ledger),
		shown: make([]*result.Finding, 0, len(r.Findings)), waivers: map[result.WaiverID]*result.Waiver{},
	}
	for i := range r.Policy.Waivers {
		w := &r.Policy.Waivers[i]
		m.waivers[w.ID()] = w
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Stamp.Effect == result.Unlimited {
			m.unlimited.add(f.Stamp.Severity, f.Stamp.Count)
		}
		switch {
		case f.Stamp.Effect == result.Waived:
			m.waived = append(m.waived, f)
		case f.Stamp.Effect == result.OutsideChange:
			m.outside.addFinding(f)
		case m.hides(f):
			m.hidden.addFinding(f)
		case f.Stamp.Effect == result.Known:
			m.known = append(m.known, f)
		default:
			m.shown = append(m.shown, f)
		}
	}
	slices.SortFunc(m.waived, func(a, b *result.Finding) int {
		return cmp.Or(compareBool(m.blockChanged(b), m.blockChanged(a)), compareFindings(a, b))
	})
	slices.SortFunc(m.known, compareKnown)
	m.notices = slices.Clone(r.Notices)
	for _, i := range r.Verdict.Ignored {
		m.notices = append(m.notices, i.Notice())
	}
	m.notices = append(m.notices, r.WaiverNotices()...)
	m.problems = sync.OnceValue(func() []*problem { return problemsOf(m.shown) })
	m.entries = sync.OnceValue(func() []entry { return entriesOf(m.problems()) })
	return m
}

// withKnown are the shown and the known findings: platforms close the alerts of findings that a
// report does not name.
func (m *Model) withKnown() []*result.Finding {
	if len(m.known) == 0 {
		return m.shown
	}
	return slices.Concat(m.shown, m.known)
}

// knownEntries are the lines of lists of the shown and the known findings.
func (m *Model) knownEntries() []entry {
	if len(m.known) == 0 {
		return m.entries()
	}
	return slices.Concat(m.entries(), entriesOf(problemsOf(m.known)))
}

// hides reports whether a finding is below the smallest severity to show.
func (m *Model) hides(f *result.Finding) bool {
	return f.Severity != result.Unknown && f.Severity < m.least
}

// Write writes the result in the named format; see [Lookup]. A format that panics is a report
// that can't be written.
func (m *Model) Write(w io.Writer, format string, o Options) error {
	f, err := Lookup(format)
	if err != nil {
		return err
	}
	if tell := o.LeftOut; tell != nil {
		o.LeftOut = func(what string) { tell(format + ": " + what) }
	}
	if err := safe.Do(func() error { return f.write(w, m, o) }); err != nil {
		return fmt.Errorf("write %s report: %w", format, err)
	}
	return nil
}

// outsideNote counts the findings outside the change, "" if there are none.
func (m *Model) outsideNote() string {
	if m.outside.empty() {
		return ""
	}
	return fmt.Sprintf("Not counted, outside the change: %s.", m.outside)
}

// hiddenNote counts the findings below the smallest severity to show.
func (m *Model) hiddenNote() string {
	if m.hidden.empty() {
		return ""
	}
	return fmt.Sprintf("Not shown, below %s: %s.", m.least, m.hidden)
}

// noFindings says what it means that there are no findings.
func (m *Model) noFindings() string {
	v, c := m.result.Verdict, m.result.Change
	switch {
	case v.Planned == 0 && c != nil && c.Existing > 0:
		return fmt.Sprintf("The change touches none of %d targets, so nothing was scanned.", c.Existing)
	case m.result.EndedEarly():
		return "No findings before the run ended early."
	case v.Planned == 0 && v.Skipped > 0:
		return "Nothing was scanned: every target was skipped."
	case v.Planned == 0:
		return "Nothing was scanned: no target was found."
	case v.Failed == 0 && len(m.known) > 0:
		return "No new findings."
	case v.Failed == 0 && len(m.waived) > 0:
		return "No findings but waived ones."
	case v.Failed == 0 && m.result.Shard != nil:
		return fmt.Sprintf("No findings in shard %s.", m.result.Shard)
	case v.Failed == 0:
		return "No findings."
	case v.Answered == 0:
		return "No findings, because no target was answered."
	}
	return "No findings in the targets that were answered."
}

// plural writes a number with its noun: "1 limit", "2 limits".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
