package alerts

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

const (
	workflowURL       = "SCANGATE_ZSCALER_WORKFLOW_URL"
	workflowKeyID     = "SCANGATE_ZSCALER_WORKFLOW_KEY_ID"
	workflowKeySecret = "SCANGATE_ZSCALER_WORKFLOW_KEY_SECRET"

	workflowPageSize = 100
	// The console searches at most three months at a time and looks back six; the service may have
	// the same limits.
	workflowRange = 90 * 24 * time.Hour
	workflowPast  = 2 * workflowRange
)

// workflowVendor describes Zscaler Workflow Automation: DLP incidents
// (https://help.zscaler.com/workflow-automation, "DLP Incidents API").
func workflowVendor() *Vendor {
	return &Vendor{
		Name: "zscaler-workflow", Title: "Zscaler Workflow Automation, DLP incidents",
		Variables: []Variable{
			{Name: workflowURL, Use: "such as https://api.us1.zsworkflow.net", role: roleAddress},
			{Name: workflowKeyID, Use: "the id of the API key"},
			{Name: workflowKeySecret, Use: "its secret", Secret: true},
		},
		filters: map[string]filter{
			"severity":  oneOf("HIGH", "MEDIUM", "LOW", "INFO"),
			"priority":  oneOf("CRITICAL", "HIGH", "MEDIUM", "LOW"),
			"status":    workflowStatus,
			"labels":    anyText,
			"startTime": dateTime(),
			"endTime":   dateTime(),
			"pageSize":  upTo(workflowPageSize),

			"transactionId":    transactionID,
			"integrationType":  anyText,
			"sourceType":       anyText,
			"sourceSubType":    anyText,
			"engines":          anyText,
			"incidentGroupIds": anyText,
		},
		reserved: map[string]string{"page": readsPages, "pageId": readsPages},
		conflict: func(f filterValues) error {
			search := []string{"severity", "priority", "status", "labels", "startTime", "endTime", "pageSize"}
			if f.hasAny("transactionId") && f.hasAny(search...) {
				return fmt.Errorf("transactionId can't be combined with a search; fix: leave out %s", strings.Join(search, ", "))
			}
			return f.ordered("startTime", "endTime", parseTime)
		},
		narrowing: "severity, priority, status, labels, startTime or transactionId",
		personal:  true,
		limits:    []rateLimit{{20, time.Minute, 5}, {400, time.Hour, 360}},
		connect:   connectWorkflow,
	}
}

// workflowStatus accepts every status but the closed ones: not all statuses are documented.
func workflowStatus(values []string) error {
	for _, v := range values {
		if isClosed(v) {
			return fmt.Errorf("must not be %s: %s", v, onlyOpen)
		}
	}
	return anyText(values)
}

func isClosed(status string) bool {
	return strings.EqualFold(status, "RESOLVED") || strings.EqualFold(status, "CLOSED")
}

// transactionID accepts what needs no escaping in a path.
func transactionID(values []string) error {
	for _, v := range values {
		if v == "" || strings.ContainsFunc(v, func(r rune) bool {
			return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		}) {
			return fmt.Errorf("must consist of letters, digits, - and _, got %q", v)
		}
	}
	return nil
}

// workflow reads the incidents of Zscaler Workflow Automation.
type workflow struct {
	setup
	do doer
}

func connectWorkflow(s setup) (reader, error) {
	base, id, keySecret := s.env.url(workflowURL, ""), s.env.required(workflowKeyID), secret.Value(s.env.required(workflowKeySecret))
	if err := s.env.err(); err != nil {
		return nil, err
	}
	body, err := json.Marshal(map[string]string{"key_id": id, "key_secret": keySecret.Reveal()})
	if err != nil {
		return nil, err
	}
	// A token is asked for at most once for each request, and so within the same rate limit.
	client := s.unpacedClient(base, func(*http.Request) {}, keySecret)
	request := post("v1/auth/api-key/token", "application/json", string(body))
	request.Status = http.StatusCreated
	tokens := &session{
		now: s.opts.Now,
		get: func(ctx context.Context) (token, error) {
			return requestToken(ctx, client, request, "token", s.opts.Now)
		},
		client: func(t token) *transport.Client { return s.client(base, bearer(t), t.value, keySecret) },
	}
	return &workflow{s, tokens.do}, nil
}

