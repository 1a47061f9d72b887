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
	// owned extends a scope of a kind to the rows of this kind that have their own limits.
	owned bool
}

// covers reports whether every finding in o is in s.
func (s scope) covers(o scope) bool {
	switch {
	case s.severity != o.severity || s.kind != "" && s.kind != o.kind:
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
	switch {
	case s.target != "":
		return s.target + " " + s.severity.String()
	case s.kind != "":
		return string(s.kind) + ":" + s.severity.String()
	}
	return s.severity.String()
}

// kindOf is the kind in a row's ID.
func kindOf(target string) result.Kind {
	kind, _, _ := strings.Cut(target, ":")
	return result.Kind(kind)
}

// group is a scope of findings that the same limits count: all of one kind and severity, but for
// rows that have their own limits.
type group struct{ scope }
