package result

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/choice"
)

// Severity ranks a finding. The zero value is [Unknown], so that a missing severity
// can never be mistaken for a harmless one.
type Severity uint8

// The severities, from the one that says nothing to the worst.
const (
	Unknown Severity = iota
	Info
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"unknown", "info", "low", "medium", "high", "critical"}

// Severities returns every severity, worst first and Unknown last: the order in
// which people read them.
func Severities() []Severity {
	return []Severity{Critical, High, Medium, Low, Info, Unknown}
}

// severityWords are the names of [Severities].
func severityWords() []string {
	words := slices.Clone(severityNames[:])
	slices.Reverse(words)
	return words
}

// ParseSeverity reads a severity's name, in any case. It fails for every other
// text and names the accepted ones.
func ParseSeverity(s string) (Severity, error) {
	for i, name := range severityNames {
		if strings.EqualFold(s, name) {
			return Severity(i), nil
		}
	}
	return Unknown, choice.Unknown("severity", s, severityWords())
}

// Known returns s, or Unknown for a number that is not a severity.
func (s Severity) Known() Severity {
	if s > Critical {
		return Unknown
	}
	return s
}

// String returns the lower-case name.
func (s Severity) String() string { return severityNames[s.Known()] }

// MarshalText writes the lower-case name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Severity) UnmarshalText(b []byte) error {
	i := slices.Index(severityNames[:], string(b))
	if i < 0 {
		return choice.Unknown("severity", string(b), severityWords())
	}
	*s = Severity(i)
	return nil
}
