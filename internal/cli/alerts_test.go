package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/run"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// The secrets of these tests, and the personal data in what their services hold.
const (
	alertKey    = "s3cret-key-of-the-sources"
	alertToken  = "s3cret-token-of-the-session"
	alertPerson = "jane.roe@acme.example"
	alertFile   = "salaries-of-jane.xlsx"
)

// vendorServices answers for the four other vendors, each under a folder of its
// own, with one high alert each.
func vendorServices() http.Handler {
	say := func(w http.ResponseWriter, status int, body string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /zpc/v1/alerts/{list}", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("x-api-key") != alertKey {
			say(w, http.StatusUnauthorized, "revoked: "+r.Header.Get("x-api-key"))
			return
		}
		say(w, http.StatusOK, fmt.Sprintf(`{"alerts":[{"alert_id":"ZS-%s","alert_status":"Open","severity":"HIGH","alert_url":"https://admin.zpccloud.net/a/1","updated_by":%q,
			"policy":{"policy_id":"ZS-AWS-00238","policy_name":"Encrypt topics"},"cloud_account":{"account_id":"288119319793"},"created":1683306261}],"total_count":1,"next_link":""}`, r.PathValue("list"), alertPerson))
	})
	mux.HandleFunc("GET /iot/pub/v4.0/alert/list", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Access-Key") != alertKey {
			say(w, http.StatusForbidden, `{"code":403,"msg":"Forbidden access."}`)
			return
		}
		say(w, http.StatusOK, `{"total":1,"items":[{"id":"5eb9","resolved":"no","severity":"high","name":"baseline violated"}]}`)
	})
	mux.HandleFunc("POST /wf/v1/auth/api-key/token", func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusCreated, fmt.Sprintf(`{"token":%q,"token_type":"Bearer","expires_in":43200}`, alertToken))
	})
	mux.HandleFunc("POST /wf/dlp/v1/incidents/search", func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusOK, fmt.Sprintf(`{"incidents":[{"internalId":"1-143-16786974353299200003","severity":"HIGH","status":"NEW","matchingPolicies":{"rules":[{"name":"Block SSN of %s"}]},
			"userInfo":{"name":"Jane Roe","email":%q},"contentInfo":{"fileName":%q}}],"cursor":{"totalPages":1,"currentPageNumber":0,"currentPageSize":1,"totalElements":1}}`, alertFile, alertPerson, alertFile))
	})
	mux.HandleFunc("GET /ns/api/v2/events/data/alert", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("offset") != "0" {
			say(w, http.StatusOK, `{"ok":1,"result":[]}`)
			return
		}
		say(w, http.StatusOK, fmt.Sprintf(`{"ok":1,"result":[{"_id":"7a30","alert_type":"DLP","alert_name":"PII in %s","dlp_rule_severity":"High","user":%q,"object":%q,"acked":"false","request_id":9064411288558768620}]}`, alertFile, alertPerson, alertFile))
	})
	return mux
}

// alertWorld is a folder with a config that asks all five sources and one check,
// and an environment in which they are set up.
type alertWorld struct {
	dir string
	env map[string]string
}

func newAlertWorld(t *testing.T) *alertWorld {
	t.Helper()
	vendors := httptest.NewServer(vendorServices())
	t.Cleanup(vendors.Close)
	optix := httptest.NewServer(emulator.New(emulator.Options{Now: time.Now, Key: alertKey}))
	t.Cleanup(optix.Close)
	dir := t.TempDir()
	config := "version: 1\nalerts:\n"
	for _, s := range []string{"cloud-optix", "zscaler-zpc", "palo-alto-iot", "zscaler-workflow", "netskope"} {
		config += "  - {source: " + s + ", max: {critical: 99, high: 99}}\n"
	}
	config += "checks:\n  - {name: no public buckets, search: AWS_S3, term: isPublic:true, max: 1}\n"
	if err := os.WriteFile(filepath.Join(dir, ".scangate.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return &alertWorld{dir: dir, env: map[string]string{
		"PATH": os.Getenv("PATH"), "GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"SCANGATE_ENDPOINT": optix.URL, "SCANGATE_API_KEY": alertKey, "SCANGATE_CONFIG": filepath.Join(dir, ".scangate.yaml"),
		"SCANGATE_ZSCALER_ZPC_URL": vendors.URL + "/zpc", "SCANGATE_ZSCALER_ZPC_API_KEY": alertKey,
		"SCANGATE_PALO_ALTO_IOT_URL": vendors.URL + "/iot/pub/v4.0", "SCANGATE_PALO_ALTO_IOT_CUSTOMER_ID": "acme",
		"SCANGATE_PALO_ALTO_IOT_KEY_ID": "id", "SCANGATE_PALO_ALTO_IOT_ACCESS_KEY": alertKey,
		"SCANGATE_ZSCALER_WORKFLOW_URL": vendors.URL + "/wf", "SCANGATE_ZSCALER_WORKFLOW_KEY_ID": "id", "SCANGATE_ZSCALER_WORKFLOW_KEY_SECRET": alertKey,
		"SCANGATE_NETSKOPE_URL": vendors.URL + "/ns", "SCANGATE_NETSKOPE_TOKEN": alertKey,
	}}
}