// read searches all time. Where the service refuses a range of that length, read searches what the
// console can see, in the ranges of the console.
func (w *workflow) read(ctx context.Context) (answer, error) {
	if w.filters.hasAny("transactionId") {
		all, err := w.readTransactions(ctx)
		return answer{alerts: all}, err
	}
	end := w.opts.Now().Add(clockMargin)
	from, to := time.Unix(0, 0), end
	if w.filters.hasAny("startTime") {
		from = parseTime(w.filters.first("startTime"))
	}
	if w.filters.hasAny("endTime") {
		to = parseTime(w.filters.first("endTime"))
	}
	all, err := w.readRange(ctx, from, to)
	if statusOf(err) == http.StatusBadRequest && !w.filters.hasAny("startTime", "endTime") {
		return w.readRecent(ctx, end)
	}
	return answer{alerts: all}, err
}

// readRecent searches what the console can see. Ranges may share an incident at their ends.
func (w *workflow) readRecent(ctx context.Context, end time.Time) (answer, error) {
	var all []alert
	seen := map[string]bool{}
	for to := end; to.After(end.Add(-workflowPast)); to = to.Add(-workflowRange) {
		some, err := w.readRange(ctx, to.Add(-workflowRange), to)
		if err != nil {
			return answer{}, err
		}
		for _, a := range some {
			if !seen[a.key] {
				seen[a.key] = true
				all = append(all, a)
			}
		}
	}
	return answer{all, "the service refuses ranges of more than three months: only the incidents of the last 180 days were searched"}, nil
}

// readRange searches one range. Its pages are numbered from 0.
func (w *workflow) readRange(ctx context.Context, from, to time.Time) ([]alert, error) {
	body, err := json.Marshal(w.search(from, to))
	if err != nil {
		return nil, err
	}
	return w.pager(1, func(ctx context.Context, n, _ int) (page, error) {
		size := w.filters.integer("pageSize", workflowPageSize)
		r := post("dlp/v1/incidents/search", "application/json", string(body))
		r.Query = url.Values{"page": {strconv.Itoa(n)}, "pageSize": {strconv.Itoa(size)}}
		return w.page(ctx, r, n)
	}).read(ctx)
}

// workflowSearch is the body of a search.
type workflowSearch struct {
	Fields []workflowField `json:"fields"`
	Range  struct {
		Start string `json:"startTime"`
		End   string `json:"endTime"`
	} `json:"timeRange"`
}

type workflowField struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

func (w *workflow) search(from, to time.Time) workflowSearch {
	const layout = "2006-01-02T15:04:05.000Z"
	s := workflowSearch{Fields: []workflowField{}}
	s.Range.Start, s.Range.End = from.UTC().Format(layout), to.UTC().Format(layout)
	for _, name := range []string{"severity", "priority", "status"} {
		if w.filters.hasAny(name) {
			s.Fields = append(s.Fields, workflowField{name, w.filters[name]})
		}
	}
	var labels []map[string][]string
	for _, l := range w.filters["labels"] {
		name, value, _ := strings.Cut(l, "=")
		labels = append(labels, map[string][]string{name: {value}})
	}
	if labels != nil {
		s.Fields = append(s.Fields, workflowField{"labels", labels})
	}
	return s
}

