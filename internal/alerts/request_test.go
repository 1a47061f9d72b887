package alerts

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

// asked runs one entry and returns the parameters and the body of the first request to a path.
func asked(t *testing.T, port, at string, env map[string]string, next http.HandlerFunc, pairs ...string) (url.Values, string) {
	t.Helper()
	var query url.Values
	var body string
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.serve(t, port, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if query == nil && strings.HasSuffix(r.URL.Path, at) {
				text, _ := io.ReadAll(r.Body)
				query, body = r.URL.Query(), string(text)
			}
			next(rw, r)
		}))
		if row, _ := read(t.Context(), t, w.options(t, env), pairs...); row.Status != result.Answered {
			t.Errorf("%v: %s", pairs, row.Reason)
		}
	})
	return query, body
}

func queryOf(t *testing.T, text string) url.Values {
	t.Helper()
	q, err := url.ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// The clock of a synctest bubble starts at the first second of the year 2000; requests reach a day
// further.
const (
	bubbleNow  = "946684800"
	bubbleNext = "946771200"
)

// What an entry chooses is asked for, under the vendor's names, and nothing else is left out.
func TestRequests(t *testing.T) {
	t.Parallel()
	v1 := variables()
	v1[netskopeAPI] = "v1"
	optixNone := fixed("/count", counts(0, 0, 0, 0, 0), "/alerts", optixPage(1, 0, false))
	zpcNone := fixed("/alerts/", `{"alerts":[],"total_count":0}`)
	iotNone := fixed("/list", `{"total":0,"items":[]}`)
	workflowNone := fixed("/search", `{"incidents":[],"cursor":{"totalPages":0,"currentPageNumber":0,"totalElements":0}}`)
	netskopeNone := fixed("/data/alert", `{"ok":1,"result":[]}`, "/v1/alerts", `{"status":"success","data":[]}`)
	const zpcAlways = "alert_status=OPEN&order_by=created:asc&offset=1"
	const iotAlways = "resolved=no&sortfield=date&sortdirection=asc&offset=0&customerid=" + customerID
	for name, tt := range map[string]struct {
		port, at string
		env      map[string]string
		next     http.HandlerFunc
		entry    string // key=value, with blanks between them
		query    string
		body     string
	}{
		"cloud-optix": {"5", "/alerts", variables(), optixNone, "source=cloud-optix older-than=1h",
			"page=1&size=50&states=OPEN&days=365", ""},
		"cloud-optix, numbers": {"5", "/count", variables(), optixNone, "source=cloud-optix alertType=Policy providerList=AWS|Azure policyTagList=CIS|PCI accountIds=1|2 days=30",
			"states=OPEN&days=30&alertType=Policy&providerList=AWS,Azure&policyTagList=CIS,PCI&accountIds=1,2", ""},
		"cloud-optix, a beginning": {"5", "/alerts", variables(), optixNone, "source=cloud-optix lastSeenFrom=1999-12-01",
			"page=1&size=50&states=OPEN&lastSeenFrom=1999-12-01T00:00:00%2B00:00&lastSeenTo=2000-01-02T00:00:00%2B00:00", ""},
		"cloud-optix, an end": {"5", "/alerts", variables(), optixNone, "source=cloud-optix lastSeenTo=1999-12-31",
			"page=1&size=50&states=OPEN&lastSeenFrom=1998-12-31T00:00:00%2B00:00&lastSeenTo=1999-12-31T00:00:00%2B00:00", ""},
		"cloud-optix, a window": {"5", "/alerts", variables(), optixNone, "source=cloud-optix lastSeenFrom=2026-01-01 lastSeenTo=2026-01-02T10:00:00 severity=low size=7",
			"page=1&size=7&states=OPEN&severity=low&lastSeenFrom=2026-01-01T00:00:00%2B00:00&lastSeenTo=2026-01-02T10:00:00%2B00:00", ""},
		"zscaler-zpc": {"1", "/cloud", variables(), zpcNone, "source=zscaler-zpc",
			zpcAlways + "&limit=100&created[start]=1&created[end]=" + bubbleNext, ""},
		"zscaler-zpc, one end": {"1", "/iac", variables(), zpcNone, "source=zscaler-zpc lists=iac created[start]=500 updated[end]=700 limit=9",
			zpcAlways + "&limit=9&created[start]=500&created[end]=" + bubbleNext + "&updated[start]=1&updated[end]=700", ""},
		"zscaler-zpc, the other": {"1", "/cloud", variables(), zpcNone, "source=zscaler-zpc created[end]=500 updated[start]=700",
			zpcAlways + "&limit=100&created[start]=1&created[end]=500&updated[start]=700&updated[end]=" + bubbleNext, ""},
		"zscaler-zpc, choices": {"1", "/cloud", variables(), zpcNone, "source=zscaler-zpc cloud_account_type=AWS|GCP allow-none=true business_units=a|b regions=eu|us risk_level=HIGH|LOW",
			zpcAlways + "&limit=100&created[start]=1&created[end]=" + bubbleNext +
				"&cloud_account_type=AWS&cloud_account_type=GCP&business_units=a&business_units=b&regions=eu&regions=us&risk_level=HIGH&risk_level=LOW", ""},
		"palo-alto-iot": {"2", "/list", variables(), iotNone, "source=palo-alto-iot",
			iotAlways + "&pagelength=1000&stime=1970-01-01T00:00:00.000Z", ""},
		"palo-alto-iot, choices": {"2", "/list", variables(), iotNone, "source=palo-alto-iot type=policy_alert stime=2021-10-06T07:00:00Z updatedCreatedAfter=2021-10-07T07:00:00Z pagelength=9",
			iotAlways + "&pagelength=9&type=policy_alert&stime=2021-10-06T07:00:00Z&updatedCreatedAfter=2021-10-07T07:00:00Z", ""},
		"zscaler-workflow": {"3", "/search", variables(), workflowNone, "source=zscaler-workflow", "page=0&pageSize=100",
			`{"fields":[],"timeRange":{"startTime":"1970-01-01T00:00:00.000Z","endTime":"2000-01-02T00:00:00.000Z"}}`},
		"zscaler-workflow, choices": {"3", "/search", variables(), workflowNone,
			"source=zscaler-workflow severity=HIGH|LOW priority=CRITICAL status=NEW allow-none=true labels=team=shop|env=prod startTime=1999-01-01T00:00:00Z endTime=1999-02-01T00:00:00+01:00 pageSize=9", "page=0&pageSize=9",
			`{"fields":[{"name":"severity","value":["HIGH","LOW"]},{"name":"priority","value":["CRITICAL"]},{"name":"status","value":["NEW"]},` +
				`{"name":"labels","value":[{"team":["shop"]},{"env":["prod"]}]}],"timeRange":{"startTime":"1999-01-01T00:00:00.000Z","endTime":"1999-01-31T23:00:00.000Z"}}`},
		"netskope": {"4", "/alert", variables(), netskopeNone, "source=netskope",
			"acked=false&limit=1000&offset=0&starttime=1&endtime=" + bubbleNow, ""},
		"netskope, choices": {"4", "/alert", variables(), netskopeNone, "source=netskope type=DLP query=app limit=9 starttime=5",
			"acked=false&limit=9&offset=0&type=DLP&query=app&starttime=5&endtime=" + bubbleNow, ""},
		"netskope, an end": {"4", "/alert", variables(), netskopeNone, "source=netskope endtime=7",
			"acked=false&limit=1000&offset=0&starttime=1&endtime=7", ""},
		"netskope, insertion": {"4", "/alert", variables(), netskopeNone, "source=netskope insertionendtime=9",
			"acked=false&limit=1000&offset=0&insertionstarttime=1&insertionendtime=9", ""},
		"netskope, insertion from": {"4", "/alert", variables(), netskopeNone, "source=netskope insertionstarttime=9",
			"acked=false&limit=1000&offset=0&insertionstarttime=9&insertionendtime=" + bubbleNow, ""},
		"netskope, v1": {"4", "/alerts", v1, netskopeNone, "source=netskope timeperiod=86400 type=DLP",
			"acked=false&limit=1000&skip=0&timeperiod=86400&type=DLP", `{"token":"` + netskopeSecret + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var pairs []string
			for word := range strings.FieldsSeq(tt.entry) {
				key, value, _ := strings.Cut(word, "=")
				pairs = append(pairs, key, value)
			}
			query, body := asked(t, tt.port, tt.at, tt.env, tt.next, pairs...)
			if diff := cmp.Diff(queryOf(t, tt.query), query); diff != "" {
				t.Errorf("parameters (-want +got):\n%s", diff)
			}
			if body != tt.body {
				t.Errorf("body %s, want %s", body, tt.body)
			}
		})
	}
}

