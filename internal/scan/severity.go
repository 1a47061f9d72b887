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

// rawWord is the service's own word where its meaning is not known.
func rawWord(s result.Severity, word string) string {
	if s == result.Unknown {
		return strings.TrimSpace(word)
	}
	return ""
}

// alertOf keeps the texts raw: package locate reads the references out of them.
func alertOf(a optix.IaCAlert) result.Alert {
	severity := alertSeverity(a.Severity)
	return result.Alert{
		Severity:    severity,
		RawSeverity: rawWord(severity, a.Severity),
		Summary:     a.Summary,
		Details:     a.Details,
	}
}

// sumCounts adds up the counts of each severity, drops zeros and sorts the rest:
// worst first, unknown words last.
func sumCounts(given []optix.Count) []result.SeverityCount {
	sums := map[result.SeverityCount]int{}
	for _, g := range given {
		s := imageSeverity(g.Severity)
		sums[result.SeverityCount{Severity: s, RawSeverity: rawWord(s, g.Severity)}] += max(g.N, 0)
	}
	var counts []result.SeverityCount
	for c, n := range sums {
		if c.N = n; n > 0 {
			counts = append(counts, c)
		}
	}
	slices.SortFunc(counts, func(a, b result.SeverityCount) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.RawSeverity, b.RawSeverity))
	})
	return counts
}
