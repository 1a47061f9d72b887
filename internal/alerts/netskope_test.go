package alerts

import (
	"encoding/json"
	"fmt"
	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
	"net/http"
	"strings"
	"testing"
	"time"
)

const netskopeSecret = "f32a973eddd7bc1602fc0f48dc0a"

func netskopeFake() fake {
	return fake{
		vendor: "netskope", port: "4",
		env:     map[string]string{netskopeURL: "http://127.0.0.1:4", netskopeToken: netskopeSecret},
		secrets: []string{netskopeSecret},
		serve: func(l list) http.Handler {
			return &fakeNetskope{shelf: shelf{list: l}, throttle: throttle{limit: l.throttle}}
		},
		open:     all,
		pageSize: "limit", paths: "/", limit: transport.RateLimit{N: 24, Per: 5 * time.Second},
	}
}

// fakeNetskope serves version 1 or 2 of the API.
type fakeNetskope struct {
	shelf
	v1       bool
	refuse   string // an errorCode, in an answer of status 200
	throttle throttle
	max      int // the most that an answer holds
}

func (f *fakeNetskope) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	path, token, skip := "/api/v2/events/data/alert", r.Header.Get("Netskope-Api-Token"), q.Get("offset")
	if f.v1 {
		var in map[string]string
		_ = json.NewDecoder(r.Body).Decode(&in)
		path, token, skip = "/api/v1/alerts", in["token"], q.Get("skip")
	}
	forms := 0
	for _, form := range []string{"timeperiod", "starttime", "insertionstarttime"} {
		if q.Has(form) {
			forms++
		}
	}
	size := intOf(q.Get("limit"), 0)
	switch {
	case r.URL.Path != path:
		w.WriteHeader(http.StatusNotFound)
	case token != netskopeSecret:
		answerJSON(w, http.StatusForbidden, map[string]any{"status": "error", "errorCode": "Authorization Error", "errors": []string{"token " + token + " of jane.roe@acme.example lacks the endpoint"}})
	case f.throttle.refuses():
		w.WriteHeader(http.StatusTooManyRequests)
	case f.refuse != "":
		answerJSON(w, http.StatusOK, map[string]any{"status": "error", "errorCode": f.refuse, "errors": []string{"user jane.roe@acme.example"}})
	case forms != 1 || size < 1 || size >= 10000 || q.Get("acked") != "false":
		answerJSON(w, http.StatusOK, map[string]any{"status": "error", "errorCode": "Invalid Parameter", "errors": []string{"bad"}})
	default:
		f.list(w, q.Get("starttime"), q.Get("endtime"), intOf(skip, 0), size)
	}
}

func (f *fakeNetskope) list(w http.ResponseWriter, start, end string, skip, size int) {
	numbers := f.next()
	made := time.Now().Add(-f.age).Unix()
	if start != "" && (made <= int64(intOf(start, 0)) || made > int64(intOf(end, 1<<31-1))) {
		numbers = nil
	}
	if f.max > 0 {
		size = min(size, f.max)
	}
	items := []map[string]any{}
	for _, i := range cut(numbers, skip, size) {
		items = append(items, netskopeItem(i, made))
	}
	if f.v1 {
		answerJSON(w, http.StatusOK, map[string]any{"status": "success", "msg": "", "data": items})
		return
	}
	answerJSON(w, http.StatusOK, map[string]any{"ok": 1, "result": items})
}

// netskopeItem alternates posture rules and DLP alerts.
func netskopeItem(i int, made int64) map[string]any {
	item := map[string]any{
		"_id": fmt.Sprintf("%024x", i), "acked": "false", "alert": "yes", "timestamp": made, "type": "nspolicy", "count": 1,
		"user": "jane.roe@acme.example", "userkey": "jane.roe@acme.example", "ur_normalized": "jane.roe@acme.example", "category": nil,
		"request_id": json.Number("9064411288558768620"), "dlp_incident_id": json.Number("4236530301719724613"),
	}
	more := map[string]any{
		"alert_type": "Security Assessment", "sa_rule_name": "Ensure that 'Send Alerts to' is set for SQL Servers", "sa_rule_severity": word(i),
		"object": "automation1603868619", "object_type": "Instance", "account_id": "e3813397", "account_name": "iaas-qe", "region_id": "westeurope",
		"sa_rule_remediation": "<html><body>" + strings.Repeat("<li>x</li>", 50) + "</body></html>",
	}
	if i%2 == 1 {
		more = map[string]any{
			"alert_type": "DLP", "alert_name": "Gdrive: alert on PII of Jane-Roe-Contract.pdf", "dlp_rule_severity": word(i), "dlp_rule": "FullName-Near-SSN",
			"object": "Jane-Roe-Contract.pdf", "dlp_file": "Jane-Roe-Contract.pdf", "file_path": "ORPHAN/Jane-Roe-Contract.pdf", "instance_id": "goxsoar.com",
		}
	}
	for k, v := range more {
		item[k] = v
	}
	return item
}

