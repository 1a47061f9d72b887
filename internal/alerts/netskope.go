package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/transport"
)

const (
	// netskopePage is far below the most that one answer may hold (10,000): an
	// alert can be a few kilobytes long.
	netskopePage    = 1000
	maxNetskopePage = 9999
)

// netskope is Netskope's alerts, v2 or v1 (reference: netskope-v1-alerts.txt; the
// names of its parameters and v2: vendors.md, section 5).
func netskope() *vendor {
	return &vendor{
		name: "netskope",
		variables: []Variable{
			{Name: "SCANGATE_NETSKOPE_URL", Use: "such as https://TENANT.goskope.com"},
			{Name: "SCANGATE_NETSKOPE_TOKEN", Use: "the API token, with the right to read alerts", Secret: true},
			{Name: "SCANGATE_NETSKOPE_API", Use: "v2, or v1, which Netskope has retired"},
		},
		filters: map[string]check{
			"query":              single(anything),
			"type":               single(anything),
			"acked":              only("false"),
			"timeperiod":         single(among("3600", "86400", "604800", "2592000", "5184000", "7776000")),
			"starttime":          epochSeconds(),
			"endtime":            epochSeconds(),
			"insertionstarttime": epochSeconds(),
			"insertionendtime":   epochSeconds(),
			"limit":              whole(1, maxNetskopePage),
		},
		ours:     map[string]string{"skip": pagesAreOurs, "offset": pagesAreOurs, "unsorted": "pages of an unsorted list can't be put together"},
		judge:    judgeNetskope,
		narrow:   "type, query or starttime",
		personal: true,
		connect:  connectNetskope,
	}
}

// netskopeRate keeps below 24 requests in 5 seconds, and to the 4 a second that
// are answered at once: more are queued there.
func netskopeRate() allowance { return allowance{20, 5 * time.Second, 1} }

// judgeNetskope: only one of the three ways to give the time.
func judgeNetskope(f filters) string {
	forms := 0
	for _, form := range [][]string{{"timeperiod"}, {"starttime", "endtime"}, {"insertionstarttime", "insertionendtime"}} {
		if f.has(form...) {
			forms++
		}
	}
	if forms > 1 {
		return "timeperiod, starttime/endtime and insertionstarttime/insertionendtime exclude each other"
	}
	if text := ordered(f, "starttime", "endtime", moment); text != "" {
		return text
	}
	return ordered(f, "insertionstarttime", "insertionendtime", moment)
}

// netskopeTypes are the types of v1 (reference, row "type").
func netskopeTypes() []string {
	return []string{"anomaly", "Compromised Credential", "policy", "Legal Hold", "malsite", "Malware", "DLP",
		"Security Assessment", "watchlist", "quarantine", "Remediation", "uba"}
}

type netskopeConnection struct {
	client *transport.Client
	token  transport.Secret
	v1     bool
	pace   *pacer
	opts   *Options
}

func connectNetskope(v *vendor, o *Options) (connection, error) {
	env := environment{o.Getenv, v}
	if err := env.need("URL", "TOKEN"); err != nil {
		return nil, err
	}
	base, err := env.address("URL", "")
	if err != nil {
		return nil, err
	}
	token, err := env.secret("TOKEN")
	if err != nil {
		return nil, err
	}
	c := &netskopeConnection{token: token, opts: o, pace: newPacer(o.Now, netskopeRate())}
	authorize := header("Netskope-Api-Token", token)
	switch api := env.get("API"); api {
	case "", "v2":
	case "v1":
		c.v1, authorize = true, func(*http.Request) {} // its token stands in the body
	default:
		return nil, fmt.Errorf("%s: %q is neither v2 nor v1", env.full("API"), api)
	}
	c.client = o.client(base, c.pace, authorize, token)
	return c, nil
}

type netskopeSource struct {
	*netskopeConnection
	spec Spec
	// end is the end of the time range: what comes in while the pages are read
	// must not move them.
	end string
}

