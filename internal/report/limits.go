package report

import (
	"fmt"
	"strings"

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
	// unknown: it is not known how many there are.
	unknown bool
	// origin is what set the limit, "" without one.
	origin string
}

// limitRows lists the limits in the order of the verdict, and then what no limit counts.
func (m *Model) limitRows() []limitRow {
	var rows []limitRow
	for _, l := range m.result.Verdict.Limits {
		implied := l.Origin.Setting == result.DefaultSetting && (l.Severity == result.Unknown || l.Target != "")
		if implied && l.Count == 0 {
			continue // nothing to say
		}
		rows = append(rows, limitRow{
			name: limitName(l), severity: l.Severity, count: l.Count, max: fmt.Sprint(l.Max), over: max(0, l.Count-l.Max), origin: l.Origin.String(),
		})
	}
	for _, n := range m.result.Verdict.Numbers {
		name := strings.ReplaceAll(string(n.Number), "-", " ")
		rows = append(rows, limitRow{
			name: name, severity: result.Unknown, count: n.Count, max: fmt.Sprint(n.Max), over: max(0, n.Count-n.Max), origin: n.Origin.String(),
			unknown: n.Unknown != "",
		})
	}
	for _, s := range severities() {
		if n := m.unlimited[s]; n > 0 {
			rows = append(rows, limitRow{name: s.String(), severity: s, count: n, max: noMax})
		}
	}
	return rows
}

// noMax is the maximum of a severity without a limit.
const noMax = "any"

// limitName is a limit's severity and what it counts: "high", "high in image".
func limitName(l result.LimitCheck) string {
	name := l.Severity.String()
	switch {
	case l.Target != "":
		name += " in " + targetName(l.Target)
	case l.Kind != "":
		name += " in " + string(l.Kind)
	}
	if l.Path != "" {
		name += " in " + l.Path
	}
	return name
}
