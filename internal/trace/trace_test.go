package trace

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func start() time.Time { return time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC) }

// written returns the folder of a trace.
func written(t *testing.T, exchanges ...Exchange) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a", "trace")
	d, err := Create(path, "scangate 1.2.3", start())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exchanges {
		d.Add(d.Begin(), e)
	}
	if n, err := d.Close(); n != len(exchanges) || err != nil {
		t.Fatal(n, err)
	}
	return path
}

func get(path, query, text string) Exchange {
	e := Exchange{Service: "--endpoint", Method: "GET", Path: path, Attempt: 1, Started: start(), Answer: &Answer{Status: 200, Text: text}}
	if name, value, ok := strings.Cut(query, "="); ok {
		e.Query = map[string][]string{name: {value}}
	}
	return e
}

func TestReadIsWhatWasWritten(t *testing.T) {
	t.Parallel()
	want := []Exchange{
		get("/a", "id=1", "{}"),
		{Service: "SCANGATE_NETSKOPE_URL", Method: "POST", Path: "/b", Attempt: 2, Started: start(), Fault: "reset", Files: []File{{"x", 1, "ab"}}},
		{Service: "--endpoint", Method: "GET", Path: "/c", Attempt: 1, Started: start(), Answer: &Answer{Status: 200, Bytes: []byte("\xff"), Broken: true}},
	}
	tr, err := Read(written(t, want...))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, tr.Exchanges); diff != "" {
		t.Error(diff)
	}
	n := 3
	if diff := cmp.Diff(Head{1, "scangate 1.2.3", start(), &n}, tr.Head); diff != "" {
		t.Error(diff)
	}
}

