package emulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// These tests have a row for each row of the reference's tables of parameters and failures.

// listed are the alerts of all pages of a query.
func (b *bench) listed(query string) []alert {
	b.Helper()
	var all []alert
	for page := 1; ; page++ {
		w := b.get(CallAlerts, fmt.Sprintf("size=50&page=%d&%s", page, query))
		var p listPage[alert]
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != http.StatusOK {
			b.Fatalf("%s: %d %s %v", query, w.Code, w.Body, err)
		}
		if all = append(all, p.Data...); !p.HasNext {
			return all
		}
	}
}

// chooses checks that a filter chooses all alerts that fit and no others, in the list and
// in the counts.
func (b *bench) chooses(filter string, fits func(alert) bool) {
	b.Helper()
	all, got := b.listed("states=OPEN,SUPPRESS"), b.listed(filter)
	want := slices.DeleteFunc(slices.Clone(all), func(a alert) bool { return !fits(a) })
	if len(got) != len(want) || len(got) == 0 || len(got) == len(all) {
		b.Errorf("%s: %d of %d alerts, want %d", filter, len(got), len(all), len(want))
	}
	for _, a := range got {
		if !fits(a) {
			b.Errorf("%s: chose %+v", filter, a)
		}
	}
	if strings.HasPrefix(filter, "severity") {
		return
	}
	if total := b.decode(b.get(CallAlertCount, filter))["total"]; total != float64(len(want)) {
		b.Errorf("%s: a count of %v, want %d", filter, total, len(want))
	}
}

func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return q.Encode()
}

func seenFrom(at time.Time) func(alert) bool {
	return func(a alert) bool { return a.LastSeen >= at.UnixMilli() }
}

func alertParameters() map[string]func(b *bench) {
	return map[string]func(b *bench){
		"days": func(b *bench) {
			b.chooses("days=9", seenFrom(b.time.AddDate(0, 0, -9)))
			if year, all := b.listed("days=365"), b.listed(""); len(year) != len(all) {
				b.Errorf("days not specified: %d alerts, want those of 365 days, %d", len(all), len(year))
			}
		},
		"alertType": func(b *bench) {
			for _, kind := range []string{"Policy", "Anomaly", "GuardDuty"} {
				b.chooses("alertType="+kind, func(a alert) bool { return a.AlertType == kind })
			}
		},
		"providerList": func(b *bench) {
			for _, provider := range []string{"AWS", "Azure"} {
				b.chooses("providerList="+provider, func(a alert) bool { return a.Provider == provider })
			}
		},
		"policyTagList": func(b *bench) {
			for _, tag := range []string{"CIS", "HIPAA", "ISO 27001", "EBU R143"} {
				b.chooses(query("policyTagList", tag), func(a alert) bool { return slices.Contains(strings.Split(a.PolicyLabel, ","), tag) })
			}
		},
		"accountIds": func(b *bench) {
			all := b.listed("")
			one, other := all[0].AccountID, all[len(all)-1].AccountID
			b.chooses(query("accountIds", one), func(a alert) bool { return a.AccountID == one })
			b.chooses(query("accountIds", one+","+other), func(a alert) bool { return a.AccountID == one || a.AccountID == other })
		},
		"lastSeenFrom": func(b *bench) {
			day := time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC)
			for text, at := range map[string]time.Time{
				"2026-02-10": day, "2026-02-10T": day, "2026-02-10T13:00:00": day.Add(13 * time.Hour),
				"2026-02-10T13:00:00+05:30": day.Add(7*time.Hour + 30*time.Minute), "2026-02-10-02:00": day.Add(2 * time.Hour),
			} {
				b.chooses(query("lastSeenFrom", text), seenFrom(at))
			}
			if got := b.listed("lastSeenFrom=2026-03-02"); len(got) != 0 {
				b.Errorf("from tomorrow on: %d alerts", len(got))
			}
		},
		"lastSeenTo": func(b *bench) {
			to := time.Date(2026, 2, 10, 13, 0, 0, 0, time.UTC)
			until := func(a alert) bool { return a.LastSeen <= to.UnixMilli() }
			b.chooses(query("lastSeenTo", "2026-02-10T13:00:00"), until)
			b.chooses(query("lastSeenTo", "2026-02-10T13:00:00", "lastSeenFrom", "2026-01-20"), func(a alert) bool {
				return until(a) && seenFrom(time.Date(2026, 1, 20, 0, 0, 0, 0, time.UTC))(a)
			})
			if got := b.listed("lastSeenTo=2024-01-01"); len(got) != 0 {
				b.Errorf("until long ago: %d alerts", len(got))
			}
		},
		"states": func(b *bench) {
			for _, state := range []string{"OPEN", "SUPPRESS"} {
				b.chooses("states="+state, func(a alert) bool { return a.State == state })
			}
		},
	}
}

