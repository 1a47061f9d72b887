package optix

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

var testRepo = Repo{URL: "https://git.example/shop", Branch: "feature/ä b", CommitterName: "Ada L.", CommitterEmail: "ada@acme.example"}

// Parameters are spelled as in the reference, and unset ones are not sent.
func TestRequests(t *testing.T) {
	t.Parallel()
	files := []File{textFile("a/Dockerfile", "FROM x"), textFile("b/ü.tf", "")}
	repo := url.Values{
		"repo_url": {testRepo.URL}, "branch": {testRepo.Branch},
		"committer_name": {testRepo.CommitterName}, "committer_email": {testRepo.CommitterEmail},
	}
	with := func(extra ...string) url.Values {
		q := url.Values{}
		for k, v := range repo {
			q[k] = v
		}
		for i := 0; i < len(extra); i += 2 {
			q.Set(extra[i], extra[i+1])
		}
		return q
	}
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		call   func(context.Context, *Client) error
		want   string
		query  url.Values
		upload bool
	}{
		"dockerfiles": {func(ctx context.Context, c *Client) error {
			_, err := c.SubmitDockerfiles(ctx, testRepo, files)
			return err
		}, "POST /api/v1/image-scanning/submit-for-scan", repo, true},
		"images": {func(ctx context.Context, c *Client) error {
			_, err := c.SubmitImages(ctx, testRepo.URL, []string{"docker.io/library/redis:7", "x.example/y@sha256:00"})
			return err
		}, "POST /api/v1/image-scanning/submit-for-scan/by-image-name",
			url.Values{"repoURL": {testRepo.URL}, "imageNames": {"docker.io/library/redis:7,x.example/y@sha256:00"}}, false},
		"task": {func(ctx context.Context, c *Client) error {
			_, err := c.TaskResult(ctx, "t&1")
			return err
		}, "GET /api/v1/image-scanning/get-scan-result", url.Values{"taskId": {"t&1"}}, false},
		"container": {func(ctx context.Context, c *Client) error {
			_, err := c.ContainerResult(ctx, "docker.io/bkaimal0/redis:6.2.0")
			return err
		}, "GET /api/v1/image-scanning/container-scan-result", url.Values{"container": {"docker.io/bkaimal0/redis:6.2.0"}}, false},
		"templates": {func(ctx context.Context, c *Client) error {
			_, err := c.SubmitTemplates(ctx, files, IaCOptions{})
			return err
		}, "POST /api/v1/iac/scan", url.Values{}, true},
		"templates, all": {func(ctx context.Context, c *Client) error {
			_, err := c.SubmitTemplates(ctx, files, IaCOptions{Repo: testRepo, Sync: true, SaveResults: true, Policy: "P 1"})
			return err
		}, "POST /api/v1/iac/scan", with("async", "false", "save_results_to_account", "true", "policy_name", "P 1"), true},
		"status": {func(ctx context.Context, c *Client) error {
			_, err := c.IaCStatus(ctx, "s1")
			return err
		}, "GET /api/v1/iac/scan/status", url.Values{"scan_id": {"s1"}}, false},
		"report": {func(ctx context.Context, c *Client) error {
			_, err := c.DetailedReport(ctx, "s1")
			return err
		}, "GET /api/v1/iac/scan/detailedReport", url.Values{"scan_id": {"s1"}}, false},
		"counts": {func(ctx context.Context, c *Client) error {
			_, err := c.AlertCounts(ctx, AlertFilter{Days: 30, Type: "Policy", Severity: "high"})
			return err
		}, "GET /api/v1/alerts/count", url.Values{"days": {"30"}, "alertType": {"Policy"}}, false},
		"alerts": {func(ctx context.Context, c *Client) error {
			_, err := c.Alerts(ctx, AlertFilter{
				Providers: []string{"AWS", "Azure"}, PolicyTags: []string{"CIS"}, AccountIDs: []string{"1", "2"},
				LastSeenFrom: at, LastSeenTo: at.In(time.FixedZone("", 5400)), States: []string{"OPEN"}, Severity: "high",
			}, 2, 50)
			return err
		}, "GET /api/v1/alerts", url.Values{
			"providerList": {"AWS,Azure"}, "policyTagList": {"CIS"}, "accountIds": {"1,2"}, "states": {"OPEN"}, "severity": {"high"},
			"lastSeenFrom": {"2026-11-21T10:00:00+00:00"}, "lastSeenTo": {"2026-11-21T11:30:00+01:30"}, "page": {"2"}, "size": {"50"},
		}, false},
		"alerts, first page": {func(ctx context.Context, c *Client) error {
			_, err := c.Alerts(ctx, AlertFilter{}, 1, 0)
			return err
		}, "GET /api/v1/alerts", url.Values{"page": {"1"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n int
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				n++
				body, _ := io.ReadAll(r.Body)
				if got := r.Method + " " + r.URL.Path; got != tc.want {
					t.Errorf("request %s, want %s", got, tc.want)
				}
				if diff := cmp.Diff(tc.query, r.URL.Query()); diff != "" {
					t.Errorf("query (-want +got):\n%s", diff)
				}
				if a := r.Header.Get("Authorization"); a != "ApiKey "+testKey {
					t.Errorf("Authorization %q", a)
				}
				media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
				if (media == "multipart/form-data") != tc.upload || r.ContentLength != int64(len(body)) || r.TransferEncoding != nil {
					t.Errorf("%s of %d bytes, Content-Length %d, %v", media, len(body), r.ContentLength, r.TransferEncoding)
				}
				if tc.upload && !strings.Contains(string(body), `form-data; name="files"; filename="b/ü.tf"`) {
					t.Errorf("no part as in the reference: %s", body)
				}
				_, _ = io.WriteString(w, "[]")
			})
			decodeErrorOf(t, tc.call(t.Context(), c)) // an answer to no call
			if want := map[bool]int{true: 3, false: 1}[strings.HasPrefix(tc.want, "GET")]; n != want {
				t.Errorf("%d requests, want %d", n, want)
			}
		})
	}
}

