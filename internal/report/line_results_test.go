package report

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// Results and what a limit leaves out are those of sorting all of them by their texts.
func TestLineResultsAreSorted(t *testing.T) {
	t.Parallel()
	location := rapid.Custom(func(t *rapid.T) result.Location {
		path := rapid.SampledFrom([]string{"a.tf", "./a.tf", "b c.tf", "b-c.tf", "../out.tf"}).Draw(t, "path")
		return result.Location{Path: path, Line: rapid.IntRange(0, 1).Draw(t, "line")}
	})
	finding := rapid.Custom(func(t *rapid.T) result.Finding {
		return result.Finding{
			Kind: result.KindIaC, Rule: rapid.SampledFrom([]string{"r", " r ", "s", ""}).Draw(t, "rule"),
			Severity: rapid.SampledFrom([]result.Severity{result.High, result.Low, 77}).Draw(t, "severity"), Count: 1,
			Image:    rapid.SampledFrom([]string{"", "", "", "x", "y"}).Draw(t, "image"),
			Resource: rapid.SampledFrom([]string{"p", "q"}).Draw(t, "resource"), Locations: rapid.SliceOfN(location, 0, 3).Draw(t, "locations"),
			Stamp: result.Stamp{Effect: rapid.SampledFrom([]result.Effect{result.Counted, result.Known, result.Waived}).Draw(t, "effect")},
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		findings := rapid.SliceOfN(finding, 0, 20).Draw(t, "findings")
		for i := range findings {
			findings[i].Fingerprint = fmt.Sprint(i)
		}
		m := New(&result.Result{Findings: findings}, result.Unknown)
		want, unplaced := allSorted(m)
		limit := rapid.IntRange(0, len(want)+1).Draw(t, "limit")
		var wantLeft counts
		for _, l := range want[min(limit, len(want)):] {
			wantLeft.add(l.findings[0].Severity, 1)
		}
		results := m.lineResults()
		left, perSeverity := results.keep(limit)
		if left != max(0, len(want)-limit) || perSeverity != wantLeft || results.unplaced != unplaced {
			t.Fatalf("%d left out (%s), %d unplaced, want %d (%s), %d", left, perSeverity, results.unplaced, len(want)-limit, wantLeft, unplaced)
		}
		for range 2 { // SARIF needs them twice
			var got []string
			for i, l := range results.all() {
				got = append(got, fmt.Sprint(i, " ", shown(l)))
			}
			var kept []string
			for i, l := range want[:min(limit, len(want))] {
				kept = append(kept, fmt.Sprint(i, " ", shown(l)))
			}
			if diff := gocmp.Diff(kept, got); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
		}
	})
}

func shown(l lineResult) string {
	s := fmt.Sprintf("%s:%d, location %d of", l.uri, l.line, l.nth)
	for _, f := range l.findings {
		s += " " + f.Fingerprint
	}
	return s
}

// allSorted makes every result, sorts them by their texts and joins equal ones.
func allSorted(m *Model) (results []lineResult, unplaced int) {
	images := map[string][]*result.Finding{}
	for _, f := range m.withKnown() {
		images[f.Image] = append(images[f.Image], f)
	}
	var all []lineResult
	for image, findings := range images {
		if image == "" {
			for _, f := range findings {
				unplaced += addPlaces(&all, []*result.Finding{f}, len(f.Locations))
			}
			continue
		}
		slices.SortStableFunc(findings, func(a, b *result.Finding) int {
			return cmp.Or(cmp.Compare(urgency(a.Severity), urgency(b.Severity)), cmp.Compare(len(b.Locations), len(a.Locations)), compareFindings(a, b))
		})
		unplaced += addPlaces(&all, findings, 1)
	}
	slices.SortFunc(all, func(a, b lineResult) int {
		x, y := a.findings[0], b.findings[0]
		return cmp.Or(
			cmp.Compare(urgency(x.Severity), urgency(y.Severity)), cmp.Compare(a.uri, b.uri), cmp.Compare(a.line, b.line),
			cmp.Compare(ruleName(x), ruleName(y)), cmp.Compare(x.Resource, y.Resource), cmp.Compare(x.Image, y.Image),
			cmp.Compare(x.Fingerprint, y.Fingerprint), cmp.Compare(a.nth, b.nth),
		)
	})
	for _, l := range all {
		if last := len(results) - 1; last >= 0 {
			before := results[last]
			if x, y := before.findings[0], l.findings[0]; before.uri == l.uri && before.line == l.line && ruleName(x) == ruleName(y) && x.Severity.Known() == y.Severity.Known() {
				results[last].findings = slices.Concat(before.findings, l.findings)
				continue
			}
		}
		results = append(results, l)
	}
	return results, unplaced
}

// addPlaces adds at most n results of findings, and counts the findings if there is no place.
func addPlaces(all *[]lineResult, findings []*result.Finding, n int) (unplaced int) {
	before := len(*all)
	for i, at := range findings[0].Locations {
		if uri := relativeURI(at.Path); uri != "" && len(*all) < before+n {
			*all = append(*all, lineResult{uri, max(at.Line, 1), i, findings})
		}
	}
	if len(*all) == before {
		return len(findings)
	}
	return 0
}
