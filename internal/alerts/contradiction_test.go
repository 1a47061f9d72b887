package alerts

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// fixed answers each request with the body for the first key that its URI contains. Tokens are
// issued as documented.
func fixed(bodies ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			answerJSON(w, http.StatusCreated, map[string]any{"token": "0f5b-wf-token", "token_type": "Bearer", "expires_in": 43200})
			return
		}
		uri, _ := url.QueryUnescape(r.URL.RequestURI())
		for i := 0; i+1 < len(bodies); i += 2 {
			if strings.Contains(uri, bodies[i]) {
				_, _ = io.WriteString(w, bodies[i+1])
				return
			}
		}
		w.WriteHeader(http.StatusTeapot)
	}
}

// counts is an answer of Cloud Optix with numbers of alerts.
func counts(critical, high, medium, low, total int) string {
	return fmt.Sprintf(`{"critical":%d,"high":%d,"medium":%d,"low":%d,"total":%d}`, critical, high, medium, low, total)
}

// optixPage is a page of alerts, or hits, of Cloud Optix.
func optixPage(number, pages int, next bool, items ...string) string {
	return fmt.Sprintf(`{"data":[%s],"currentPage":%d,"totalPages":%d,"hasNext":%v,"hasPrevious":false,"size":50}`, strings.Join(items, ","), number, pages, next)
}

// listed is an alert of Cloud Optix.
func listed(id int, level string) string {
	return fmt.Sprintf(`{"id":%d,"alertId":"A-1","criticalLevel":%q,"state":"OPEN"}`, id, level)
}

type contradictions map[string]struct {
	entry  []string
	answer http.HandlerFunc
	want   string // part of the reason
}