func TestEmptyKeySetsNoHeader(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	Authorize(" \n")(r)
	if _, ok := r.Header["Authorization"]; ok {
		t.Error("an empty key was sent")
	}
}

// What a reader gets of a failure that the reference lists.
func TestFailuresAreExplained(t *testing.T) {
	t.Parallel()
	const where = " (the answer says: %s) (GET http://optix.example/api/v1/iac/scan/status, status %d)"
	for _, tc := range []struct {
		status       int
		body         string
		says, advice string
	}{
		{400, "ApiKey not provided", "the service received no API key" + where, "check the key in SCANGATE_API_KEY, and that no proxy removes the Authorization header"},
		{400, "Unable to find the scan you requested", `scan "s1": the service does not know the scan` + where, "run the scan again"},
		{400, "Retry using parameters timeFrom and timeTo", "the service has too much traffic for one answer" + where, "run again; if it stays so, please report it"},
		{400, "Data object invalid", "the service refused the list of addresses" + where, "run again; if it stays so, please report it"},
		{404, "No message available", "the address has no such API" + where, "check --endpoint"},
	} {
		_, err := answering(t, tc.status, tc.body).IaCStatus(t.Context(), "s1")
		f := Explain(err, testNames())
		if want := fmt.Sprintf(tc.says, tc.body, tc.status); f.Reason != want || f.Fix != tc.advice {
			t.Errorf("%+v, want %s; fix: %s", f, want, tc.advice)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		status int
		body   string
		kind   error
		says   string
		cause  result.Cause
	}{
		{400, "ApiKey not provided", ErrNoKey, "SCANGATE_API_KEY", result.CauseUnauthorized},
		{400, `{"message":"ApiKey not provided"}`, ErrNoKey, "SCANGATE_API_KEY", result.CauseUnauthorized},
		{400, `{"errorMessage":"Unable to retrieve user"}`, ErrUser, "SCANGATE_API_KEY", result.CauseUnauthorized},
		{400, "Proper arguments not provided", ErrArguments, "--branch", result.CauseService},
		{400, "Unable to find the scan you requested", ErrScanNotFound, `scan "s1": the service does not know`, result.CauseService},
		{400, "Alert Type not supported", ErrFilter, "alert source", result.CauseService},
		{400, "Provider Type not supported", ErrFilter, "alert source", result.CauseService},
		{400, "Account Ids 12 not found", ErrFilter, "alert source", result.CauseService},
		{400, "Can only set one of the filters: set 'days' or else set lastSeenFrom/lastSeenTo", ErrFilter, "alert source", result.CauseService},
		{400, "Days cannot be less than 1 and greater than 365", ErrFilter, "alert source", result.CauseService},
		{400, "Date in 'lastSeenTo' is not in proper format It accepts …", ErrFilter, "alert source", result.CauseService},
		{400, "Invalid Date format for both lastSeenFrom/lastSeenTo", ErrFilter, "alert source", result.CauseService},
		{400, "Parameter ‘lastSeenTo’ should come after ‘lastSeenFrom’", ErrFilter, "alert source", result.CauseService},
		{400, "Pageable size cannot be greater than 50", ErrFilter, "alert source", result.CauseService},
		{400, "something else", nil, "something else", result.CauseService},
		{401, "Unauthorized access or ApiKey expired", ErrUnauthorized, "SCANGATE_API_KEY", result.CauseUnauthorized},
		{403, "<html><title>Blocked</title>", ErrForbidden, "Blocked", result.CauseService},
		{404, `{"status":404,"error":"Not Found","message":"No message available","path":"/x"}`, ErrResource, "--endpoint", result.CauseService},
		{413, "", nil, "413", result.CauseService},
		{418, "short and stout", nil, "418", result.CauseService},
	} {
		t.Run(tc.body, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, tc.status, tc.body).IaCStatus(t.Context(), "s1")
			if tc.kind != nil && !errors.Is(err, tc.kind) {
				t.Errorf("%v is not %v", err, tc.kind)
			}
			if e, ok := errors.AsType[*transport.Error](err); !ok || e.Status != tc.status {
				t.Errorf("%v has no status %d", err, tc.status)
			}
			if e, ok := errors.AsType[*Error](err); !ok || (e.ScanID == "s1") != (tc.kind == ErrScanNotFound) {
				t.Errorf("%+v", err)
			}
			f := Explain(err, testNames())
			for _, want := range []string{tc.says, "GET http://optix.example/api/v1/iac/scan/status"} {
				if !strings.Contains(f.Reason+"; "+f.Fix, want) {
					t.Errorf("no %q in: %+v", want, f)
				}
			}
			if f.Reason != err.Error() || f.Fix == "" || strings.Contains(f.Reason, f.Fix) {
				t.Errorf("%+v of %v", f, err)
			}
			if tc.kind == ErrScanNotFound && f.Fix != "run the scan again" {
				t.Errorf("fix %q", f.Fix)
			}
			if f.Cause != tc.cause {
				t.Errorf("cause %s, want %s", f.Cause, tc.cause)
			}
		})
	}
}