func alertListParameters() map[string]func(b *bench) {
	tests := alertParameters()
	maps.Copy(tests, map[string]func(b *bench){
		"severity": func(b *bench) {
			for _, level := range []string{"low", "medium", "high", "critical"} {
				b.chooses("severity="+level, func(a alert) bool { return strings.EqualFold(a.CriticalLevel, level) })
			}
			if got := b.listed("severity=HIGH"); len(got) != 0 {
				b.Errorf("severity=HIGH, which is not listed: %d alerts", len(got))
			}
		},
		"page": func(b *bench) {
			one, two := b.get(CallAlerts, "page=1&size=5"), b.get(CallAlerts, "page=2&size=5")
			if field(one, "currentPage") != "1" || field(two, "currentPage") != "2" || field(one, "data") == field(two, "data") {
				b.Errorf("pages %s and %s", field(one, "currentPage"), field(two, "currentPage"))
			}
		},
		"size": func(b *bench) {
			for size, want := range map[string]string{"": "20", "&size=1": "1", "&size=20": "20", "&size=44": "44", "&size=50": "44"} {
				if got := b.found(CallAlerts, "page=1"+size); got != want {
					b.Errorf("page=1%s: %s alerts, want %s", size, got, want)
				}
			}
		},
	})
	return tests
}

func searchParameters() map[string]func(b *bench) {
	const call = CallSearch + "AWS_S3"
	return map[string]func(b *bench){
		"searchTerm": func(b *bench) {
			// The examples of the reference.
			for term, want := range map[string]string{"isPublic:true": "1", "tags.name:test*": "7"} {
				if got := b.found(call, query("size", "50", "searchTerm", term)); got != want {
					b.Errorf("%s: %s hits, want %s", term, got, want)
				}
			}
		},
		"filters": func(b *bench) {
			if got := b.found(call, query("size", "50", "filters", "name=acme-s3-001,acme-s3-003;isPublic=true")); got != "1" {
				b.Errorf("%s hits", got)
			}
		},
		"page": func(b *bench) {
			if one, two := b.found(call, "size=5&page=1"), b.found(call, "size=5&page=2"); one != "5" || two != "2" {
				b.Errorf("%s and %s hits", one, two)
			}
		},
		"size": func(b *bench) {
			if one, all := b.found(call, "size=1"), b.found(call, "size=10000"); one != "1" || all != "7" {
				b.Errorf("%s and %s hits", one, all)
			}
		},
	}
}

func imageParameters() map[Call]map[string]func(b *bench) {
	committed := func(b *bench) {
		if got := outcome(b.post(CallSubmitFiles, wanted+"&committer_name=Ann&committer_email=ann@acme.example", "Dockerfile", "FROM nginx")); got != "200" {
			b.Error(got)
		}
	}
	// needs checks that a parameter is mandatory.
	needs := func(call Call, have string, files ...string) func(b *bench) {
		return func(b *bench) { b.refused(b.post(call, have, files...), 400, noArguments) }
	}
	return map[Call]map[string]func(b *bench){
		CallSubmitFiles: {
			"files":           needs(CallSubmitFiles, wanted),
			"repo_url":        needs(CallSubmitFiles, "branch=b", "Dockerfile", "FROM nginx"),
			"branch":          needs(CallSubmitFiles, "repo_url=u", "Dockerfile", "FROM nginx"),
			"committer_name":  committed,
			"committer_email": committed,
		},
		CallSubmitImages: {
			"repoURL":    needs(CallSubmitImages, "imageNames=nginx"),
			"imageNames": needs(CallSubmitImages, "repoURL=u"),
		},
		CallTaskResult:      {"taskId": func(b *bench) { b.refused(b.get(CallTaskResult, ""), 400, noArguments) }},
		CallContainerResult: {"container": func(b *bench) { b.refused(b.get(CallContainerResult, ""), 400, noArguments) }},
	}
}

