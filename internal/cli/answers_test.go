package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// answersBy is a service that answers with these texts, by the end of the path: every
// call of others is answered correctly. In a text, <task> is the id of the task, and <alert>
// an alert. A text of the form "202 …" has another status.
type answersBy map[string]string

// The paths of the calls.
const (
	submitFiles  = "/image-scanning/submit-for-scan"
	submitNames  = "/by-image-name"
	taskResult   = "/get-scan-result"
	submitIaC    = "/iac/scan"
	iacStatus    = "/iac/scan/status"
	iacReport    = "/iac/scan/detailedReport"
	alertNumbers = "/alerts/count"
	alertList    = "/alerts"
)

const oneAlert = `{"scanID":"s1","alertSummary":"open","criticalLevel":"CRITICAL","alertDetails":"aws_s3_bucket.logs in main.tf"}`

func (a answersBy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	correct := map[string]string{
		submitFiles:  `{"taskId":"t1","duplicate":false,"quotaFull":false}`,
		submitNames:  `{"taskId":"t2","duplicate":false,"quotaFull":false}`,
		taskResult:   `{"taskId":"<task>","status":"complete","filesScanned":1,"scanResult":[{"fullTag":"nginx:1.25","vulnerabilities":{"critical":0},"files":["Dockerfile"],"isSecure":true}]}`,
		submitIaC:    `{"scan_id":"s1","summary":null}`,
		iacStatus:    `{"processing_ongoing":false,"success":true,"error":null}`,
		iacReport:    `{"alerts":[]}`,
		alertNumbers: `{"critical":0,"high":0,"medium":0,"low":0,"total":0}`,
		alertList:    `{"data":[],"currentPage":1,"hasNext":false,"totalPages":0,"size":50}`,
	}
	// The longest path fits best.
	for _, path := range []string{submitNames, submitFiles, taskResult, iacStatus, iacReport, submitIaC, alertNumbers, alertList} {
		if !strings.HasSuffix(r.URL.Path, path) {
			continue
		}
		text, ok := a[path]
		if !ok {
			text = correct[path]
		}
		if status, rest, found := strings.Cut(text, " "); found && (status == "202" || status == "206") {
			w.WriteHeader(map[string]int{"202": http.StatusAccepted, "206": http.StatusPartialContent}[status])
			text = rest
		}
		text = strings.NewReplacer("<task>", r.URL.Query().Get("taskId"), "<alert>", oneAlert).Replace(text)
		_, _ = w.Write([]byte(text))
		return
	}
	http.NotFound(w, r)
}

// scan runs a command line against the service.
func (a answersBy) scan(t *testing.T, files map[string]string, args ...string) ran {
	t.Helper()
	network := transporttest.Serve(t, a)
	return scanOf(t, treeOf(t, files), plainEndpoint, func(s *cli.System) { s.Dial = network.Dial }, append(args, "--timeout", "1m", "--no-progress")...)
}

// task is an answer with one image.
func task(image string) answersBy {
	return answersBy{taskResult: `{"taskId":"<task>","status":"complete","scanResult":[` + image + `]}`}
}

