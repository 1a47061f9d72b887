package scan

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// fake is Cloud Optix in memory. It accepts everything, takes some time for each
// scan, and answers from alerts and counts.
type fake struct {
	takes  time.Duration                // of each scan and task
	alerts map[string][]alert           // by template path
	counts map[string]map[string]int    // by full image name; others can't be pulled
	images map[string][]string          // full image names by Dockerfile path
	hook   func(*call) bool             // gets every request first; true means that it has answered
	extra  func(*work) []map[string]any // more entries of a task's scanResult

	mu    sync.Mutex
	calls []*call
	works map[string]*work
}

type alert struct{ Summary, Severity, Details string }

// call is one request.
type call struct {
	w     http.ResponseWriter
	path  string // without api/v1/
	query url.Values
	files []string
	size  int64
	at    time.Time
	n     int   // the number of this call among those of its path, from 1
	work  *work // of status and result calls
}

func (c *call) reply(status int, body string) bool {
	c.w.WriteHeader(status)
	_, _ = io.WriteString(c.w, body)
	return true
}

func (c *call) json(v any) bool {
	b, _ := json.Marshal(v)
	return c.reply(http.StatusOK, string(b))
}

// work is a scan or a task.
type work struct {
	id    string
	files []string
	names []string
	made  time.Time
	polls int
}

const (
	pathIaC    = "iac/scan"
	pathStatus = "iac/scan/status"
	pathReport = "iac/scan/detailedReport"
	pathDocker = "image-scanning/submit-for-scan"
	pathNames  = "image-scanning/submit-for-scan/by-image-name"
	pathTask   = "image-scanning/get-scan-result"
)

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{w: w, path: strings.TrimPrefix(r.URL.Path, "/api/v1/"), query: r.URL.Query(), at: time.Now()}
	f.readFiles(c, r)
	f.note(c)
	if f.hook != nil && f.hook(c) {
		return
	}
	switch c.path {
	case pathIaC:
		c.json(map[string]any{"scan_id": f.work("scan", c).id, "summary": nil})
	case pathDocker, pathNames:
		c.json(map[string]any{"taskId": f.work("task", c).id, "duplicate": false, "quotaFull": false})
	case pathStatus:
		done := f.done(c.work)
		c.json(map[string]any{"processing_ongoing": !done, "success": done, "error": ""})
	case pathReport:
		c.json(map[string]any{"alerts": f.report(c.work)})
	case pathTask:
		f.task(c)
	default:
		c.reply(http.StatusNotFound, `{"message":"No message available"}`)
	}
}

func (f *fake) readFiles(c *call, r *http.Request) {
	parts, err := r.MultipartReader()
	if err != nil {
		return
	}
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return
		}
		_, after, _ := strings.Cut(part.Header.Get("Content-Disposition"), `filename="`)
		n, err := io.Copy(io.Discard, part)
		if err != nil {
			return
		}
		c.size += n
		c.files = append(c.files, strings.TrimSuffix(after, `"`))
	}
}

func (f *fake) note(c *call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, other := range f.calls {
		if other.path == c.path {
			c.n++
		}
	}
	c.n++
	f.calls = append(f.calls, c)
	if c.work = f.works[c.query.Get("scan_id")+c.query.Get("taskId")]; c.work != nil {
		c.work.polls++
	}
}

// work starts a scan or task.
func (f *fake) work(kind string, c *call) *work {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.works == nil {
		f.works = map[string]*work{}
	}
	w := &work{id: fmt.Sprintf("%s-%d", kind, len(f.works)+1), files: c.files, made: c.at}
	if names := c.query.Get("imageNames"); names != "" {
		w.names = strings.Split(names, ",")
	}
	f.works[w.id] = w
	return w
}

func (f *fake) done(w *work) bool { return w == nil || time.Since(w.made) >= f.takes }

func (f *fake) report(w *work) []map[string]any {
	alerts := []map[string]any{}
	for _, file := range w.files {
		for _, a := range f.alerts[file] {
			alerts = append(alerts, map[string]any{"scanID": w.id, "alertSummary": a.Summary, "criticalLevel": a.Severity, "alertDetails": a.Details})
		}
	}
	return alerts
}

func (f *fake) task(c *call) {
	if !f.done(c.work) {
		c.json(map[string]any{"taskId": c.work.id, "status": "submitted"})
		return
	}
	c.json(map[string]any{"taskId": c.work.id, "status": "complete", "scanResult": f.results(c.work)})
}

// results has one entry per image, with all Dockerfiles that name it.
func (f *fake) results(w *work) []map[string]any {
	results := []map[string]any{}
	if f.extra != nil {
		results = f.extra(w)
	}
	in := map[string][]string{}
	order := []string{}
	add := func(name string, files ...string) {
		if _, ok := in[name]; !ok {
			order = append(order, name)
		}
		in[name] = append(in[name], files...)
	}
	for _, name := range w.names {
		add(name)
	}
	for _, file := range w.files {
		for _, name := range f.images[file] {
			add(name, file)
		}
	}
	for _, name := range order {
		if counts, ok := f.counts[name]; ok {
			registry, tag, _ := strings.Cut(name, "/")
			entry := map[string]any{"fullTag": tag, "registry": registry, "vulnerabilities": counts, "files": in[name]}
			if len(counts) == 0 {
				entry["isSecure"] = true
			}
			results = append(results, entry)
		}
	}
	return results
}

