package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

func written(t *testing.T, format string, r *result.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := writeTo(&b, format, r, Options{Verbose: true}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Only the formats that hold everything hold findings outside the change; those for people count
// them.
func TestFindingsOutsideOfAChange(t *testing.T) {
	t.Parallel()
	const note = "Not counted, outside the change: critical 1."
	r := sample()
	r.Change = &result.Change{From: "main", MergeBase: "0a1b", Touched: 4, Existing: 14}
	r.Findings[2].Outside = true
	judged(r)
	for _, f := range Formats() {
		text := written(t, f.Name, r)
		all := f.Name == JSON || f.Name == SARIFFull || f.Name == CSV
		if got := strings.Contains(text, "ensure-buckets-are-private") || strings.Contains(text, "Ensure buckets are private"); got != all {
			t.Errorf("%s: the finding is in it: %v, want %v", f.Name, got, all)
		}
		people := f.Name == Console || f.Name == Markdown || f.Name == HTML || f.Name == Text || f.Name == JUnit ||
			f.Name == Bitbucket || f.Name == Buildkite
		if got := strings.Contains(strings.Join(strings.Fields(text), " "), note); got != people {
			t.Errorf("%s: says how many are left out: %v, want %v", f.Name, got, people)
		}
		if all && !strings.Contains(strings.ReplaceAll(text, " ", ""), `"outside":true`) && !strings.Contains(text, "false,outside-change,iac") {
			t.Errorf("%s does not mark it", f.Name)
		}
	}
	r.Change = nil
	judged(r)
	if text := written(t, SARIF, r); !strings.Contains(text, "ensure-buckets-are-private") {
		t.Error("without a change nothing lies outside of it")
	}
}

func TestReportsOfAChangeThatTouchesNothing(t *testing.T) {
	t.Parallel()
	r := passed()
	r.Ledger, r.Change = nil, &result.Change{From: "main", MergeBase: "0a1b", Existing: 14}
	r.Verdict = result.Verdict{Outcome: result.OutcomePass, Line: "PASS (exit 0): 0 of 14 targets touched"}
	for _, format := range []string{Console, Markdown, HTML} {
		text := strings.Join(strings.Fields(written(t, format, r)), " ")
		if !strings.Contains(text, "The change touches none of 14 targets, so nothing was scanned.") {
			t.Errorf("%s: %s", format, text)
		}
	}
}