// A correct service passes, and a faulty one never does.
func TestAnswersOfAFaultyService(t *testing.T) {
	t.Parallel()
	const huge = "9223372036854775807"
	files := map[string]map[string]string{
		"iac":        {"main.tf": bucketTF},
		"dockerfile": {"Dockerfile": "FROM nginx:1.25\n"},
	}
	for name, tt := range map[string]struct {
		only   string
		answer answersBy
		code   int
		says   string
	}{
		"correct scan": {"iac", nil, 0, "PASS (exit 0): no findings; 1/1 answered"},
		"correct task": {"dockerfile", nil, 0, "PASS (exit 0): no findings; 2/2 answered"},

		"summary":              {"iac", answersBy{submitIaC: `{"scan_id":"s1","summary":{"num_critical_alerts":5,"num_high_alerts":0,"num_medium_alerts":0,"num_low_alerts":0}}`}, 3, "5 critical alerts in the answer to its submission, and 0 in its report"},
		"summary with null":    {"iac", answersBy{submitIaC: `{"scan_id":"s1","summary":{"num_critical_alerts":null,"num_high_alerts":0,"num_medium_alerts":0,"num_low_alerts":0}}`}, 3, "summary.num_critical_alerts"},
		"success and error":    {"iac", answersBy{iacStatus: `{"processing_ongoing":false,"success":true,"error":"1 of 1 files could not be parsed"}`}, 3, "1 of 1 files could not be parsed"},
		"success twice":        {"iac", answersBy{iacStatus: `{"processing_ongoing":false,"success":false,"success":true}`}, 3, "success: duplicate key"},
		"ongoing in two cases": {"iac", answersBy{iacStatus: `{"processing_ongoing":false,"Processing_Ongoing":true,"success":true}`}, 3, `the key is spelled "Processing_Ongoing"`},
		"status of another":    {"iac", answersBy{iacStatus: `{"scan_id":"s2","processing_ongoing":false,"success":true}`}, 3, `the status of scan s1 names scan "s2"`},
		"status 202":           {"iac", answersBy{iacStatus: `202 {"processing_ongoing":false,"success":true}`}, 3, "status 202"},
		"report 202":           {"iac", answersBy{iacReport: `202 {"alerts":[]}`}, 3, "status 202"},
		"report 206":           {"iac", answersBy{iacReport: `206 {"alerts":[]}`}, 3, "status 206"},
		"report with error":    {"iac", answersBy{iacReport: `{"alerts":[],"error":"report not ready"}`}, 3, "report not ready"},
		"report and a finding": {"iac", answersBy{iacReport: `{"alerts":[<alert>],"error":"report not ready"}`}, 1, "critical 1 > 0; 0/1 answered"},
		"report not a success": {"iac", answersBy{iacReport: `{"success":false,"alerts":[]}`}, 3, "says that the scan did not succeed"},
		"report with pages":    {"iac", answersBy{iacReport: `{"alerts":[],"hasNext":true,"totalPages":5,"currentPage":1}`}, 3, "has more pages"},
		"report of another":    {"iac", answersBy{iacReport: `{"scan_id":"other","alerts":[]}`}, 3, `is of scan "other"`},
		"report twice":         {"iac", answersBy{iacReport: `{"alerts":[<alert>],"alerts":[]}`}, 1, "alerts: duplicate key"},
		"report and more":      {"iac", answersBy{iacReport: `{"alerts":[]}{"alerts":[<alert>]}`}, 3, "text after the end"},

		"status twice":            {"dockerfile", answersBy{taskResult: `{"taskId":"<task>","status":"failed","status":"complete","scanResult":[]}`}, 3, "status: duplicate key"},
		"result twice":            {"dockerfile", answersBy{taskResult: `{"taskId":"<task>","status":"complete","scanResult":[{"fullTag":"nginx:1.25","vulnerabilities":{"critical":3}}],"scanResult":[]}`}, 3, "scanResult: duplicate key"},
		"another task":            {"dockerfile", answersBy{taskResult: `{"taskId":"t9","status":"complete","scanResult":[]}`}, 3, `"t9"`},
		"completed":               {"dockerfile", answersBy{taskResult: `{"taskId":"<task>","status":"completed","scanResult":[]}`}, 3, `"completed"`},
		"no file scanned":         {"dockerfile", answersBy{taskResult: `{"taskId":"<task>","status":"complete","filesScanned":0,"scanResult":[{"fullTag":"nginx:1.25","vulnerabilities":{"critical":0},"files":["Dockerfile"]}]}`}, 3, "0 files were scanned"},
		"no file and no image":    {"dockerfile", answersBy{taskResult: `{"taskId":"<task>","status":"complete","filesScanned":0,"scanResult":[]}`}, 3, "no answer names docker.io/library/nginx:1.25"},
		"counts twice":            {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{"critical":3},"vulnerabilities":{"critical":0}}`), 3, "vulnerabilities: duplicate key"},
		"count in two cases":      {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{"critical":` + huge + `,"CRITICAL":` + huge + `}}`), 3, `the key is spelled "CRITICAL"`},
		"counts null":             {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{"critical":null,"high":null,"medium":null,"low":null}}`), 3, "vulnerabilities.critical: must be an integer >= 0, got null"},
		"one count null":          {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{"critical":0,"high":null},"isSecure":true}`), 3, "vulnerabilities.high"},
		"counts missing":          {"dockerfile", task(`{"fullTag":"nginx:1.25","isSecure":true}`), 3, "vulnerabilities"},
		"counts empty":            {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{}}`), 3, "unless isSecure is true"},
		"counts empty, insecure":  {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{},"isSecure":false}`), 3, "unless isSecure is true"},
		"counts empty, secure":    {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{},"isSecure":true}`), 0, "PASS"},
		"counts as text":          {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{"critical":"0","low":"4"}}`), 0, "low 4"},
		"sum of unknown":          {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{"odd":` + huge + `,"odder":` + huge + `}}`), 1, "unknown " + huge + " > 0"},
		"not secure":              {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{"critical":0,"low":1},"isSecure":false}`), 1, "high 1 > 0, low 1"},
		"not secure, and nothing": {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{"low":0},"isSecure":false}`), 1, "high 1 > 0"},
		"not secure, with high":   {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{"high":2},"isSecure":false}`), 1, "high 2 > 0;"},
		"secure, with low":        {"dockerfile", task(`{"fullTag":"nginx:1.25","vulnerabilities":{"low":2},"isSecure":true}`), 0, "low 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tt.answer.scan(t, files[tt.only], "--only", tt.only).wants(t, tt.code, tt.says)
			})
		})
	}
}