// to returns the calls of a path.
func (f *fake) to(path string) []*call {
	f.mu.Lock()
	defer f.mu.Unlock()
	var calls []*call
	for _, c := range f.calls {
		if c.path == path {
			calls = append(calls, c)
		}
	}
	return calls
}

// scanWith runs a plan against the fake. It must be called in a bubble of
// testing/synctest.
func (f *fake) scanWith(ctx context.Context, t *testing.T, plan *result.Plan, o Options) Outcome {
	t.Helper()
	outcome, err := f.run(ctx, t, plan, o)
	if err != nil {
		t.Error(err)
	}
	return outcome
}

func (f *fake) run(ctx context.Context, t *testing.T, plan *result.Plan, o Options) (Outcome, error) {
	t.Helper()
	client := transport.New(transport.Config{
		Base:      &url.URL{Scheme: "http", Host: "localhost", Path: "/"},
		Authorize: optix.Authorize("key"),
		Dial:      transporttest.Serve(t, f).Dial,
		Proxy:     func(*http.Request) (*url.URL, error) { return nil, nil },
		Now:       time.Now,
	})
	defer client.Close()
	outcome, err := Run(ctx, optix.New(client), plan, o)
	synctest.Wait() // the handler of a canceled request may still run
	return outcome, err
}

// options have files of the planned sizes.
func options(plan *result.Plan) Options {
	files := fstest.MapFS{}
	for _, row := range plan.Rows {
		if row.Target.Kind != result.KindImage {
			files[row.Target.Name] = &fstest.MapFile{Data: make([]byte, row.Target.Size)}
		}
	}
	for _, h := range plan.Helpers {
		files[h.Path] = &fstest.MapFile{Data: make([]byte, h.Size)}
	}
	return Options{
		Names: result.Names{
			Address: "--endpoint", Key: "SCANGATE_API_KEY", Timeout: "--timeout", Proxy: "HTTPS_PROXY", NoProxy: "NO_PROXY",
			Policy: "--iac-policy", RepoURL: "--repo-url", Branch: "--branch", Image: "--image", Exclude: "--exclude", ExcludeImage: "--exclude-image", Tolerate: "--tolerate",
		},
		Files: files,
		Repo:  optix.Repo{URL: "https://git.example/shop", Branch: "main"},
		Now:   time.Now,
	}
}

// planOf makes a plan of target IDs such as "iac:infra/main.tf",
// "image:docker.io/library/nginx:1" (named), "from:…" (an image of a FROM) and
// "helper:infra/a.tfvars". Files are ten bytes long.
func planOf(ids ...string) *result.Plan {
	plan := &result.Plan{}
	for _, id := range ids {
		kind, name, _ := strings.Cut(id, ":")
		t := result.Target{Kind: result.Kind(kind), Name: name, Size: 10}
		switch kind {
		case "helper":
			plan.Helpers = append(plan.Helpers, result.Helper{Path: name, Size: 10})
			continue
		case "image":
			t.Named, t.Size = true, 0
		case "from":
			t.Kind, t.FromDockerfile, t.Size = result.KindImage, true, 0
		}
		plan.Rows = append(plan.Rows, result.Row{Target: t})
	}
	return plan
}

// rowOf returns the row of a target.
func rowOf(t *testing.T, o Outcome, id string) result.Row {
	t.Helper()
	for _, row := range o.Rows {
		if row.Target.ID() == id {
			return row
		}
	}
	t.Fatalf("no row %s", id)
	return result.Row{}
}

func wantAnswered(t *testing.T, o Outcome, id string, e result.Evidence) {
	t.Helper()
	if row := rowOf(t, o, id); row.Status != result.Answered || row.Evidence != e {
		t.Errorf("%s: %s %s (%s: %s), want answered %s", id, row.Status, row.Evidence, row.Cause, row.Reason, e)
	}
}

func wantFailed(t *testing.T, o Outcome, id string, cause result.Cause, words ...string) {
	t.Helper()
	row := rowOf(t, o, id)
	if row.Status != result.Failed || row.Cause != cause {
		t.Errorf("%s: %s %s (%s), want failed %s", id, row.Status, row.Cause, row.Reason, cause)
	}
	if row.Reason == "" || row.Fix == "" {
		t.Errorf("%s: reason %q, fix %q: both are required", id, row.Reason, row.Fix)
	}
	for _, word := range words {
		if !strings.Contains(row.Reason+" | "+row.Fix, word) {
			t.Errorf("%s: %q, fix %q: want %q in it", id, row.Reason, row.Fix, word)
		}
	}
}

// failingFS has files that can be opened, and fail when they are read.
type failingFS struct {
	fs.FS
	errs map[string]error
}

func (f failingFS) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if failure := f.errs[name]; err == nil && failure != nil {
		return failingFile{file, failure}, nil //nolint:nilerr // the failure comes with the first read
	}
	return file, err
}

type failingFile struct {
	fs.File
	err error
}

func (f failingFile) Read([]byte) (int, error) { return 0, f.err }
