package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// unansweredBy groups the rows without an answer by reason, the largest group
// first.
func unansweredBy(rows []result.Row) [][]result.Row {
	type why struct {
		cause       result.Cause
		reason, fix string
	}
	groups := map[why][]result.Row{}
	for _, r := range rows {
		if r.Status != result.Answered && r.Status != result.Skipped {
			k := why{r.Cause, r.Reason, r.Fix}
			groups[k] = append(groups[k], r)
		}
	}
	all := make([][]result.Row, 0, len(groups))
	for _, g := range groups {
		slices.SortFunc(g, func(a, b result.Row) int { return cmp.Compare(a.Target.ID(), b.Target.ID()) })
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b []result.Row) int {
		return cmp.Or(
			cmp.Compare(len(b), len(a)), cmp.Compare(a[0].Target.ID(), b[0].Target.ID()), cmp.Compare(a[0].Reason, b[0].Reason),
		)
	})
	return all
}

// submissions names the work that a row waited for: after a timeout it may
// still end, and the ids are what to ask the service about.
func submissions(r result.Row) string {
	if len(r.Submissions) == 0 {
		return ""
	}
	return " (" + strings.Join(r.Submissions, ", ") + ")"
}

// skippedBy counts the skipped rows by cause: "2 excluded, 1 built-here".
func skippedBy(rows []result.Row) string {
	n := map[result.Cause]int{}
	for _, r := range rows {
		if r.Status == result.Skipped {
			n[r.Cause]++
		}
	}
	var parts []string
	for cause, count := range n {
		parts = append(parts, fmt.Sprintf("%d %s", count, cmp.Or(cause, "without a reason")))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// kindCount is a line of the summary table.
type kindCount struct {
	kind                      result.Kind
	answered, failed, skipped int
}

// ledgerByKind counts rows per kind, in the order of the kinds.
func ledgerByKind(rows []result.Row) []kindCount {
	var all []kindCount
	for _, r := range rows {
		i := slices.IndexFunc(all, func(k kindCount) bool { return k.kind == r.Target.Kind })
		if i < 0 {
			i = len(all)
			all = append(all, kindCount{kind: r.Target.Kind})
		}
		switch r.Status {
		case result.Answered:
			all[i].answered++
		case result.Skipped:
			all[i].skipped++
		default:
			all[i].failed++
		}
	}
	slices.SortFunc(all, func(a, b kindCount) int { return cmp.Compare(kindOrder(a.kind), kindOrder(b.kind)) })
	return all
}

// kindOrder puts the kinds that are known in their order before all others.
func kindOrder(k result.Kind) string {
	known := []result.Kind{result.KindDockerfile, result.KindImage, result.KindIaC, result.KindAlerts, result.KindChecks}
	if i := slices.Index(known, k); i >= 0 {
		return fmt.Sprint(i)
	}
	return "z" + string(k)
}

// listed names the first entries and counts the rest; "" without entries.
func listed(head string, entries []string, limit int) string {
	if len(entries) == 0 {
		return ""
	}
	n := min(limit, len(entries))
	s := head + strings.Join(entries[:n], ", ")
	if more := len(entries) - n; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// notSent lists the files that were not sent: a line for each reason, with at most
// limit files.
func notSent(r *result.Result, limit int) []string {
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
		lines = append(lines, listed("", files[why], limit)+": "+why)
	}
	return lines
}

func places(locations []result.Location) []string {
	var all []string
	for _, l := range locations {
		all = append(all, place(l))
	}
	return all
}

// place writes path:line, and the path alone where there is no line.
func place(l result.Location) string {
	if l.Line <= 0 {
		return l.Path
	}
	return fmt.Sprintf("%s:%d", l.Path, l.Line)
}

func joinNonEmpty(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}