// check runs a source of a vendor against each answer.
func (all contradictions) check(t *testing.T, f fake) {
	t.Helper()
	for name, tt := range all {
		t.Run(f.vendor+" "+name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, f.port, tt.answer)
				start := time.Now()
				row, found := read(t.Context(), t, o, append([]string{"source", f.vendor}, tt.entry...)...)
				checkContradiction(t, row, found, tt.want)
				if took := time.Since(start); took > time.Minute {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

func checkContradiction(t *testing.T, row result.Row, found []result.Finding, want string) {
	t.Helper()
	if row.Status != result.Failed || row.Cause == result.CauseTimeout || row.Fix == "" || len(found) > 0 {
		t.Errorf("%s (%s), %d findings; %s", row.Status, row.Cause, len(found), row.Fix)
	}
	if !strings.Contains(row.Reason, want) {
		t.Errorf("reason %q, want %q", row.Reason, want)
	}
}

func TestContradictionsOfCloudOptix(t *testing.T) {
	t.Parallel()
	none := optixPage(1, 0, false)
	contradictions{
		"critical, total 0":     {nil, fixed("/count", counts(5, 0, 0, 0, 0), "/alerts", none), "alerts: the service counts 0 in total and 5 by severity; both were read twice"},
		"total too small":       {nil, fixed("/count", counts(1, 1, 0, 0, 1), "/alerts", optixPage(1, 1, false, listed(1, "HIGH"))), "counts 1 in total and 2 by severity"},
		"counted, not listed":   {nil, fixed("/count", counts(5, 0, 0, 0, 5), "/alerts", none), "critical alerts: the service counts 5 and lists 0"},
		"listed, not counted":   {nil, fixed("/count", counts(0, 1, 0, 0, 1), "/alerts", optixPage(1, 1, false, listed(1, "HIGH"), listed(2, "HIGH"))), "high alerts: the service counts 1 and lists 2"},
		"0, and listed":         {nil, fixed("/count", counts(0, 0, 3, 0, 3), "/alerts", optixPage(1, 1, false, listed(1, "CRITICAL"))), "critical alerts: the service counts 0 and lists 1"},
		"all 0, and listed":     {[]string{"max", "critical=0"}, fixed("/count", counts(0, 0, 0, 0, 0), "/alerts", optixPage(1, 1, false, listed(1, "CRITICAL"))), "critical alerts: the service counts 0 and lists 1"},
		"all, not listed":       {[]string{"older-than", "1h"}, fixed("/count", counts(0, 0, 0, 3, 3), "/alerts", none), "alerts: the service counts 3 and lists 0"},
		"none counted, one":     {[]string{"older-than", "1h"}, fixed("/count", counts(0, 0, 0, 0, 0), "/alerts", optixPage(1, 1, false, listed(1, "HIGH"))), "alerts: the service counts 0 and lists 1"},
		"without a severity":    {nil, fixed("/count", counts(0, 0, 0, 0, 3), "/alerts", none), "alerts: the service counts 3 and lists 0"},
		"other severities":      {[]string{"older-than", "1h"}, fixed("/count", counts(1, 0, 0, 1, 2), "/alerts", optixPage(1, 1, false, listed(1, "LOW"), listed(2, "LOW"))), "critical alerts: the service counts 1 and lists 0"},
		"suppressed":            {nil, fixed("/count", counts(1, 0, 0, 0, 1), "/alerts", optixPage(1, 1, false, `{"id":1,"criticalLevel":"CRITICAL","state":"SUPPRESS"}`)), "critical alerts: the service counts 1 and lists 0"},
		"another severity":      {nil, fixed("/count", counts(1, 0, 0, 99, 100), "/alerts", optixPage(1, 1, false, listed(1, "Low"))), "the list for severity critical holds an alert of another severity"},
		"another was chosen":    {[]string{"severity", "high"}, fixed("/count", counts(0, 1, 0, 0, 1), "/alerts", optixPage(1, 1, false, listed(1, "MEDIUM"))), "the list for severity high holds an alert of another severity"},
		"another page":          {nil, fixed("/count", counts(1, 0, 0, 0, 1), "/alerts", optixPage(2, 2, false, listed(1, "CRITICAL"))), "page 1 was asked for, and the answer holds page 2"},
		"the first page twice":  {nil, fixed("/count", counts(2, 0, 0, 0, 2), "/alerts", optixPage(1, 2, true, listed(1, "CRITICAL"))), "page 2 was asked for, and the answer holds page 1"},
		"no next page":          {nil, fixed("/count", counts(1, 0, 0, 0, 1), "/alerts", optixPage(1, 5, false, listed(1, "CRITICAL"))), "the answer says that no page follows page 1 of 5"},
		"a page after the last": {nil, fixed("/count", counts(1, 0, 0, 0, 1), "/alerts", optixPage(1, 1, true, listed(1, "CRITICAL"))), "the answer says that a page follows page 1 of 1"},
		"no pages":              {nil, fixed("/count", counts(1, 0, 0, 0, 1), "/alerts", optixPage(1, 0, false, listed(1, "CRITICAL"))), "page 1 holds items, and the answer counts 0 pages"},
		"an empty page":         {nil, fixed("/count", counts(1, 0, 0, 0, 1), "page=1", optixPage(1, 3, true), "page=2", optixPage(2, 3, true), "page=3", optixPage(3, 3, false, listed(1, "CRITICAL"))), "page 1 holds nothing, and the answer says that more pages follow"},
		"an empty page between": {nil, fixed("/count", counts(2, 0, 0, 0, 2), "page=1", optixPage(1, 3, true, listed(1, "CRITICAL")), "page=2", optixPage(2, 3, true), "page=3", optixPage(3, 3, false, listed(2, "CRITICAL"))), "page 2 holds nothing, and the answer says that more pages follow"},
		"the same id twice":     {nil, fixed("/count", counts(2, 0, 0, 0, 2), "/alerts", optixPage(1, 1, false, listed(1, "CRITICAL"), listed(1, "CRITICAL"))), "page 1 holds the same alert twice"},
		"too many to add up": {
			[]string{"max", "high=5", "severity-map", "critical=high"},
			fixed("/count", counts(math.MaxInt, math.MaxInt, 0, 0, math.MaxInt), "/alerts", none), "critical alerts: the service counts 9223372036854775807 and lists 0",
		},
		"more than fits":     {nil, fixed("/count", counts(math.MaxInt, math.MaxInt, 0, 0, 5), "/alerts", none), "counts 5 in total and 9223372036854775807 by severity"},
		"two totals":         {nil, fixed("/count", `{"critical":0,"high":0,"medium":0,"low":0,"total":5,"total":0}`), "duplicate key"},
		"two spellings":      {nil, fixed("/count", `{"critical":0,"Critical":5,"high":0,"medium":0,"low":0,"total":0}`), `the key is spelled "Critical"`},
		"a count of null":    {nil, fixed("/count", `{"critical":null,"high":0,"medium":0,"low":0,"total":0}`), "critical: must be an integer"},
		"two lists":          {nil, fixed("/count", counts(0, 1, 0, 0, 1), "/alerts", `{"data":[],"data":[],"currentPage":1,"totalPages":0,"hasNext":false}`), "duplicate key"},
		"states by spelling": {nil, fixed("/count", counts(0, 1, 0, 0, 1), "/alerts", optixPage(1, 1, false, `{"id":1,"state":"SUPPRESS","State":"OPEN"}`)), `the key is spelled "State"`},
	}.check(t, optixFake())
}

func TestContradictionsOfSearches(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, want string }{
		"another page":    {optixPage(2, 2, false), "page 1 was asked for, and the answer holds page 2"},
		"no next page":    {optixPage(1, 5, false), "the answer says that no page follows page 1 of 5"},
		"a page too many": {optixPage(1, 1, true, `{}`), "the answer says that a page follows page 1 of 1"},
		"no pages":        {optixPage(1, 0, false, `{}`), "page 1 holds items, and the answer counts 0 pages"},
		"an empty page":   {optixPage(1, 3, true), "page 1 holds nothing, and the answer says that more pages follow"},
		"two lists":       {`{"data":[],"data":[{}],"currentPage":1,"totalPages":1,"hasNext":false}`, "duplicate key"},
		"two spellings":   {`{"data":[],"Data":[{}],"currentPage":1,"totalPages":1,"hasNext":false}`, `the key is spelled "Data"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, "5", fixed("/search", tt.body))
				row, found := runCheck(t, o, "search", "AWS_S3")
				checkContradiction(t, row, found, tt.want)
			})
		})
	}
}

func TestContradictionsOfZPC(t *testing.T) {
	t.Parallel()
	list := func(total string, next string, items ...string) http.HandlerFunc {
		return fixed("/alerts/", fmt.Sprintf(`{"alerts":[%s],"total_count":%s,"prev_link":"","next_link":%q}`, strings.Join(items, ","), total, next))
	}
	contradictions{
		"total 0":             {nil, list("0", "", `{"alert_id":1}`), "page 1 holds more items (1) than the answer counts in total (0)"},
		"total too small":     {nil, list("1", "", `{"alert_id":1}`, `{"alert_id":2}`), "page 1 holds more items (2) than the answer counts in total (1)"},
		"total too large":     {nil, list("5", "", `{"alert_id":1}`), "the answer counts 5 items in total, and its only page holds 1"},
		"nothing of 5":        {nil, list("5", ""), "the answer counts 5 items in total, and its only page holds 0"},
		"pages of nothing":    {nil, list("5", "x"), "page 1 holds nothing, and the answer says that more pages follow"},
		"more than the total": {nil, fixed("offset=1", `{"alerts":[{"alert_id":1}],"total_count":1,"next_link":"x"}`, "offset=2", `{"alerts":[{"alert_id":2}],"total_count":1,"next_link":""}`), "the answers count 1 items in total, and their pages hold 2"},
		"no total":            {nil, list("null", ""), "total_count: must be an integer"},
		"the same id twice":   {nil, list("2", "", `{"alert_id":1,"severity":"LOW"}`, `{"alert_id":1,"severity":"CRITICAL"}`), "page 1 holds the same alert twice"},
		"another risk":        {[]string{"risk_level", "CRITICAL"}, list("1", "", `{"alert_id":1,"risk_level":"LOW"}`), "the list for risk_level CRITICAL holds an alert of another risk_level"},
		"an error":            {nil, fixed("offset", `{"alerts":[],"total_count":0,"error":"timeout"}`), "the answer reports success and an error"},
		"no success":          {nil, fixed("offset", `{"alerts":[],"total_count":0,"success":false}`), "the answer reports success and an error"},
		"two severities":      {nil, list("1", "", `{"alert_id":1,"severity":"LOW","Severity":"CRITICAL"}`), `alerts[0].severity: the key is spelled "Severity"`},
	}.check(t, zpcFake())
}

func TestContradictionsOfIoT(t *testing.T) {
	t.Parallel()
	contradictions{
		"total 0":           {nil, fixed("/list", `{"total":0,"items":[{"id":"1"}]}`), "page 1 holds more items (1) than the answer counts in total (0)"},
		"total too small":   {nil, fixed("/list", `{"total":1,"items":[{"id":"1"},{"id":"2"}]}`), "page 1 holds more items (2) than the answer counts in total (1)"},
		"nothing of 5":      {nil, fixed("/list", `{"total":5,"items":[]}`), "the answer counts 5 items in total, and its only page holds 0"},
		"ends early":        {nil, fixed("offset=0", `{"total":5,"items":[{"id":"1"}]}`, "offset=1", `{"total":5,"items":[]}`), "the answers count 5 items in total, and their pages hold 1"},
		"the first again":   {nil, fixed("/list", `{"total":5,"items":[{"id":"1"}]}`), "page 2 repeats an earlier page"},
		"no total":          {nil, fixed("/list", `{"items":[]}`), "total: must be an integer"},
		"the same id twice": {nil, fixed("/list", `{"api":"/alert/list","items":[{"id":"1","severity":"low"},{"id":"1","severity":"high"}]}`), "page 1 holds the same alert twice"},
		"an error code":     {nil, fixed("/list", `{"total":0,"items":[],"errorCode":7}`), "the answer reports success and an error"},
		"two totals":        {nil, fixed("/list", `{"total":0,"total'":5,"items":[]}`), "duplicate key"},
		"two states":        {nil, fixed("/list", `{"total":1,"items":[{"id":"1","resolved":"yes","Resolved":"no"}]}`), `the key is spelled "Resolved"`},
	}.check(t, iotFake())
}

func TestContradictionsOfWorkflow(t *testing.T) {
	t.Parallel()
	list := func(number, pages, total int, items ...string) http.HandlerFunc {
		return fixed("/search", fmt.Sprintf(`{"incidents":[%s],"cursor":{"currentPageNumber":%d,"totalPages":%d,"totalElements":%d}}`, strings.Join(items, ","), number, pages, total))
	}
	contradictions{
		"another page":        {nil, list(1, 2, 1), "page 1 was asked for, and the answer holds page 2"},
		"the first page":      {nil, list(0, 2, 2, `{"internalId":"a"}`), "page 2 was asked for, and the answer holds page 1"},
		"pages of nothing":    {nil, list(0, 5, 0), "page 1 holds 0 items, and the answer counts 5 pages and 0 items in total"},
		"pages too many":      {nil, list(0, 5, 1, `{"internalId":"a"}`), "page 1 holds 1 items, and the answer counts 5 pages and 1 items in total"},
		"total too small":     {nil, list(0, 1, 1, `{"internalId":"a"}`, `{"internalId":"b"}`), "page 1 holds more items (2) than the answer counts in total (1)"},
		"total too large":     {nil, list(0, 1, 5, `{"internalId":"a"}`), "the answer counts 5 items in total, and its only page holds 1"},
		"no pages":            {nil, list(0, 0, 5), "the answer counts 5 items in total, and its only page holds 0"},
		"the same id twice":   {nil, list(0, 1, 2, `{"internalId":"a"}`, `{"internalId":"a","severity":"HIGH"}`), "page 1 holds the same alert twice"},
		"another severity":    {[]string{"severity", "HIGH"}, list(0, 1, 1, `{"internalId":"a","severity":"LOW"}`), "the list for severity HIGH holds an alert of another severity"},
		"another priority":    {[]string{"priority", "CRITICAL|HIGH"}, list(0, 1, 1, `{"internalId":"a","priority":"LOW"}`), "the list for priority CRITICAL, HIGH holds an alert of another priority"},
		"errors":              {nil, fixed("/search", `{"incidents":[],"cursor":{"totalPages":0,"currentPageNumber":0,"totalElements":0},"errors":[{"x":1}]}`), "the answer reports success and an error"},
		"no cursor":           {nil, fixed("/search", `{"incidents":[]}`), "cursor: must be an object"},
		"two cursors":         {nil, fixed("/search", `{"incidents":[],"cursor":{"totalPages":0,"currentPageNumber":0,"totalElements":0},"Cursor":{}}`), `the key is spelled "Cursor"`},
		"resolved and is not": {nil, list(0, 1, 1, `{"internalId":"a","status":"RESOLVED","Status":"NEW"}`), `the key is spelled "Status"`},
	}.check(t, workflowFake())
}

func TestContradictionsOfNetskope(t *testing.T) {
	t.Parallel()
	contradictions{
		"success with errors": {nil, fixed("/alert", `{"ok":1,"errors":["x"],"result":[]}`), "the answer reports success and an error"},
		"success with a code": {nil, fixed("/alert", `{"ok":1,"errorCode":"x","result":[]}`), "the answer reports success and an error"},
		"ok, status error":    {nil, fixed("/alert", `{"ok":1,"status":"error","result":[]}`), "the answer reports success and an error"},
		"errors of objects":   {nil, fixed("/alert", `{"ok":1,"errors":[{"code":5}],"result":[]}`), "the answer reports success and an error"},
		"ok twice":            {nil, fixed("/alert", `{"ok":0,"ok":1,"result":[]}`), "duplicate key"},
		"two spellings":       {nil, fixed("/alert", `{"ok":1,"Ok":0,"result":[]}`), `the key is spelled "Ok"`},
		"the same id twice":   {nil, fixed("/alert", `{"ok":1,"result":[{"_id":"a","severity":"low"},{"_id":"a","severity":"critical"}]}`), "page 1 holds the same alert twice"},
		"no overlap":          {nil, fixed("offset=0", `{"ok":1,"result":[{"_id":"a"},{"_id":"b"}]}`, "offset=1", `{"ok":1,"result":[]}`), "a page did not begin where the page before it ended"},
	}.check(t, netskopeFake())
	bubble(t, func(t *testing.T, w *world, _ Options) {
		w.serve(t, "4", fixed("/alerts", `{"status":"success","errorCode":"Authorization Error","errors":["x"],"data":[]}`))
		env := variables()
		env[netskopeAPI] = "v1"
		row, found := read(t.Context(), t, w.options(t, env), "source", "netskope")
		checkContradiction(t, row, found, "the answer reports success and an error")
	})
}

// A live account changes: a list is right if it lies between the numbers before and after it. Both
// are read twice at most.
func TestLiveAccounts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		numbers  []int // of critical alerts, for each count
		lists    []int // the length of each list
		tolerate bool
		want     int    // findings, -1: the row fails
		text     string // part of the reason, or of the notice
	}{
		"the number before": {numbers: []int{5, 6}, lists: []int{5}, want: 5},
		"the number after":  {numbers: []int{5, 6}, lists: []int{6}, want: 6},
		"between":           {numbers: []int{9, 5}, lists: []int{7}, want: 7},
		"then unchanged":    {numbers: []int{5, 6, 6, 6}, lists: []int{4, 6}, want: 6},
		"then between":      {numbers: []int{5, 5, 6, 8}, lists: []int{6, 7}, want: 7},
		"too many":          {numbers: []int{5, 6, 6, 7}, lists: []int{8, 8}, want: -1, text: "critical alerts: the service counts 6, then 7 and lists 8; both were read twice"},
		"too few":           {numbers: []int{5, 5, 5, 5}, lists: []int{4, 4, 5}, want: -1, text: "critical alerts: the service counts 5 and lists 4"},
		"tolerated":         {numbers: []int{5, 5, 5, 5}, lists: []int{4, 3}, tolerate: true, want: 3, text: "critical alerts: the service counts 5 and lists 3; this is tolerated (alert-count)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				numbers, lists := tt.numbers, tt.lists
				w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(r.URL.Path, "/count") {
						_, _ = io.WriteString(rw, counts(numbers[0], 0, 0, 0, numbers[0]))
						numbers = numbers[1:]
						return
					}
					var items []string
					for i := range lists[0] {
						items = append(items, listed(i, "CRITICAL"))
					}
					lists = lists[1:]
					_, _ = io.WriteString(rw, optixPage(1, 1, false, items...))
				}))
				o.TolerateCounts = tt.tolerate
				out := mustRun(t.Context(), t, o, Plan{Sources: []Source{mustSource(t, "source", "cloud-optix")}})
				if tt.want < 0 {
					checkContradiction(t, out.Rows[0], out.Findings, tt.text)
					if !strings.Contains(out.Rows[0].Fix, "TOLERATE alert-count") {
						t.Error(out.Rows[0].Fix)
					}
					return
				}
				if out.Rows[0].Status != result.Answered || len(out.Findings) != tt.want {
					t.Errorf("%s, %d findings, want %d: %s", out.Rows[0].Status, len(out.Findings), tt.want, out.Rows[0].Reason)
				}
				if got := fmt.Sprint(out.Notices); tt.text == "" && len(out.Notices) > 0 || !strings.Contains(got, tt.text) {
					t.Errorf("notices %s, want %q", got, tt.text)
				}
			})
		})
	}
}

// The numbers after a list count like those before it: they must agree with each other, and a
// severity that is not listed may have grown.
func TestNumbersAfterTheList(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		entry  []string
		counts []string
		want   string // the numbers of alerts, by severity; or part of the reason
	}{
		"grown":        {nil, []string{counts(1, 1, 50, 0, 52), counts(1, 1, 60, 0, 62)}, "critical 1, high 1, medium 60"},
		"shrunk":       {nil, []string{counts(1, 1, 60, 0, 62), counts(1, 1, 50, 0, 52)}, "critical 1, high 1, medium 60"},
		"chosen alone": {[]string{"severity", "high"}, []string{counts(1, 1, 60, 0, 62)}, "high 1"},
		"total":        {nil, []string{counts(1, 1, 60, 0, 62), counts(1, 1, 60, 0, 61)}, "alerts: the service counts 61 in total and 62 by severity"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				n := -1
				w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if severity := r.URL.Query().Get("severity"); severity != "" {
						_, _ = io.WriteString(rw, optixPage(1, 1, false, listed(len(severity), strings.ToUpper(severity))))
						return
					}
					n++
					_, _ = io.WriteString(rw, tt.counts[n%len(tt.counts)])
				}))
				row, found := read(t.Context(), t, o, append([]string{"source", "cloud-optix"}, tt.entry...)...)
				var got []string
				for _, f := range found {
					got = append(got, fmt.Sprint(f.Severity, " ", f.Count))
				}
				if !strings.Contains(strings.Join(got, ", ")+row.Reason, tt.want) || len(got) != strings.Count(tt.want, ",")+1 && row.Reason == "" {
					t.Errorf("%s %v: %s; want %s", row.Status, got, row.Reason, tt.want)
				}
			})
		})
	}
}

// An alert without a severity is not one of another severity.
func TestListsWithoutASeverity(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "1", fixed("/alerts/", `{"alerts":[{"alert_id":1},{"alert_id":2,"risk_level":"critical"}],"total_count":2}`))
		w.serve(t, "3", fixed("/search", `{"incidents":[{"internalId":"a","severity":null}],"cursor":{"totalPages":1,"currentPageNumber":0,"totalElements":1}}`))
		row, found := read(t.Context(), t, o, "source", "zscaler-zpc", "lists", "cloud", "risk_level", "CRITICAL")
		checkFindings(t, row, found, 2)
		row, found = read(t.Context(), t, o, "source", "zscaler-workflow", "severity", "HIGH")
		checkFindings(t, row, found, 1)
	})
}

// Alerts that share an alertId are different alerts, and a list for one severity says the severity
// of an alert without one.
func TestAlertsOfOneID(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "5", fixed("/count", counts(4, 0, 0, 0, 4), "/alerts", optixPage(1, 1, false, listed(1, "CRITICAL"), listed(2, "CRITICAL"), listed(3, "URGENT"), `{"id":4}`)))
		row, found := read(t.Context(), t, o, "source", "cloud-optix", "severity", "critical")
		if row.Status != result.Answered || len(found) != 4 {
			t.Fatalf("%s, %d findings: %s", row.Status, len(found), row.Reason)
		}
		for _, f := range found {
			if f.Severity != result.Critical {
				t.Errorf("%+v", f)
			}
		}
	})
}

// replaced is an answer with another status than the one it was written with.
type replaced struct {
	http.ResponseWriter
	from, to int
}

func (w replaced) WriteHeader(status int) {
	if status == w.from {
		status = w.to
	}
	w.ResponseWriter.WriteHeader(status)
}

// A list with another 2xx than 200 is not an answer, and a token of Workflow Automation has 201.
func TestOtherSuccesses(t *testing.T) {
	t.Parallel()
	for _, f := range fakes() {
		for _, status := range []int{201, 202, 203, 204, 206} {
			bubble(t, func(t *testing.T, w *world, o Options) {
				next := f.serve(list{n: 3, age: time.Hour})
				w.serve(t, f.port, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					next.ServeHTTP(replaced{rw, http.StatusOK, status}, r)
				}))
				row, found := read(t.Context(), t, o, "source", f.vendor)
				checkContradiction(t, row, found, fmt.Sprintf("status %d", status))
			})
		}
	}
	bubble(t, func(t *testing.T, w *world, o Options) {
		next := workflowFake().serve(list{n: 3, age: time.Hour})
		w.serve(t, "3", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(replaced{rw, http.StatusCreated, http.StatusOK}, r)
		}))
		row, found := read(t.Context(), t, o, "source", "zscaler-workflow")
		checkContradiction(t, row, found, "status 200 OK: only 201 is a success")
	})
	bubble(t, func(t *testing.T, w *world, _ Options) {
		next := &fakeIoT{shelf: shelf{list: list{n: 3}}, strata: true, life: time.Hour}
		w.serve(t, "2", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			status := http.StatusOK
			if r.URL.Path == "/oauth2/access_token" {
				status = http.StatusCreated
			}
			next.ServeHTTP(replaced{rw, http.StatusOK, status}, r)
		}))
		row, found := read(t.Context(), t, w.options(t, strata()), "source", "palo-alto-iot")
		checkContradiction(t, row, found, "status 201 Created: only 200 is a success")
	})
}
