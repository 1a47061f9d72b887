package alerts

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"github.com/scangate/scangate/internal/transport"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
)

const (
	workflowSecret    = "workflow-secret-88e0"
	workflowTokenName = "eQdjlqWV9eyQ"
)

func workflowFake() fake {
	return fake{
		vendor: "zscaler-workflow", port: "3",
		env:     map[string]string{workflowURL: "http://127.0.0.1:3", workflowKeyID: "wf-id-1", workflowKeySecret: workflowSecret},
		secrets: []string{workflowSecret, workflowTokenName},
		serve: func(l list) http.Handler {
			return &fakeWorkflow{shelf: shelf{list: l}, life: 12 * time.Hour, throttle: throttle{limit: l.throttle}}
		},
		open:     func(n int) int { return n - n/5 },
		pageSize: "pageSize", paths: "/dlp", limit: transport.RateLimit{N: 20, Per: time.Minute},
	}
}

// fakeWorkflow serves incidents, of which every fifth is resolved.
type fakeWorkflow struct {
	shelf
	life      time.Duration // of a token
	says      time.Duration // the life that the answer says, where that differs
	tokenUses int           // the number of requests that a token is good for, 0 for any
	short     bool          // ranges of more than three months are refused
	back      time.Duration // how far a range may begin in the past, 0 for any
	throttle  throttle

	tokens, uses int
	expires      time.Time
}

func (f *fakeWorkflow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	transaction, one := strings.CutPrefix(r.URL.Path, "/dlp/v1/incidents/transactions/")
	switch {
	case one && r.Method == http.MethodGet && f.good(r):
		f.transaction(w, r, transaction)
	case r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json":
		answerJSON(w, http.StatusNotFound, map[string]string{"message": "not found"})
	case r.URL.Path == "/v1/auth/api-key/token":
		f.token(w, r)
	case r.URL.Path != "/dlp/v1/incidents/search":
		answerJSON(w, http.StatusNotFound, map[string]string{"message": "not found"})
	case !f.good(r):
		answerJSON(w, http.StatusUnauthorized, map[string]string{"message": "token " + r.Header.Get("Authorization") + " of jane.doe@zscaler.example has expired"})
	case f.throttle.refuses():
		w.Header().Set("RateLimit-Reset", strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10))
		w.WriteHeader(http.StatusTooManyRequests)
	default:
		f.search(w, r)
	}
}