// No other user can read the files, git ignores them, and none is half-written.
func TestFiles(t *testing.T) {
	t.Parallel()
	path := written(t, get("/a", "", "{}"))
	var got []string
	err := filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		info, infoErr := e.Info()
		if err := errors.Join(err, infoErr); err != nil {
			return err
		}
		got = append(got, fmt.Sprintf("%s %v", filepath.Base(name), info.Mode()))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"trace drwx------", ".gitignore -rw-------", "000001.trace -rw-------", "run.trace -rw-------"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	full, file, link := filepath.Join(dir, "full"), filepath.Join(dir, "file"), filepath.Join(dir, "link")
	err := errors.Join(os.MkdirAll(filepath.Join(full, "x"), 0o755), os.WriteFile(file, nil, 0o600), os.Symlink(t.TempDir(), link))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{full: "the folder is not empty; fix:", file: "is not a folder; fix:", link: "is not a folder; fix:", file + "/x": "can't make the folder: not a directory; fix: name another one"} {
		if _, err := Create(path, "", start()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	closed, err := os.OpenRoot(full)
	if err == nil {
		err = closed.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	const want = "can't write there: file already closed; fix: make room, or name another folder"
	if _, err := begin(closed, Head{}); err == nil || err.Error() != want {
		t.Errorf("a folder that can't be written to: %v, want %q", err, want)
	}
	shared := filepath.Join(dir, "shared")
	if err := os.Mkdir(shared, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(shared, "", start()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(shared); err != nil || info.Mode().Perm() != 0o700 {
		t.Error("an empty folder is not made private", info.Mode(), err)
	}
}

// A trace that lacks something, or was damaged, is refused with the file and the place.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	const first, second = "000001.trace", "000002.trace"
	replace := func(name, old, now string) func(string) error {
		return func(dir string) error {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil || !strings.Contains(string(text), old) {
				return fmt.Errorf("%s has no %q: %w", name, old, err)
			}
			return os.WriteFile(filepath.Join(dir, name), []byte(strings.Replace(string(text), old, now, 1)), 0o600)
		}
	}
	tests := map[string]struct {
		change func(dir string) error
		want   string
	}{
		"no head":        {func(dir string) error { return os.Remove(filepath.Join(dir, headName)) }, "is not a trace: it has no run.trace; fix:"},
		"lost request":   {func(dir string) error { return os.Remove(filepath.Join(dir, first)) }, first + ": a file of the trace is missing; fix:"},
		"last request":   {func(dir string) error { return os.Remove(filepath.Join(dir, second)) }, second + ": a file of the trace is missing"},
		"more requests":  {func(dir string) error { return os.Link(filepath.Join(dir, first), filepath.Join(dir, "000003.trace")) }, "counts 2 requests, and there is 000003.trace"},
		"cut":            {func(dir string) error { return os.Truncate(filepath.Join(dir, first), 40) }, first + ":3:"},
		"empty":          {func(dir string) error { return os.Truncate(filepath.Join(dir, first), 0) }, first + ":1:1: is not a file of a trace: EOF"},
		"syntax":         {replace(first, `"GET",`, `"GET"`), first + ":4:"},
		"unknown key":    {replace(first, `"method"`, `"metod"`), first + `:3:3: is not a file of a trace: json: unknown field "metod"`},
		"wrong type":     {replace(first, `"attempt": 1`, `"attempt": "1"`), first + ":5:"},
		"two values":     {replace(first, "\n}\n", "\n}\n{}"), "there is more than one value"},
		"other version":  {replace(headName, `"version": 1`, `"version": 2`), "version 2 is not known, only 1; fix: use the scangate that recorded it: scangate 1.2.3"},
		"no path":        {replace(first, `"/a"`, `""`), "the service, the method or the path is missing"},
		"neither":        {replace(first, `"answer"`, `"fault": "", "query": {"x": ["y"]}, "unsent": false, "body": "", "answer_": {}, "answer"`), "unknown field"},
		"no such status": {replace(first, `"status": 200`, `"status": 20`), "20 is not a status"},
		"no answer":      {replace(second, `"fault": "reset"`, `"unsent": true`), "neither answer nor fault"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := written(t, get("/a", "", "{}"), Exchange{Service: "--endpoint", Method: "GET", Path: "/b", Started: start(), Fault: "reset"})
			if err := tt.change(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// A killed run leaves what it had by then.
func TestReadOfAKilledRun(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "trace")
	d, err := Create(path, "", start())
	if err != nil {
		t.Fatal(err)
	}
	first, second := d.Begin(), d.Begin()
	d.Add(second, get("/b", "", "{}"))
	_ = first // under way
	tr, err := Read(path)
	if err != nil || len(tr.Exchanges) != 1 || tr.Head.Requests != nil {
		t.Errorf("%+v, %v", tr, err)
	}
}

// Close tells that a request could not be kept.
func TestCloseOfATraceWithAGap(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "trace")
	d, err := Create(path, "", start())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(path, "000001.trace"), 0o700); err != nil {
		t.Fatal(err)
	}
	d.Add(d.Begin(), get("/a", "", "{}"))
	if _, err := d.Close(); err == nil {
		t.Error("no error")
	}
	if left, _ := filepath.Glob(filepath.Join(path, ".0*")); left != nil {
		t.Error("half-written files are left:", left)
	}
}

func TestSameText(t *testing.T) {
	t.Parallel()
	times := regexp.MustCompile(timePattern)
	const day = 24 * 60 * 60
	for _, tt := range []struct {
		recorded, got string
		far           float64 // -1: they differ
	}{
		{"a", "a", 0},
		{"a", "b", -1},
		{Masked, "anything", 0},
		{"x " + Masked + " y", "x key y", 0},
		{"x " + Masked + " y", "x key z", -1},
		{"x " + Masked + " y " + Masked, "x 1 y 2", 0},
		{"x " + Masked + " y " + Masked, "x 1 z 2", -1},
		{"2026-01-31T12:00:00Z", "2026-02-01T12:00:00Z", 0},
		{"2026-01-31T12:00:00Z", "2026-02-01T12:00:05+00:00", 5},
		{"2026-01-31", "2026-02-01", 0},
		{"timestamp gte 1769860800 and x eq 7", "timestamp gte 1769947200 and x eq 7", 0},
		{"timestamp gte 1769860800 and x eq 7", "timestamp gte 1769947200 and x eq 8", -1},
		{"1769860800000", "1769860801000", day - 1},
		{"1769860800", "page", -1},
		{"2026-99-99", "2026-99-98", -1},
	} {
		far, ok := sameText(tt.recorded, tt.got, day*time.Second, times)
		if ok != (tt.far >= 0) || ok && far != tt.far {
			t.Errorf("%q and %q: %v %v, want %v", tt.recorded, tt.got, far, ok, tt.far)
		}
	}
}

// replay serves exchanges, and returns what asks them and what was missed.
func replay(t *testing.T, exchanges ...Exchange) (ask func(method, target, run string, body ...string) string, missed *[]string) {
	t.Helper()
	missed = new([]string)
	h := NewServer(&Trace{Exchanges: exchanges}, start, func(what string) { *missed = append(*missed, what) })
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	// On a used connection, net/http would repeat what was severed.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return func(method, target, run string, body ...string) string {
		req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+target, strings.NewReader(strings.Join(body, "")))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Request-Id", run+"-1")
		if len(body) > 0 && strings.HasPrefix(body[0], "--") {
			boundary, _, _ := strings.Cut(body[0][2:], "\r")
			req.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
		}
		resp, err := client.Do(req)
		if err != nil {
			return "severed"
		}
		defer resp.Body.Close()
		var b strings.Builder
		if err := resp.Write(&b); err != nil {
			return "broken"
		}
		_, text, _ := strings.Cut(b.String(), "\r\n\r\n")
		return fmt.Sprintf("%d %s", resp.StatusCode, strings.TrimSpace(text))
	}, missed
}

func TestReplayKeepsTheOrderOfPolls(t *testing.T) {
	t.Parallel()
	ask, missed := replay(t,
		get("/status", "id=1", "running 1"), get("/status", "id=2", "done 2"), get("/status", "id=1", "done 1"),
		Exchange{Service: "--endpoint", Method: "POST", Path: "/submit", Answer: &Answer{Status: 200, Text: "once"}},
	)
	for range 2 { // runs
		run := fmt.Sprint(len(*missed))
		got := []string{
			ask("GET", "/status?id=2", run), ask("GET", "/status?id=1", run), ask("GET", "/status?id=1", run), ask("GET", "/status?id=1", run),
			ask("POST", "/submit", run), ask("POST", "/submit", run),
		}
		want := []string{
			"200 done 2", "200 running 1", "200 done 1", "200 done 1",
			"200 once", `501 {"message":"not in the trace: the run did not ask for this once more"}`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestReplayMisses(t *testing.T) {
	t.Parallel()
	big := get("/big", "", "")
	big.Answer.Cut = true
	ask, missed := replay(t, get("/status", "id=1", "x"), big)
	for target, want := range map[string]string{
		"/other":       "the run did not ask for this",
		"/status":      "the run asked for this with other parameters",
		"/status?id=2": "the run asked for this with other parameters",
		"/big":         "the answer is larger than a trace keeps",
	} {
		if got := ask("GET", target, "r"); got != fmt.Sprintf(`501 {"message":"not in the trace: %s"}`, want) {
			t.Errorf("%s: %s", target, got)
		}
	}
	if len(*missed) != 4 || !strings.HasPrefix((*missed)[0], "not in the trace: GET /") {
		t.Errorf("said: %q", *missed)
	}
}

// form is an upload of files, given as name and content.
func form(boundary string, files ...string) string {
	var b strings.Builder
	for i := 0; i < len(files); i += 2 {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"files\"; filename=\"%s\"\r\n\r\n%s\r\n", boundary, files[i], files[i+1])
	}
	return b.String() + "--" + boundary + "--\r\n"
}

// Uploads are known by their files, in any order and with any boundary. The machine does not count.
func TestReplayOfUploads(t *testing.T) {
	t.Parallel()
	files, _, err := Describe("multipart/form-data; boundary=A", strings.NewReader(form("A", "a.tf", "1", "b.tf", "2")))
	if err != nil {
		t.Fatal(err)
	}
	upload := Exchange{
		Service: "--endpoint", Method: "POST", Path: "/scan", Files: files, Answer: &Answer{Status: 200, Text: "taken"},
		Query: map[string][]string{"branch": {"main"}, "repo_url": {"https://a.example/x"}, "async": {"true"}},
	}
	ask, _ := replay(t, upload)
	for run, tt := range []struct{ query, body, want string }{
		{"?async=true&branch=other&committer_name=x", form("B", "b.tf", "2", "a.tf", "1"), "200 taken"},
		{"?async=false", form("B", "b.tf", "2", "a.tf", "1"), "in other uploads, or with other parameters"},
		{"?async=true", form("B", "b.tf", "3", "a.tf", "1"), "files have another content: b.tf"},
		{"?async=true", form("B", "a.tf", "1"), "in other uploads, or with other parameters"},
		{"?async=true", form("B", "a.tf", "1", "b.tf", "2", "c.tf", "3"), "the run did not send c.tf"},
		{"?async=true", form("B", "x/a.tf", "1", "x/b.tf", "2"), "the run sent x/a.tf as a.tf; fix: scan the same folder of a checkout"},
		{"?async=true", "--B\r\nbroken", "its body can't be read"},
	} {
		if got := ask("POST", "/scan"+tt.query, fmt.Sprint(run), tt.body); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.query, got, tt.want)
		}
	}
}

// Of requests that differ in times alone, the one whose times fit best answers.
func TestReplayOfWindows(t *testing.T) {
	t.Parallel()
	ask, _ := replay(t, get("/alerts", "from=2026-01-01T00:00:00Z", "old"), get("/alerts", "from=2026-01-30T00:00:00Z", "new"))
	if got := ask("GET", "/alerts?from=2026-01-30T00:00:09Z", "r"); got != "200 new" {
		t.Error(got)
	}
	if got := ask("GET", "/alerts?from=2026-01-01T00:00:09Z", "r"); got != "200 old" {
		t.Error(got)
	}
}

func TestReplayOfFaults(t *testing.T) {
	t.Parallel()
	reset := Exchange{Service: "--endpoint", Method: "GET", Path: "/a", Fault: "reset"}
	refused := Exchange{Service: "--endpoint", Method: "GET", Path: "/a", Fault: "refused", Unsent: true}
	cut := get("/a", "", `{"a":`)
	cut.Answer.Broken = true
	unavailable := get("/a", "", "{}")
	unavailable.Answer.Status, unavailable.Answer.Header = 503, map[string]string{"Retry-After": "7"}
	ask, _ := replay(t, refused, unavailable, reset, cut, get("/a", "", "whole"))
	var got []string
	for range 4 {
		got = append(got, ask("POST", "/a", "r"), ask("GET", "/a", "r"))
	}
	miss := `501 {"message":"not in the trace: the run did not ask for this"}`
	if diff := cmp.Diff([]string{miss, "503 {}", miss, "severed", miss, "broken", miss, "200 whole"}, got); diff != "" {
		t.Error(diff)
	}
}

// Each service has a path of its own below the one address.
func TestReplayOfSeveralServices(t *testing.T) {
	t.Parallel()
	netskope := get("/api/v2/events", "token="+Masked, "netskope")
	netskope.Service = "SCANGATE_NETSKOPE_URL"
	secret := get("/a/"+Masked+"/b", "", "secret path")
	ask, _ := replay(t, netskope, get("/api/v2/events", "", "optix"), secret)
	if got := ask("GET", Mount(netskope.Service)+"/api/v2/events?token=other", "r"); got != "200 netskope" {
		t.Error(got)
	}
	if got := ask("GET", "/api/v2/events", "r"); got != "200 optix" {
		t.Error(got)
	}
	if got := ask("GET", "/a/123/b", "r"); got != "200 secret path" {
		t.Error(got)
	}
	tr := Trace{Exchanges: []Exchange{secret, netskope}}
	if diff := cmp.Diff([]string{"--endpoint", "SCANGATE_NETSKOPE_URL"}, tr.Services()); diff != "" {
		t.Error(diff)
	}
}
