package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// settled is a request whose answer depends on an assumption.
type settled struct {
	name string
	// options are those of the server, beside the assumption.
	options Options
	// ask makes the request and describes its answer.
	ask func(b *bench) string
	// want is the answer by choice.
	want map[string]string
}

// outcome is the status of an answer and, for an error, its message.
func outcome(w *httptest.ResponseRecorder) string {
	if w.Code == http.StatusOK {
		return "200"
	}
	message := strings.TrimSpace(w.Body.String())
	var v struct{ Message string }
	if json.Unmarshal(w.Body.Bytes(), &v) == nil {
		message = v.Message
	}
	return fmt.Sprintf("%d %s", w.Code, message)
}

// found is the number of records in a list, or the outcome of an error.
func (b *bench) found(call Call, query string) string {
	w := b.get(call, query)
	var v struct{ Data []any }
	if w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &v) != nil {
		return outcome(w)
	}
	return fmt.Sprint(len(v.Data))
}

// field is a field of an answer as JSON, "-" if it is missing.
func field(w *httptest.ResponseRecorder, name string) string {
	var v map[string]json.RawMessage
	if w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &v) != nil {
		return outcome(w)
	}
	if v[name] == nil {
		return "-"
	}
	return string(v[name])
}

const (
	badArguments = "400 Proper arguments not provided"
	noResource   = "404 No message available"
	scanLost     = "400 Unable to find the scan you requested"
)

// TestAssumptions settles every assumption in each of its ways.
func TestAssumptions(t *testing.T) {
	t.Parallel()
	tests := map[string]settled{}
	for _, list := range [][]settled{settledRequests(), settledAnswers(), settledAlerts(), settledSearches(), settledImages(), settledScans(), settledLists()} {
		for _, test := range list {
			tests[test.name] = test
		}
	}
	for _, a := range Assumptions() {
		test, ok := tests[a.Name]
		if !ok || len(test.want) != len(a.Choices) || a.Open == "" {
			t.Errorf("%s: the test settles %d of %d choices", a.Name, len(test.want), len(a.Choices))
			continue
		}
		for i, c := range a.Choices {
			o := test.options
			chosen, err := ParseAssumptions([]string{a.Name + "=" + c.Value})
			if err != nil {
				t.Fatal(err)
			}
			o.Assume = chosen
			if got, want := test.ask(newBench(t, o)), test.want[c.Value]; got != want {
				t.Errorf("%s=%s: %s, want %s", a.Name, c.Value, got, want)
			}
			if o.Assume = nil; i == 0 {
				if got := test.ask(newBench(t, o)); got != test.want[c.Value] {
					t.Errorf("%s: %s by default, want %s", a.Name, got, test.want[c.Value])
				}
			}
		}
	}
}

