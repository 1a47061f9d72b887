package locate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func TestOpenAlertsGetPlainTextsAndARule(t *testing.T) {
	t.Parallel()
	open := []result.Finding{
		{Kind: result.KindAlerts, Summary: "Port <b>22</b> open", Details: "a<br>b"},
		{Kind: result.KindChecks, Summary: "No public buckets", Rule: "check-x"},
	}
	want := []result.Finding{
		{Kind: result.KindAlerts, Summary: "Port 22 open", Details: "a\nb", Rule: result.RuleID("Port 22 open")},
		{Kind: result.KindChecks, Summary: "No public buckets", Rule: result.RuleID("check-x")},
	}
	if diff := cmp.Diff(want, OpenAlerts(open, nil, "")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// With saved results, the service lists the alerts of a scan as open alerts of the
// repository.
func TestOwnAlertsAreDropped(t *testing.T) {
	t.Parallel()
	const url = "https://git.example/shop"
	submissions := []result.Submission{{Alerts: []result.Alert{{Summary: "<b>Port</b> open"}}}}
	for name, tt := range map[string]struct {
		kind                      result.Kind
		account, summary, savedAs string
		kept                      bool
	}{
		"raised by this run":       {result.KindAlerts, "https://git.example/Shop.git", "Port open", url + "/", false},
		"nothing is saved":         {result.KindAlerts, url, "Port open", "", true},
		"another repository":       {result.KindAlerts, url + "2", "Port open", url, true},
		"no repository":            {result.KindAlerts, "", "Port open", url, true},
		"an earlier run's":         {result.KindAlerts, url, "Disk open", url, true},
		"a check of the same rule": {result.KindChecks, url, "Port open", url, true},
	} {
		open := []result.Finding{{Kind: tt.kind, Summary: tt.summary, Cloud: &result.Cloud{Account: tt.account}}}
		if got := OpenAlerts(open, submissions, tt.savedAs); len(got) == 1 != tt.kept {
			t.Errorf("%s: kept %v, want %v", name, len(got) == 1, tt.kept)
		}
	}
}
