package report

import (
	"fmt"

	"github.com/scangate/scangate/internal/result"
)

// limitRow is a line of the table of limits: a limit, or a severity that none counts.
type limitRow struct {
	name     string // "high", "high in image"
	severity result.Severity
	count    int
	max      string // a number, or "any"
	// over is by how many findings a limit is crossed, 0 if it is not.
	over int
}

// limitRows lists the limits in the order of the verdict, and then what no limit counts.
func (m *Model) limitRows() []limitRow {
	var rows []limitRow
	for _, l := range m.result.Verdict.Limits {
		if l.Origin == result.LimitUnknown && l.Count == 0 {
			continue // set by default, and nothing to say
		}
		row := limitRow{name: limitName(l), severity: l.Severity, count: l.Count, max: fmt.Sprint(l.Max)}
		if l.Crossed {
			row.over = l.Count - l.Max
		}
		rows = append(rows, row)
	}
	if row, ok := m.notSentLimit(); ok {
		rows = append(rows, row)
	}
	for _, s := range severities() {
		if n := m.unlimited[s]; n > 0 {
			rows = append(rows, limitRow{name: s.String(), severity: s, count: n, max: noMax})
		}
	}
	return rows
}

// notSentLimit is the line of the limit on what is not sent, if there is one.
func (m *Model) notSentLimit() (limitRow, bool) {
	limit := m.result.Policy.MaxNotSent
	if limit == nil {
		return limitRow{}, false
	}
	n := m.result.Verdict.NotSent
	return limitRow{name: "not sent", severity: result.Unknown, count: n, max: fmt.Sprint(*limit), over: max(0, n-*limit)}, true
}

// noMax is the maximum of a severity without a limit.
const noMax = "any"

// limitName is a limit's severity and what it counts: "high", "high in image".
func limitName(l result.LimitCheck) string {
	switch {
	case l.Target != "":
		return l.Severity.String() + " in " + targetName(l.Target)
	case l.Kind != "":
		return l.Severity.String() + " in " + string(l.Kind)
	}
	return l.Severity.String()
}