func TestNetskopeOneAtATime(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 101} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "4", &fakeNetskope{shelf: shelf{list: list{n: n, age: 2 * year}}, max: 1})
			row, found := read(t.Context(), t, o, "source", "netskope")
			checkFindings(t, row, found, n)
		})
	}
}

// A page that is full of items that are known already does not end the list.
func TestPageOfShiftedItems(t *testing.T) {
	t.Parallel()
	served := []string{"abc", "xyc", "cd", "d"} // two new items before c
	var skips []int
	var read string
	for o := (overlap{}); ; {
		p, err := o.next(func(skip int) (page, error) {
			p := unnumbered()
			for _, key := range strings.Split(served[len(skips)], "") {
				p.add(alert{identity: unique(key)})
			}
			skips = append(skips, skip)
			return p, nil
		})
		for _, it := range p.items {
			read += it.key
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(p.items) == 0 {
			break
		}
	}
	if read != "abcd" || fmt.Sprint(skips) != "[0 2 4 5]" {
		t.Errorf("read %s by skipping %v", read, skips)
	}
}

// A list that new items shift by a whole page, again and again, changes too fast to be read.
func TestListThatShiftsForEver(t *testing.T) {
	t.Parallel()
	o, pages := overlap{}, 0
	next := func() error {
		_, err := o.next(func(int) (page, error) {
			pages++
			p := unnumbered()
			p.add(alert{identity: unique(fmt.Sprint("new-", pages))})
			p.add(alert{identity: unique("last")})
			return p, nil
		})
		return err
	}
	if err := next(); err != nil {
		t.Fatal(err)
	}
	const want = "the list changed while it was read: new items shifted it by page after page"
	if err := next(); err == nil || err.Error() != want || pages != 1+maxShifts {
		t.Errorf("error %v after %d pages, want %s", err, pages, want)
	}
}

func TestNetskopeV1(t *testing.T) {
	t.Parallel()
	const retired = "netskope: Netskope retired version 1 of this API on 2024-10-15; fix: unset SCANGATE_NETSKOPE_API to use version 2"
	for _, n := range []int{0, 1, 99, 100, 101, 240} {
		bubble(t, func(t *testing.T, w *world, _ Options) {
			w.serve(t, "4", &fakeNetskope{shelf: shelf{list: list{n: n, age: 2 * year}}, v1: true})
			env := variables()
			env[netskopeAPI] = "v1"
			out := mustRun(t.Context(), t, w.options(t, env), Plan{Sources: []Source{mustSource(t, "source", "netskope", "limit", "100")}})
			checkFindings(t, out.Rows[0], out.Findings, n)
			if len(out.Notices) != 1 || out.Notices[0].Text != retired {
				t.Errorf("no notice says that v1 is retired: %v", out.Notices)
			}
		})
	}
}

// A key of an answer in another case is not an answer, whether the key is read or not.
func TestKeysOfNetskopeHaveTheirCase(t *testing.T) {
	t.Parallel()
	for body, v1 := range map[string]bool{
		`{"status":"success","data":[],"Msg":""}`: true, `{"status":"success","Status":"error","data":[]}`: true,
		`{"ok":1,"OK":0,"result":[]}`: false, `{"ok":1,"result":[],"Result":[]}`: false,
	} {
		n := &netskope{v1: v1}
		if _, err := n.decode(jsonx.Parse([]byte(body), jsonx.Options{})); err == nil {
			t.Errorf("%s is taken for an answer", body)
		}
	}
}

// A refusal shows its code, unless that may repeat what was asked for, and says what to check.
func TestNetskopeRefusals(t *testing.T) {
	t.Parallel()
	const filters, credentials = checkFilters, "check " + netskopeToken
	for code, want := range map[string]struct{ reason, fix string }{
		"":                      {"the service refuses the request", filters},
		"Invalid Parameter":     {"the service refuses the request: Invalid Parameter", filters},
		"Authorization Error":   {"the service refuses the request: Authorization Error", credentials},
		"expired token":         {"the service refuses the request: expired token", credentials},
		strings.Repeat("x", 60): {"the service refuses the request: " + strings.Repeat("x", 60), filters},
		strings.Repeat("x", 61): {"the service refuses the request", filters},
		"user jane@acme":        {"the service refuses the request", filters},
		"HR/Contract.pdf":       {"the service refuses the request", filters},
		`HR\Contract.pdf`:       {"the service refuses the request", filters},
		"<b>":                   {"the service refuses the request", filters},
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "4", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				answerJSON(rw, http.StatusOK, map[string]any{"status": "error", "errorCode": code})
			}))
			row, _ := read(t.Context(), t, o, "source", "netskope")
			cause := result.CauseService
			if want.fix == credentials {
				cause = result.CauseUnauthorized
			}
			if row.Cause != cause || row.Reason != want.reason || row.Fix != want.fix {
				t.Errorf("%q: (%s) %s; %s", code, row.Cause, row.Reason, row.Fix)
			}
		})
	}
}