// run returns the exit code, the verdict line, and all that the run has written
// anywhere.
func (a *alertWorld) run(t *testing.T, args ...string) (code int, line, all string) {
	t.Helper()
	out := t.TempDir()
	args = append(args, templateFlag(t)...)
	for _, f := range report.Formats() {
		args = append(args, "-o", f.Name+"="+filepath.Join(out, f.Name))
	}
	var stdout, stderr bytes.Buffer
	sys := cli.System{System: run.System{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Now: time.Now}}
	for name, value := range a.env {
		sys.Environ = append(sys.Environ, name+"="+value)
	}
	code = cli.Main(t.Context(), args, sys)
	all = stdout.String() + stderr.String()
	for _, f := range report.Formats() {
		b, err := os.ReadFile(filepath.Join(out, f.Name))
		if err != nil && !f.CompleteOnly {
			t.Errorf("%s: %v", f.Name, err)
		}
		all += string(b)
	}
	lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
	return code, lines[len(lines)-1], all
}

func TestAlertsOfAllSources(t *testing.T) {
	t.Parallel()
	a := newAlertWorld(t)
	code, line, all := a.run(t, "alerts", "--debug")
	if code != 0 || !strings.Contains(line, "PASS (exit 0)") || !strings.Contains(line, "6/6 answered") || !strings.Contains(line, "zscaler-zpc high 2 <= 99") {
		t.Errorf("exit %d: %s", code, line)
	}
	for _, word := range []string{alertKey, alertToken, alertPerson, "jane", "Jane Roe", alertFile} {
		if strings.Contains(all, word) {
			t.Errorf("%q is in some output", word)
		}
	}
	for _, word := range []string{"Encrypt topics", "288119319793", "https://admin.zpccloud.net/a/1", "1-143-16786974353299200003"} {
		if !strings.Contains(all, word) {
			t.Errorf("%q is in no output", word)
		}
	}
	_, _, all = a.run(t, "alerts", "--include-personal-data")
	if !strings.Contains(all, alertPerson) || !strings.Contains(all, alertFile) {
		t.Error("--include-personal-data shows none")
	}
}