// A 401 whose text could not be read to its end, because the run was ended, says nothing about
// the key.
func TestOnlyAStatusHasAKind(t *testing.T) {
	t.Parallel()
	for class, want := range map[transport.Class]error{transport.ClassStatus: ErrUnauthorized, transport.ClassCanceled: nil, transport.ClassProxy: nil} {
		if got := kindOf(&transport.Error{Class: class, Status: http.StatusUnauthorized}); !errors.Is(got, want) {
			t.Errorf("class %s: %v, want %v", class, got, want)
		}
	}
}

func TestExplainOther(t *testing.T) {
	t.Parallel()
	if f := Explain(io.EOF, testNames()); f.Reason != "EOF" || f.Cause != result.CauseService {
		t.Errorf("%+v", f)
	}
}

// A branch whose name is a word of a message must not hide the message.
func TestParametersDoNotHideTheKindOfFailure(t *testing.T) {
	t.Parallel()
	c := answering(t, 400, "Unable to retrieve user dev@acme.example")
	_, err := c.SubmitDockerfiles(t.Context(), Repo{Branch: "user", CommitterEmail: "dev@acme.example"}, []File{textFile("Dockerfile", "x")})
	if !errors.Is(err, ErrUser) || strings.Contains(err.Error(), "acme") {
		t.Errorf("%v", err)
	}
}

