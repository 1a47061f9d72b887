package alerts

import (
	"slices"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

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

// Addresses returns the base URLs that the source or the check of a row would ask.
// Vendors without a variable for one are at the gate's endpoint. An address that is
// not set, or not valid, is left out.
func (p Plan) Addresses(t result.Target, getenv func(string) string, endpoint string) []string {
	i := slices.IndexFunc(p.Sources, func(s Source) bool { return s.Target().ID() == t.ID() })
	if i < 0 {
		return []string{endpoint}
	}
	variables := slices.DeleteFunc(slices.Clone(p.Sources[i].vendor.Variables), func(v Variable) bool { return v.role != roleAddress })
	if len(variables) == 0 {
		return []string{endpoint}
	}
	var all []string
	for _, v := range variables {
		if u, err := transport.ParseEndpoint(getenv(v.Name)); err == nil {
			all = append(all, u.String())
		}
	}
	return all
}

// Limits returns the limits of the rows that have limits of their own.
func (p Plan) Limits() []result.RowLimits {
	var all []result.RowLimits
	for _, s := range p.Sources {
		if s.max != nil {
			all = append(all, result.RowLimits{Target: s.Target().ID(), Max: s.max, Origin: s.Origin})
		}
	}
	for _, c := range p.Checks {
		all = append(all, result.RowLimits{Target: c.Target().ID(), Max: map[result.Severity]int{c.severity: c.max}, Origin: c.Origin})
	}
	return all
}

// Related returns the IDs of the rows of sources that leave out the alerts about nothing that a
// change touches.
func (p Plan) Related() map[string]bool {
	related := map[string]bool{}
	for _, s := range p.Sources {
		if s.related {
			related[s.Target().ID()] = true
		}
	}
	return related
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