// Alerts are beside the scans, and never in the SARIF for upload.
func TestScanAsksForAlertsToo(t *testing.T) {
	t.Parallel()
	a := newAlertWorld(t)
	if err := os.WriteFile(filepath.Join(a.dir, "main.tf"), []byte(bucketTF), 0o600); err != nil {
		t.Fatal(err)
	}
	sarif := filepath.Join(t.TempDir(), "up.sarif")
	saved := filepath.Join(t.TempDir(), "saved.json")
	delete(a.env, "SCANGATE_CONFIG") // the file is found in the folder, and has places there
	code, line, _ := a.run(t, "scan", a.dir, "--fail-on", "none", "-o", "sarif="+sarif, "-o", "json="+saved)
	if code != 0 || !strings.Contains(line, "7/7 answered") {
		t.Errorf("exit %d: %s", code, line)
	}
	places := map[string][]result.Location{}
	for _, row := range readSaved(t, saved).Ledger {
		places[row.Target.Name] = row.Target.Places
	}
	for name, line := range map[string]int{"zscaler-zpc": 4, "no public buckets": 9} {
		if diff := cmp.Diff([]result.Location{{Path: ".scangate.yaml", Line: line}}, places[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	b, err := os.ReadFile(sarif)
	if err != nil || strings.Contains(string(b), "Encrypt topics") {
		t.Errorf("alerts are in the SARIF for upload, or there is none: %v", err)
	}
}

// One of five that does not answer makes the run incomplete, unless a limit is
// crossed: then that counts more.
func TestOneSourceWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(a *alertWorld)
		args   []string
		code   int
		line   string
	}{
		"wrong key":      {func(a *alertWorld) { a.env["SCANGATE_ZSCALER_ZPC_API_KEY"] = "wrong-key" }, nil, 3, "INCOMPLETE (exit 3): 5/6 answered, 1 failed: zscaler-zpc: "},
		"not set up":     {func(a *alertWorld) { delete(a.env, "SCANGATE_NETSKOPE_TOKEN") }, nil, 3, "netskope: SCANGATE_NETSKOPE_TOKEN not set"},
		"not set up, ok": {func(a *alertWorld) { delete(a.env, "SCANGATE_NETSKOPE_TOKEN") }, []string{"--on-no-credentials", "warn"}, 0, "UNVERIFIED (exit 0): 5/6 answered"},
		// A key was sent: a service that did not receive it is not a missing key.
		"a key that is lost": {func(a *alertWorld) { a.env["SCANGATE_ENDPOINT"] = answering(t, 400, "ApiKey not provided") }, []string{"--on-no-credentials", "warn"}, 3, "INCOMPLETE (exit 3): 4/6 answered, 2 failed"},
		"elsewhere":          {func(a *alertWorld) { a.env["SCANGATE_ZSCALER_WORKFLOW_URL"] += "/none" }, nil, 3, "1 failed: zscaler-workflow: "},
		"no gate's key":      {func(a *alertWorld) { delete(a.env, "SCANGATE_API_KEY") }, nil, 3, "4/6 answered, 2 failed: there is no API key"},
		"bad address":        {func(a *alertWorld) { a.env["SCANGATE_NETSKOPE_URL"] = "http://acme.example" }, nil, 2, "USAGE (exit 2): alerts: netskope: SCANGATE_NETSKOPE_URL: http is allowed for loopback"},
		"a total of none": {func(a *alertWorld) {
			a.env["SCANGATE_ZSCALER_ZPC_URL"] = answering(t, 200, `{"alerts":[],"total_count":5,"next_link":""}`)
		}, nil, 3, "1 failed: zscaler-zpc: the answer counts 5 items in total, and its only page holds 0"},
		"accepted only": {func(a *alertWorld) {
			a.env["SCANGATE_ZSCALER_ZPC_URL"] = answering(t, 202, `{"alerts":[],"total_count":0,"next_link":""}`)
		}, nil, 3, "1 failed: zscaler-zpc: status 202 Accepted: only 200 is a success"},
		"numbers of none": {func(a *alertWorld) {
			a.configure(t, "version: 1\nalerts:\n  - {source: cloud-optix}\n")
			a.env["SCANGATE_ENDPOINT"] = answering(t, 200, `{"critical":5,"high":0,"medium":0,"low":0,"total":0,"data":[],"currentPage":1,"totalPages":0,"hasNext":false}`)
		}, nil, 3, "1 failed: cloud-optix: alerts: the service counts 0 in total and 5 by severity"},
		"and a limit": {func(a *alertWorld) {
			delete(a.env, "SCANGATE_NETSKOPE_TOKEN")
			a.configure(t, "version: 1\nalerts:\n  - {source: netskope}\n  - {source: palo-alto-iot, max: {high: 0}}\n")
		}, nil, 1, "FAIL (exit 1): palo-alto-iot high 1 > 0; 1/2 answered, 1 failed"},
		"the policy's limits": {func(a *alertWorld) { a.configure(t, "version: 1\nalerts:\n  - {source: palo-alto-iot}\n") }, nil, 1, "FAIL (exit 1): high 1 > 0; 1/1 answered"},
		"nothing asked for":   {func(a *alertWorld) { a.configure(t, "version: 1\n") }, nil, 4, "NOTHING TO SCAN (exit 4)"},
		"a mistake": {func(a *alertWorld) {
			a.configure(t, "version: 1\nalerts:\n  - source: cloud-optix\n    days: 400\n")
		}, nil, 2, `.scangate.yaml:4:5: alerts: days: must be an integer from 1 to 365, got 400`},
		"twice": {func(a *alertWorld) {
			a.configure(t, "version: 1\nalerts:\n  - source: netskope\n  - source: netskope\n")
		}, nil, 2, `.scangate.yaml:4:5: alerts: duplicate name "netskope"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAlertWorld(t)
			tt.change(a)
			code, line, all := a.runLenient(t, append([]string{"alerts"}, tt.args...)...)
			if code != tt.code || !strings.Contains(line, tt.line) {
				t.Errorf("exit %d: %s; want %d, %s", code, line, tt.code, tt.line)
			}
			if strings.Contains(all, "wrong-key") || strings.Contains(all, alertKey) {
				t.Error("a key is shown")
			}
		})
	}
}

// answering returns the address of a server that gives every request the same answer.
func answering(t *testing.T, status int, body string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, body, status) }))
	t.Cleanup(srv.Close)
	return srv.URL
}

// Advice names the settings of the service that failed. It names the address only if
// the answer may have to do with it.
func TestAdviceNamesTheServicesOwnSettings(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{404: "check SCANGATE_ZSCALER_ZPC_URL", 410: "newer version", 401: "check SCANGATE_ZSCALER_ZPC_API_KEY"} {
		a := newAlertWorld(t)
		a.env["SCANGATE_ZSCALER_ZPC_URL"] = answering(t, status, "gone")
		a.configure(t, "version: 1\nalerts:\n  - {source: zscaler-zpc}\n")
		code, _, all := a.runLenient(t, "alerts")
		if code != 3 || !strings.Contains(all, want) || strings.Contains(all, "--endpoint") {
			t.Errorf("%d: exit %d, without %q:\n%s", status, code, want, all)
		}
	}
}

func (a *alertWorld) configure(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, ".scangate.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// runLenient is run without reports, for runs that may end before them.
func (a *alertWorld) runLenient(t *testing.T, args ...string) (code int, line, all string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	sys := cli.System{System: run.System{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Now: time.Now}}
	for name, value := range a.env {
		sys.Environ = append(sys.Environ, name+"="+value)
	}
	code = cli.Main(t.Context(), args, sys)
	lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
	return code, lines[len(lines)-1], stdout.String() + stderr.String()
}

// Variables of the sources are known; what only looks like one is not.
func TestAlertVariablesAreKnown(t *testing.T) {
	t.Parallel()
	a := newAlertWorld(t)
	a.env["SCANGATE_ZSCALER_ZPC_KEY"] = "x"
	_, _, all := a.runLenient(t, "alerts")
	if got := strings.Count(all, "is not a setting"); got != 1 || !strings.Contains(all, "SCANGATE_ZSCALER_ZPC_KEY is not a setting") {
		t.Errorf("%d warnings, want one", got)
	}
}

// With --save-results the scan's own findings become alerts of the service, and
// are counted once.
func TestOwnAlertsAreNotCountedTwice(t *testing.T) {
	t.Parallel()
	a := newAlertWorld(t)
	a.configure(t, "version: 1\nalerts:\n  - {source: cloud-optix}\n")
	if err := os.WriteFile(filepath.Join(a.dir, "main.tf"), []byte(bucketTF), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"scan", a.dir, "--repo-url", "https://git.example/shop", "--branch", "main", "--fail-on", "none", "--max", "unknown=9"}
	// counts returns the findings in templates, those that became alerts, and all.
	counts := func(more ...string) (iac, own, all int) {
		saved := filepath.Join(t.TempDir(), "saved.json")
		if code, line, _ := a.runLenient(t, slices.Concat(args, []string{"-o", "json=" + saved}, more)...); code != 0 {
			t.Fatal(line)
		}
		findings := readSaved(t, saved).Findings
		for _, f := range findings {
			switch {
			case f.Kind == result.KindIaC:
				iac++
			case f.Kind == result.KindAlerts && f.InCloud().Account == "https://git.example/shop":
				own++
			}
		}
		return iac, own, len(findings)
	}
	for range 2 { // the second run finds the alerts of the first
		if iac, own, all := counts("--save-results"); iac == 0 || own != 0 || all != iac+40 {
			t.Errorf("%d findings, %d of templates and %d of them again", all, iac, own)
		}
	}
	// A run that saves nothing has no alerts of its own. Limits of 0 make it list all alerts.
	a.configure(t, "version: 1\nalerts:\n  - {source: cloud-optix, max: {critical: 0, high: 0, medium: 0, low: 0}}\n")
	if iac, own, all := counts("--soft-fail"); own == 0 || all != iac+own+40 {
		t.Errorf("without --save-results: %d findings, %d of templates and %d alerts of earlier runs", all, iac, own)
	}
}

// A source that takes its time is seen to be waited for.
func TestAlertsAreSeenToBeWaitedFor(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"main.tf": bucketTF, ".scangate.yaml": "version: 1\nalerts:\n  - {source: cloud-optix, max: {critical: 99, high: 99}}\n"})
	synctest.Test(t, func(t *testing.T) {
		service := optixInMemory(nil)
		net := transporttest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "alerts") {
				time.Sleep(40 * time.Second)
			}
			service.ServeHTTP(w, r)
		}))
		r := scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial = net.Dial }, "--fail-on", "none", "--max", "unknown=99")
		r.wants(t, 0, "alerts 0/1 done, reading")
		if strings.Contains(r.stderr, "iac 0/1") {
			t.Errorf("what is done is still reported:\n%s", r.stderr)
		}
	})
}