func TestEchoedKeyIsMasked(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Authorization")
		switch r.URL.Path {
		case "/api/v1/iac/scan/status":
			_, _ = io.WriteString(w, `{"processing_ongoing":false,"success":false,"error":"`+key+`"}`)
		case "/api/v1/iac/scan/detailedReport":
			_, _ = io.WriteString(w, `{"alerts":[{"alertSummary":"`+key+`","alertDetails":"`+key+`","criticalLevel":"`+key+`"}]}`)
		case "/api/v1/image-scanning/get-scan-result":
			_, _ = io.WriteString(w, `{"taskId":"t","status":"complete","scanResult":[{"fullTag":"`+key+`","registry":"`+key+`","files":["`+key+`"],"vulnerabilities":{"`+key+`":"`+key+`"}}]}`)
		default:
			_, _ = io.WriteString(w, `{"data":[],"hasNext":"`+key+`"}`)
		}
	})
	st, err := c.IaCStatus(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	seen := st.Error
	report, err := c.DetailedReport(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range report.Alerts {
		seen += a.Summary + a.Details + a.Severity
	}
	task, err := c.TaskResult(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	img := task.Images[0]
	seen += img.FullTag + img.Registry + img.Files[0] + img.Err.Error()
	_, err = c.Alerts(t.Context(), AlertFilter{}, 1, 0)
	seen += err.Error()
	if strings.Contains(seen, testKey) || strings.Count(seen, "[redacted]") < 8 {
		t.Errorf("the key is shown: %s", seen)
	}
}

// Texts of the service that become messages are one line without the key and without the
// parameter of the request.
func TestTextsForMessagesAreCleaned(t *testing.T) {
	t.Parallel()
	const (
		said  = `"the\nimage docker.io/acme/shop:1 of scan-4711 ` + testKey + ` is unknown"`
		scan  = "the image docker.io/acme/shop:1 of […] [redacted] is unknown"
		image = "the image […] of scan-4711 [redacted] is unknown"
	)
	for name, tt := range map[string]struct {
		body string
		read func(*Client) (string, error)
		want string
	}{
		"status": {`{"processing_ongoing":false,"success":false,"error":` + said + `}`, func(c *Client) (string, error) {
			st, err := c.IaCStatus(t.Context(), "scan-4711")
			return st.Error, err
		}, scan},
		"report": {`{"alerts":[],"error":` + said + `}`, func(c *Client) (string, error) {
			report, err := c.DetailedReport(t.Context(), "scan-4711")
			return report.Error, err
		}, scan},
		"container": {`{"success":false,"message":` + said + `}`, func(c *Client) (string, error) {
			res, err := c.ContainerResult(t.Context(), "docker.io/acme/shop:1")
			return res.Message, err
		}, image},
	} {
		if got, err := tt.read(answering(t, http.StatusOK, tt.body)); got != tt.want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// The pause that an answer asks for reaches the caller.
func TestRetryAfterOfPolls(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		_, _ = io.WriteString(w, `{"processing_ongoing":true,"taskId":"t","status":"submitted"}`)
	})
	status, err := c.IaCStatus(t.Context(), "s")
	task, taskErr := c.TaskResult(t.Context(), "t")
	if err != nil || taskErr != nil || status.RetryAfter != 7*time.Second || task.RetryAfter != 7*time.Second {
		t.Errorf("%v and %v, %v and %v", status.RetryAfter, task.RetryAfter, err, taskErr)
	}
}

// The error of one image names the request. The others have none.
func TestErrorOfAnImage(t *testing.T) {
	t.Parallel()
	task, err := answering(t, http.StatusOK, `{"taskId":"t","status":"complete","scanResult":[
		{"fullTag":"fine","vulnerabilities":{"high":2}},{"fullTag":"x","isSecure":true,"vulnerabilities":{"low":1,"high":null}}]}`).TaskResult(t.Context(), "t")
	if err != nil || len(task.Images) != 2 || task.Images[0].Err != nil {
		t.Fatalf("%+v, %v", task, err)
	}
	if img := task.Images[1]; img.Secure != nil || img.Vulnerabilities != nil {
		t.Errorf("%+v is used although it can't be read", img)
	}
	failed, ok := errors.AsType[*Error](task.Images[1].Err)
	if !ok || failed.Err.Class != transport.ClassBody || !strings.Contains(failed.Error(), "GET http://optix.example/api/v1/image-scanning/get-scan-result") {
		t.Errorf("%v", task.Images[1].Err)
	}
}

// Nothing of an answer is used if a part of it can't be read.
func TestNothingIsReadOfABadAnswer(t *testing.T) {
	t.Parallel()
	c := answering(t, http.StatusOK, `{"data":[{"id":"1"}],"currentPage":1,"totalPages":1,"hasNext":"?","critical":1,"high":"?","scan_id":"s",
		"summary":{"num_critical_alerts":"?"},"taskId":"t","duplicate":"?","quotaFull":true,"status":"complete","scanResult":[{"fullTag":"a"},{}],
		"processing_ongoing":false,"success":"?"}`)
	for name, read := range map[string]func() (got, zero any, err error){
		"alerts": func() (any, any, error) {
			got, err := c.Alerts(t.Context(), AlertFilter{}, 1, 50)
			return got, AlertPage{}, err
		},
		"counts": func() (any, any, error) {
			got, err := c.AlertCounts(t.Context(), AlertFilter{})
			return got, AlertCounts{}, err
		},
		"task":   func() (any, any, error) { got, err := c.TaskResult(t.Context(), "t"); return got, Task{}, err },
		"status": func() (any, any, error) { got, err := c.IaCStatus(t.Context(), "s"); return got, IaCStatus{}, err },
		"images": func() (any, any, error) {
			got, err := c.SubmitImages(t.Context(), "u", []string{"i"})
			return got, Submission{}, err
		},
		"templates": func() (any, any, error) {
			got, err := c.SubmitTemplates(t.Context(), []File{textFile("main.tf", "x")}, IaCOptions{})
			return got, IaCSubmission{}, err
		},
	} {
		if got, zero, err := read(); err == nil || !cmp.Equal(got, zero) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// The service may scan for long before it answers an upload.
func TestSlowUpload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			requests++
			_, _ = io.Copy(io.Discard, r.Body)
			time.Sleep(20 * time.Minute)
			_, _ = io.WriteString(w, `{"scan_id":"s"}`)
		})
		sub, err := c.SubmitTemplates(t.Context(), []File{textFile("main.tf", "x")}, IaCOptions{Sync: true})
		if err != nil || sub.ScanID != "s" || requests != 1 {
			t.Errorf("%+v after %d requests, %v", sub, requests, err)
		}
	})
}

