package alerts

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/transport"
)

const (
	workflowPage = 100
	// The console takes at most three months in one query, and looks back for six;
	// the service may do the same.
	workflowSlice = 90 * 24 * time.Hour
	workflowPast  = 2 * workflowSlice
)

// workflow is Zscaler Workflow Automation: DLP incidents (reference:
// zscaler-workflow-dlp-incidents.txt; the search: vendors.md, section 4).
func workflow() *vendor {
	return &vendor{
		name: "zscaler-workflow",
		variables: []Variable{
			{Name: "SCANGATE_ZSCALER_WORKFLOW_URL", Use: "such as https://api.us1.zsworkflow.net"},
			{Name: "SCANGATE_ZSCALER_WORKFLOW_KEY_ID", Use: "the API key's id"},
			{Name: "SCANGATE_ZSCALER_WORKFLOW_KEY_SECRET", Use: "its secret", Secret: true},
		},
		filters: map[string]check{
			"severity":  among("HIGH", "MEDIUM", "LOW", "INFO"),
			"priority":  among("CRITICAL", "HIGH", "MEDIUM", "LOW"),
			"status":    workflowStatus,
			"labels":    anything,
			"startTime": single(dateTime),
			"endTime":   single(dateTime),
			"pageSize":  whole(1, workflowPage),

			"transactionId":    transactionID,
			"integrationType":  anything,
			"sourceType":       anything,
			"sourceSubType":    anything,
			"engines":          anything,
			"incidentGroupIds": anything,
		},
		ours:     map[string]string{"page": pagesAreOurs, "pageId": pagesAreOurs},
		judge:    judgeWorkflow,
		narrow:   "severity, priority, status, labels, startTime or transactionId",
		personal: true,
		connect:  connectWorkflow,
	}
}

// workflowStatus takes any status but the closed one: not all words are known.
func workflowStatus(values []string) string {
	for _, v := range values {
		if closedStatus(v) {
			return "can't be " + v + ": " + openAlone
		}
	}
	return anything(values)
}

func closedStatus(s string) bool {
	return strings.EqualFold(s, "RESOLVED") || strings.EqualFold(s, "CLOSED")
}

type workflowConnection struct {
	session *session
	pace    *pacer
	opts    *Options
}

func connectWorkflow(v *vendor, o *Options) (connection, error) {
	env := environment{o.Getenv, v}
	if err := env.need("URL", "KEY_ID", "KEY_SECRET"); err != nil {
		return nil, err
	}
	base, err := env.address("URL", "")
	if err != nil {
		return nil, err
	}
	id, secret := env.get("KEY_ID"), transport.Secret(env.get("KEY_SECRET"))
	body, err := json.Marshal(map[string]string{"key_id": id, "key_secret": secret.Reveal()})
	if err != nil {
		return nil, err
	}
	limits := []allowance{{20, time.Minute, 5}, {400, time.Hour, 360}} // the token call's and the search's, each
	tokens := o.client(base, newPacer(o.Now, limits...), func(*http.Request) {}, secret)
	request := transport.Request{
		Method: http.MethodPost, Path: "v1/auth/api-key/token", ContentType: "application/json", Repeatable: true,
		Body: textBody(string(body)), Length: int64(len(body)),
	}
	c := &workflowConnection{pace: newPacer(o.Now, limits...), opts: o}
	c.session = &session{
		now:    o.Now,
		get:    func(ctx context.Context) (token, error) { return askToken(ctx, tokens, request, "token", o.Now) },
		client: func(t token) *transport.Client { return o.client(base, c.pace, bearer(t), t.value, secret) },
	}
	return c, nil
}

type workflowSource struct {
	*workflowConnection
	spec Spec
	// halfYear: the service refused to search all time.
	halfYear bool
}

func (c *workflowConnection) source(s Spec) (source, error) {
	return &workflowSource{workflowConnection: c, spec: s}, nil
}

func (s *workflowSource) notice() string {
	if !s.halfYear {
		return ""
	}
	return "the service takes no longer ranges than three months: the incidents of the last 180 days were searched"
}

// window is a time range of a search.
type window struct{ from, to time.Time }

// open searches all time. Where the service refuses so long a range, it
// searches what the console can see, in ranges that the console can ask for.
func (s *workflowSource) open(ctx context.Context) ([]alert, error) {
	f := s.spec.filters
	if f.has("transactionId") {
		return s.transactions(ctx, f["transactionId"])
	}
	end := s.opts.Now().Add(clockRoom)
	whole := window{moment(or(f.one("startTime"), "1970-01-01T00:00:00Z")), end}
	if f.has("endTime") {
		whole.to = moment(f.one("endTime"))
	}
	all, err := s.read(ctx, whole)
	if statusOf(err) != http.StatusBadRequest || f.has("startTime", "endTime") {
		return all, err
	}
	s.halfYear = true
	all = nil
	seen := map[string]bool{}
	for to := end; to.After(end.Add(-workflowPast)); to = to.Add(-workflowSlice) {
		part, err := s.read(ctx, window{to.Add(-workflowSlice), to})
		if err != nil {
			return nil, err
		}
		for _, a := range part {
			if !seen[a.id] {
				seen[a.id] = true
				all = append(all, a)
			}
		}
	}
	return all, nil
}

// read searches one range. Its pages are numbered from 0.
func (s *workflowSource) read(ctx context.Context, w window) ([]alert, error) {
	body, err := json.Marshal(s.search(w))
	if err != nil {
		return nil, err
	}
	l := list{width: 1, pace: s.pace, now: s.opts.Now, narrow: s.spec.vendor.narrow}
	l.fetch = func(ctx context.Context, n, _ int) (page, error) { return s.page(ctx, string(body), n) }
	return l.read(ctx)
}