func scanParameters() map[Call]map[string]func(b *bench) {
	summary := func(b *bench, q string) string {
		b.Helper()
		return field(b.post(CallIaCScan, q, "main.tf", publicCluster), "summary")
	}
	// saved counts the alerts that a scan with a query leaves in the account.
	saved := func(b *bench, q string) int {
		b.Helper()
		before := len(b.listed("days=1"))
		if got := outcome(b.post(CallIaCScan, q, "main.tf", publicCluster)); got != "200" {
			b.Errorf("%s: %s", q, got)
		}
		b.later(time.Second)
		return len(b.listed("days=1")) - before
	}
	const save = "save_results_to_account=true&"
	accepted := func(name string) func(b *bench) {
		return func(b *bench) {
			if n := saved(b, save+wanted+"&"+name+"=x"); n != 1 {
				b.Errorf("%d alerts saved", n)
			}
		}
	}
	return map[Call]map[string]func(b *bench){
		CallIaCScan: {
			"files":           func(b *bench) { b.refused(b.post(CallIaCScan, wanted), 400, noArguments) },
			"repo_url":        func(b *bench) { b.refused(b.post(CallIaCScan, save+"branch=b", "a.tf", ""), 400, noArguments) },
			"branch":          func(b *bench) { b.refused(b.post(CallIaCScan, save+"repo_url=u", "a.tf", ""), 400, noArguments) },
			"committer_name":  accepted("committer_name"),
			"committer_email": accepted("committer_email"),
			"async": func(b *bench) {
				if byDefault, yes, no := summary(b, ""), summary(b, "async=true"), summary(b, "async=false"); byDefault != "null" || yes != "null" || !strings.Contains(no, `"num_critical_alerts":1`) {
					b.Errorf("summaries %s, %s and %s", byDefault, yes, no)
				}
			},
			"save_results_to_account": func(b *bench) {
				if byDefault, no, yes := saved(b, wanted), saved(b, "save_results_to_account=false&"+wanted), saved(b, save+wanted); byDefault != 0 || no != 0 || yes != 1 {
					b.Errorf("%d, %d and %d alerts saved", byDefault, no, yes)
				}
			},
			"policy_name": func(b *bench) {
				for _, p := range Policies() {
					want := map[bool]string{true: "1", false: "0"}[p.Provider == "AWS"]
					if got := summary(b, query("async", "false", "policy_name", p.Name)); !strings.Contains(got, `"num_critical_alerts":`+want) {
						b.Errorf("%s: %s", p.Name, got)
					}
				}
			},
		},
		CallIaCStatus: {"scan_id": func(b *bench) { b.refused(b.get(CallIaCStatus, ""), 400, noScan) }},
		CallIaCReport: {"scan_id": func(b *bench) { b.refused(b.get(CallIaCReport, ""), 400, noScan) }},
	}
}

func TestParametersOfTheReference(t *testing.T) {
	t.Parallel()
	tests := map[Call]map[string]func(b *bench){
		CallAlertCount: alertParameters(), CallAlerts: alertListParameters(), CallSearch: searchParameters(),
	}
	maps.Copy(tests, imageParameters())
	maps.Copy(tests, scanParameters())
	for call, byName := range tests {
		if names, want := slices.Sorted(maps.Keys(byName)), slices.Sorted(slices.Values(strings.Fields(New(Options{Now: time.Now}).routes()[call].params))); !slices.Equal(names, want) {
			t.Errorf("%s: tests of %v, parameters %v", call, names, want)
		}
		for name, test := range byName {
			t.Run(string(call)+" "+name, func(t *testing.T) {
				t.Parallel()
				test(newBench(t, Options{}))
			})
		}
	}
}

// failure is a row of a table of failures, with the query of a request that fails so.
type failure struct {
	status  int
	message string
	query   string
}

// alertFailures are the failures that both calls have, in the order of their tables.
func alertFailures() []failure {
	return []failure{
		{400, badDate("lastSeenTo"), "lastSeenTo=2026-01-01T10:00"},
		{400, badDate("lastSeenTo"), "lastSeenTo=2026-01-01T10:00:00Z"},
		{400, badDate("lastSeenTo"), "lastSeenTo=2026-01-01T10:00:00.5"},
		{400, badDate("lastSeenTo"), "lastSeenTo=2026-13-01"},
		{400, badDate("lastSeenFrom"), "lastSeenFrom=01/02/2026"},
		{400, badDate("lastSeenFrom"), "lastSeenFrom=2026-02-30"},
		{400, "Alert Type not supported", "alertType=IaC"},
		{400, "Alert Type not supported", "alertType=policy"},
		{400, "Provider Type not supported", "providerList=GCP"},
		{400, "Account Ids 1 not found", "accountIds=1"},
		{400, "Can only set one of the filters: set 'days' or else set lastSeenFrom/lastSeenTo", "days=1&lastSeenTo=2026-01-01"},
		{400, "Days cannot be less than 1 and greater than 365", "days=0"},
		{400, "Days cannot be less than 1 and greater than 365", "days=366"},
		{400, "Invalid Date format for both lastSeenFrom/lastSeenTo", "lastSeenFrom=x&lastSeenTo=x"},
		{400, "Parameter ‘lastSeenTo’ should come after ‘lastSeenFrom’", "lastSeenFrom=2026-01-02&lastSeenTo=2026-01-01"},
	}
}

