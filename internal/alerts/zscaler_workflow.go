package alerts

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
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
	// workflowRange is the length of a slice. The console searches at most three months at a time;
	// the service may have the same limit.
	workflowRange = 90 * 24 * time.Hour
	// workflowPast is how far back slices go without a startTime: longer than the product exists.
	workflowPast = 10 * 365 * 24 * time.Hour
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
			"status":    workflowStatus(),
			"labels":    workflowLabels(),
			"startTime": dateTime(),
			"endTime":   dateTime(),
			"pageSize":  upTo(workflowPageSize),

			"transactionId": transactionID(),
		},
		traits: map[string]trait{
			traitRule: {from: "names of rules"},
			traitID:   {from: "internalId, transactionId"},
			traitTag:  {from: "labels"},

			"integrationType":  {from: "integrationType"},
			"sourceType":       {from: "sourceType"},
			"sourceSubType":    {from: "sourceSubType"},
			"engines":          {from: "names of engines"},
			"incidentGroupIds": {from: "incidentGroupIds"},
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
		limits:    []transport.RateLimit{{N: 20, Per: time.Minute, Burst: 5}, {N: 400, Per: time.Hour, Burst: 360}},
		connect:   connectWorkflow,
	}
}

// workflowStatus accepts every status but the closed ones: not all statuses are documented.
func workflowStatus() filter {
	return filter{form: "any status but RESOLVED and CLOSED, such as NEW", values: []string{"NEW"}, free: true, check: func(values []string) error {
		for _, v := range values {
			if isClosed(v) {
				return fmt.Errorf("must not be %s: %s", v, onlyOpen)
			}
		}
		return checkText(values)
	}}
}

// workflowLabels requires NAME=VALUE.
func workflowLabels() filter {
	return filter{form: "{LABEL: value}", free: true, check: func(values []string) error {
		for _, v := range values {
			if name, value, ok := strings.Cut(v, "="); !ok || isBlank(name) || isBlank(value) {
				return fmt.Errorf("%q: write labels: {LABEL: value}", v)
			}
		}
		return checkText(values)
	}}
}

func isClosed(status string) bool {
	return strings.EqualFold(status, "RESOLVED") || strings.EqualFold(status, "CLOSED")
}

