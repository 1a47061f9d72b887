package alerts

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The fakes hold to their texts and share nothing with the clients: what they
// are asked, they read as the text has it.

// change is what a fake does to its list before it answers its n-th request
// (from 1): items are put in at the front or taken away there.
type change func(n int) (add, remove int)

func say(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func intOf(s string, byDefault int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return byDefault
}

// shelf is a list of generated items, some of which go and come.
type shelf struct {
	mu     sync.Mutex
	from   int // the number of the first item
	n      int
	served int
	moves  change
}

// next counts a request and returns the numbers of the items as they are then.
func (s *shelf) next() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.served++
	if s.moves != nil {
		add, remove := s.moves(s.served)
		s.from += remove - add
		s.n += add - remove
	}
	all := make([]int, s.n)
	for i := range all {
		all[i] = s.from + i
	}
	return all
}

func cut(all []int, from, size int) []int {
	from = min(max(0, from), len(all))
	return all[from:min(from+size, len(all))]
}

// throttle answers 429 where more than n requests come within a period.
type throttle struct {
	n    int
	per  time.Duration
	mu   sync.Mutex
	came []time.Time
}

func (t *throttle) refuses() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.came = append(slices.DeleteFunc(t.came, func(at time.Time) bool { return !at.After(now.Add(-t.per)) }), now)
	return len(t.came) > t.n
}

func words(i int) string { return []string{"HIGH", "MEDIUM", "LOW", "CRITICAL"}[i&3] }

// fakeZPC is zscaler-zpc-alerts.txt with section 2 of vendors.md.
type fakeZPC struct {
	shelf, iac shelf
	age        time.Duration // of the alerts
	link       func(page int) string
	loop       bool // next_link never ends, and leads to the first page again
	throttle   throttle
}

func (f *fakeZPC) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	list := map[string]*shelf{"/v1/alerts/cloud": &f.shelf, "/v1/alerts/iac": &f.iac}[r.URL.Path]
	switch {
	case r.Header.Get("x-api-key") != zpcKey:
		say(w, http.StatusUnauthorized, map[string]string{"message": "key " + r.Header.Get("x-api-key") + " is revoked"})
		return
	case list == nil || r.Method != http.MethodGet:
		w.WriteHeader(http.StatusNotFound)
		return
	case f.throttle.n > 0 && f.throttle.refuses():
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	size, page := intOf(q.Get("limit"), 100), intOf(q.Get("offset"), 1)
	if size < 1 || size > 100 || page < 1 {
		w.Header().Set("x-correlation-id", "c-1")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "500 - Internal Server Error\n{\n---\ncorrelationId: “c-1”\n}")
		return
	}
	all := list.next()
	if !f.inWindow(q.Get("created[start]"), q.Get("created[end]")) {
		all = nil
	}
	if f.loop {
		page = 1
	}
	items := []map[string]any{}
	for _, i := range cut(all, (page-1)*size, size) {
		if item := zpcItem(i, f.age); len(q["alert_status"]) == 0 || slices.Contains(q["alert_status"], strings.ToUpper(fmt.Sprint(item["alert_status"]))) {
			items = append(items, item)
		}
	}
	next := ""
	if page*size < len(all) || f.loop {
		next = fmt.Sprintf("https://scale.api.zscwp.net%s?limit=%d&offset=%d", r.URL.Path, size, page+1)
		if f.link != nil {
			next = f.link(page + 1)
		}
	}
	say(w, http.StatusOK, map[string]any{"alerts": items, "total_count": len(all), "prev_link": "", "next_link": next})
}

// inWindow: without both ends the last 48 hours only, or 48 hours beside the
// one that is given.
func (f *fakeZPC) inWindow(start, end string) bool {
	now := time.Now()
	from, to := now.Add(-48*time.Hour), now
	s, e := intOf(start, -1), intOf(end, -1)
	switch {
	case s >= 0 && e >= 0:
		from, to = time.Unix(int64(s), 0), time.Unix(int64(e), 0)
	case s >= 0:
		from, to = time.Unix(int64(s), 0), time.Unix(int64(s), 0).Add(48*time.Hour)
	case e >= 0:
		from, to = time.Unix(int64(e), 0).Add(-48*time.Hour), time.Unix(int64(e), 0)
	}
	made := now.Add(-f.age)
	return !made.Before(from) && !made.After(to)
}

