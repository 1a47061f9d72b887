package optix

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
)

func mustQuery(t *testing.T, area string, size int, values ...string) Query {
	t.Helper()
	a, ok := FindArea(area)
	if !ok {
		t.Fatalf("no area %q", area)
	}
	given := map[string][]string{}
	for i := 0; i < len(values); i += 2 {
		given[values[i]] = append(given[values[i]], values[i+1])
	}
	q, err := a.Query(given, size)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// serving returns a client of a server that answers the n-th request, from 0, with the n-th body,
// and those after the last one with that.
func serving(t *testing.T, bodies ...string) *Client {
	t.Helper()
	n := -1
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		_, _ = io.WriteString(w, bodies[min(n, len(bodies)-1)])
	})
}

// read returns the ids of the rows until the first error.
func read(t *testing.T, c *Client, q Query) (ids []string, err error) {
	t.Helper()
	for row, err := range c.Rows(t.Context(), q) {
		if err != nil {
			return ids, err
		}
		id, _ := row.Text("instanceId")
		ids = append(ids, id)
	}
	return ids, nil
}

func rowsOf(first, n int) string {
	var rows []string
	for i := range n {
		rows = append(rows, fmt.Sprintf(`{"instanceId":"i-%d"}`, first+i))
	}
	return "[" + strings.Join(rows, ",") + "]"
}

func vmPage(page, pages int, rows string, hasNext bool) string {
	return fmt.Sprintf(`{"errorMessage":null,"data":%s,"currentPage":%d,"totalPages":%d,"hasNext":%v,"hasPrevious":%v,"size":100}`,
		rows, page, pages, hasNext, page > 0)
}

func TestRowsOfAllPages(t *testing.T) {
	t.Parallel()
	c := serving(t, vmPage(0, 3, rowsOf(0, 100), true), vmPage(1, 3, rowsOf(100, 7), true), vmPage(2, 3, rowsOf(107, 1), false))
	ids, err := read(t, c, mustQuery(t, "vms", 100, "provider", "AWS"))
	if err != nil || len(ids) != 108 || ids[107] != "i-107" {
		t.Errorf("%d rows, %v", len(ids), err)
	}
}

// A reader that stops asks for no further page.
func TestRowsStop(t *testing.T) {
	t.Parallel()
	requests := 0
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		requests++
		_, _ = io.WriteString(w, vmPage(0, 2, rowsOf(0, 100), true))
	})
	for range c.Rows(t.Context(), mustQuery(t, "vms", 100, "provider", "AWS")) {
		break
	}
	if requests != 1 {
		t.Errorf("%d requests", requests)
	}
}

