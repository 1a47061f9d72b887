package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
)

func TestDiffText(t *testing.T) {
	t.Parallel()
	finding := func(summary string, s result.Severity) result.Finding {
		return result.Finding{
			Kind: result.KindIaC, Rule: "r", Severity: s, Count: 1, Summary: summary, Resource: "a.b",
			Placement: result.PlacedResource, Locations: []result.Location{{Path: "main.tf", Line: 3}},
		}
	}
	d := report.Diff{
		Delta: &result.Delta{
			Against: "old.json", New: map[result.Severity]int{result.Low: 1, result.High: 2}, Known: map[result.Severity]int{result.High: 4},
			Fixed: map[result.Severity]int{result.Critical: 3}, Unseen: 2, Entries: []result.BaselineEntry{
				{Path: "Dockerfile", Kind: result.KindImage, Image: "docker.io/library/node", Rule: "image-vulnerabilities", Severity: result.Critical, Count: 2},
				{Kind: result.KindAlerts, Source: "alerts:zpc", Rule: "r", Severity: result.Critical, Count: 1, Resource: "x\x1b[31m"},
			},
		},
		Findings: []result.Finding{finding("Low", result.Low), finding("Known", result.High), finding("High", result.High), finding("Worse", result.High)},
		States:   []result.State{result.StateNew, result.StateKnown, result.StateNew, result.StateWorse},
	}
	const want = `3 new (high 2 · low 1), 4 known, 3 fixed (critical 3), 2 not looked at against old.json

new
  high      main.tf:3: High: a.b.
  low       main.tf:3: Low: a.b.

worse
  high      main.tf:3: Worse: a.b.

fixed
  critical  Dockerfile · docker.io/library/node: 2 of image-vulnerabilities
  critical  x\x1b[31m · zpc: r
`
	var got strings.Builder
	if err := d.WriteText(&got, 100); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What is written piece by piece is the JSON of the whole.
func TestDiffJSON(t *testing.T) {
	t.Parallel()
	type finding struct {
		State result.State `json:"state"`
		result.Finding
	}
	all := []finding{
		{result.StateNew, result.Finding{Fingerprint: "1", Kind: result.KindIaC, Rule: "r", Summary: "a < b", Locations: []result.Location{{Path: "main.tf", Line: 3}}}},
		{result.StateKnown, result.Finding{Fingerprint: "2", Kind: result.KindAlerts, Cloud: &result.Cloud{Account: "acme"}}},
	}
	for n := range len(all) + 1 {
		d := report.Diff{Delta: &result.Delta{Against: "old.json", New: map[result.Severity]int{result.Low: 1}}}
		for _, f := range all[:n] {
			d.States, d.Findings = append(d.States, f.State), append(d.Findings, f.Finding)
		}
		var got, want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		err := enc.Encode(struct {
			*result.Delta
			Findings []finding `json:"findings"`
		}{d.Delta, all[:n]})
		if err := errors.Join(err, d.WriteJSON(&got)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), got.String()); diff != "" {
			t.Errorf("%d findings: -want +got:\n%s", n, diff)
		}
	}
}