// transactionID accepts what needs no escaping in a path.
func transactionID() filter {
	return filter{form: "ids of letters, digits, - and _", check: func(values []string) error {
		for _, v := range values {
			if v == "" || strings.ContainsFunc(v, func(r rune) bool {
				return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
			}) {
				return fmt.Errorf("must consist of letters, digits, - and _, got %q", v)
			}
		}
		return nil
	}}
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
	client := s.pacedClient(nil, base, func(*http.Request) {}, keySecret)
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

// read reads the transactions that the entry names, or what a search finds.
func (w *workflow) read(ctx context.Context) (answer, error) {
	var all collection
	var err error
	if w.filters.hasAny("transactionId") {
		err = w.readTransactions(ctx, &all)
	} else {
		err = w.readWindow(ctx, &all)
	}
	if err != nil {
		return answer{}, err
	}
	return all.answer(), nil
}

// readWindow reads the window of the entry, all time without one. Where the service refuses a range
// of that length, it is read in slices.
func (w *workflow) readWindow(ctx context.Context, all *collection) error {
	from, to := parseTime(w.filters.first("startTime")), w.opts.Now().Add(clockMargin)
	if w.filters.hasAny("endTime") {
		to = parseTime(w.filters.first("endTime"))
	}
	l, err := w.readRange(ctx, cmp.Or(from, time.Unix(0, 0)), to)
	if statusOf(err) == http.StatusBadRequest {
		return w.readSlices(ctx, all, cmp.Or(from, w.earliest(to)), to)
	}
	if err != nil {
		return err
	}
	all.join(&l.collection)
	return nil
}

// earliest is where slices end without a startTime. An incident may have been seen somewhat before
// it was created.
func (w *workflow) earliest(to time.Time) time.Time {
	if newer := w.matcher.newerThan; !newer.isZero() {
		return newer.time(w.opts.Now()).Add(-clockMargin)
	}
	return to.Add(-workflowPast)
}

// readSlices walks back through a window. An incident on the border of two slices is in both. If
// the service looks back only so far, the incidents before that can't be known: the list fails.
func (w *workflow) readSlices(ctx context.Context, all *collection, from, to time.Time) error {
	for end := to; ; {
		start := end.Add(-workflowRange)
		if start.Before(from) {
			start = from
		}
		l, err := w.readRange(ctx, start, end)
		if statusOf(err) == http.StatusBadRequest && end.Before(to) {
			return w.tooFarBack(end)
		}
		if err != nil {
			return err
		}
		all.join(&l.collection)
		if !start.After(from) {
			return nil
		}
		end = start
	}
}

// tooFarBack is the fault of a service that refuses to search before a time.
func (w *workflow) tooFarBack(earliest time.Time) error {
	days := int(w.opts.Now().Add(-clockMargin).Sub(earliest) / (24 * time.Hour))
	return &result.FaultError{Fault: result.Fault{
		Cause:  result.CauseService,
		Reason: fmt.Sprintf("the service refuses to search before %s, so that older incidents are not known", earliest.UTC().Format(time.RFC3339)),
		Fix:    fmt.Sprintf("set newer-than: %dd in the source to count only newer incidents", days),
	}}
}

// readRange searches one range. Its pages are numbered from 0.
func (w *workflow) readRange(ctx context.Context, from, to time.Time) (*listing, error) {
	body, err := json.Marshal(w.search(from, to))
	if err != nil {
		return nil, err
	}
	return w.pager(1, func(ctx context.Context, n, _ int) (page, error) {
		size := w.filters.integer("pageSize", workflowPageSize)
		r := post("dlp/v1/incidents/search", "application/json", string(body))
		r.Query = url.Values{"page": {strconv.Itoa(n)}, "pageSize": {strconv.Itoa(size)}}
		return w.page(ctx, r, size)
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

// readTransactions reads the incidents of the transactions that the entry names. An unknown
// transaction is an error: a mistyped id must not yield an empty list.
func (w *workflow) readTransactions(ctx context.Context, all *collection) error {
	for _, id := range w.filters["transactionId"] {
		p := w.pager(1, func(ctx context.Context, n, _ int) (page, error) { return w.transaction(ctx, id, n) })
		p.narrowing = "transactionId"
		l, err := p.read(ctx)
		if err != nil {
			return err
		}
		all.join(&l.collection)
	}
	return nil
}

// transaction reads page n of a transaction's incidents. How to ask for the second page is not
// documented: it is asked for as in a search.
func (w *workflow) transaction(ctx context.Context, id string, n int) (page, error) {
	r := transport.Request{Method: http.MethodGet, Path: "dlp/v1/incidents/transactions/" + id}
	if n > 0 {
		r.Query = url.Values{"page": {strconv.Itoa(n)}}
	}
	return w.page(ctx, r, 0)
}

func (w *workflow) page(ctx context.Context, r transport.Request, asked int) (page, error) {
	return w.do.page(ctx, r, jsonx.Options{}, func(o *jsonx.Object) (page, error) { return w.decode(o, asked) })
}

// decode reads a page. The service numbers pages from 0.
func (w *workflow) decode(o *jsonx.Object, asked int) (page, error) {
	cursor := o.Object("cursor")
	p := page{asked: asked, total: cursor.Count("totalElements"), pages: cursor.Count("totalPages"), number: cursor.Count("currentPageNumber") + 1}
	for item := range o.Objects("incidents") {
		if err := w.add(&p, item.Scope()); err != nil {
			return page{}, err
		}
	}
	if err := o.Err(); err != nil {
		return page{}, err
	}
	return p, nil
}

// add keeps what names no person: where, which rule, how severe, how old. Several incidents may be
// of one transaction.
func (w *workflow) add(p *page, o *jsonx.Object) error {
	key := identify(o, "internalId")
	if isClosed(o.Words("status")) {
		p.skip(key)
		return nil
	}
	policies := o.OptObject("matchingPolicies")
	rule, engine := firstName(policies, "rules"), firstName(policies, "engines")
	a := alert{
		id: o.Words("internalId", "transactionId"), identity: key, rule: rule,
		summary: "DLP incident: " + cmp.Or(rule, engine, "no rule is named"),
		details: []string{
			labelled("engine", engine), labelled("dictionary", firstName(policies, "dictionaries")),
			labelled("application", o.OptObject("applicationInfo").Words("name")), labelled("source", o.Words("integrationType")),
			labelled("status", o.Words("status")), labelled("priority", o.Words("priority")),
		},
		more:  workflowTraits(o),
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

// workflowTraits returns what an incident says about the traits by which an entry can choose. How a
// search would filter by them is not documented.
func workflowTraits(o *jsonx.Object) map[string][]string {
	policies := o.OptObject("matchingPolicies")
	return map[string][]string{
		traitRule: namesOf(policies, "rules"),
		traitID:   o.Texts("transactionId"),
		traitTag:  o.Texts("labels"),

		"integrationType":  o.Texts("integrationType"),
		"sourceType":       o.Texts("sourceType"),
		"sourceSubType":    o.Texts("sourceSubType"),
		"engines":          namesOf(policies, "engines"),
		"incidentGroupIds": o.Texts("incidentGroupIds"),
	}
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