// Answers that grow with the number of targets may be larger than others.
func TestLargeAnswers(t *testing.T) {
	t.Parallel()
	body := `{"taskId":"t","status":"complete","scanResult":[],"data":[],"hasNext":false,"currentPage":1,"totalPages":1,"alerts":[],
		"scan_id":"s","critical":0,"high":0,"medium":0,"low":0,"total":0,"x":"` + strings.Repeat("x", 1<<20) + `"}`
	c := answering(t, http.StatusOK, body)
	for name, read := range map[string]func() error{
		"task":   func() error { _, err := c.TaskResult(t.Context(), "t"); return err },
		"report": func() error { _, err := c.DetailedReport(t.Context(), "s"); return err },
		"alerts": func() error { _, err := c.Alerts(t.Context(), AlertFilter{}, 1, 50); return err },
		"search": func() error {
			_, err := c.Page(t.Context(), mustQuery(t, "search", 1, "searchKey", "AWS_S3"), 0)
			return err
		},
	} {
		if err := read(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := c.AlertCounts(t.Context(), AlertFilter{})
	if e, ok := errors.AsType[*transport.Error](err); !ok || e.Class != transport.ClassTooLarge {
		t.Errorf("counts: %v", err)
	}
}

func TestLoginPage(t *testing.T) {
	t.Parallel()
	c := answering(t, 200, "\n<!DOCTYPE html><title>Sign in</title>"+testKey)
	_, taskErr := c.TaskResult(t.Context(), "t")
	_, reportErr := c.DetailedReport(t.Context(), "s")
	for _, err := range []error{taskErr, reportErr} {
		if !decodeErrorOf(t, err).HTML || !strings.Contains(Explain(err, testNames()).Fix, "login page") {
			t.Errorf("%v", err)
		}
		if e, ok := errors.AsType[*transport.Error](err); !ok || e.Class != transport.ClassBody {
			t.Errorf("%v has no class", err)
		}
	}
}

// reportOf is a report with alerts of these summaries.
func reportOf(summaries ...string) string {
	list := []string{}
	for _, s := range summaries {
		list = append(list, `{"alertSummary":"`+s+`"}`)
	}
	return `{"alerts":[` + strings.Join(list, ",") + `]}`
}

// A truncated report is read again. What was read before is kept, and each alert once.
func TestTruncatedReport(t *testing.T) {
	t.Parallel()
	three := reportOf("one", "two", "three")
	for name, tt := range map[string]struct {
		truncated []string
		whole     string
		want      []string
		lost      int
		fails     bool
	}{
		"whole at last":      {[]string{three[:30], three[:60]}, three, []string{"one", "two", "three"}, 0, false},
		"in another order":   {[]string{three[:60]}, reportOf("three", "two", "one"), []string{"three", "two", "one"}, 0, false},
		"shorter":            {[]string{three[:60]}, reportOf("two"), []string{"two", "one"}, 1, false},
		"empty":              {[]string{three[:len(three)-1]}, reportOf(), []string{"one", "two", "three"}, 3, false},
		"other than before":  {[]string{three[:60], reportOf("four", "five")[:40]}, reportOf("two", "four"), []string{"two", "four", "one"}, 1, false},
		"no alert was read":  {[]string{three[:10]}, reportOf(), nil, 0, false},
		"unreadable at last": {[]string{three[:60]}, `{"alerts":[{"alertSummary":"six"},{"alertSummary":[]}]}`, []string{"six", "one", "two"}, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := 0
				c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					if n++; n <= len(tt.truncated) {
						w.Header().Set("Content-Length", "1000")
						_, _ = io.WriteString(w, tt.truncated[n-1])
						_ = http.NewResponseController(w).Flush()
						panic(http.ErrAbortHandler)
					}
					_, _ = io.WriteString(w, tt.whole)
				})
				report, err := c.DetailedReport(t.Context(), "s")
				var got []string
				for _, a := range report.Alerts {
					got = append(got, a.Summary)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" || report.Lost != tt.lost || (err != nil) != tt.fails {
					t.Errorf("%d lost: %v\n%s", report.Lost, err, diff)
				}
			})
		})
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	files := []File{textFile("main.tf", "x")}
	for name, tc := range map[string]struct {
		call func(context.Context, *Client) error
		n    int
	}{
		"templates": {func(ctx context.Context, c *Client) error {
			_, err := c.SubmitTemplates(ctx, files, IaCOptions{})
			return err
		}, 2},
		"templates that are saved": {func(ctx context.Context, c *Client) error {
			_, err := c.SubmitTemplates(ctx, files, IaCOptions{SaveResults: true})
			return err
		}, 1},
		"dockerfiles": {func(ctx context.Context, c *Client) error {
			_, err := c.SubmitDockerfiles(ctx, testRepo, files)
			return err
		}, 2},
		"images": {func(ctx context.Context, c *Client) error {
			_, err := c.SubmitImages(ctx, "u", []string{"i"})
			return err
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := 0
				c := serve(t, func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					if n++; n == 1 {
						w.WriteHeader(http.StatusBadGateway)
						return
					}
					_, _ = io.WriteString(w, `{"taskId":"t","scan_id":"s"}`)
				})
				if err := tc.call(t.Context(), c); n != tc.n || (err == nil) != (tc.n == 2) {
					t.Errorf("%d requests, want %d: %v", n, tc.n, err)
				}
			})
		})
	}
}
