package report

import (
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// counts holds a number per severity: vulnerabilities for images, findings for everything else.
type counts [result.Critical + 1]int

func countsOf(findings []*result.Finding) counts {
	var n counts
	for _, f := range findings {
		n.addFinding(f)
	}
	return n
}

// addFinding leaves out the parts of a finding that waivers and the baseline cover, unless they
// cover all of it.
func (c *counts) addFinding(f *result.Finding) {
	n := max(1, f.Count)
	if f.Stamp.Effect != result.Waived {
		n -= f.Stamp.WaivedCount()
	}
	if f.Stamp.Effect != result.Known {
		n -= f.Stamp.Covered().Known
	}
	c.add(f.Severity, max(0, n))
}

func (c *counts) add(s result.Severity, n int) { c[s.Known()] = result.AddCounts(c.of(s), n) }

func (c *counts) addAll(d counts) {
	for s, n := range d {
		c[s] = result.AddCounts(c[s], n)
	}
}

func (c counts) of(s result.Severity) int { return c[s.Known()] }

func (c counts) empty() bool { return c == counts{} }

// String lists the severities that occur, worst first: "critical 2 · high 7".
func (c counts) String() string {
	var parts []string
	for _, s := range severities() {
		if c[s] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s, c[s]))
		}
	}
	return strings.Join(parts, " · ")
}

// severities returns the severities in the order of urgency. Unknown comes after high and is
// treated like it wherever a format has no word for it: it could be as bad.
func severities() [6]result.Severity {
	return [...]result.Severity{
		result.Critical, result.High, result.Unknown, result.Medium, result.Low, result.Info,
	}
}

// urgency is a severity's index in severities: 0 is the most urgent.
func urgency(s result.Severity) int {
	return [...]int{
		result.Critical: 0, result.High: 1, result.Unknown: 2, result.Medium: 3, result.Low: 4, result.Info: 5,
	}[s.Known()]
}