// Answers that contradict themselves, or the page before, end the list with an error.
func TestContradictoryPages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		want   string
		bodies []string
	}{
		"another page":         {"holds page 1", []string{vmPage(1, 3, rowsOf(0, 3), true)}},
		"the page again":       {"holds page 0", []string{vmPage(0, 3, rowsOf(0, 3), true)}},
		"the rows again":       {"the same rows", []string{vmPage(0, 3, rowsOf(0, 3), true), vmPage(1, 3, rowsOf(0, 3), true)}},
		"too many rows":        {"at most 100 rows, and holds 101", []string{vmPage(0, 1, rowsOf(0, 101), false)}},
		"no rows, and more":    {"holds no rows", []string{vmPage(0, 2, "[]", true)}},
		"an early end":         {"no page follows page 0, and counts 2", []string{vmPage(0, 2, rowsOf(0, 3), false)}},
		"a late end":           {"a page follows page 0, and counts 1", []string{vmPage(0, 1, rowsOf(0, 3), true)}},
		"rows of no page":      {"counts 0 pages", []string{vmPage(0, 0, rowsOf(0, 3), false)}},
		"more pages meanwhile": {"the list changed while it was read: the number of its pages or rows is another one now; fix: run again when the list changes less often", []string{vmPage(0, 2, rowsOf(0, 3), true), vmPage(1, 3, rowsOf(3, 3), true)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := read(t, serving(t, tc.bodies...), mustQuery(t, "vms", 100, "provider", "AWS"))
			if _, ok := errors.AsType[*result.FaultError](err); !ok || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}

// The first page of alerts is 1: an answer that says 0 holds another page.
func TestFirstPageOfAlerts(t *testing.T) {
	t.Parallel()
	for page, ok := range map[int]bool{0: false, 1: true, 2: false} {
		body := fmt.Sprintf(`{"data":[{}],"currentPage":%d,"totalPages":1,"hasNext":false}`, page)
		if _, err := read(t, answering(t, http.StatusOK, body), mustQuery(t, "alerts", 0)); (err == nil) != ok {
			t.Errorf("page %d: %v", page, err)
		}
	}
}

// Answers in another form than the documented one are errors, and not empty lists.
func TestUnreadablePages(t *testing.T) {
	t.Parallel()
	for body, field := range map[string]string{
		`{}`: "data", `{"data":null,"currentPage":0,"totalPages":0,"hasNext":false}`: "data",
		`{"data":{},"currentPage":0,"totalPages":0,"hasNext":false}`: "data", vmPage(0, 1, `["x"]`, false): "data[0]",
		vmPage(0, 1, `[null]`, false): "data[0]", vmPage(0, 1, `[{"moreInfo":"x"}]`, false): "data[0].moreInfo",
		`{"data":[],"totalPages":0,"hasNext":false}`: "currentPage", `{"data":[],"currentPage":0,"hasNext":false}`: "totalPages",
		`{"data":[],"currentPage":0,"totalPages":0}`: "hasNext", `{"data":[],"currentPage":0,"totalPages":0,"hasNext":"maybe"}`: "hasNext",
		`{"data":[],"currentPage":-1,"totalPages":0,"hasNext":false}`:                         "currentPage",
		`{"errorMessage":"no data","data":[],"currentPage":0,"totalPages":0,"hasNext":false}`: "errorMessage",
		`{"errorMessage":{"a":1},"data":[],"currentPage":0,"totalPages":0,"hasNext":false}`:   "errorMessage",
		`{"success":false,"data":[],"currentPage":0,"totalPages":0,"hasNext":false}`:          "success",
		`{"data":[],"Data":[{}],"currentPage":0,"totalPages":0,"hasNext":false}`:              "data",
		`{"content":[{}],"currentPage":0,"totalPages":1,"hasNext":false}`:                     "data",
		`[]`: "data", `[{}]`: "data", "": "", "<html>": "", "{": "", `{"data":[],"data":[{}]}`: "",
	} {
		_, err := read(t, answering(t, http.StatusOK, body), mustQuery(t, "vms", 100, "provider", "AWS"))
		if d := decodeErrorOf(t, err); d.Fields[0].Path != field {
			t.Errorf("%s: error at %q, want %q", body, d.Fields[0].Path, field)
		}
	}
}

// The reference documents no form of the answers to searches. All usual ones are read.
func TestFormsOfSearches(t *testing.T) {
	t.Parallel()
	full, rest := rowsOf(0, 2), rowsOf(2, 1)
	for name, bodies := range map[string][]string{
		"documented pages": {
			`{"data":` + full + `,"currentPage":1,"totalPages":2,"hasNext":true}`, `{"data":` + rest + `,"currentPage":2,"totalPages":2,"hasNext":false}`,
		},
		"bare arrays":           {full, rest},
		"content":               {`{"content":` + full + `,"last":false}`, `{"content":` + rest + `,"last":true}`},
		"results and a total":   {`{"results":` + full + `,"total":3}`, `{"results":` + rest + `,"total":3}`},
		"data and nothing else": {`{"data":` + full + `}`, `{"data":` + rest + `}`},
		"total pages":           {`{"content":` + full + `,"totalPages":2}`, `{"content":` + rest + `,"totalPages":2}`},
	} {
		ids, err := read(t, serving(t, bodies...), mustQuery(t, "search", 2, "searchKey", "AWS_HOST"))
		if diff := cmp.Diff([]string{"i-0", "i-1", "i-2"}, ids); diff != "" || err != nil {
			t.Errorf("%s: %v, %v", name, ids, err)
		}
	}
	// A full last page is followed by an empty one.
	ids, err := read(t, serving(t, full, "[]"), mustQuery(t, "search", 2, "searchKey", "AWS_HOST"))
	if len(ids) != 2 || err != nil {
		t.Errorf("%v, %v", ids, err)
	}
}

// An answer to a search is never an empty list by accident.
func TestSearchesThatAreNoAnswer(t *testing.T) {
	t.Parallel()
	for name, bodies := range map[string][]string{
		"no list":            {`{"hits":[]}`},
		"two lists":          {`{"data":[],"content":` + rowsOf(0, 1) + `}`},
		"null":               {`{"data":null}`},
		"total without rows": {`{"results":[],"total":3}`},
		"fewer than counted": {`{"results":` + rowsOf(0, 1) + `,"totalElements":3}`},
		"more than counted":  {`{"results":` + rowsOf(0, 2) + `,"totalCount":1}`},
		"an early end":       {`{"content":` + rowsOf(0, 2) + `,"last":true,"totalPages":2}`},
		"the page again":     {rowsOf(0, 2)},
		"another total":      {`{"data":` + rowsOf(0, 2) + `,"total":3}`, `{"data":` + rowsOf(2, 1) + `,"total":4}`},
		"failure":            {`{"data":[],"success":false}`},
	} {
		if ids, err := read(t, serving(t, bodies...), mustQuery(t, "search", 2, "searchKey", "AWS_HOST")); err == nil {
			t.Errorf("%s: %v", name, ids)
		}
	}
}

func TestRowFields(t *testing.T) {
	t.Parallel()
	q := mustQuery(t, "vms", 0, "provider", "AWS")
	c := serving(t, vmPage(0, 1, `[{"accountId":12345678901234567890,"instanceId":"i-1\n","moreInfo":{"isPublic":true,"region":null,"tags":{"k":"v"},
		"imageId":["a","b"],"securityGroupList":[{"name":"x","value":"sg-1"}],"serverAgent":{"health":"good"},"vpcId":"","networkInterfaces":[]}}]`, false))
	for row, err := range c.Rows(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{
			"accountId": "12345678901234567890", "instanceId": "i-1", "isPublic": "true", "tags": `{"k":"v"}`, "imageId": "a, b",
			"securityGroupList": `[{"name":"x","value":"sg-1"}]`, "serverAgent.health": "good", "moreInfo.isPublic": "true", "vpcId": "", "networkInterfaces": "[]",
		} {
			if got, ok := row.Text(name); got != want || !ok {
				t.Errorf("%s is %q, %v; want %q", name, got, ok, want)
			}
		}
		for _, name := range []string{"region", "nothing", "serverAgent.nothing", "isPublic.x", "tags.k.x", ""} {
			if got, ok := row.Text(name); ok {
				t.Errorf("%s is %q", name, got)
			}
		}
	}
}

// Without the data of people a row has no mail address, and no name of a person anywhere.
func TestPublicRows(t *testing.T) {
	t.Parallel()
	const user = `[{"accountId":"1","name":"jane.roe","moreInfo":{"arn":"arn:aws:iam::1:user/jane.roe","userId":"AIDA1","note":"by Jane.Roe <j@acme.example>",
		"groupList":"[admins, x@y.example]","tags":{"jane.roe":"1","b@c.example":"2"},"lastModifiedBy":true,"createdBy":"2026-01-31T10:00:00Z","createDate":"2026-01-31T10:00:00Z","isMfaActive":"false"}}]`
	q := mustQuery(t, "users", 100, "provider", "AWS")
	for row, err := range serving(t, vmPage(0, 1, user, false)).Rows(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		if all := string(row.JSON()); !strings.Contains(all, "jane.roe") || !strings.Contains(all, "x@y.example") {
			t.Errorf("data are missing: %s", all)
		}
		row = row.Public()
		all := string(row.JSON())
		for _, f := range q.Fields() {
			text, _ := row.Text(f.Name)
			all += text
		}
		for _, secret := range []string{"jane.roe", "Jane.Roe", "@acme", "x@y", "b@c"} {
			if strings.Contains(all, secret) {
				t.Errorf("%s is in %s", secret, all)
			}
		}
		for name, want := range map[string]string{
			"userId": "AIDA1", "isMfaActive": "false", "accountId": "1", "lastModifiedBy": "true", "createDate": "2026-01-31T10:00:00Z", "name": "[personal data]",
		} {
			if got, _ := row.Text(name); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
	}
}

// All counts are required: a missing one is not zero.
func TestAlertCountsAsARow(t *testing.T) {
	t.Parallel()
	const body = `{"critical":1,"high":2,"medium":3,"low":4,"total":10}`
	for row, err := range answering(t, http.StatusOK, body).Rows(t.Context(), mustQuery(t, "alerts count", 0, "days", "30")) {
		if err != nil || string(row.JSON()) != body {
			t.Errorf("%s, %v", row.JSON(), err)
		}
	}
	for _, level := range []string{"critical", "high", "medium", "low", "total"} {
		for _, other := range []string{`"x":`, `"` + level + `":null,"x":`, `"` + level + `":-`} {
			bad := strings.Replace(body, `"`+level+`":`, other, 1)
			for _, err := range answering(t, http.StatusOK, bad).Rows(t.Context(), mustQuery(t, "alerts count", 0)) {
				if err == nil {
					t.Errorf("%s is believed", bad)
				}
			}
		}
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	const body = `[{"accountId":"111122223333","accountType":"AWS","name":"prod","registeredDate":"2025-01-02","cloudAssets":"12","status":"SUCCESS","isEnabled":"true",
		"isSubAccount":false,"subAccounts":["1","2"],"tags":["a"],"accountSyncBenchmark":{"latestSuccessSyncTime":"2026-11-29T10:00:00Z","latestSuccessBenchmarkRunTime":null},
		"cloudLogStatus":"on","flowLogStatus":"off"},{"accountId":7}]`
	got, err := answering(t, http.StatusOK, body).Accounts(t.Context(), AccountFilter{IDs: []string{"111122223333", "7"}, Provider: "AWS"})
	want := []Account{{
		ID: "111122223333", Type: "AWS", Name: "prod", Registered: "2025-01-02", CloudAssets: new(12), Status: "SUCCESS", Enabled: new(true), SubAccount: new(false),
		SubAccounts: []string{"1", "2"}, Tags: []string{"a"}, LatestSync: "2026-11-29T10:00:00Z", CloudLogs: "on", FlowLogs: "off",
	}, {ID: "7"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	if got, err := answering(t, http.StatusOK, "[]").Accounts(t.Context(), AccountFilter{}); err != nil || got == nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	for body, field := range map[string]string{
		`{}`: "", `{"data":null}`: "", `{"errorMessage":"x","data":[]}`: "errorMessage", `[{}]`: "[0].accountId", `[{"accountId":""}]`: "[0].accountId",
		`[{"accountId":"1","isEnabled":"perhaps"}]`: "[0].isEnabled", `[{"accountId":"1","isenabled":false}]`: "[0].isEnabled", `["1"]`: "[0]", `[null]`: "[0]",
		`{"data":[],"hasNext":true}`: "hasNext", `[{"accountId":"1","accountSyncBenchmark":"x"}]`: "[0].accountSyncBenchmark", `[`: "", `[] x`: "",
		`[{"accountId":"1","accountId":"2"}]`: "",
	} {
		_, err := answering(t, http.StatusOK, body).Accounts(t.Context(), AccountFilter{})
		if d := decodeErrorOf(t, err); d.Fields[0].Path != field {
			t.Errorf("%s: error at %q, want %q", body, d.Fields[0].Path, field)
		}
	}
	if _, err := answering(t, http.StatusOK, "[]").Accounts(t.Context(), AccountFilter{Provider: "aws"}); err == nil {
		t.Error("a provider that the reference doesn't have was sent")
	}
}

func FuzzRows(f *testing.F) {
	seed(f, vmPage(0, 1, `[{"instanceId":"i","moreInfo":{"isPublic":true}}]`, false), `[{"a":[1,{"b":"c@d.example"}]}]`, `{"content":[{}],"last":true}`, `{"data":[],"total":-1}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, area := range []string{"vms", "search", "accounts", "users"} {
			a, _ := FindArea(area)
			q := Query{area: a, size: 100}
			opts := answers()
			opts.Array = true
			o := jsonx.Parse(body, opts)
			p := q.decode(o, 0)
			if !typedOrError(t, o.Err()) {
				continue
			}
			for _, row := range p.rows {
				if jsonx.Parse(row.Public().JSON(), jsonx.Options{}).Err() != nil && !strings.Contains(string(body), "@") {
					t.Errorf("%s became %s", body, row.Public().JSON())
				}
			}
		}
	})
}
