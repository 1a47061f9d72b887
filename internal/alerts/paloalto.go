package alerts

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/transport"
)

const (
	iotPage = 1000
	// strataAuth gives out the tokens of Strata Cloud Manager.
	strataAuth = "https://auth.apps.paloaltonetworks.com/oauth2/access_token"
)

// paloAlto is Palo Alto Networks IoT Security (reference:
// palo-alto-iot-alerts.txt; Strata Cloud Manager: vendors.md, section 3).
func paloAlto() *vendor {
	return &vendor{
		name: "palo-alto-iot",
		variables: []Variable{
			{Name: "SCANGATE_PALO_ALTO_IOT_URL", Use: "ends in /pub/v4.0, for Strata Cloud Manager in /iot/pub/v1"},
			{Name: "SCANGATE_PALO_ALTO_IOT_CUSTOMER_ID", Use: "the tenant of a standalone portal"},
			{Name: "SCANGATE_PALO_ALTO_IOT_KEY_ID", Use: "its key's id"},
			{Name: "SCANGATE_PALO_ALTO_IOT_ACCESS_KEY", Use: "its access key", Secret: true},
			{Name: "SCANGATE_PALO_ALTO_IOT_CLIENT_ID", Use: "for Strata Cloud Manager, instead of the three above"},
			{Name: "SCANGATE_PALO_ALTO_IOT_CLIENT_SECRET", Use: "the client's secret", Secret: true},
			{Name: "SCANGATE_PALO_ALTO_IOT_TSG_ID", Use: "the tenant service group"},
			{Name: "SCANGATE_PALO_ALTO_IOT_AUTH_URL", Use: "default " + strataAuth},
		},
		filters: map[string]check{
			"type":                among("policy_alert"),
			"resolved":            only("no"),
			"stime":               single(dateTime),
			"updatedCreatedAfter": single(dateTime),
			"pagelength":          whole(1, iotPage),
		},
		ours:    map[string]string{"offset": pagesAreOurs, "sortdirection": orderIsOurs, "sortfield": orderIsOurs},
		narrow:  "type, stime or updatedCreatedAfter",
		connect: connectIoT,
	}
}

// iotConnection is a portal, with either way to get in.
type iotConnection struct {
	do       func(context.Context, transport.Request) (*transport.Response, *transport.Client, error)
	customer string // the standalone portals' alone
	pace     *pacer
	opts     *Options
}

func connectIoT(v *vendor, o *Options) (connection, error) {
	env := environment{o.Getenv, v}
	if err := env.need("URL"); err != nil {
		return nil, err
	}
	base, err := env.address("URL", "")
	if err != nil {
		return nil, err
	}
	c := &iotConnection{pace: newPacer(o.Now, allowance{60, time.Minute, 10}), opts: o}
	if env.get("CLIENT_ID") != "" || env.get("CLIENT_SECRET") != "" {
		return c, c.strata(env, base)
	}
	return c, c.standalone(env, base)
}

func (c *iotConnection) standalone(env environment, base *url.URL) error {
	if err := env.need("CUSTOMER_ID", "KEY_ID", "ACCESS_KEY"); err != nil {
		return err
	}
	id, err := env.secret("KEY_ID")
	if err != nil {
		return err
	}
	key, err := env.secret("ACCESS_KEY")
	if err != nil {
		return err
	}
	c.customer = env.get("CUSTOMER_ID")
	client := c.opts.client(base, c.pace, func(r *http.Request) {
		r.Header.Set("X-Key-Id", id.Reveal())
		r.Header.Set("X-Access-Key", key.Reveal())
	}, id, key)
	c.do = func(ctx context.Context, r transport.Request) (*transport.Response, *transport.Client, error) {
		resp, err := client.Do(ctx, r)
		return resp, client, err
	}
	return nil
}

