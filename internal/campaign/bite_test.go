package campaign

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// verdictOf is what must not differ between two runs of one schedule: jitter
// moves the times, and nothing else.
func verdictOf(r *run) string {
	if r.doc == nil {
		return fmt.Sprint("exit ", r.code)
	}
	var lines []string
	for _, row := range r.doc.Ledger {
		lines = append(lines, fmt.Sprintf("row %s:%s %s %s %s", row.Target.Kind, row.Target.Name, row.Status, row.Evidence, row.Cause))
	}
	for _, f := range r.doc.Findings {
		lines = append(lines, fmt.Sprintf("finding %s %s %s x%d %s", f.Fingerprint, f.Kind, f.Severity, f.Count, f.Summary))
	}
	return fmt.Sprintf("exit %d %+v\n%s", r.code, r.doc.Verdict.Counts, strings.Join(lines, "\n"))
}

// timeless reports whether a schedule's outcome hangs on no moment in time.
func (r *run) timeless() bool {
	o := &oracle{r: r}
	hurried := slices.ContainsFunc(r.v.events, func(e event) bool { return e.temper == fatal })
	return !o.late() && !r.signed && !hurried && len(r.n.lost) == 0
}

// said is what the service said that decides anything. Jitter in the pauses
// decides how often it is asked, and so which of its attempts a fault meets.
func said(r *run) string {
	var lines []string
	for _, e := range r.v.events {
		if e.temper == final || e.temper == passing || e.answer != nil {
			lines = append(lines, fmt.Sprint(e.call, e.subject, e.what, e.blames))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestSameSeedSameResult(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("300 runs")
	}
	disk, compared := ramDisk(t), 0
	for seed := range uint64(150) {
		dir := filepath.Join(disk, fmt.Sprint(seed))
		one := perform(t, newSchedule(seed), dir+"a")
		two := perform(t, newSchedule(seed), dir+"b")
		if !one.timeless() || !two.timeless() || said(one) != said(two) {
			continue
		}
		compared++
		if a, b := verdictOf(one), verdictOf(two); a != b {
			t.Errorf("seed %d: two runs differ:\n%s\n--- and\n%s\n%s", seed, a, b, one.Trace())
		}
	}
	if compared < 50 {
		t.Errorf("only %d schedules could be compared", compared)
	}
}

// tampering is a lie that a broken gate would tell.
type tampering struct {
	name string
	fits func(*run) bool
	lie  func(*run)
}

func lastLine(r *run, word string, code int) {
	r.code = code
	r.stderr += fmt.Sprintf("scangate: %s (exit %d): a lie\n", word, code)
	r.doc.Verdict.Exit, r.doc.Verdict.Line = code, strings.TrimPrefix(r.lines()[len(r.lines())-1], "scangate: ")
}

func tamperings() []tampering {
	with := func(status string) func(*run) bool { return func(r *run) bool { return r.rowThatIs(status) >= 0 } }
	found := func(r *run) bool { return len(r.doc.Findings) > 0 }
	exits := func(code int) func(*run) bool { return func(r *run) bool { return r.code == code } }
	return []tampering{
		{"incomplete is a pass", exits(3), func(r *run) { lastLine(r, "PASS", 0) }},
		{"a crossed limit is a pass", exits(1), func(r *run) { lastLine(r, "PASS", 0) }},
		{"a timeout is a pass", exits(5), func(r *run) { lastLine(r, "PASS", 0) }},
		{"nothing is a pass", exits(4), func(r *run) { lastLine(r, "PASS", 0) }},
		{"a pass is a failure", exits(0), func(r *run) { lastLine(r, "FAIL", 1) }},
		{"a failed row is answered", with(failed), func(r *run) { r.setStatus(failed, answered) }},
		{"an answered row is failed", with(answered), func(r *run) { r.setStatus(answered, failed) }},
		{"a row is lost", with(answered), func(r *run) { r.doc.Ledger = r.doc.Ledger[1:] }},
		{"a finding is lost", found, func(r *run) { r.doc.Findings = r.doc.Findings[1:] }},
		{"a finding is invented", found, func(r *run) { r.doc.Findings = append(r.doc.Findings, r.doc.Findings[0]) }},
		{"a count is wrong", found, func(r *run) { r.doc.Findings[0].Count++ }},
		{"a severity is wrong", found, func(r *run) { r.doc.Findings[0].Severity = "info"; r.doc.Findings[0].RawSeverity = "x" }},
		{"the key is shown", found, func(r *run) { r.stdout += r.s.key }},
		{"the key is in a report", found, func(r *run) { r.reports["result.json"] = []byte(r.s.key) }},
		{"another host was asked", found, func(r *run) { r.n.dials = []string{elsewhere} }},
		{"it took too long", found, func(r *run) { r.took += r.s.policy.deadline() + time.Minute }},
		{"it asked too often", found, func(r *run) { r.v.requests += mostRequests(r.s) }},
		{"no verdict at the end", found, func(r *run) { r.stderr += "and more\n" }},
		{"sarif although a row failed", with(failed), func(r *run) { r.reports["scangate.sarif"] = []byte("{}") }},
		{"sarif is cut", with(answered), func(r *run) { r.reports["scangate.sarif"] = []byte(`{"version":"2.1.0","ru`) }},
		{"a temporary file is left", found, func(r *run) { r.reports[".result.json.1.tmp"] = nil }},
	}
}

// quieter are lies that make a run look better than it was.
func quieter() []tampering {
	of := func(kind string) func(*run) bool { return func(r *run) bool { return r.findingOf(kind) >= 0 } }
	drop := func(kind string) func(*run) {
		return func(r *run) { i := r.findingOf(kind); r.doc.Findings = slices.Delete(r.doc.Findings, i, i+1) }
	}
	failedRow := func(r *run) bool { return r.rowThatIs(failed) >= 0 }
	return []tampering{
		{"an image's count is lower", func(r *run) bool { i := r.findingOf(kindImage); return i >= 0 && r.doc.Findings[i].Count > 1 },
			func(r *run) { r.doc.Findings[r.findingOf(kindImage)].Count-- }},
		{"an image's finding is lost", of(kindImage), drop(kindImage)},
		{"a template's finding is lost", of(kindIaC), drop(kindIaC)},
		{"an alert is lost", of(kindAlerts), drop(kindAlerts)},
		{"a hit is lost", of(kindChecks), drop(kindChecks)},
		{"a severity is lower", func(r *run) bool { i := r.findingOf(kindIaC); return i >= 0 && r.doc.Findings[i].Severity != "low" },
			func(r *run) { r.doc.Findings[r.findingOf(kindIaC)].Severity = "low" }},
		{"an alert's severity is lower", func(r *run) bool { i := r.findingOf(kindAlerts); return i >= 0 && r.doc.Findings[i].Severity != "info" },
			func(r *run) { r.doc.Findings[r.findingOf(kindAlerts)].Severity = "info" }},
		{"a failed row is skipped", failedRow, func(r *run) { r.setStatus(failed, skipped) }},
		{"a failed row is gone", failedRow, func(r *run) { i := r.rowThatIs(failed); r.doc.Ledger = slices.Delete(r.doc.Ledger, i, i+1) }},
		{"a row stands there twice", failedRow, func(r *run) { r.doc.Ledger = append(r.doc.Ledger, r.doc.Ledger[0]) }},
		{"a failed row says no fix", failedRow, func(r *run) { r.doc.Ledger[r.rowThatIs(failed)].Fix = "" }},
		{"incomplete is a warning", func(r *run) bool { return r.code == 3 }, func(r *run) { lastLine(r, "UNVERIFIED", 0) }},
		{"incomplete is a timeout", func(r *run) bool { return r.code == 3 && r.took < time.Second }, func(r *run) { lastLine(r, "TIMEOUT", 5) }},
		{"a signal is a pass", func(r *run) bool { return r.signed }, func(r *run) { lastLine(r, "PASS", 0) }},
		{"the verdict counts less", func(r *run) bool { return len(r.doc.Verdict.Counts) > 0 }, func(r *run) { clear(r.doc.Verdict.Counts) }},
		{"the verdict's record is another", func(r *run) bool { return r.doc.Verdict.Failed > 0 }, func(r *run) { r.doc.Verdict.Failed-- }},
		{"what was tolerated is not named", func(r *run) bool { return strings.Contains(r.doc.Verdict.Line, "tolerated: ") && r.tolerated() },
			func(r *run) { lastLine(r, r.word(), r.code) }},
		{"an old report is left", func(r *run) bool { return r.rowThatIs(failed) >= 0 && r.s.stale },
			func(r *run) { r.reports["scangate.sarif"] = []byte(stale) }},
	}
}

// findingOf finds a finding of a kind; -1 if there is none.
func (r *run) findingOf(kind string) int {
	return slices.IndexFunc(r.doc.Findings, func(f findingRecord) bool { return f.Kind == kind })
}

// tolerated reports whether a contradiction arrived that --tolerate accepts.
func (r *run) tolerated() bool {
	return slices.ContainsFunc(r.v.events, func(e event) bool { return e.tolerated != "" })
}

// word is the headword of the verdict.
func (r *run) word() string {
	word, _, _ := strings.Cut(r.doc.Verdict.Line, " (")
	return word
}

// rowThatIs finds a row of a status that the scan decided; -1 if there is none.
func (r *run) rowThatIs(status string) int {
	return slices.IndexFunc(r.doc.Ledger, func(row ledgerRow) bool {
		return row.Status == status && r.s.plan.rows[row.Target.Kind+":"+row.Target.Name].state == pending
	})
}

func (r *run) setStatus(from, to string) { r.doc.Ledger[r.rowThatIs(from)].Status = to }

// TestOracleBites tells each lie of the list to the oracle.
func TestOracleBites(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("some hundred runs")
	}
	disk, open := ramDisk(t), map[string]tampering{}
	for _, l := range append(tamperings(), quieter()...) {
		open[l.name] = l
	}
	for seed := uint64(1); seed < 1500 && len(open) > 0; seed++ {
		r := perform(t, newSchedule(seed), filepath.Join(disk, fmt.Sprint(seed)))
		if r.doc == nil || len(judge(r)) > 0 {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(open)) {
			if !open[name].fits(r) {
				continue
			}
			r := perform(t, newSchedule(seed), filepath.Join(disk, fmt.Sprint(seed), strings.ReplaceAll(name, " ", "-")))
			if r.doc == nil || !open[name].fits(r) || len(judge(r)) > 0 {
				continue
			}
			open[name].lie(r)
			if len(judge(r)) == 0 {
				t.Errorf("seed %d: the oracle does not see that %s", seed, name)
			}
			delete(open, name)
		}
	}
	for name := range open {
		t.Errorf("no schedule to tell the lie on: %s", name)
	}
}
