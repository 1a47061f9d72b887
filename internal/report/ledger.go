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

// choiceNotes says of each source of alerts how many were read and how many are chosen.
func choiceNotes(rows []result.Row) []string {
	var lines []string
	for i := range rows {
		if c := rows[i].Choice; c != nil {
			lines = append(lines, rows[i].Target.Name+": "+c.String())
		}
	}
	return lines
}

// skippedNotes lists the skipped rows: a line for each reason, with at most limit targets.
func skippedNotes(rows []result.Row, limit int) []string {
	var all reasons
	for i := range rows {
		if row := &rows[i]; row.Status == result.Skipped {
			all.add(reasonOf(row), fmt.Sprintf("%s %s", row.Target.Kind, showTarget(row.Target)))
		}
	}
	return all.notes(limit)
}

// notSentNotes lists the files that were not sent: a line for each reason, with at most limit
// files.
func notSentNotes(r *result.Result, limit int) []string {
	var all reasons
	for _, n := range r.NotSent {
		all.add(n.Why, fmt.Sprintf("%s (%s)", showPath(n.Path), n.What))
	}
	return all.notes(limit)
}

// reasons groups names by the reason that they share. Both keep the order in which they came.
type reasons struct {
	order []string
	names map[string][]string
}

func (r *reasons) add(why, name string) {
	if r.names == nil {
		r.names = map[string][]string{}
	}
	if r.names[why] == nil {
		r.order = append(r.order, why)
	}
	r.names[why] = append(r.names[why], name)
}

// notes are "name, name: reason", with at most limit names.
func (r *reasons) notes(limit int) []string {
	lines := make([]string, 0, len(r.order))
	for _, why := range r.order {
		lines = append(lines, enumerate("", r.names[why], limit)+": "+why)
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
