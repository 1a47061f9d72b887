package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/optix"
)

// The client and the emulator read the reference independently of each other. Rows of the emulator
// have all fields that the client knows, and no others.
func TestFieldsOfClientAndEmulator(t *testing.T) {
	t.Parallel()
	h := emulator.New(emulator.Options{Now: time.Now, Rows: 3})
	for _, tc := range []struct{ area, path, query string }{
		{"vms", "vms", "provider=AWS"}, {"vms", "vms", "provider=Azure"}, {"vms", "vms", "provider=GCP"},
		{"users", "users", "provider=AWS"}, {"users", "users", "provider=Azure"}, {"users", "users", "provider=GCP"},
		{"serverless", "serverless", "provider=AWS"}, {"serverless", "serverless", "provider=Azure"}, {"accounts", "accounts", ""},
		{"containers", "containers", "cloudProvider=eks&containerType=clusters"}, {"containers", "containers", "cloudProvider=eks&containerType=nodes"},
		{"containers", "containers", "cloudProvider=eks&containerType=pods"}, {"containers", "containers", "cloudProvider=eks&containerType=containers"},
		{"traffic vpc", "outgoingtraffic/vpc", "accountId=111122223333&vpcId=vpc-0a1b2c3d"}, {"traffic instance", "outgoingtraffic/instance", "instanceId=i-0f3e00000001"},
		{"alerts", "alerts", "page=1"}, {"alerts count", "alerts/count", ""},
	} {
		values, err := url.ParseQuery(tc.query)
		if err != nil {
			t.Fatal(err)
		}
		values.Del("page")
		area, _ := optix.FindArea(tc.area)
		q, err := area.Query(values, 0)
		if err != nil {
			t.Fatal(err)
		}
		var known []string
		for _, f := range q.Fields() {
			known = append(known, f.Name)
		}
		r := httptest.NewRequest(http.MethodGet, "/api/v1/"+tc.path+"?size=50&"+tc.query, nil)
		if area.Pages.Min == 100 {
			r = httptest.NewRequest(http.MethodGet, "/api/v1/"+tc.path+"?size=100&"+tc.query, nil)
		}
		r.Header.Set("Authorization", "ApiKey any")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		row := firstRow(t, w.Body.Bytes())
		if got, want := strings.Join(rowFields(row), "\n"), strings.Join(slices.Sorted(slices.Values(known)), "\n"); got != want {
			t.Errorf("%s %s: the emulator has\n%s\nand the client knows\n%s", tc.area, tc.query, got, want)
		}
	}
}

func firstRow(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var list []map[string]any
	if json.Unmarshal(body, &list) == nil {
		return list[0]
	}
	var page map[string]any
	if err := json.Unmarshal(body, &page); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if data, ok := page["data"].([]any); ok && len(data) > 0 {
		return data[0].(map[string]any)
	}
	return page
}

// rowFields returns the names of the fields of a row and of its moreInfo, sorted. Two objects of
// the reference are written with their fields.
func rowFields(row map[string]any) []string {
	var names []string
	for name, value := range row {
		below, ok := value.(map[string]any)
		switch {
		case name == "moreInfo" && ok:
			names = append(names, rowFields(below)...)
		case (name == "serverAgent" || name == "accountSyncBenchmark") && ok:
			for field := range below {
				names = append(names, name+"."+field)
			}
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// A reader that has what it wanted ends a list without an error, and no further page is asked for.
func TestReaderOfAListCloses(t *testing.T) {
	t.Parallel()
	pages := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		pages++
		var rows []string
		for i := range 500 {
			rows = append(rows, fmt.Sprintf(`{"instanceId":"i-%d-%d"}`, pages, i))
		}
		fmt.Fprintf(w, `{"data":[%s],"currentPage":%d,"totalPages":9,"hasNext":true}`, strings.Join(rows, ","), pages-1)
	}))
	t.Cleanup(srv.Close)
	for _, format := range []string{"table", "jsonl", "csv"} {
		pages = 0
		r := runOf(t, func(s *cli.System) { s.Stdout = &closing{left: 2000} }, "optix", "vms", "--provider", "AWS", "--endpoint", srv.URL, "--format", format)
		if r.code != 0 || r.stderr != "" {
			t.Errorf("%s: exit %d, %q", format, r.code, r.stderr)
		}
		if pages != 1 {
			t.Errorf("%s: %d pages were asked for", format, pages)
		}
	}
}

// What the service says of an error is shown, without the key and without people.
func TestErrorsOfListsArePrivate(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "refused for jane.roe@acme.example with "+r.Header.Get("Authorization"), http.StatusBadRequest)
	}))
	t.Cleanup(srv.Close)
	for flag, want := range map[string]string{"--debug": "for [personal data] with [redacted]", "--include-personal-data": "for jane.roe@acme.example with [redacted]"} {
		runOf(t, nil, "optix", "accounts", "--endpoint", srv.URL, flag).wants(t, 3, want)
	}
}

// A full disk is not a closed pipe.
func TestRowsThatCanNotBeWritten(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(optixInMemory(nil))
	t.Cleanup(srv.Close)
	r := runOf(t, func(s *cli.System) { s.Stdout = fullDisk{} }, "optix", "accounts", "--endpoint", srv.URL)
	r.wants(t, 3, "can't write to standard output", "no space left")
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// What a scan has submitted can be asked for by its ids.
func TestScansByID(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	ids := map[string]string{}
	h := optixInMemory(nil)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		for _, name := range []string{"scan_id", "taskId"} {
			if id := r.URL.Query().Get(name); id != "" {
				ids[name] = id
			}
		}
		mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	dir := treeOf(t, map[string]string{"main.tf": bucketTF, "Dockerfile": "FROM docker.io/library/nginx:1.21\n"})
	if r := scanOf(t, dir, srv.URL, nil, "--no-progress"); r.code != 1 {
		t.Fatalf("exit %d: %s", r.code, r.stderr)
	}
	by := func(args ...string) ran {
		return runOf(t, nil, slices.Concat([]string{"optix"}, args, []string{"--endpoint", srv.URL})...)
	}
	for _, tc := range []struct {
		args []string
		code int
		want []string
	}{
		{[]string{"iac", "status", ids["scan_id"]}, 0, []string{ids["scan_id"] + " success"}},
		{[]string{"iac", "report", ids["scan_id"], "--format", "jsonl"}, 0, []string{`"scanID":"` + ids["scan_id"] + `","criticalLevel":"`}},
		{[]string{"image", "result", ids["taskId"]}, 0, []string{"docker.io/library/nginx:1.21", "FULLTAG CRITICAL HIGH"}},
		{[]string{"image", "result", "docker.io/library/nginx:1.21", "--format", "csv"}, 0, []string{`"docker.io/library/nginx:1.21"`}},
		{[]string{"image", "result", ids["scan_id"]}, 3, []string{"exit 3"}},
	} {
		by(tc.args...).wants(t, tc.code, tc.want...)
	}
}

// closing is a pipe whose reader closes it after some bytes.
type closing struct{ left int }

func (c *closing) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}