// Two submissions that get one id are answered by neither report.
func TestOneScanForTwoSubmissions(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 300 {
		files[fmt.Sprintf("m%d.tf", i)] = bucketTF
	}
	synctest.Test(t, func(t *testing.T) {
		answersBy{}.scan(t, files).wants(t, 3, "0/300 answered, 300 failed: the service gave two submissions the same scan id")
	})
}

// --tolerate accepts one kind of contradiction for one run, and the verdict says so,
// also when it is taken again.
func TestTolerate(t *testing.T) {
	t.Parallel()
	faulty := answersBy{iacReport: `{"alerts":[],"error":"report not ready"}`}
	files := map[string]string{"main.tf": bucketTF}
	const line = "PASS (exit 0): no findings; 1/1 answered, 1 by submission; tolerated: report-error"
	saved := filepath.Join(t.TempDir(), "r.json")
	synctest.Test(t, func(t *testing.T) {
		faulty.scan(t, files, "--tolerate", "report-error", "-v").wants(t, 0, line, "the report of scan s1 has an error: report not ready; this is tolerated (report-error)")
		faulty.scan(t, files, "--tolerate", "success-with-error", "--tolerate", "summary-mismatch").
			wants(t, 3, "report not ready", "accept it with --tolerate report-error", "tolerated: success-with-error, summary-mismatch")
		// A name that was not needed is listed too.
		answersBy{}.scan(t, files, "--tolerate", "report-error", "--tolerate", "report-error").wants(t, 0, line)
		answersBy{}.scan(t, files, "--tolerate", "report-error", "-o", "json="+saved).wants(t, 0, line)
		runOf(t, nil, "verdict", saved).wants(t, 0, line)
		runOf(t, nil, "verdict", saved, "--tolerate", "report-error").wants(t, 2, "--tolerate")
	})
	text, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if got, ok := doc["tolerated"].([]any); !ok || !slices.Equal(got, []any{"report-error"}) {
		t.Errorf("result.json has tolerated: %v", doc["tolerated"])
	}
	doc["tolerated"] = []string{"everything"}
	decideSaved(t, doc, 2, `"everything"`)
	delete(doc, "tolerated")
	decideSaved(t, doc, 2, "verdict.line")
}

func TestTolerateIsForTheCommandLine(t *testing.T) {
	t.Parallel()
	const list = "summary-mismatch, success-with-error, report-error, files-scanned-zero, alert-count"
	faulty := answersBy{iacReport: `{"alerts":[],"error":"report not ready"}`}
	synctest.Test(t, func(t *testing.T) {
		files := map[string]string{"main.tf": bucketTF}
		for _, name := range []string{"", "all", "Report-Error", "report-error,alert-count", "duplicate-key"} {
			faulty.scan(t, files, "--tolerate", name).wants(t, 2, "--tolerate: unknown value "+strconv.Quote(name), "fix: use "+list)
		}
		network := transporttest.Serve(t, faulty)
		environment := func(s *cli.System) {
			s.Dial = network.Dial
			s.Environ = append(s.Environ, "GITHUB_ACTIONS=true", "SCANGATE_TOLERATE=report-error", "INPUT_TOLERATE=report-error")
		}
		scanOf(t, treeOf(t, files), plainEndpoint, environment).wants(t, 3, "report not ready", "SCANGATE_TOLERATE is not a setting")
		files[".scangate.yaml"] = "version: 1\ntolerate: report-error\n"
		faulty.scan(t, files).wants(t, 2, "tolerate can't be set in the config file", "fix: use --tolerate")
	})
}

func TestTolerateCountsOfAlerts(t *testing.T) {
	t.Parallel()
	faulty := answersBy{alertNumbers: `{"critical":5,"high":0,"medium":0,"low":0,"total":5}`}
	network := transporttest.Serve(t, faulty)
	dir := treeOf(t, map[string]string{".scangate.yaml": "version: 1\nalerts:\n  - {source: cloud-optix}\n"})
	alerts := func(args ...string) ran {
		line := append([]string{"alerts", "--endpoint", plainEndpoint, "--config", filepath.Join(dir, ".scangate.yaml")}, args...)
		return runOf(t, func(s *cli.System) {
			s.Dial = network.Dial
			s.Environ = append(s.Environ, "PATH="+os.Getenv("PATH"))
		}, line...)
	}
	alerts().wants(t, 3, "the service counts 5 and lists 0", "accept it with --tolerate alert-count")
	alerts("--tolerate", "report-error").wants(t, 3, "the service counts 5 and lists 0")
	alerts("--tolerate", "alert-count").wants(t, 0, "tolerated: alert-count", "the service counts 5 and lists 0; this is tolerated")
}