// strata gets in with OAuth2 client credentials. The tokens live for about 15
// minutes.
func (c *iotConnection) strata(env environment, base *url.URL) error {
	if err := env.need("CLIENT_ID", "CLIENT_SECRET", "TSG_ID"); err != nil {
		return err
	}
	auth, err := env.address("AUTH_URL", strataAuth)
	if err != nil {
		return err
	}
	id, secret := env.get("CLIENT_ID"), transport.Secret(env.get("CLIENT_SECRET"))
	basic := transport.Secret(base64.StdEncoding.EncodeToString([]byte(id + ":" + secret.Reveal())))
	client := c.opts.client(auth, nil, header("Authorization", "Basic "+basic), secret, basic)
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"tsg_id:" + env.get("TSG_ID")}}.Encode()
	request := transport.Request{
		Method: http.MethodPost, ContentType: "application/x-www-form-urlencoded", Repeatable: true,
		Body: textBody(form), Length: int64(len(form)),
	}
	s := &session{
		now: c.opts.Now,
		get: func(ctx context.Context) (token, error) {
			return askToken(ctx, client, request, "access_token", c.opts.Now)
		},
		client: func(t token) *transport.Client { return c.opts.client(base, c.pace, bearer(t), t.value, secret) },
	}
	c.do = s.do
	return nil
}

func textBody(s string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
}

func askToken(ctx context.Context, client *transport.Client, r transport.Request, key string, now func() time.Time) (token, error) {
	resp, err := client.Do(ctx, r)
	if err != nil {
		return token{}, err
	}
	t, err := readToken(resp.Body, key, now())
	if err != nil {
		return token{}, client.BodyError(r, err)
	}
	return t, nil
}

type iotSource struct {
	*iotConnection
	spec Spec
}

func (c *iotConnection) source(s Spec) (source, error) { return &iotSource{c, s}, nil }

func (s *iotSource) open(ctx context.Context) ([]alert, error) {
	l := list{width: 1, pace: s.pace, now: s.opts.Now, narrow: s.spec.vendor.narrow, fetch: s.page}
	return l.read(ctx)
}

// page reads one page. offset counts items. stime is sent though no default
// window is known: a time before all alerts is right whether there is one or not.
func (s *iotSource) page(ctx context.Context, _, items int) (page, error) {
	f := s.spec.filters
	q := url.Values{
		"resolved": {"no"}, "sortfield": {"date"}, "sortdirection": {"asc"},
		"offset": {strconv.Itoa(items)}, "pagelength": {strconv.Itoa(f.whole("pagelength", iotPage))},
		"stime": {or(f.one("stime"), "1970-01-01T00:00:00.000Z")},
	}
	if s.customer != "" {
		q.Set("customerid", s.customer)
	}
	for _, name := range []string{"type", "updatedCreatedAfter"} {
		if f.has(name) {
			q.Set(name, f.one(name))
		}
	}
	r := transport.Request{Method: http.MethodGet, Path: "alert/list", Query: q, Repeatable: true, MaxBody: maxPage}
	resp, client, err := s.do(ctx, r)
	if err != nil {
		return page{}, err
	}
	p, err := s.decode(resp.Body, items)
	if err != nil {
		return page{}, client.BodyError(r, err)
	}
	return p, nil
}

// decode does not trust a page's length for the list's end: where the answer
// has no total, only an empty page is the end.
func (s *iotSource) decode(body []byte, before int) (page, error) {
	o, err := readObject("", body)
	if err != nil {
		return page{}, err
	}
	items, err := o.objects("items")
	if err != nil {
		return page{}, err
	}
	p := page{pages: -1}
	if p.total, err = o.number("total"); err != nil {
		return page{}, err
	}
	for _, item := range items {
		s.take(&p, item)
	}
	p.more = len(items) > 0 && (p.total < 0 || before+len(items) < p.total)
	return p, nil
}

func (s *iotSource) take(p *page, o object) {
	id := o.identity("id", "zb_ticketid")
	p.ids = append(p.ids, id)
	if strings.EqualFold(o.text("resolved"), "yes") {
		return
	}
	msg := o.at("msg")
	a := alert{
		id: id, count: 1,
		rule: msg.text("ruleid"), summary: o.text("name", "type"),
		details: []string{o.text("description"), label("profile", o.text("profile")), label("category", o.text("category")), label("ticket", o.text("zb_ticketid"))},
		account: o.text("tenantid"), region: o.text("siteName"),
		resource: o.text("deviceid", "hostname"), kind: o.text("profile"),
		first: moment(o.text("date")),
	}
	a.severity, a.word = s.spec.levels.first(o.text("severity"), numbered(o.text("severityNumber")))
	p.open = append(p.open, a)
}

// numbered is the word for a severityNumber: 4 is the highest, and there is no
// critical.
func numbered(n string) string {
	switch n {
	case "4":
		return "high"
	case "3":
		return "medium"
	case "2":
		return "low"
	case "1":
		return "info"
	}
	return ""
}

func label(name, value string) string {
	if value == "" {
		return ""
	}
	return name + " " + value
}