func documentedFailures() map[Call][]failure {
	arguments := []failure{{400, noArguments, ""}}
	lost := []failure{{400, noScan, "scan_id=x"}, {400, noScan, ""}}
	return map[Call][]failure{
		CallAlertCount:      alertFailures(),
		CallAlerts:          append(alertFailures(), failure{400, "Pageable size cannot be greater than 50", "page=1&size=51"}),
		CallSubmitFiles:     arguments,
		CallSubmitImages:    arguments,
		CallTaskResult:      arguments,
		CallContainerResult: arguments,
		CallIaCScan:         arguments,
		CallIaCStatus:       lost,
		CallIaCReport:       lost,
	}
}

// ask makes a request without files.
func (b *bench) ask(call Call, method, query string) *httptest.ResponseRecorder {
	b.Helper()
	return b.do(httptest.NewRequest(method, cmp.Or(string(call), "/")+"?"+query, nil))
}

func TestFailuresOfTheReference(t *testing.T) {
	t.Parallel()
	for call, failures := range documentedFailures() {
		t.Run(string(call), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Options{Key: "right"})
			method := b.routes()[call].method
			b.key = ""
			b.refused(b.ask(call, method, ""), 400, "ApiKey not provided")
			b.key = "wrong"
			if got := outcome(b.ask(call, method, "")); got != "401 Unauthorized access or ApiKey expired" {
				t.Error(got)
			}
			b.key = "right"
			b.refused(b.ask(call+"/x", method, ""), 404, "No message available")
			for _, f := range failures {
				b.refused(b.ask(call, method, f.query), f.status, f.message)
			}
		})
	}
}

// A key that belongs to no customer is a failure of the scans alone.
func TestKeyWithoutACustomer(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Faults: Faults{NoUser: true}})
	for _, call := range []Call{CallSubmitFiles, CallSubmitImages, CallTaskResult, CallContainerResult, CallIaCScan} {
		b.refused(b.ask(call, b.routes()[call].method, ""), 400, "Unable to retrieve user")
	}
}

// Answers have the fields of the reference and no others.
func TestFieldsOfTheReference(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	const image = "files fullTag isPublic isSecure registry vulnerabilities"
	b.post(CallSubmitFiles, wanted, "Dockerfile", "FROM nginx")
	b.post(CallIaCScan, "", "a.tf", publicCluster)
	b.later(time.Second)
	task := b.get(CallTaskResult, "taskId=id-1")
	container := b.get(CallContainerResult, "container=docker.io/library/nginx:latest")
	for _, test := range []struct {
		name string
		w    *httptest.ResponseRecorder
		want string
	}{
		{"alerts/count", b.get(CallAlertCount, ""), "critical high low medium total"},
		{"alerts", b.get(CallAlerts, "page=1"), "currentPage data hasNext hasPrevious size totalPages"},
		{"submit-for-scan", b.post(CallSubmitFiles, wanted, "Dockerfile", "FROM nginx"), "duplicate quotaFull taskId"},
		{"by-image-name", b.post(CallSubmitImages, "repoURL=u&imageNames=nginx"), "duplicate quotaFull taskId"},
		{"get-scan-result", task, "branch completedAt createdAt filesScanned scanResult status taskId"},
		{"scanResult", httptestAnswer(b.decode(task)["scanResult"].([]any)[0]), image},
		{"container-scan-result", container, "code data message status success"},
		{"its data", httptestAnswer(b.decode(container)["data"]), image},
		{"iac/scan", b.post(CallIaCScan, "async=false", "a.tf", ""), "scan_id summary"},
		{"status", b.get(CallIaCStatus, "scan_id=id-2"), "error processing_ongoing success"},
		{"detailedReport", b.get(CallIaCReport, "scan_id=id-2"), "alerts"},
	} {
		if got := strings.Join(slices.Sorted(maps.Keys(b.decode(test.w))), " "); got != test.want {
			t.Errorf("%s: fields %s, want %s", test.name, got, test.want)
		}
	}
}