func zpcItem(i int, age time.Duration) map[string]any {
	return map[string]any{
		"kind": "Cloud Alert", "alert_id": fmt.Sprintf("ZS-CLOUD-%08d", i), "alert_type": "Cloud",
		"alert_description": fmt.Sprintf("SNS topic %d in AWS account 288119319793 does not use server-side encryption at rest", i),
		"alert_status":      "Open", "csp": "AWS", "severity": words(i), "risk_level": "HIGH", "risk_score": "8.5",
		"alert_url": fmt.Sprintf("https://admin.zpccloud.net/alerts/%d", i), "updated_by": "John Doe",
		"created": time.Now().Add(-age).Unix(), "updated": time.Now().Add(-age / 2).Unix(),
		"policy":         map[string]any{"policy_id": "ZS-AWS-00238", "policy_name": "Ensure SNS topic server-side encryption at rest is enabled"},
		"cloud_resource": map[string]any{"resource_id": fmt.Sprintf("arn:aws:sns:us-east-1:288119319793:topic-%d", i), "resource_type": "AWS::SNS::Topic", "resource_region": "us-east-1"},
		"cloud_account":  map[string]any{"account_id": "288119319793", "account_name": "CWP AWS Scaletest 1"},
		"Kubernetes":     map[string]any{}, "mitre_attack": []string{"T1562"},
	}
}

// fakeIoT is palo-alto-iot-alerts.txt with section 3 of vendors.md: both ways to
// get in.
type fakeIoT struct {
	shelf
	strata    bool
	noTotal   bool
	quoted    bool // keys as in the text's example
	life      time.Duration
	tokenUses int // requests that one token is good for; 0: by its life alone
	throttle  throttle

	tokens  int
	uses    int
	expires time.Time
}

func (f *fakeIoT) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/oauth2/access_token" {
		f.token(w, r)
		return
	}
	q := r.URL.Query()
	path, allowed := "/pub/v4.0/alert/list", r.Header.Get("X-Key-Id") == iotKeyID && r.Header.Get("X-Access-Key") == iotKey && q.Get("customerid") == customerID
	if f.strata {
		path, allowed = "/iot/pub/v1/alert/list", f.good(r) && !q.Has("customerid")
	}
	size, offset := intOf(q.Get("pagelength"), 1000), intOf(q.Get("offset"), 0)
	_, badTime := time.Parse(time.RFC3339, q.Get("stime"))
	switch {
	case r.URL.Path != path || r.Method != http.MethodGet:
		say(w, http.StatusNotFound, map[string]any{"code": 404, "message": "Error: IoT tenant with TSG id ... is not found"})
	case !allowed && f.strata:
		say(w, http.StatusUnauthorized, map[string]any{"code": 401, "msg": "Unauthorized: " + r.Header.Get("Authorization")})
	case !allowed:
		say(w, http.StatusForbidden, map[string]any{"code": 403, "msg": "Forbidden access. Either the provided API key is invalid or it does not have the required RBAC permissions to run this API."})
	case f.throttle.n > 0 && f.throttle.refuses():
		say(w, http.StatusTooManyRequests, map[string]any{"code": 429, "msg": "Too many requests. The number of requests for device details for a single device exceeded the rate limit of 180 queries per minute per tenant."})
	case size < 1 || size > 1000 || offset < 0 || q.Get("stime") != "" && badTime != nil || q.Get("resolved") == "maybe":
		say(w, http.StatusBadRequest, map[string]any{"code": 400, "msg": "Bad Request. This occurs when an HTTP request contains an invalid query string."})
	default:
		f.list(w, size, offset)
	}
}

func (f *fakeIoT) list(w http.ResponseWriter, size, offset int) {
	all := f.next()
	items := []map[string]any{}
	for _, i := range cut(all, offset, size) {
		items = append(items, f.item(i))
	}
	body := map[string]any{"items": items, "deviceTags": map[string]any{}}
	if f.noTotal {
		body["ver"], body["api"] = "v4.0", "/alert/list"
	} else {
		body["total"] = len(all)
	}
	say(w, http.StatusOK, body)
}

func (f *fakeIoT) item(i int) map[string]any {
	mark := ""
	if f.quoted {
		mark = "'"
	}
	return map[string]any{
		"resolved" + mark: "no", "date" + mark: "2020-05-12T01:23:10.630Z", "deviceid" + mark: "18:65:90:cd:88:0d",
		"name" + mark: "baseline violated", "severity" + mark: strings.ToLower(strings.ReplaceAll(words(i), "CRITICAL", "INFO")),
		"severityNumber" + mark: 4, "type" + mark: "policy_alert", "tenantid" + mark: customerID,
		"zb_ticketid": fmt.Sprintf("alert-%d", i), "id": fmt.Sprintf("5eb9fa8127b736d8%08x", i), "reason_history": []string{},
		"msg" + mark: map[string]any{"ruleid": "5a26f169c8272f0b00c5ef1a"},
	}
}