// readTransactions returns the incidents of the transactions that the entry names. An unknown
// transaction is an error: a mistyped id must not yield an empty list.
func (w *workflow) readTransactions(ctx context.Context) ([]alert, error) {
	var all []alert
	for _, id := range w.filters["transactionId"] {
		p := w.pager(1, func(ctx context.Context, n, _ int) (page, error) { return w.transaction(ctx, id, n) })
		p.narrowing = "transactionId"
		some, err := p.read(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// transaction reads page n of a transaction's incidents. How to ask for the second page is not
// documented: it is asked for as in a search.
func (w *workflow) transaction(ctx context.Context, id string, n int) (page, error) {
	r := transport.Request{Method: http.MethodGet, Path: "dlp/v1/incidents/transactions/" + id}
	if n > 0 {
		r.Query = url.Values{"page": {strconv.Itoa(n)}}
	}
	return w.page(ctx, r, n)
}

func (w *workflow) page(ctx context.Context, r transport.Request, n int) (page, error) {
	return w.do.page(ctx, r, jsonx.Options{}, func(o *jsonx.Object) (page, error) { return w.decode(o, n) })
}

// decode reads page n, which must say so.
func (w *workflow) decode(o *jsonx.Object, n int) (page, error) {
	cursor := o.Object("cursor")
	p := page{total: cursor.Count("totalElements"), pages: cursor.Count("totalPages")}
	number := cursor.Count("currentPageNumber")
	p.more = n+1 < p.pages
	for item := range o.Objects("incidents") {
		if err := w.add(&p, item.Scope()); err != nil {
			return page{}, err
		}
	}
	switch err := o.Err(); {
	case err != nil:
		return page{}, err
	case number != n:
		return page{}, wrongPage(n, number)
	case p.more && len(p.keys) >= p.total:
		return page{}, result.Contradicts("incidents: the cursor counts %d pages and %d in total, and page %d holds %d", p.pages, p.total, n, len(p.keys))
	}
	return p, nil
}

// add keeps what names no person: where, which rule, how severe, how old.
func (w *workflow) add(p *page, o *jsonx.Object) error {
	id, key := identify(o, "internalId", "transactionId")
	if isClosed(o.Words("status")) || !w.selects(o) {
		p.skip(key)
		return nil
	}
	policies := o.OptObject("matchingPolicies")
	rule, engine := firstName(policies, "rules"), firstName(policies, "engines")
	a := alert{
		id: id, key: key, rule: rule,
		summary: "DLP incident: " + cmp.Or(rule, engine, "no rule is named"),
		details: []string{
			labelled("engine", engine), labelled("dictionary", firstName(policies, "dictionaries")),
			labelled("application", o.OptObject("applicationInfo").Words("name")), labelled("source", o.Words("integrationType")),
			labelled("status", o.Words("status")), labelled("priority", o.Words("priority")),
		},
		kind:  o.Words("integrationType"),
		first: parseTime(o.Words("createdAt")), last: parseTime(o.Words("lastUpdatedAt")),
		own: workflowPeople(o),
		people: []string{
			labelled("user", o.OptObject("userInfo").Words("email", "name")),
			labelled("file", o.OptObject("contentInfo").Words("fileName")),
		},
	}
	a.severity, a.word = w.words.first(o.Words("severity"))
	if strings.EqualFold(o.Words("priority"), "CRITICAL") {
		a.severity, a.word = w.words.first("CRITICAL")
	}
	p.add(a)
	return cmp.Or(
		checkSeverity("severity", w.filters["severity"], o.Words("severity")),
		checkSeverity("priority", w.filters["priority"], o.Words("priority")),
	)
}

// selects applies the filters whose names in a search are not documented to the fields of an
// incident that was read.
func (w *workflow) selects(o *jsonx.Object) bool {
	for name, have := range map[string][]string{
		"integrationType":  o.Texts("integrationType"),
		"sourceType":       o.Texts("sourceType"),
		"sourceSubType":    o.Texts("sourceSubType"),
		"engines":          namesOf(o.OptObject("matchingPolicies"), "engines"),
		"incidentGroupIds": o.Texts("incidentGroupIds"),
	} {
		if w.filters.hasAny(name) && !slices.ContainsFunc(w.filters[name], func(want string) bool {
			return slices.ContainsFunc(have, func(s string) bool { return strings.EqualFold(s, want) })
		}) {
			return false
		}
	}
	return true
}

// namesOf returns the names of the entries of a list.
func namesOf(o *jsonx.Object, key string) []string {
	var names []string
	for item := range o.OptObjects(key) {
		names = append(names, item.Words("name"))
	}
	return names
}

func firstName(o *jsonx.Object, key string) string { return cmp.Or(namesOf(o, key)...) }

// workflowPeople returns the names, addresses and files of an incident.
func workflowPeople(o *jsonx.Object) []string {
	user, content := o.OptObject("userInfo"), o.OptObject("contentInfo")
	more := content.OptObject("additionalInfo")
	var own []string
	collect := func(from *jsonx.Object, keys ...string) {
		for _, key := range keys {
			own = append(own, from.Texts(key)...)
		}
	}
	for _, person := range []*jsonx.Object{user, user.OptObject("managerInfo"), o.OptObject("assignedAdmin"), o.OptObject("lastNotifiedUser")} {
		collect(person, "name", "email", "uniqueIdentifier", "clientIP")
	}
	collect(content, "fileName")
	collect(more, "owner", "bucketOwner", "sender", "recipients", "collaborators", "objectName", "attachmentName", "fileId")
	return own
}
