package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// skippedNote counts the skipped rows by cause: "2 excluded, 1 built-here".
func skippedNote(rows []result.Row) string {
	n := map[result.Cause]int{}
	for i := range rows {
		if rows[i].Status == result.Skipped {
			n[rows[i].Cause]++
		}
	}
	var parts []string
	for cause, count := range n {
		parts = append(parts, fmt.Sprintf("%d %s", count, cmp.Or(cause, "without a reason")))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// notSentNotes lists the files that were not sent: a line for each reason, with at most limit
// files.
func notSentNotes(r *result.Result, limit int) []string {
	var reasons []string
	files := map[string][]string{}
	for _, n := range r.NotSent {
		if files[n.Why] == nil {
			reasons = append(reasons, n.Why)
		}
		files[n.Why] = append(files[n.Why], fmt.Sprintf("%s (%s)", n.Path, n.What))
	}
	lines := make([]string, 0, len(reasons))
	for _, why := range reasons {
		lines = append(lines, enumerate("", files[why], limit)+": "+why)
	}
	return lines
}

// kindCount counts the rows of one kind.
type kindCount struct {
	kind                      result.Kind
	answered, failed, skipped int
}

func (k kindCount) planned() int { return k.answered + k.failed }

// ledgerByKind counts rows per kind, in the order of the kinds.
func ledgerByKind(rows []result.Row) []kindCount {
	var all []kindCount
	for i := range rows {
		row := &rows[i]
		at := slices.IndexFunc(all, func(k kindCount) bool { return k.kind == row.Target.Kind })
		if at < 0 {
			at = len(all)
			all = append(all, kindCount{kind: row.Target.Kind})
		}
		switch {
		case row.Unanswered():
			all[at].failed++
		case row.Status == result.Skipped:
			all[at].skipped++
		default:
			all[at].answered++
		}
	}
	slices.SortFunc(all, func(a, b kindCount) int { return compareKinds(a.kind, b.kind) })
	return all
}

// compareKinds puts known kinds in their order before all others.
func compareKinds(a, b result.Kind) int {
	return cmp.Or(cmp.Compare(kindIndex(a), kindIndex(b)), cmp.Compare(a, b))
}

func kindIndex(k result.Kind) int {
	known := []result.Kind{result.KindDockerfile, result.KindImage, result.KindIaC, result.KindAlerts, result.KindChecks}
	if i := slices.Index(known, k); i >= 0 {
		return i
	}
	return len(known)
}