// source checks what depends on the version.
func (c *netskopeConnection) source(s Spec) (source, error) {
	if !c.v1 && s.filters.has("timeperiod") {
		return nil, errors.New("timeperiod is v1's alone: use starttime, or SCANGATE_NETSKOPE_API=v1")
	}
	if c.v1 && s.filters.has("type") {
		if text := among(netskopeTypes()...)(s.filters["type"]); text != "" {
			return nil, errors.New("type: " + text)
		}
	}
	return &netskopeSource{netskopeConnection: c, spec: s}, nil
}

func (s *netskopeSource) notice() string {
	if !s.v1 {
		return ""
	}
	return "Netskope retired version 1 of this API on 2024-10-15: unset SCANGATE_NETSKOPE_API to use version 2"
}

// open reads page after page. The service gives no total, so that each page
// begins with the last item of the one before it: if that is gone, the list
// moved. Only a page that adds nothing is the end.
func (s *netskopeSource) open(ctx context.Context) ([]alert, error) {
	s.end = strconv.FormatInt(s.opts.Now().Unix(), 10)
	l := list{width: 1, pace: s.pace, now: s.opts.Now, narrow: s.spec.vendor.narrow}
	var c chain
	l.fetch = func(ctx context.Context, n, _ int) (page, error) {
		if n == 0 {
			c = chain{}
		}
		return c.next(func(skip int) (page, error) { return s.page(ctx, skip) })
	}
	return l.read(ctx)
}

// pushes is how often in a row a list may be pushed back by just a page.
const pushes = 5

// chain reads pages that overlap by one item.
type chain struct {
	last string // the id to look for; "" where no page can overlap
	skip int
	full int // the longest page so far
}

// next returns the next page without what was read before. What came in before
// it meanwhile has only pushed it back; where the last item is gone, what
// followed may be gone with it.
func (c *chain) next(fetch func(skip int) (page, error)) (page, error) {
	for range pushes {
		p, err := fetch(c.skip)
		if err != nil {
			return page{}, err
		}
		length, at := len(p.ids), 0
		if c.last != "" {
			if at = slices.Index(p.ids, c.last); at < 0 {
				return page{}, &movedError{"a page did not begin where the one before it ended"}
			}
			p = p.after(at + 1)
		}
		c.skip += length
		c.full = max(c.full, length)
		// A service that gives one item at a time could never get past an overlap.
		if length > 1 {
			c.last = or(lastOf(p.ids), c.last)
			c.skip--
		}
		// With nothing new after the last item, only a full page may have more
		// behind it.
		if p.more = len(p.ids) > 0; p.more || at == 0 || length < c.full {
			return p, nil
		}
	}
	return page{}, &movedError{"new items pushed it back by page after page"}
}

// after drops the first n items.
func (p page) after(n int) page {
	known := p.ids[:n]
	p.open = slices.DeleteFunc(p.open, func(a alert) bool { return slices.Contains(known, a.id) })
	p.ids = p.ids[n:]
	return p
}

func lastOf(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[len(ids)-1]
}

func (s *netskopeSource) page(ctx context.Context, skip int) (page, error) {
	r, err := s.request(skip)
	if err != nil {
		return page{}, err
	}
	resp, err := s.client.Do(ctx, r)
	if err != nil {
		return page{}, err
	}
	p, err := s.decode(r, resp.Body)
	if err != nil && isBody(err) {
		err = s.client.BodyError(r, err)
	}
	return p, err
}

// request asks for alerts from item skip on. A time range is required: without
// one of the user's it is all time.
func (s *netskopeSource) request(skip int) (transport.Request, error) {
	f := s.spec.filters
	q := url.Values{"acked": {"false"}, "limit": {strconv.Itoa(f.whole("limit", netskopePage))}}
	s.times(q)
	for _, name := range []string{"query", "type"} {
		if f.has(name) {
			q.Set(name, f.one(name))
		}
	}
	if !s.v1 {
		q.Set("offset", strconv.Itoa(skip))
		return transport.Request{Method: http.MethodGet, Path: "api/v2/events/data/alert", Query: q, Repeatable: true, MaxBody: maxPage}, nil
	}
	q.Set("skip", strconv.Itoa(skip))
	body, err := json.Marshal(map[string]string{"token": s.token.Reveal()})
	return transport.Request{
		Method: http.MethodPost, Path: "api/v1/alerts", Query: q, ContentType: "application/json",
		Body: textBody(string(body)), Length: int64(len(body)), Repeatable: true, MaxBody: maxPage,
	}, err
}

