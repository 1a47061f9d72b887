package report

import (
	"math"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

type htmlBar struct {
	Name                  string
	Count                 int
	Top, Text, Width, End int
}

type htmlChart struct {
	Caption, Label string
	Height         int
	Bars           []htmlBar
}

// htmlCharts draws the severities of each kind as bars, hidden findings too. Their length grows
// with the square root of the number: beside an image's thousands of low vulnerabilities two
// critical ones would not be seen.
func htmlCharts(m *Model) []htmlChart {
	byKind := map[result.Kind]*counts{}
	var kinds []result.Kind
	for i := range m.result.Findings {
		f := &m.result.Findings[i]
		if f.Stamp.Effect == result.OutsideChange || f.Stamp.Effect == result.Waived {
			continue
		}
		n, ok := byKind[f.Kind]
		if !ok {
			n = &counts{}
			byKind[f.Kind] = n
			kinds = append(kinds, f.Kind)
		}
		n.addFinding(f)
	}
	slices.SortFunc(kinds, func(a, b result.Kind) int { return compareKinds(b, a) })
	var charts []htmlChart
	for _, k := range kinds {
		charts = append(charts, htmlChartOf(k, *byKind[k]))
	}
	return charts
}

func htmlChartOf(kind result.Kind, n counts) htmlChart {
	const row, longest = 23, 225
	c := htmlChart{Caption: "Findings of kind " + plain(string(kind))}
	switch kind {
	case result.KindImage:
		c.Caption = "Vulnerabilities in images"
	case result.KindIaC:
		c.Caption = "Findings in templates"
	case result.KindAlerts:
		c.Caption = "Cloud alerts"
	}
	c.Label = c.Caption + ": " + n.String()
	c.Caption += " (bars grow with the square root)"
	most := float64(slices.Max(n[:]))
	for _, s := range severities() {
		if s == result.Unknown && n[s] == 0 {
			continue
		}
		bar := htmlBar{Name: s.String(), Count: n[s], Top: c.Height + 2, Text: c.Height + 14}
		if n[s] > 0 {
			bar.Width = max(2, int(longest*math.Sqrt(float64(n[s])/most)))
		}
		bar.End = 72 + bar.Width + 8
		c.Bars = append(c.Bars, bar)
		c.Height += row
	}
	return c
}
