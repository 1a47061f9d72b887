package scan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// imageSeverities are the keys of an image's counts that have a known meaning.
// Any other key is unknown, not harmless: nobody says what it counts.
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

// alertFinding makes a finding of one alert. Its details stay raw: locate reads
// the resource and the file out of them.
func alertFinding(a optix.IaCAlert, scanID string, files []string) result.Finding {
	severity := alertSeverity(a.Severity)
	return result.Finding{
		Kind:        result.KindIaC,
		Severity:    severity,
		RawSeverity: rawWord(severity, a.Severity),
		Count:       1,
		Summary:     a.Summary,
		Details:     a.Details,
		Submission:  scanID,
		Files:       files,
	}
}

// imageFindings makes a finding of each severity that counts anything, worst
// first. An image that is marked not secure although nothing is counted is one
// unknown finding: the service has a reason that it doesn't give.
func imageFindings(a imageAnswer) []result.Finding {
	base := result.Finding{
		Kind:       result.KindImage,
		Target:     a.target,
		Image:      a.name,
		Submission: a.submission,
		Files:      a.files,
		Unplanned:  a.target == "",
	}
	var findings []result.Finding
	for _, c := range sumCounts(a.image.Vulnerabilities) {
		f := base
		f.Severity, f.RawSeverity, f.Count = c.severity, c.raw, c.n
		f.Summary = fmt.Sprintf("%s vulnerabilities in %s", c.word(), a.name)
		f.Details = fmt.Sprintf("%d %s", c.n, c.word())
		findings = append(findings, f)
	}
	if len(findings) == 0 && a.image.Secure != nil && !*a.image.Secure {
		base.Count = 1
		base.Summary = a.name + " is marked not secure by the service's policy without a counted vulnerability"
		findings = append(findings, base)
	}
	return findings
}

// count is a number of vulnerabilities of one severity.
type count struct {
	severity result.Severity
	raw      string
	n        int
}

// word names the severity as people read it.
func (c count) word() string {
	if c.raw != "" {
		return c.raw
	}
	return c.severity.String()
}

// sumCounts adds up what is of the same severity, drops zeros and sorts the
// rest: worst first, unknown words last.
func sumCounts(given []optix.Count) []count {
	sums := map[count]int{}
	for _, g := range given {
		s := imageSeverity(g.Severity)
		sums[count{severity: s, raw: rawWord(s, g.Severity)}] += max(g.N, 0)
	}
	var counts []count
	for c, n := range sums {
		if c.n = n; n > 0 {
			counts = append(counts, c)
		}
	}
	slices.SortFunc(counts, func(a, b count) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(a.raw, b.raw))
	})
	return counts
}
