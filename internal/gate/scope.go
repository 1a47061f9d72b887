package gate

import (
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// scope is what a limit is set for: findings of a severity.
type scope struct {
	severity result.Severity
	// kind is "" for all kinds together.
	kind result.Kind
	// target is the ID of one row that has its own limits, "" for all other rows.
	target string
	// path is a glob of files, "" for all.
	path string
	// owned extends a scope of a kind to the rows of this kind that have their own limits.
	owned bool
}

// covers reports whether every finding in o is in s.
func (s scope) covers(o scope) bool {
	switch {
	case s.severity != o.severity || s.kind != "" && s.kind != o.kind || s.path != "" && s.path != o.path:
		return false
	case o.target != "":
		return s.owned || s.target == o.target
	}
	return s.target == "" && (s.owned || !o.owned)
}

// meets reports whether a finding may be in both. It is true in doubt.
func (s scope) meets(o scope) bool {
	switch {
	case s.severity != o.severity || s.kind != "" && o.kind != "" && s.kind != o.kind:
		return false
	case s.target != "" && o.target != "":
		return s.target == o.target
	}
	return s.target == o.target || s.owned || o.owned
}

// name is "high", "image:high" or "alerts:zpc high".
func (s scope) name() string {
	name := s.severity.String()
	switch {
	case s.target != "":
		name = s.target + " " + name
	case s.kind != "":
		name = string(s.kind) + ":" + name
	}
	if s.path != "" {
		name += " in " + s.path
	}
	return name
}

// kindOf is the kind in a row's ID.
func kindOf(target string) result.Kind {
	kind, _, _ := strings.Cut(target, ":")
	return result.Kind(kind)
}

// group is what limits distinguish of a finding.
type group struct {
	kind result.Kind
	// target is the row, if it has its own limits.
	target string
	// paths are the globs that fit, each between two zero bytes.
	paths string
	// severities holds one byte for each source: the severity that its limits count the finding as.
	// The last one is for what comes after all sources.
	severities string
}

// in returns the group as a scope for the limits of one source.
func (g group) in(source int) scope {
	return scope{severity: g.severity(source), kind: g.kind, target: g.target}
}

func (g group) severity(source int) result.Severity {
	return result.Severity(g.severities[min(source, len(g.severities)-1)])
}

// holds reports whether the findings of a group, as one source counts them, are in a scope.
func (s scope) holds(g group, source int) bool {
	fits := s.path == "" || strings.Contains(g.paths, between(s.path))
	s.path = ""
	return fits && s.covers(g.in(source))
}

func between(path string) string { return "\x00" + path + "\x00" }