func (f *fakeIoT) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if !ok || id != "client-7" || secret != iotSecret || r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("scope") != "tsg_id:0123456789" {
		say(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client", "error_description": "no client " + id + " " + secret})
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens++
	f.uses, f.expires = 0, time.Now().Add(f.life)
	say(w, http.StatusOK, map[string]any{"access_token": f.name(), "scope": "profile tsg_id: 0123456789 email", "token_type": "Bearer", "expires_in": int(f.life / time.Second)})
}

func (f *fakeIoT) name() string { return fmt.Sprintf("strata.token.%d", f.tokens) }

func (f *fakeIoT) good(r *http.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.uses++
	return r.Header.Get("Authorization") == "Bearer "+f.name() && time.Now().Before(f.expires) && (f.tokenUses == 0 || f.uses <= f.tokenUses)
}

// fakeWorkflow is zscaler-workflow-dlp-incidents.txt with section 4 of vendors.md.
type fakeWorkflow struct {
	shelf
	age       time.Duration
	life      time.Duration
	says      time.Duration // what it claims the life is, where that differs
	tokenUses int
	short     bool // ranges of more than three months are refused
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
		say(w, http.StatusNotFound, map[string]string{"message": "not found"})
	case r.URL.Path == "/v1/auth/api-key/token":
		f.token(w, r)
	case r.URL.Path != "/dlp/v1/incidents/search":
		say(w, http.StatusNotFound, map[string]string{"message": "not found"})
	case !f.good(r):
		say(w, http.StatusUnauthorized, map[string]string{"message": "token " + r.Header.Get("Authorization") + " of jane.doe@zscaler.example has expired"})
	case f.throttle.n > 0 && f.throttle.refuses():
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
	if in.ID != "wf-id-1" || in.Secret != wfSecret {
		say(w, http.StatusUnauthorized, map[string]string{"message": "key " + in.Secret + " is disabled"})
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens++
	f.uses, f.expires = 0, time.Now().Add(f.life)
	says := f.life
	if f.says > 0 {
		says = f.says
	}
	say(w, http.StatusCreated, map[string]any{"expires_in": int(says / time.Second), "token_type": "Bearer", "token": f.name()})
}

func (f *fakeWorkflow) name() string { return fmt.Sprintf("eQdjlqWV9eyQ.%d", f.tokens) }

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
	long := f.short && in.Range.To.Sub(in.Range.From) > 92*24*time.Hour
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || page < 0 || size < 1 || size > 100 || long {
		say(w, http.StatusBadRequest, map[string]string{"message": "bad request"})
		return
	}
	if f.short && in.Range.To.Sub(in.Range.From) > 92*24*time.Hour {
		say(w, http.StatusBadRequest, map[string]string{"message": "the time range of jane.doe@zscaler.example is too long"})
		return
	}
	all := f.next()
	if made := time.Now().Add(-f.age); made.Before(in.Range.From) || made.After(in.Range.To) {
		all = nil
	}
	for _, field := range in.Fields {
		if field.Name == "severity" {
			all = slices.DeleteFunc(all, func(i int) bool { return !slices.Contains(field.Value, any(words(i))) })
		}
	}
	items := []map[string]any{}
	for _, i := range cut(all, page*size, size) {
		items = append(items, incident(i, f.age))
	}
	say(w, http.StatusOK, map[string]any{"incidents": items, "cursor": map[string]any{
		"totalPages": (len(all) + size - 1) / size, "currentPageNumber": page, "currentPageSize": len(items), "totalElements": len(all), "pageId": "p",
	}})
}

// transaction lists the incidents of a transaction: two, on two pages.
func (f *fakeWorkflow) transaction(w http.ResponseWriter, r *http.Request, id string) {
	for _, i := range f.next() {
		if incident(i, 0)["transactionId"] != id {
			continue
		}
		page := intOf(r.URL.Query().Get("page"), 0)
		item := incident(i, f.age)
		item["internalId"] = fmt.Sprintf("%s-%d", item["internalId"], page)
		say(w, http.StatusOK, map[string]any{"incidents": []any{item}, "cursor": map[string]any{
			"totalPages": 2, "currentPageNumber": page, "currentPageSize": 1, "totalElements": 2,
		}})
		return
	}
	say(w, http.StatusNotFound, map[string]string{"message": "no such transaction"})
}

// incident is the text's sample with other numbers. Every fifth one is resolved.
func incident(i int, age time.Duration) map[string]any {
	status := "NEW"
	if i%5 == 4 {
		status = "RESOLVED"
	}
	severity := strings.ReplaceAll(words(i), "CRITICAL", "HIGH")
	priority := "LOW"
	if words(i) == "CRITICAL" {
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
