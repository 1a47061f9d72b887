package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// bench is a server with a clock that tests advance.
type bench struct {
	*testing.T
	*Server
	time time.Time
	key  string
}

// newBench has predictable ids: id-1, id-2 and so on.
func newBench(t *testing.T, o Options) *bench {
	t.Helper()
	b := &bench{T: t, time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), key: "any"}
	n := 0
	o.Now = func() time.Time { return b.time }
	if o.NewID == nil {
		o.NewID = func() string { n++; return fmt.Sprintf("id-%d", n) }
	}
	b.Server = New(o)
	return b
}

func (b *bench) later(d time.Duration) { b.time = b.time.Add(d) }

func (b *bench) do(r *http.Request) *httptest.ResponseRecorder {
	b.Helper()
	if b.key != "" {
		r.Header.Set("Authorization", "ApiKey "+b.key)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

func (b *bench) get(call Call, query string) *httptest.ResponseRecorder {
	b.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, string(call)+"?"+query, nil))
}

// post sends pairs of file names and contents as the multipart field files.
func (b *bench) post(call Call, query string, files ...string) *httptest.ResponseRecorder {
	b.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i+1 < len(files); i += 2 {
		part, err := m.CreateFormFile("files", files[i])
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.WriteString(part, files[i+1])
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, string(call)+"?"+query, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.do(r)
}

// decode reads a JSON answer with status 200.
func (b *bench) decode(w *httptest.ResponseRecorder) map[string]any {
	b.Helper()
	if w.Code != http.StatusOK {
		b.Fatalf("status %d: %s", w.Code, w.Body)
	}
	var v map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		b.Fatal(err)
	}
	return v
}

// refused checks for a JSON error with a status and a message.
func (b *bench) refused(w *httptest.ResponseRecorder, status int, message string) {
	b.Helper()
	var v struct {
		Timestamp, Error, Message, Path string
		Status                          int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		b.Errorf("not JSON: %s", w.Body)
	}
	if w.Code != status || v.Status != status || v.Message != message || v.Error != http.StatusText(status) {
		b.Errorf("got %d %+v, want %d %q", w.Code, v, status, message)
	}
}

func TestAuthorization(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Key: "right"})
	for header, want := range map[string]int{
		"": 400, "ApiKey": 400, "ApiKey ": 400, "Bearer right": 400, "right": 400,
		"ApiKey wrong": 401, "ApiKey right": 200,
	} {
		r := httptest.NewRequest(http.MethodGet, string(CallAlertCount), nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: status %d, want %d", header, w.Code, want)
		}
		switch want {
		case 400:
			b.refused(w, 400, "ApiKey not provided")
		case 401:
			if w.Body.String() != "Unauthorized access or ApiKey expired" {
				t.Errorf("body %q", w.Body)
			}
		}
	}
}

func TestPathsAndMethods(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	b.refused(b.get("/api/v1/nothing", ""), 404, "No message available")
	b.refused(b.get("/", ""), 404, "No message available")
	b.refused(b.get(CallIaCScan, ""), 405, "Request method 'GET' not supported")
	b.refused(b.post(CallAlerts, "page=1"), 405, "Request method 'POST' not supported")
}

// TestArguments makes every request that the reference answers with "Proper
// arguments not provided".
func TestArguments(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	const bad, lost = "Proper arguments not provided", "Unable to find the scan you requested"
	for _, test := range []struct {
		name string
		w    *httptest.ResponseRecorder
		want string
	}{
		{"no repo_url", b.post(CallSubmitFiles, "branch=b", "Dockerfile", "FROM a"), bad},
		{"no branch", b.post(CallSubmitFiles, "repo_url=u", "Dockerfile", "FROM a"), bad},
		{"repoURL is the other call's", b.post(CallSubmitFiles, "repoURL=u&branch=b", "Dockerfile", "FROM a"), bad},
		{"no files", b.post(CallSubmitFiles, "repo_url=u&branch=b"), bad},
		{"no imageNames", b.post(CallSubmitImages, "repoURL=u"), bad},
		{"no repoURL", b.post(CallSubmitImages, "repo_url=u&imageNames=a"), bad},
		{"no taskId", b.get(CallTaskResult, ""), bad},
		{"no container", b.get(CallContainerResult, ""), bad},
		{"container is not a name", b.get(CallContainerResult, "container=::"), bad},
		{"no templates", b.post(CallIaCScan, ""), bad},
		{"save without a repository", b.post(CallIaCScan, "save_results_to_account=true", "a.tf", ""), bad},
		{"no scan_id", b.get(CallIaCStatus, ""), lost},
		{"unknown scan_id", b.get(CallIaCStatus, "scan_id=x"), lost},
		{"report of an unknown scan", b.get(CallIaCReport, "scan_id=x"), lost},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b.refused(test.w, 400, test.want)
		})
	}
}