func (f *fakeWorkflow) token(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID     string `json:"key_id"`
		Secret string `json:"key_secret"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if in.ID != "wf-id-1" || in.Secret != workflowSecret {
		answerJSON(w, http.StatusUnauthorized, map[string]string{"message": "key " + in.Secret + " is disabled"})
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens++
	f.uses, f.expires = 0, time.Now().Add(f.life)
	answerJSON(w, http.StatusCreated, map[string]any{"expires_in": int(cmp.Or(f.says, f.life) / time.Second), "token_type": "Bearer", "token": f.name()})
}

func (f *fakeWorkflow) name() string { return fmt.Sprintf("%s.%d", workflowTokenName, f.tokens) }

func (f *fakeWorkflow) good(r *http.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.uses++
	return r.Header.Get("Authorization") == "Bearer "+f.name() && time.Now().Before(f.expires) && (f.tokenUses == 0 || f.uses <= f.tokenUses)
}

func (f *fakeWorkflow) search(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Fields []struct {
			Name  string `json:"name"`
			Value []any  `json:"value"`
		} `json:"fields"`
		Range struct {
			From time.Time `json:"startTime"`
			To   time.Time `json:"endTime"`
		} `json:"timeRange"`
	}
	q := r.URL.Query()
	page, size := intOf(q.Get("page"), -1), intOf(q.Get("pageSize"), -1)
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || page < 0 || size < 1 || size > 100 || in.Range.To.Before(in.Range.From) {
		answerJSON(w, http.StatusBadRequest, map[string]string{"message": "bad request"})
		return
	}
	if f.short && in.Range.To.Sub(in.Range.From) > 92*24*time.Hour || f.back > 0 && in.Range.From.Before(time.Now().Add(-f.back)) {
		answerJSON(w, http.StatusBadRequest, map[string]string{"message": "the time range of jane.doe@zscaler.example is too long"})
		return
	}
	numbers := f.next()
	if made := time.Now().Add(-f.age); made.Before(in.Range.From) || made.After(in.Range.To) {
		numbers = nil
	}
	for _, field := range in.Fields {
		if field.Name == "severity" {
			numbers = slices.DeleteFunc(numbers, func(i int) bool { return !slices.Contains(field.Value, any(word(i))) })
		}
	}
	items := []map[string]any{}
	for _, i := range cut(numbers, page*size, size) {
		items = append(items, incident(i, f.age))
	}
	answerJSON(w, http.StatusOK, map[string]any{"incidents": items, "cursor": map[string]any{
		"totalPages": (len(numbers) + size - 1) / size, "currentPageNumber": page, "currentPageSize": len(items), "totalElements": len(numbers), "pageId": "p",
	}})
}

// transaction lists the incidents of a transaction: two, on two pages. As documented, the first is
// asked for without its number.
func (f *fakeWorkflow) transaction(w http.ResponseWriter, r *http.Request, id string) {
	if r.URL.Query().Get("page") == "0" {
		answerJSON(w, http.StatusBadRequest, map[string]string{"message": "unknown parameter"})
		return
	}
	for _, i := range f.next() {
		if incident(i, 0)["transactionId"] != id {
			continue
		}
		page := intOf(r.URL.Query().Get("page"), 0)
		item := incident(i, f.age)
		item["internalId"] = fmt.Sprintf("%s-%d", item["internalId"], page)
		answerJSON(w, http.StatusOK, map[string]any{"incidents": []any{item}, "cursor": map[string]any{
			"totalPages": 2, "currentPageNumber": page, "currentPageSize": 1, "totalElements": 2,
		}})
		return
	}
	answerJSON(w, http.StatusNotFound, map[string]string{"message": "no such transaction"})
}

// incident is the text's sample with other numbers. Every fifth one is resolved.
func incident(i int, age time.Duration) map[string]any {
	status := "NEW"
	if i%5 == 4 {
		status = "RESOLVED"
	}
	severity := strings.ReplaceAll(word(i), "CRITICAL", "HIGH")
	priority := "LOW"
	if word(i) == "CRITICAL" {
		priority = "CRITICAL"
	}
	return map[string]any{
		"internalId": fmt.Sprintf("1-143-1678697435329%07d", i), "integrationType": "ZscalerDLP", "incidentGroupIds": []int{i % 2, 7},
		"transactionId": fmt.Sprintf("1678697435329%07d", i), "sourceType": nil, "severity": severity, "priority": priority,
		"matchingPolicies": map[string]any{
			"engines":      []any{map[string]any{"name": "GLBA", "rule": "(((Citizen Service Number) > 0))"}},
			"rules":        []any{map[string]any{"name": "Block-GLBA-SSN for Jane Roe"}},
			"dictionaries": []any{map[string]any{"nameMatchCount": "Citizen Service Number[5]", "name": "Citizen Service Number", "matchCount": 5}},
		},
		"createdAt": time.Now().Add(-age).UTC().Format(time.RFC3339), "lastUpdatedAt": time.Now().UTC().Format(time.RFC3339),
		"userInfo": map[string]any{
			"name": "Jane Roe", "email": "jane.roe@zscaler.example", "clientIP": nil, "uniqueIdentifier": "jroe-4711", "userId": 84197,
			"managerInfo": map[string]any{"id": 84938, "name": "Manny Ager", "email": "manager@zscaler.example"},
		},
		"applicationInfo": map[string]any{"url": nil, "category": "File", "name": "BOX"},
		"contentInfo": map[string]any{"fileName": "salaries-2026.docx", "fileType": "docx", "additionalInfo": map[string]any{
			"owner": nil, "recipients": []string{"rec@partner.example"}, "sender": "send@zscaler.example",
		}},
		"networkInfo": nil, "status": status, "assignedAdmin": map[string]any{"email": "dlpadmin@zscaler.example"},
		"lastNotifiedUser": map[string]any{"role": "END_USER", "email": "notified@zscaler.example"},
		"notes":            []any{map[string]any{"body": "called Jane Roe at home", "createdBy": 0}}, "labels": nil, "closedCode": nil,
	}
}

// Filters without a documented name in a search are applied to the fields of the incidents.
func TestWorkflowFilters(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		entry []string
		want  int
	}{
		"all":               {nil, 40},
		"engine":            {[]string{"engines", "glba"}, 40},
		"another engine":    {[]string{"engines", "PCI", "allow-none", "true"}, 0},
		"a mistyped engine": {[]string{"engines", "PCI"}, -1},
		"source":            {[]string{"integrationType", "ZscalerDLP"}, 40},
		"a field of nulls":  {[]string{"sourceType", "x", "allow-none", "true"}, 40},
		"incident group":    {[]string{"incidentGroupIds", "1"}, 20},
		"both must match":   {[]string{"incidentGroupIds", "1", "engines", "PCI", "allow-none", "true"}, 0},
		"with the search's": {[]string{"incidentGroupIds", "7", "severity", "HIGH"}, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, "3", &fakeWorkflow{shelf: shelf{list: list{n: 50, age: time.Hour}}, life: time.Hour})
				row, found := read(t.Context(), t, o, append([]string{"source", "zscaler-workflow"}, tt.entry...)...)
				if mistyped := row.Cause == result.CauseUnmatched; mistyped != (tt.want < 0) || !mistyped && (row.Status != result.Answered || len(found) != tt.want) {
					t.Errorf("%s, %d findings, want %d: %s", row.Status, len(found), tt.want, row.Reason)
				}
			})
		})
	}
}

// A transaction's incidents are asked for by a call of their own, page by page. An unknown
// transaction fails the row.
func TestWorkflowTransactions(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "3", &fakeWorkflow{shelf: shelf{list: list{n: 50, age: time.Hour}}, life: time.Hour})
		row, found := read(t.Context(), t, o, "source", "zscaler-workflow", "transactionId", "16786974353290000003|16786974353290000005")
		if row.Status != result.Answered || len(found) != 4 {
			t.Errorf("%s, %d findings: %s", row.Status, len(found), row.Reason)
		}
		row, _ = read(t.Context(), t, o, "source", "zscaler-workflow", "transactionId", "99")
		if row.Status != result.Failed || !strings.Contains(row.Reason, "404") {
			t.Errorf("%s: %s", row.Status, row.Reason)
		}
	})
}

// Where the first page shows that the rest can't be read in time, the row fails at once and names
// the filters that help.
func TestListTooLongForTheDeadline(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "3", &fakeWorkflow{shelf: shelf{list: list{n: 240_000, age: time.Hour}}, life: 12 * time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
		defer cancel()
		start := time.Now()
		row, _ := read(ctx, t, o, "source", "zscaler-workflow")
		if row.Status != result.Failed || row.Cause != result.CauseTimeout || !strings.Contains(row.Fix, "severity, priority, status") {
			t.Errorf("%s, %s: %s; %s", row.Status, row.Cause, row.Reason, row.Fix)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %s", took)
		}
		if n := w.requests("3/dlp/v1/incidents/search"); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

// A window that the service refuses is walked in slices to its beginning. Where the service looks
// back only so far, the row fails: older incidents are not known.
func TestWorkflowWindows(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	since := func(d time.Duration) func() []string {
		return func() []string { return []string{"startTime", time.Now().Add(-d).UTC().Format(time.RFC3339)} }
	}
	newer := func(age string) func() []string { return func() []string { return []string{"newer-than", age} } }
	none := func() []string { return nil }
	for name, tt := range map[string]struct {
		age    time.Duration
		window func() []string
		back   time.Duration // how far the service looks back, 0 for any
		want   int           // findings, -1: the row fails
	}{
		"an hour":               {time.Hour, none, 0, 40},
		"where two slices meet": {89 * day, none, 0, 40},
		"92 days":               {92 * day, none, 0, 40},
		"200 days":              {200 * day, none, 0, 40},
		"nine years":            {9 * 365 * day, none, 0, 40},
		"an entry's window":     {200 * day, since(300 * day), 0, 40},
		"outside of it":         {300 * day, since(200 * day), 0, 0},
		"180 days back":         {time.Hour, none, 180 * day, -1},
		"within 180 days":       {170 * day, since(178 * day), 180 * day, 40},
		"newer-than":            {170 * day, newer("178d"), 180 * day, 40},
		"newer-than, older":     {300 * day, newer("178d"), 180 * day, 0},
		"newer-than, too far":   {time.Hour, newer("180d"), 180 * day, -1},
		"the future":            {time.Hour, since(-5 * day), 0, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, "3", &fakeWorkflow{shelf: shelf{list: list{n: 50, age: tt.age}}, life: time.Hour, short: true, back: tt.back})
				row, found := read(t.Context(), t, o, append([]string{"source", "zscaler-workflow"}, tt.window()...)...)
				if tt.want < 0 {
					checkContradiction(t, row, found, "")
				} else if row.Status != result.Answered || len(found) != tt.want {
					t.Errorf("%s, %d findings, want %d: %s", row.Status, len(found), tt.want, row.Reason)
				}
				if tt.back > 0 && tt.want < 0 && (row.Reason != "the service refuses to search before 1999-07-06T00:00:00Z, so that older incidents are not known" || row.Fix != "set newer-than: 178d in the source to count only newer incidents") {
					t.Errorf("%s; %s", row.Reason, row.Fix)
				}
			})
		})
	}
}

// The advice for transactions that take too long names the one filter that an entry with them has.
func TestDeadlineOfTransactions(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "3", fixed("/transactions/", `{"incidents":[{"internalId":"a"}],"cursor":{"totalPages":900,"currentPageNumber":0,"totalElements":900}}`))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		row, _ := read(ctx, t, o, "source", "zscaler-workflow", "transactionId", "17")
		if row.Cause != result.CauseTimeout || row.Fix != "narrow the list with transactionId, or give more time with TIMEOUT" ||
			row.Reason != "899 more pages have to wait 13h15m6s for the service's rate limit, and 1m0s are left" {
			t.Errorf("%s: %s; %s", row.Cause, row.Reason, row.Fix)
		}
	})
}