// Version 1 of Netskope's API gets the token in the body alone, version 2 in a header.
func TestNetskopeTokenIsSentOnce(t *testing.T) {
	t.Parallel()
	for version, header := range map[string]string{"v1": "", "v2": netskopeSecret} {
		bubble(t, func(t *testing.T, w *world, _ Options) {
			w.serve(t, "4", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if got := r.Header.Get("Netskope-Api-Token"); got != header {
					t.Errorf("%s: header %q, want %q", version, got, header)
				}
				_, _ = io.WriteString(rw, `{"ok":1,"result":[],"status":"success","data":[]}`)
			}))
			env := variables()
			env[netskopeAPI] = version
			row, _ := read(t.Context(), t, w.options(t, env), "source", "netskope")
			if row.Status != result.Answered {
				t.Error(row.Reason)
			}
		})
	}
}

func TestRequestOfACheck(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		"search=AWS_S3": "page=1&size=500",
		"search=AWS_S3 term=isPublic:true filters=region=eu,us;a=b size=9": "page=1&size=9&searchTerm=isPublic:true&filters=region=eu,us%3Ba=b",
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			var query url.Values
			w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				query = r.URL.Query()
				_, _ = io.WriteString(rw, optixPage(1, 0, false))
			}))
			var pairs []string
			for word := range strings.FieldsSeq(entry) {
				key, value, _ := strings.Cut(word, "=")
				pairs = append(pairs, key, value)
			}
			row, _ := runCheck(t, o, pairs...)
			if diff := cmp.Diff(queryOf(t, want), query); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", entry, row.Reason, diff)
			}
		})
	}
}

// A list is asked for in one order and to the end of one window, from its first page to its last.
func TestPagesAreOfOneList(t *testing.T) {
	t.Parallel()
	for _, f := range []fake{zpcFake(), netskopeFake()} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			var mu sync.Mutex
			var windows []string
			next := f.serve(list{n: 45, age: 2 * time.Hour})
			w.serve(t, f.port, slow(5*time.Second, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				q := r.URL.Query()
				if !strings.HasSuffix(r.URL.Path, "/iac") {
					mu.Lock()
					windows = append(windows, q.Get("created[start]")+q.Get("starttime")+"-"+q.Get("created[end]")+q.Get("endtime"))
					mu.Unlock()
				}
				next.ServeHTTP(rw, r)
			})))
			row, _ := read(t.Context(), t, o, "source", f.vendor, f.pageSize, "10")
			if len(windows) < 5 {
				t.Fatalf("%s: %d pages: %s", f.vendor, len(windows), row.Reason)
			}
			for _, window := range windows {
				if window != windows[0] {
					t.Errorf("%s: %s after %s", f.vendor, window, windows[0])
				}
			}
		})
	}
}
