package alerts

import (
	"slices"
	"strings"

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

// Request is what a row asks, for a plan that is not run.
type Request struct {
	// Addresses are the base URLs that would be asked. One that is not set, or not valid, is left
	// out.
	Addresses []string
	// Filters are the keys of the entry that choose what counts, with their values.
	Filters map[string][]string
}

// Request returns what the row of a target asks. A vendor without an address of its own is at the
// gate's endpoint, as are checks.
func (p Plan) Request(t result.Target, getenv func(string) string, endpoint string) Request {
	for _, s := range p.Sources {
		if s.Target().ID() == t.ID() {
			return Request{s.addresses(getenv, endpoint), s.chosen}
		}
	}
	for _, c := range p.Checks {
		if c.Target().ID() == t.ID() {
			return Request{[]string{endpoint}, c.chosen}
		}
	}
	return Request{}
}

// addresses returns the base URLs of a source that are valid.
func (s Source) addresses(getenv func(string) string, endpoint string) []string {
	variables := s.vendor.variables(s.tenant)
	if len(variables) == 0 {
		return []string{endpoint}
	}
	var all []string
	for _, variable := range variables {
		address := strings.TrimSpace(getenv(variable.Name))
		if variable.fallback != "" && address == "" && variable.isUsed(getenv) {
			address = variable.fallback
		}
		if u, err := transport.ParseEndpoint(address); variable.role == roleAddress && err == nil {
			all = append(all, u.String())
		}
	}
	if all == nil && s.vendor.ofGate {
		return []string{endpoint}
	}
	return all
}

// isUsed reports whether the variables are set with which this one is used.
func (v Variable) isUsed(getenv func(string) string) bool {
	return slices.ContainsFunc(v.usedWith, func(name string) bool { return strings.TrimSpace(getenv(name)) != "" })
}

// chosenBy returns the fields of an entry but for those that choose nothing.
func chosenBy(fields []Field, others ...string) map[string][]string {
	chosen := map[string][]string{}
	for _, f := range fields {
		if !slices.Contains(others, f.Key) {
			chosen[f.Key] = f.Values
		}
	}
	return chosen
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