func settledRequests() []settled {
	authorization := func(b *bench, call Call, header string) string {
		r := httptest.NewRequest(http.MethodGet, string(call), nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		return outcome(w)
	}
	return []settled{
		{"other-scheme", Options{}, func(b *bench) string { return authorization(b, CallAlertCount, "Bearer x") },
			map[string]string{"missing": "400 ApiKey not provided", "refused": "401 Unauthorized access or ApiKey expired"}},
		{"unknown-path", Options{}, func(b *bench) string { return authorization(b, "/api/v1/nothing", "") },
			map[string]string{"after-key": "400 ApiKey not provided", "before-key": noResource}},
		{"other-method", Options{}, func(b *bench) string { return outcome(b.get(CallIaCScan, "")) },
			map[string]string{"405": "405 Request method 'GET' not supported", "404": noResource}},
		{"unknown-parameter", Options{}, func(b *bench) string { return outcome(b.get(CallAlertCount, "severity=high")) },
			map[string]string{"ignored": "200", "refused": badArguments}},
		{"form-fields", Options{}, func(b *bench) string {
			r := httptest.NewRequest(http.MethodPost, string(CallSubmitImages), strings.NewReader("repoURL=u&imageNames=nginx"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return outcome(b.do(r))
		}, map[string]string{"read": "200", "ignored": badArguments}},
		{"large-upload", Options{MaxFiles: 1}, func(b *bench) string {
			return outcome(b.post(CallIaCScan, "", "a.tf", "", "b.tf", ""))
		}, map[string]string{"413": "413 Maximum upload size exceeded", "refused": badArguments}},
		{"bad-page", Options{Alerts: 21}, func(b *bench) string {
			return strings.Join([]string{b.found(CallAlerts, ""), b.found(CallAlerts, "page=0"), b.found(CallAlerts, "page=x")}, "; ")
		}, map[string]string{"first": "20; 20; 20", "refused": strings.Repeat("; 400 Page number should be greater than 0", 3)[2:]}},
		{"bad-size", Options{Alerts: 21, Hits: 21}, func(b *bench) string {
			return b.found(CallAlerts, "page=1&size=0") + "; " + b.found(CallAlerts, "page=1&size=x") + "; " + b.found(CallSearch+"AWS_S3", "page=1")
		}, map[string]string{"default": "20; 20; 20", "refused": strings.Repeat("; "+badArguments, 3)[2:]}},
		{"bad-boolean", Options{}, func(b *bench) string { return field(b.post(CallIaCScan, "async=maybe", "a.tf", ""), "summary") },
			map[string]string{"default": "null", "refused": badArguments}},
	}
}

func settledAnswers() []settled {
	kind := func(w *httptest.ResponseRecorder) string {
		kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
		return kind + " " + outcome(w)
	}
	return []settled{
		{"error-body", Options{}, func(b *bench) string { return kind(b.get("/api/v1/x", "")) },
			map[string]string{"json": "application/json " + noResource, "text": "text/plain " + noResource}},
		{"unauthorized-body", Options{Key: "other"}, func(b *bench) string { return kind(b.get(CallAlerts, "")) },
			map[string]string{"text": "text/plain 401 Unauthorized access or ApiKey expired", "json": "application/json 401 Unauthorized access or ApiKey expired"}},
		{"messages", Options{}, func(b *bench) string {
			return outcome(b.get("/api/v1/x", "")) + "; " + outcome(b.get(CallTaskResult, "")) + "; " + outcome(b.get(CallIaCStatus, ""))
		}, map[string]string{
			"short": noResource + "; " + badArguments + "; " + scanLost,
			"whole": noResource + " (Api resource could not be found); " + badArguments +
				" (When one/more of the mandatory params is not provided properly); " + scanLost,
		}},
		{"no-value", Options{}, func(b *bench) string {
			w := b.post(CallIaCScan, "", "a.tf", "")
			return field(w, "summary") + " " + field(b.get(CallIaCStatus, "scan_id=id-1"), "error")
		}, map[string]string{"null": "null null", "omitted": "- -"}},
		{"current-page", Options{}, func(b *bench) string { return field(b.get(CallAlerts, "page=2"), "currentPage") },
			map[string]string{"asked": "2", "from-zero": "1"}},
		{"size-field", Options{Alerts: 21}, func(b *bench) string { return field(b.get(CallAlerts, "page=2"), "size") },
			map[string]string{"asked": "20", "returned": "1"}},
		{"empty-list", Options{Alerts: -1}, func(b *bench) string { return field(b.get(CallAlerts, "page=1"), "totalPages") },
			map[string]string{"0": "0", "1": "1"}},
		{"beyond-last", Options{Alerts: 21}, func(b *bench) string {
			w := b.get(CallAlerts, "page=9")
			return b.found(CallAlerts, "page=9") + " on page " + field(w, "currentPage")
		}, map[string]string{"empty": "0 on page 9", "last": "1 on page 2"}},
	}
}

func settledAlerts() []settled {
	first := func(b *bench, name string) string {
		return field(httptestAnswer(b.decode(b.get(CallAlerts, "page=1&size=1"))["data"].([]any)[0]), name)
	}
	total := func(b *bench, query string) string { return field(b.get(CallAlertCount, query), "total") }
	day := url.Values{"lastSeenTo": {"2026-03-01"}}.Encode()
	return []settled{
		{"lists", Options{Alerts: 44}, func(b *bench) string {
			return fmt.Sprint(total(b, "providerList=AWS&providerList=Azure") == total(b, ""), " ", outcome(b.get(CallAlertCount, "providerList=AWS,Azure")))
		}, map[string]string{"comma": "true 200", "repeated": "true 400 Provider Type not supported"}},
		{"unlisted-value", Options{Alerts: 5}, func(b *bench) string {
			return strings.Join([]string{
				b.found(CallAlerts, "page=1&severity=HIGH"), total(b, "states=CLOSED"), total(b, "policyTagList=cis"), b.found(CallSearch+"AWS_S3", "size=50&filters=x"),
			}, "; ")
		}, map[string]string{"none": "0; 0; 0; 0", "ignored": "5; 5; 5; 7", "refused": strings.Repeat("; "+badArguments, 4)[2:]}},
		{"bad-days", Options{Alerts: 5}, func(b *bench) string { return total(b, "days=x") },
			map[string]string{"refused": "400 Days cannot be less than 1 and greater than 365", "ignored": "5"}},
		{"missing-accounts", Options{}, func(b *bench) string { return total(b, "accountIds=1,111122223333,2") },
			map[string]string{"missing": "400 Account Ids 1,2 not found", "all": "400 Account Ids 1,111122223333,2 not found"}},
		{"date-only", Options{Alerts: 5}, func(b *bench) string {
			return total(b, "lastSeenFrom=2020-01-01T") + " " + total(b, "lastSeenFrom=2020-01-01")
		},
			map[string]string{"accepted": "5 5", "refused": "5 400 " + badDate("lastSeenFrom")}},
		{"date-end", Options{Alerts: 5}, func(b *bench) string { return total(b, day) },
			map[string]string{"start": "4", "end": "5"}}, // one was seen at noon
		{"window", Options{Alerts: 5}, func(b *bench) string {
			b.later(366 * 24 * time.Hour)
			return total(b, "lastSeenFrom=2020-01-01") + " " + total(b, "lastSeenTo=2027-12-31") + " " + total(b, "")
		}, map[string]string{"replaced": "5 5 0", "year": "0 0 0"}},
		{"failure-order", Options{}, func(b *bench) string { return total(b, "alertType=x&providerList=x&days=x") },
			map[string]string{"table": "400 Alert Type not supported", "reversed": "400 Days cannot be less than 1 and greater than 365"}},
		{"level-case", Options{Alerts: 1}, func(b *bench) string { return first(b, "criticalLevel") },
			map[string]string{"upper": `"CRITICAL"`, "lower": `"critical"`}},
		{"time-unit", Options{Alerts: 1}, func(b *bench) string { return first(b, "lastSeen") },
			map[string]string{"milliseconds": "1772366400000", "seconds": "1772366400"}},
	}
}

// httptestAnswer is an answer with a value as its body.
func httptestAnswer(v any) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	writeJSON(w, http.StatusOK, v)
	return w
}

func settledSearches() []settled {
	return []settled{
		{"search-answer", Options{Hits: 3}, func(b *bench) string {
			var v any
			if err := json.Unmarshal(b.get(CallSearch+"AWS_S3", "size=2&page=2").Body.Bytes(), &v); err != nil {
				return err.Error()
			}
			if list, ok := v.([]any); ok {
				return fmt.Sprint("array of ", len(list))
			}
			fields := v.(map[string]any)
			for name, value := range fields {
				if list, ok := value.([]any); ok {
					return fmt.Sprint(name, " of ", len(list), ", ", len(fields), " fields")
				}
			}
			return "none"
		}, map[string]string{"data": "data of 1, 6 fields", "content": "content of 1, 8 fields", "results": "results of 1, 2 fields", "array": "array of 1"}},
		{"unknown-key", Options{}, func(b *bench) string { return b.found(CallSearch+"AWS_NOTHING", "size=5") },
			map[string]string{"404": noResource, "refused": badArguments, "empty": "0"}},
		{"large-size", Options{Hits: 10001}, func(b *bench) string { return b.found(CallSearch+"AWS_S3", "size=10001") },
			map[string]string{"capped": "10000", "refused": badArguments}},
	}
}

func settledImages() []settled {
	submit := func(b *bench, names string) *httptest.ResponseRecorder {
		w := b.post(CallSubmitImages, "repoURL=u&imageNames="+names)
		b.later(time.Second)
		return w
	}
	task := func(b *bench, name string) string { return field(b.get(CallTaskResult, "taskId=id-1"), name) }
	images := func(b *bench) string {
		return fmt.Sprint(task(b, "status"), " ", strings.Count(task(b, "scanResult"), "fullTag"))
	}
	firstImage := func(b *bench, name string) string {
		submit(b, "nginx")
		return field(httptestAnswer(b.decode(b.get(CallTaskResult, "taskId=id-1"))["scanResult"].([]any)[0]), name)
	}
	return []settled{
		{"unknown-task", Options{}, func(b *bench) string { return field(b.get(CallTaskResult, "taskId=x"), "status") },
			map[string]string{"404": noResource, "failed": `"failed"`, "refused": badArguments}},
		{"duplicate-task", Options{Faults: Faults{DuplicateForever: true}}, func(b *bench) string {
			w := submit(b, "nginx")
			return field(w, "duplicate") + " " + field(w, "taskId")
		}, map[string]string{"running": `true "id-1"`, "none": "true null"}},
		{"quota-task", Options{Quota: 1}, func(b *bench) string {
			w := submit(b, "nginx,redis")
			return field(w, "quotaFull") + " " + field(w, "taskId") + " " + images(b)
		}, map[string]string{
			"failed": `true "id-1" "failed" 0`, "none": `true null ` + noResource + " 0", "partial": `true "id-1" "complete" 1`,
		}},
		{"unpullable", Options{}, func(b *bench) string {
			submit(b, "nginx,acme.example/app")
			return images(b)
		}, map[string]string{"missing": `"complete" 1`, "failed": `"failed" 0`, "empty": `"complete" 2`}},
		{"full-tag", Options{}, func(b *bench) string { return firstImage(b, "fullTag") },
			map[string]string{"normalised": `"docker.io/library/nginx:latest"`, "short": `"nginx:latest"`}},
		{"files-scanned", Options{}, func(b *bench) string {
			submit(b, "nginx")
			return task(b, "filesScanned")
		}, map[string]string{"count": "1", "list": `["docker.io/library/nginx:latest"]`}},
		{"task-times", Options{}, func(b *bench) string {
			submit(b, "nginx")
			return task(b, "createdAt")
		}, map[string]string{"text": `"2026-03-01T12:00:00.000Z"`, "milliseconds": "1772366400000"}},
		{"more-levels", Options{}, func(b *bench) string {
			return fmt.Sprint(strings.Contains(firstImage(b, "vulnerabilities"), "negligible"))
		}, map[string]string{"negligible": "true", "none": "false"}},
		{"not-analysed", Options{}, func(b *bench) string {
			return field(b.get(CallContainerResult, "container=docker.io/library/nginx:latest"), "success")
		}, map[string]string{"unsuccessful": "false", "refused": badArguments, "404": noResource}},
		{"short-name", Options{}, func(b *bench) string {
			submit(b, "nginx")
			return field(b.get(CallContainerResult, "container=docker.io/library/nginx"), "success") + " " + field(b.get(CallContainerResult, "container=nginx"), "success")
		}, map[string]string{"accepted": "true true", "refused": "true " + badArguments}},
	}
}

func settledScans() []settled {
	scan := func(b *bench, query string, files ...string) *httptest.ResponseRecorder {
		w := b.post(CallIaCScan, query, files...)
		b.later(time.Second)
		return w
	}
	status := func(b *bench) string {
		return field(b.get(CallIaCStatus, "scan_id=id-1"), "success") + " " + field(b.get(CallIaCStatus, "scan_id=id-1"), "error")
	}
	report := func(b *bench) string { return field(b.get(CallIaCReport, "scan_id=id-1"), "alerts") }
	return []settled{
		{"save-without-repository", Options{}, func(b *bench) string {
			return outcome(scan(b, "save_results_to_account=true", "a.tf", publicCluster))
		}, map[string]string{"refused": badArguments, "not-saved": "200"}},
		{"unknown-policy", Options{}, func(b *bench) string {
			return outcome(scan(b, "policy_name=x", "a.tf", publicCluster)) + "; " + status(b) + fmt.Sprint(" ", strings.Count(report(b), "scanID"))
		}, map[string]string{
			"failed":  `200; false "Unable to find the policy 'x'" 0`,
			"refused": badArguments + "; " + scanLost + " " + scanLost + " 0", "all": "200; true null 1",
		}},
		{"bad-template", Options{}, func(b *bench) string {
			scan(b, "", "a.tf", publicCluster, "b.tf", "resource {{{")
			return fmt.Sprint(field(b.get(CallIaCStatus, "scan_id=id-1"), "success"), " ", strings.Count(report(b), "scanID"))
		}, map[string]string{"failed": "false 0", "skipped": "true 1"}},
		{"new-scan", Options{Timing: Timing{Scan: 700 * time.Millisecond}}, func(b *bench) string {
			b.post(CallIaCScan, "", "a.tf", "")
			w := b.get(CallIaCStatus, "scan_id=id-1")
			return field(w, "processing_ongoing") + " " + field(w, "success")
		}, map[string]string{"ongoing": "true false", "idle": "false false", "unknown": scanLost + " " + scanLost}},
		{"status-key", Options{}, func(b *bench) string {
			scan(b, "", "a.tf", "")
			w := b.get(CallIaCStatus, "scan_id=id-1")
			return field(w, "processing_ongoing") + " " + field(w, "process_ongoing")
		}, map[string]string{"processing_ongoing": "false -", "process_ongoing": "- false"}},
		{"early-report", Options{Faults: Faults{NeverDone: true}}, func(b *bench) string {
			scan(b, "", "a.tf", publicCluster)
			return report(b)
		}, map[string]string{"refused": scanLost, "empty": "[]"}},
		{"file-names", Options{}, func(b *bench) string {
			scan(b, "", "infra/a.tf", publicCluster)
			return regexp.MustCompile(`File: [^)]*`).FindString(report(b))
		}, map[string]string{"paths": "File: infra/a.tf", "base-names": "File: a.tf"}},
		{"references", Options{}, func(b *bench) string {
			scan(b, "", "a.tf", publicCluster)
			return fmt.Sprint(strings.Count(report(b), "(Ref: house, File: a.tf)"))
		}, map[string]string{"named": "1", "none": "0"}},
	}
}

// Every choice that the code asks for is one of the registry, and each but the default is
// asked for.
func TestChoicesAreThoseOfTheRegistry(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source bytes.Buffer
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	asked := map[string]bool{"new-scan=idle": true} // it sets a time
	for _, m := range regexp.MustCompile(`assumes\("([^"]+)"\)`).FindAllStringSubmatch(source.String(), -1) {
		asked[m[1]] = true
	}
	for _, a := range Assumptions() {
		for i, c := range a.Choices {
			pair := a.Name + "=" + c.Value
			if asked[pair] == (i == 0) {
				t.Errorf("%s: the code asks for it: %v", pair, asked[pair])
			}
			delete(asked, pair)
		}
	}
	for pair := range asked {
		t.Errorf("the registry does not have %s", pair)
	}
}

func TestParseAssumptions(t *testing.T) {
	t.Parallel()
	for pair, want := range map[string]string{
		"bad-page=refused": "",
		"bad-page":         `--assume "bad-page": unknown value of bad-page ""; fix: use first, refused`,
		"bad-page=zero":    `--assume "bad-page=zero": unknown value of bad-page "zero"; fix: use first, refused`,
		"page=refused":     `--assume "page=refused": unknown assumption "page"; did you mean "bad-page" or "current-page"?`,
		"=":                `--assume "=": unknown assumption ""; fix: use one like other-scheme, unknown-path, other-method`,
	} {
		_, err := ParseAssumptions([]string{pair})
		if err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%s: %v, want %s", pair, err, want)
		}
	}
	if _, err := ParseAssumptions([]string{"lists=comma", "lists=repeated"}); err == nil || !strings.Contains(err.Error(), `duplicate name "lists"`) {
		t.Errorf("a name twice: %v", err)
	}
}
