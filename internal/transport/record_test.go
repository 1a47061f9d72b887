package transport

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/trace"
)

// recorded makes requests of a client that keeps a trace, and returns it with the texts of its
// files.
func recorded(t *testing.T, h http.Handler, ask func(*Client)) (tr *trace.Trace, files string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trace")
	dir, err := trace.Create(path, "scangate 1.2.3", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ask(newClient(t, serve(t, h), func(c *Config) {
		c.Trace, c.Service, c.IDs = dir, "--endpoint", NewIDs()
		c.Retry = RetryPolicy{First: time.Millisecond}
	}))
	if _, err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	if tr, err = trace.Read(path); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(path, "*"+".trace"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files += string(text)
	}
	return tr, files
}

// forms are the ways in which a service may repeat the key.
func forms() map[string]string {
	escaped, percent, entities := "", "", ""
	for _, c := range []byte(testKey) {
		escaped += fmt.Sprintf(`\u%04x`, c)
		percent += fmt.Sprintf("%%%02X", c)
		entities += fmt.Sprintf("&#%d;", c)
	}
	return map[string]string{
		"plain": testKey, "header": "ApiKey " + testKey, "escaped": escaped, "percent": percent, "entities": entities,
		"base64": base64.StdEncoding.EncodeToString([]byte(testKey)), "basic": base64.StdEncoding.EncodeToString([]byte("ab:" + testKey)),
		"base64 URL": base64.RawURLEncoding.EncodeToString([]byte("x" + testKey)), "tags": testKey[:5] + "<b>" + testKey[5:] + "</b>",
		"signed": `https://files.example/a?X-Amz-Signature=5f3a77c0aa&sig=9b1c44\u0026access_token=abc123secret&page=2`,
	}
}

// needles are what no file may hold.
func needles() []string {
	all := []string{"5f3a77c0aa", "9b1c44", "abc123secret", "s3ss10n", "t0ken-0f-serv1ce", "JSESSIONID", "Jane+Roe"}
	for name, form := range forms() {
		if name != "signed" && name != "tags" {
			all = append(all, form, strings.Trim(form, "="))
		}
	}
	return all
}

func TestTraceHoldsNoSecret(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "JSESSIONID=s3ss10n")
		w.Header().Set("X-Request-Id", "id of "+r.Header.Get("Authorization"))
		w.Header().Set("Location", "/x?token="+testKey)
		form := forms()[r.URL.Query().Get("form")]
		switch r.URL.Query().Get("as") {
		case "json":
			fmt.Fprintf(w, `{"echo":"%s","%s":1,"n":12345678901234567890,"access_token":"t0ken-0f-serv1ce"}`, form, form)
		case "status":
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, "<p>%s</p>", form)
		case "bare":
			fmt.Fprintf(w, `{"echo":%s}`, form)
		case "cut":
			fmt.Fprintf(w, `{"echo":"%s`, form)
		default:
			_, _ = io.WriteString(w, "\xff\xfe "+form)
		}
	})
	_, files := recorded(t, h, func(c *Client) {
		for name := range forms() {
			for _, as := range []string{"json", "status", "bare", "cut", "bytes"} {
				r := postRequest(`{"key_secret":"t0ken-0f-serv1ce","k":"` + testKey + `"}`)
				r.Path = "api/" + testKey + "/x"
				r.Query = url.Values{"form": {name}, "as": {as}, "token": {"abc123secret"}, "committer_name": {"Jane+Roe"}, "echo": {testKey}}
				_, _ = c.Do(t.Context(), r)
			}
		}
	})
	for _, needle := range needles() {
		if i := strings.Index(files, needle); i >= 0 {
			t.Errorf("%q in …%s…", needle, files[max(0, i-200):min(len(files), i+100)])
		}
	}
	if strings.Contains(files, "uthorization") {
		t.Error("the trace has a header with credentials")
	}
	if !strings.Contains(files, "12345678901234567890") {
		t.Error("a number is not kept as it is written")
	}
}

// What is wrong with an answer is kept as it is: a replay must not turn it into a right one.
func TestTraceKeepsFaults(t *testing.T) {
	t.Parallel()
	bodies := []string{`{"a":1,"a":2}`, `{"a":1} {"b":2}`, "{\"a\":\"\xff\"}", `<html>login</html>`, `{"a":`, "", " \n{\"k\" : \"v\"}\n"}
	for _, body := range bodies {
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		tr, _ := recorded(t, h, func(c *Client) {
			_, _ = c.JSON(t.Context(), getRequest(), jsonx.Options{}, func(*jsonx.Object) error { return nil })
		})
		a := tr.Exchanges[0].Answer
		if got := a.Text + string(a.Bytes); got != body || a.Broken || a.Cut {
			t.Errorf("%q is kept as %q (%+v)", body, got, a)
		}
	}
}

