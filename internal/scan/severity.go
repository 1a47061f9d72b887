package scan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// imageSeverity reads a key of an image's counts. A key without a documented
// meaning is unknown, not harmless.
func imageSeverity(word string) result.Severity {
	switch normalWord(word) {
	case "critical":
		return result.Critical
	case "high":
		return result.High
	case "medium":
		return result.Medium
	case "low":
		return result.Low
	case "negligible":
		return result.Info
	}
	return result.Unknown
}

// alertSeverity reads the criticalLevel of an IaC alert.
func alertSeverity(word string) result.Severity {
	switch w := normalWord(word); w {
	case "info", "informational":
		return result.Info
	case "negligible":
		return result.Unknown
	default:
		return imageSeverity(w)
	}
}

func normalWord(word string) string { return strings.ToLower(strings.TrimSpace(word)) }

// rawWord returns the word of the service if its meaning is not known.
func rawWord(level result.Severity, word string) string {
	if level == result.Unknown {
		return strings.TrimSpace(word)
	}
	return ""
}

// newAlert keeps the texts raw: package locate reads the references in them.
func newAlert(a optix.IaCAlert) result.Alert {
	level := alertSeverity(a.Severity)
	return result.Alert{
		Severity:    level,
		RawSeverity: rawWord(level, a.Severity),
		Summary:     a.Summary,
		Details:     a.Details,
	}
}

// severity is a severity of an image's counts. raw is the word of the service if
// its meaning is not known.
type severity struct {
	level result.Severity
	raw   string
}

// countSeverities adds up the counts of each severity.
func countSeverities(given []optix.Count) map[severity]int {
	sums := map[severity]int{}
	for _, c := range given {
		level := imageSeverity(c.Severity)
		s := severity{level, rawWord(level, c.Severity)}
		sums[s] = result.AddCounts(sums[s], c.N)
	}
	return sums
}

// sortCounts drops zeros and sorts the rest: worst first, unknown words last.
func sortCounts(counts map[severity]int) []result.SeverityCount {
	var sorted []result.SeverityCount
	for s, n := range counts {
		if n > 0 {
			sorted = append(sorted, result.SeverityCount{Severity: s.level, RawSeverity: s.raw, N: n})
		}
	}
	slices.SortFunc(sorted, func(a, b result.SeverityCount) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.RawSeverity, b.RawSeverity))
	})
	return sorted
}
