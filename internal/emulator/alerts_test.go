package emulator

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAlertProblems(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	syntax := func(name string) string {
		return "Date in '" + name + "' is not in proper format It accepts formats described by the following syntax: " +
			"[date-element] 'T' [time-element] [offset] where date-element = yyyy-MM-dd and " +
			"time-element(optional) = HH:mm:ss and offset(optional) = [+/-]hh:mm"
	}
	for query, want := range map[string]string{
		"days=0":                                        "Days cannot be less than 1 and greater than 365",
		"days=366":                                      "Days cannot be less than 1 and greater than 365",
		"days=x":                                        "Days cannot be less than 1 and greater than 365",
		"alertType=IaC":                                 "Alert Type not supported",
		"providerList=GCP":                              "Provider Type not supported",
		"providerList=AWS,GCP":                          "Provider Type not supported",
		"accountIds=1,111122223333,2":                   "Account Ids 1,2 not found",
		"days=1&lastSeenFrom=2026-01-01":                "Can only set one of the filters: set 'days' or else set lastSeenFrom/lastSeenTo",
		"lastSeenFrom=x":                                syntax("lastSeenFrom"),
		"lastSeenTo=2026-1-1":                           syntax("lastSeenTo"),
		"lastSeenTo=2026-01-01T10:00:00Z":               syntax("lastSeenTo"),
		"lastSeenFrom=x&lastSeenTo=y":                   "Invalid Date format for both lastSeenFrom/lastSeenTo",
		"lastSeenFrom=2026-02-02&lastSeenTo=2026-02":    syntax("lastSeenTo"),
		"lastSeenFrom=2026-02-02&lastSeenTo=2026-02-02": "Parameter ‘lastSeenTo’ should come after ‘lastSeenFrom’",
	} {
		b.refused(b.get(CallAlertCount, query), 400, want)
		b.refused(b.get(CallAlerts, "page=1&"+query), 400, want)
	}
	b.refused(b.get(CallAlerts, "page=1&size=51"), 400, "Pageable size cannot be greater than 50")
}

func TestAlertCounts(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	offset := url.QueryEscape("2026-02-20T00:00:00+02:00")
	for query, total := range map[string]float64{
		"":                        44,
		"days=1":                  1,
		"days=2":                  2,
		"providerList=AWS":        28,
		"providerList=AWS,Azure":  44,
		"alertType=Anomaly":       8,
		"states=SUPPRESS":         4,
		"states=OPEN":             40,
		"policyTagList=HIPAA":     4,
		"accountIds=111122223333": 14,
		"lastSeenFrom=2026-02-20": 5,
		"lastSeenFrom=" + offset:  5,
		"lastSeenTo=2026-02-20":   39,
		"lastSeenFrom=2026-02-20&lastSeenTo=2026-02-24T12:00:00": 2,
	} {
		got := b.decode(b.get(CallAlertCount, query))
		sum := got["critical"].(float64) + got["high"].(float64) + got["medium"].(float64) + got["low"].(float64)
		if got["total"] != total || sum != total {
			t.Errorf("%q: %v, want a total of %v", query, got, total)
		}
	}
}

func TestAlertPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	seen := map[any]bool{}
	for page := 1; page <= 3; page++ {
		got := b.decode(b.get(CallAlerts, fmt.Sprintf("page=%d", page)))
		for _, a := range got["data"].([]any) {
			seen[a.(map[string]any)["id"]] = true
		}
		delete(got, "data")
		want := map[string]any{
			"currentPage": float64(page), "size": 20.0, "totalPages": 3.0, "hasNext": page < 3, "hasPrevious": page > 1,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	if len(seen) != 44 {
		t.Errorf("%d alerts on all pages, want 44", len(seen))
	}
	if got := b.decode(b.get(CallAlerts, "page=9&size=50"))["data"].([]any); len(got) != 0 {
		t.Errorf("beyond the last page: %d alerts", len(got))
	}
	for _, a := range b.decode(b.get(CallAlerts, "page=1&severity=critical"))["data"].([]any) {
		if a := a.(map[string]any); a["criticalLevel"] != "CRITICAL" || a["score"].(float64) < 90 {
			t.Errorf("got %v %v", a["criticalLevel"], a["score"])
		}
	}
}

// resources are the affected resources of an alert.
func resources(a any) []string {
	var all []string
	for _, r := range a.(map[string]any)["ruleResult"].(map[string]any)["affectedResources"].([]any) {
		all = append(all, r.(map[string]any)["affectedResource"].(string))
	}
	return all
}

// The sample alerts are as awkward as real ones, and have all fields of the reference.
func TestSampleAlertsAreAwkward(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	ids := map[any]int{}
	most, lines, dev, suppressed := 0, 0, 0, 0
	for _, item := range b.decode(b.get(CallAlerts, "page=1&size=50"))["data"].([]any) {
		a, affected := item.(map[string]any), resources(item)
		ids[a["alertId"]]++
		most = max(most, len(affected))
		for _, r := range affected {
			if strings.Contains(r, "\n") {
				lines++
			}
		}
		if a["alertType"] == "Dev" {
			dev++
			if len(affected) != 3 || !strings.HasSuffix(affected[1], ", File: azure/monitor.tf) branch: develop") || a["accountId"] != "https://git.example/acme/infrastructure" {
				t.Errorf("an alert of a repository: %v", a)
			}
		}
		if a["state"] == "SUPPRESS" && a["lastAction"] == "SUPPRESS" {
			suppressed++
		}
		for _, field := range strings.Fields("id affectedResource dataMap remediateDate status failureReason Comment affectedResourceJSON " +
			"rawAffectedResourceOutput state suppressionType firstSeen clickableResources resourceInfoList") {
			if _, ok := a["ruleResult"].(map[string]any)["affectedResources"].([]any)[0].(map[string]any)[field]; !ok {
				t.Errorf("a resource has no %s", field)
			}
		}
	}
	if len(ids) != 22 || most != 12 || lines == 0 || dev != 4 || suppressed != 4 {
		t.Errorf("%d alertIds, up to %d resources, %d of several lines, %d alerts of repositories, %d suppressed", len(ids), most, lines, dev, suppressed)
	}
}

func TestSavedScansBecomeAlerts(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	count := func() float64 {
		return b.decode(b.get(CallAlertCount, "days=1"))["total"].(float64)
	}
	before := count()
	b.post(CallIaCScan, "repo_url=https://git.example/acme/shop.git&branch=main&save_results_to_account=true", "main.tf", publicCluster)
	b.post(CallIaCScan, "repo_url=https://git.example/acme/other&branch=main", "main.tf", publicCluster)
	if got := count(); got != before {
		t.Errorf("%v alerts while the scan is on, want %v", got, before)
	}
	b.later(time.Second)
	if got := count(); got != before+1 {
		t.Errorf("%v alerts, want one more than %v", got, before)
	}
	got := b.decode(b.get(CallAlerts, "page=1&accountIds="+url.QueryEscape("https://git.example/acme/shop.git")))["data"].([]any)
	if a := got[0].(map[string]any); len(got) != 1 || a["alertType"] != "Dev" || a["accountName"] != "shop" || a["provider"] != "AWS" {
		t.Errorf("got %v", got)
	}
	b.post(CallIaCScan, "repo_url=https://git.example/acme/shop.git&branch=next&save_results_to_account=true", "main.tf", publicCluster)
	b.later(time.Second)
	got = b.decode(b.get(CallAlerts, "page=1&accountIds="+url.QueryEscape("https://git.example/acme/shop.git")))["data"].([]any)
	if affected := resources(got[0]); len(got) != 1 || len(affected) != 2 || !strings.HasSuffix(affected[0], ", File: main.tf) branch: main") || !strings.HasSuffix(affected[1], " branch: next") {
		t.Errorf("a finding of two branches: %v", got)
	}
	b.post(CallIaCScan, "repo_url=https://git.example/acme/shop.git&branch=next&save_results_to_account=true", "main.tf", "")
	b.post(CallIaCScan, "repo_url=https://git.example/acme/shop.git&branch=main&save_results_to_account=true", "main.tf", "")
	b.later(time.Second)
	if got := count(); got != before {
		t.Errorf("%v alerts after a clean scan of the same branch, want %v", got, before)
	}
}