// An answer is kept to its end, also where its reader wants no more of it.
func TestTraceKeepsWholeAnswers(t *testing.T) {
	t.Parallel()
	const size = 3 * maxErrorBody
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, strings.Repeat("x", size))
	})
	tr, _ := recorded(t, h, func(c *Client) { _, _ = c.Do(t.Context(), getRequest()) })
	if a := tr.Exchanges[0].Answer; len(a.Text) != size || a.Cut || a.Broken {
		t.Errorf("%d bytes, cut=%t, broken=%t", len(a.Text), a.Cut, a.Broken)
	}
}

func TestTraceOfBrokenTransfers(t *testing.T) {
	t.Parallel()
	h, _ := counter(func(n int, w http.ResponseWriter, _ *http.Request) {
		switch n {
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"a":`)
		default:
			_, _ = io.WriteString(w, `{"a":1}`)
		}
	})
	tr, _ := recorded(t, h, func(c *Client) {
		if _, err := c.Do(t.Context(), getRequest()); err != nil {
			t.Error(err)
		}
	})
	var got []string
	for _, e := range tr.Exchanges {
		line := fmt.Sprintf("%d %s", e.Attempt, e.Fault)
		if e.Answer != nil {
			line += fmt.Sprintf(" %d %s broken=%t", e.Answer.Status, e.Answer.Text, e.Answer.Broken)
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{"1 reset", `2 reset 200 {"a": broken=true`, `3  200 {"a":1} broken=false`}, got); diff != "" {
		t.Error(diff)
	}
}

// Uploads are kept as names, sizes and digests, and requests with their parameters.
func TestTraceOfRequests(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) })
	const form = "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"infra/main.tf\"\r\n\r\npassword = \"hunter2\"\r\n--B--\r\n"
	tr, files := recorded(t, h, func(c *Client) {
		r := postRequest(form)
		r.ContentType, r.Query = "multipart/form-data; boundary=B", url.Values{"repo_url": {"https://git.example/x"}, "committer_email": {"dev@acme.example"}}
		if _, err := c.Do(t.Context(), r); err != nil {
			t.Error(err)
		}
	})
	e := tr.Exchanges[0]
	sum := sha256.Sum256([]byte(`password = "hunter2"`))
	want := []trace.File{{Name: "infra/main.tf", Size: 20, SHA256: hex.EncodeToString(sum[:])}}
	if diff := cmp.Diff(want, e.Files); diff != "" {
		t.Error(diff)
	}
	wantQuery := map[string][]string{"repo_url": {"https://git.example/x"}, "committer_email": {trace.Masked}}
	if diff := cmp.Diff(wantQuery, e.Query); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(files, "hunter2") || strings.Contains(files, "--B") {
		t.Error("the content of a file is kept")
	}
	if e.Service != "--endpoint" || e.Path != "/api/v1/thing" || e.ID == "" || e.Body != "" {
		t.Errorf("%+v", e)
	}
}

// Each attempt is logged with the ids by which both sides can find it.
func TestLogOfRequests(t *testing.T) {
	t.Parallel()
	h, _ := counter(func(n int, w http.ResponseWriter, r *http.Request) {
		switch n {
		case 1:
			w.Header().Set("Cf-Ray", "8a1b "+testKey)
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.Header().Set("X-Request-Id", r.Header.Get("X-Request-Id"))
		}
	})
	var log bytes.Buffer
	c := newClient(t, serve(t, h), func(c *Config) {
		c.IDs, c.Retry = NewIDs(), RetryPolicy{First: time.Millisecond}
		c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	if _, err := c.Do(t.Context(), getRequest()); err != nil {
		t.Fatal(err)
	}
	var lines []map[string]any
	for line := range strings.Lines(log.String()) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if ms, ok := r["ms"].(float64); !ok || ms < 0 {
			t.Errorf("no time in %s", line)
		}
		lines = append(lines, r)
	}
	first, second := lines[0], lines[1]
	if first["method"] != "GET" || first["url"] != "http://svc.example/base/api/v1/thing" || first["status"] != float64(503) ||
		first["attempt"] != float64(1) || first["fault"] != "status" || first["answer_id"] != "8a1b [redacted]" {
		t.Errorf("the first line is %v", first)
	}
	run, number, _ := strings.Cut(fmt.Sprint(second["request_id"]), "-")
	if second["attempt"] != float64(2) || second["answer_id"] != second["request_id"] || number != "2" || !strings.HasPrefix(fmt.Sprint(first["request_id"]), run+"-") {
		t.Errorf("the second line is %v", second)
	}
}