type workflowField struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

type workflowSearch struct {
	Fields    []workflowField `json:"fields"`
	TimeRange struct {
		Start string `json:"startTime"`
		End   string `json:"endTime"`
	} `json:"timeRange"`
}

func (s *workflowSource) search(w window) workflowSearch {
	const layout = "2006-01-02T15:04:05.000Z"
	q := workflowSearch{Fields: []workflowField{}}
	q.TimeRange.Start, q.TimeRange.End = w.from.UTC().Format(layout), w.to.UTC().Format(layout)
	for _, name := range []string{"severity", "priority", "status"} {
		if s.spec.filters.has(name) {
			q.Fields = append(q.Fields, workflowField{name, s.spec.filters[name]})
		}
	}
	var labels []map[string][]string
	for _, l := range s.spec.filters["labels"] {
		name, value, _ := strings.Cut(l, "=")
		labels = append(labels, map[string][]string{name: {value}})
	}
	if labels != nil {
		q.Fields = append(q.Fields, workflowField{"labels", labels})
	}
	return q
}

func (s *workflowSource) page(ctx context.Context, body string, n int) (page, error) {
	size := s.spec.filters.whole("pageSize", workflowPage)
	r := transport.Request{
		Method: http.MethodPost, Path: "dlp/v1/incidents/search",
		Query:       url.Values{"page": {strconv.Itoa(n)}, "pageSize": {strconv.Itoa(size)}},
		ContentType: "application/json", Body: textBody(body), Length: int64(len(body)), Repeatable: true, MaxBody: maxPage,
	}
	return s.send(ctx, r, n)
}

// send asks for page n of a list of incidents.
func (s *workflowSource) send(ctx context.Context, r transport.Request, n int) (page, error) {
	resp, client, err := s.session.do(ctx, r)
	if err != nil {
		return page{}, err
	}
	p, err := s.decode(resp.Body, n)
	if err != nil {
		return page{}, client.BodyError(r, err)
	}
	return p, nil
}

func (s *workflowSource) decode(body []byte, n int) (page, error) {
	o, err := readObject("", body)
	if err != nil {
		return page{}, err
	}
	items, err := o.objects("incidents")
	if err != nil {
		return page{}, err
	}
	cursor := o.at("cursor")
	p := page{}
	if p.total, err = cursor.number("totalElements"); err != nil {
		return page{}, err
	}
	if p.pages, err = cursor.number("totalPages"); err != nil {
		return page{}, err
	}
	for _, item := range items {
		s.take(&p, item)
	}
	p.more = len(items) > 0
	if p.pages >= 0 {
		p.more = n+1 < p.pages
	}
	return p, nil
}

// take keeps of an incident what names no person: where, what rule, how bad,
// how old. Everything else of it is used to mask those texts with.
func (s *workflowSource) take(p *page, o object) {
	id := o.identity("internalId", "transactionId")
	p.ids = append(p.ids, id)
	if closedStatus(o.text("status")) || !chosenIncident(s.spec.filters, o) {
		return
	}
	policies := o.at("matchingPolicies")
	rule := nameIn(policies, "rules")
	a := alert{
		id: id, count: 1, rule: rule,
		summary: "DLP incident: " + or(rule, or(nameIn(policies, "engines"), "no rule is named")),
		details: []string{
			label("engine", nameIn(policies, "engines")), label("dictionary", nameIn(policies, "dictionaries")),
			label("application", o.at("applicationInfo").text("name")), label("source", o.text("integrationType")),
			label("status", o.text("status")), label("priority", o.text("priority")),
		},
		kind:  o.text("integrationType"),
		first: moment(o.text("createdAt")), last: moment(o.text("lastUpdatedAt")),
		own: workflowPeople(o),
	}
	if person := o.at("userInfo").text("email", "name"); person != "" {
		a.people = append(a.people, label("user", person))
	}
	a.people = append(a.people, label("file", o.at("contentInfo").text("fileName")))
	a.severity, a.word = s.spec.levels.first(o.text("severity"))
	if strings.EqualFold(o.text("priority"), "CRITICAL") {
		a.severity, a.word = s.spec.levels.first("CRITICAL")
	}
	p.open = append(p.open, a)
}

// nameIn is the name of the first entry of a list in matchingPolicies.
func nameIn(o object, key string) string {
	if names := namesIn(o, key); len(names) > 0 {
		return names[0]
	}
	return ""
}

func namesIn(o object, key string) []string {
	items, err := o.objects(key)
	if err != nil {
		return nil
	}
	var names []string
	for _, item := range items {
		names = append(names, item.text("name"))
	}
	return names
}

// workflowPeople are the names, addresses and files of an incident.
func workflowPeople(o object) []string {
	user, content := o.at("userInfo"), o.at("contentInfo")
	more := content.at("additionalInfo")
	var own []string
	collect := func(from object, keys ...string) {
		for _, key := range keys {
			own = append(own, from.texts(key)...)
		}
	}
	for _, person := range []object{user, user.at("managerInfo"), o.at("assignedAdmin"), o.at("lastNotifiedUser")} {
		collect(person, "name", "email", "uniqueIdentifier", "clientIP")
	}
	collect(content, "fileName")
	collect(more, "owner", "bucketOwner", "sender", "recipients", "collaborators", "objectName", "attachmentName", "fileId")
	return own
}
