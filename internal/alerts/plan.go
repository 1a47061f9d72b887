package alerts

import "github.com/scangate/scangate/internal/result"

// Plan is what the config file asks for.
type Plan struct {
	Sources []Source
	Checks  []Check
}

// Rows returns the rows of the ledger, all pending: the sources, then the checks.
func (p Plan) Rows() []result.Row {
	var rows []result.Row
	for _, s := range p.Sources {
		rows = append(rows, result.Row{Target: s.Target()})
	}
	for _, c := range p.Checks {
		rows = append(rows, result.Row{Target: c.Target()})
	}
	return rows
}

// Limits returns the limits of the rows that have limits of their own.
func (p Plan) Limits() []result.SourceLimits {
	var all []result.SourceLimits
	for _, s := range p.Sources {
		if s.max != nil {
			all = append(all, result.SourceLimits{Target: s.Target().ID(), Max: s.max})
		}
	}
	for _, c := range p.Checks {
		all = append(all, result.SourceLimits{Target: c.Target().ID(), Max: map[result.Severity]int{c.severity: c.max}})
	}
	return all
}

// Duplicate returns the index of the first row whose name an earlier row has.
func (p Plan) Duplicate() (index int, found bool) {
	seen := map[string]bool{}
	for i, row := range p.Rows() {
		if id := row.Target.ID(); seen[id] {
			return i, true
		}
		seen[row.Target.ID()] = true
	}
	return 0, false
}
