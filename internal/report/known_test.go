package report

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// withBaseline is the sample with a known finding, one in lines that changed, a rise, and a delta.
func withBaseline() *result.Result {
	r := sample()
	r.Policy.Baseline = &result.Baseline{File: ".scangate-baseline.json"}
	r.Delta = &result.Delta{
		Against: ".scangate-baseline.json", New: map[result.Severity]int{result.High: 2}, Known: map[result.Severity]int{result.High: 5, result.Medium: 12, result.Critical: 1},
		Fixed: map[result.Severity]int{result.Low: 4},
	}
	node, medium, bucket := &r.Findings[0], &r.Findings[1], &r.Findings[2]
	node.Stamp.Cover().Known, node.Delta = 5, result.StateWorse
	medium.Stamp, medium.Delta = result.Stamp{Effect: result.Known, Covers: &result.Covers{Known: 12}}, result.StateKnown
	bucket.Stamp, bucket.Delta = result.Stamp{Effect: result.Known, Covers: &result.Covers{Known: 1, Debt: result.DebtChanged}}, result.StateChanged
	for i := 3; i < len(r.Findings); i++ {
		r.Findings[i].Delta = result.StateNew
	}
	return r
}

func TestKnownFindingsInEveryFormat(t *testing.T) {
	t.Parallel()
	const delta = "2 new (high 2), 18 known, 4 fixed (low 4) against .scangate-baseline.json"
	for format, want := range map[string][]string{
		"console": {
			delta, "2 findings are known, in .scangate-baseline.json: critical 1 · medium 12; 1 of them in lines that changed since",
			"critical infra/main.tf:3 · Ensure buckets are private · aws_s3_bucket.logs · its lines changed", "known: 5 of 7 high",
		},
		"markdown":   {"2 new", "4 fixed", "<summary>2 findings are known</summary>", "its lines changed"},
		"html":       {delta, `name="state" value="new" checked`, `name="state" value="known">`, `data-state="known"`},
		"sarif":      {`"baselineState":"updated"`},
		"sarif-full": {`"baselineState":"new"`, `"baselineState":"updated"`, `"baselineState":"unchanged"`, `"delta": {`},
		"junit":      {"Ensure buckets are private"},
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			text := writeFormat(t, withBaseline(), format)
			folded := strings.Join(strings.Fields(text), " ")
			for _, w := range want {
				if !strings.Contains(text, w) && !strings.Contains(folded, w) {
					t.Errorf("nothing of %q in\n%s", w, text)
				}
			}
		})
	}
}

// A run that was compared with nothing has no states.
func TestNoDeltaNoStates(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sarif", "sarif-full", "html"} {
		if text := writeFormat(t, sample(), format); strings.Contains(text, "baselineState") || strings.Contains(text, `name="state" value`) {
			t.Errorf("%s has states:\n%s", format, text)
		}
	}
}

func writeFormat(t *testing.T, r *result.Result, format string) string {
	t.Helper()
	var b strings.Builder
	if err := New(r, result.Info).Write(&b, format, Options{Width: 200}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