func (s *netskopeSource) times(q url.Values) {
	f := s.spec.filters
	if f.has("timeperiod") {
		q.Set("timeperiod", f.one("timeperiod"))
		return
	}
	from, to := "starttime", "endtime"
	if f.has("insertionstarttime", "insertionendtime") {
		from, to = "insertionstarttime", "insertionendtime"
	}
	q.Set(from, or(f.one(from), "1")) // not 0, which may be taken for no value
	q.Set(to, or(f.one(to), s.end))
}

// decode reads either version's answer. v1 reports errors in answers of status
// 200 as well.
func (s *netskopeSource) decode(r transport.Request, body []byte) (page, error) {
	o, err := readObject("", body)
	if err != nil {
		return page{}, err
	}
	p := page{total: -1, pages: -1}
	key, state := "result", o.text("ok")
	if s.v1 {
		key, state = "data", o.text("status")
	}
	if s.v1 && state == "" && o.text("_id") != "" {
		s.take(&p, o) // the reference's first two examples: one bare alert
		return p, nil
	}
	if !strings.EqualFold(state, "success") && state != "1" && state != "true" {
		return page{}, refusal(s.client.Where(r), o)
	}
	items, err := o.objects(key)
	if err != nil {
		return page{}, err
	}
	for _, item := range items {
		s.take(&p, item)
	}
	return p, nil
}

// refusal reads an error's body. Of its texts only the code is shown, which is
// the service's own: the others may repeat what was asked.
func refusal(where string, o object) error {
	code := o.text("errorCode", "error_code")
	if len(code) > 60 || strings.ContainsAny(code, "@/\\<>") {
		code = ""
	}
	word := strings.ToLower(code)
	return &refusedError{where, code, strings.Contains(word, "auth") || strings.Contains(word, "token")}
}

// take keeps of an alert what names no person. The object of a posture rule is
// a cloud resource; of every other alert it may be somebody's file.
func (s *netskopeSource) take(p *page, o object) {
	id := o.identity("_id")
	p.ids = append(p.ids, id)
	if strings.EqualFold(o.text("acked"), "true") || strings.EqualFold(o.text("acked"), "yes") {
		return
	}
	a := alert{
		id: id, count: 1,
		summary: o.text("sa_rule_name", "alert_name", "policy", "alert_type"),
		details: []string{
			label("type", o.text("alert_type")), label("policy", o.text("policy")), label("profile", o.text("sa_profile_name", "dlp_profile")),
			label("rule", o.text("dlp_rule")), label("application", o.text("app")), label("activity", o.text("activity")),
		},
		account: o.text("account_id", "instance_id"), accountName: o.text("account_name"),
		region: o.text("region_id", "region_name"), kind: o.text("object_type"),
		first: moment(o.text("timestamp")), last: moment(o.text("_insertion_epoch_timestamp")),
		own: netskopePeople(o),
	}
	a.people = []string{label("user", o.text("user", "userkey")), label("object", o.text("object")), label("file", o.text("file_path", "dlp_file"))}
	if strings.EqualFold(o.text("alert_type"), "Security Assessment") && !strings.Contains(strings.ToLower(o.text("object_type")), "user") {
		a.resource = o.text("object", "asset_object_id")
	}
	a.severity, a.word = s.spec.levels.worst(o.text("sa_rule_severity"), o.text("dlp_rule_severity"), o.text("malware_severity"),
		o.text("severity"), o.text("severity_level"), o.text("risk_level"))
	p.open = append(p.open, a)
}

// netskopePeople are the names, addresses and files of an alert.
func netskopePeople(o object) []string {
	var own []string
	for _, key := range []string{
		"user", "userkey", "ur_normalized", "user_id", "user_name", "username", "from_user", "to_user", "acting_user",
		"manager", "owner", "shared_with", "userip", "hostname", "file_path", "dlp_file", "file_name", "filename",
		"local_filename", "title", "url", "referer", "page",
	} {
		own = append(own, o.texts(key)...)
	}
	if !strings.EqualFold(o.text("alert_type"), "Security Assessment") {
		own = append(own, o.text("object"))
	}
	return own
}