func TestQueryTakesPrecedenceOverFormFields(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	r := httptest.NewRequest(http.MethodPost, string(CallSubmitImages), strings.NewReader(
		url.Values{"repoURL": {"u"}, "imageNames": {"nginx"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if got := b.decode(b.do(r)); got["taskId"] != "id-1" {
		t.Errorf("got %v", got)
	}
	body := "--x\r\nContent-Disposition: form-data; name=\"branch\"\r\n\r\nfield\r\n" +
		"--x\r\nContent-Disposition: form-data; name=\"repo_url\"\r\n\r\nu\r\n" +
		"--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"Dockerfile\"\r\n\r\nFROM nginx\r\n--x--\r\n"
	r = httptest.NewRequest(http.MethodPost, string(CallSubmitFiles)+"?branch=query", strings.NewReader(body))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	b.decode(b.do(r))
	if got := b.decode(b.get(CallTaskResult, "taskId=id-2")); got["branch"] != "query" {
		t.Errorf("branch %v, want that of the query", got["branch"])
	}
}

func TestUploadBounds(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{MaxFiles: 2, MaxUpload: 2000})
	b.refused(b.post(CallIaCScan, "", "a.tf", "", "b.tf", "", "c.tf", ""), 413, "Maximum upload size exceeded")
	b.refused(b.post(CallIaCScan, "", "a.tf", strings.Repeat("#", 3000)), 413, "Maximum upload size exceeded")
	b.decode(b.post(CallIaCScan, "", "a.tf", "", "b.tf", ""))
	r := httptest.NewRequest(http.MethodPost, string(CallIaCScan), strings.NewReader("--x\r\nbroken"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	b.refused(b.do(r), 400, "Proper arguments not provided")
}

func TestFaults(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Faults: Faults{
		RetryAfter: "7",
		StatusFor: func(call Call, n int) int {
			if call == CallAlertCount && n <= 2 {
				return 503
			}
			return 0
		},
		HTMLLogin: []Call{CallIaCStatus},
	}})
	for range 2 {
		w := b.get(CallAlertCount, "")
		b.refused(w, 503, "Service Unavailable")
		if w.Header().Get("Retry-After") != "7" {
			t.Error("no Retry-After")
		}
	}
	b.decode(b.get(CallAlertCount, ""))
	if w := b.get(CallIaCStatus, ""); w.Code != 200 || !strings.Contains(w.Header().Get("Content-Type"), "text/html") {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
	b = newBench(t, Options{Faults: Faults{NoUser: true}})
	b.refused(b.get(CallTaskResult, ""), 400, "Unable to retrieve user")
	b.decode(b.get(CallAlertCount, ""))
}

func TestStoreDropsTheOldest(t *testing.T) {
	t.Parallel()
	s := newStore[int](2)
	for i, id := range []string{"a", "b", "c"} {
		s.add(id, i)
	}
	_, gone := s.get("a")
	var all []int
	s.all(func(v int) { all = append(all, v) })
	if gone || len(all) != 2 || all[0] != 1 || all[1] != 2 || len(s.byID) != 2 {
		t.Errorf("a kept: %v, all %v", gone, all)
	}
}

func TestRandomIDs(t *testing.T) {
	t.Parallel()
	a, b := randomID(), randomID()
	if len(a) != 36 || a[14] != '4' || a[8] != '-' || a == b {
		t.Errorf("ids %q and %q", a, b)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s := New(Options{Now: time.Now, Keep: 5})
	done := make(chan bool)
	for range 8 {
		go func() {
			defer func() { done <- true }()
			for i := range 50 {
				query := fmt.Sprintf("?repoURL=u&imageNames=nginx:%d", i)
				for method, path := range map[string]string{
					http.MethodPost: string(CallSubmitImages) + query, http.MethodGet: string(CallContainerResult) + "?container=nginx",
				} {
					r := httptest.NewRequest(method, path, nil)
					r.Header.Set("Authorization", "ApiKey k")
					s.ServeHTTP(httptest.NewRecorder(), r)
				}
			}
		}()
	}
	for range 8 {
		<-done
	}
	if len(s.tasks.order) != 5 {
		t.Errorf("%d tasks kept, want 5", len(s.tasks.order))
	}
}
