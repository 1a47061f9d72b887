package alerts

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func TestSeverityWords(t *testing.T) {
	t.Parallel()
	words := commonWords().with(severityWords{"2": result.Medium, "strange": result.Unknown})
	got := map[string]result.Severity{}
	for _, w := range []string{"CRITICAL", "High", " med ", "low", "Info", "2", "unknown", "", "3", "strange"} {
		got[w] = words.severity(w)
	}
	want := map[string]result.Severity{
		"CRITICAL": result.Critical, "High": result.High, " med ": result.Medium, "low": result.Low, "Info": result.Info, "2": result.Medium,
		"unknown": result.Unknown, "": result.Unknown, "3": result.Unknown, "strange": result.Unknown,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if sev, word := words.first("", "odd", "HIGH"); sev != result.High || word != "HIGH" {
		t.Errorf("first: %s %q", sev, word)
	}
	if sev, word := words.first("strange", "HIGH"); sev != result.Unknown || word != "strange" {
		t.Errorf("a word that is mapped to unknown: %s %q", sev, word)
	}
	if sev, word := words.first("", "odd", "weird"); sev != result.Unknown || word != "odd" {
		t.Errorf("first of none: %s %q", sev, word)
	}
	if sev, word := words.worst("unknown", "low", "HIGH", "med"); sev != result.High || word != "HIGH" {
		t.Errorf("worst: %s %q", sev, word)
	}
	if sev, word := words.worst("", "7"); sev != result.Unknown || word != "7" {
		t.Errorf("worst of none: %s %q", sev, word)
	}
}
