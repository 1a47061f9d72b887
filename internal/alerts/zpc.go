package alerts

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/transport"
)

// zpcPage is the largest page, and the default.
const zpcPage = 100

// clockRoom is how far a window reaches beyond this machine's time, so that a
// clock that is slow hides no alert.
const clockRoom = 24 * time.Hour

// zpc is Zscaler Posture Control (reference: zscaler-zpc-alerts.txt; parameters
// and limits: vendors.md, section 2).
func zpc() *vendor {
	return &vendor{
		name: "zscaler-zpc",
		variables: []Variable{
			{Name: "SCANGATE_ZSCALER_ZPC_URL", Use: "such as https://api.zpccloud.net"},
			{Name: "SCANGATE_ZSCALER_ZPC_API_KEY", Use: "the API key", Secret: true},
		},
		filters: map[string]check{
			"lists":              among("cloud", "iac"),
			"created[start]":     epochSeconds(),
			"created[end]":       epochSeconds(),
			"updated[start]":     epochSeconds(),
			"updated[end]":       epochSeconds(),
			"cloud_account_type": among("AWS", "GCP", "AZURE", "KUBERNETES"),
			"business_units":     anything,
			"regions":            anything,
			"alert_status":       only("OPEN"),
			"risk_level":         among("LOW", "MEDIUM", "HIGH", "CRITICAL"),
			"limit":              whole(1, zpcPage),
		},
		ours: map[string]string{"offset": pagesAreOurs, "order_by": orderIsOurs, "fields": "the gate needs all fields"},
		judge: func(f filters) string {
			if text := ordered(f, "created[start]", "created[end]", moment); text != "" {
				return text
			}
			return ordered(f, "updated[start]", "updated[end]", moment)
		},
		narrow:  "risk_level, cloud_account_type, business_units, regions or created[start]",
		connect: connectZPC,
	}
}

type zpcConnection struct {
	client *transport.Client
	pace   *pacer
	opts   *Options
}

func connectZPC(v *vendor, o *Options) (connection, error) {
	env := environment{o.Getenv, v}
	if err := env.need("URL", "API_KEY"); err != nil {
		return nil, err
	}
	base, err := env.address("URL", "")
	if err != nil {
		return nil, err
	}
	key, err := env.secret("API_KEY")
	if err != nil {
		return nil, err
	}
	pace := newPacer(o.Now, allowance{5, time.Second, 1}, allowance{5000, time.Hour, 4500})
	return &zpcConnection{o.client(base, pace, header("x-api-key", key), key), pace, o}, nil
}

type zpcSource struct {
	*zpcConnection
	spec Spec
}

func (c *zpcConnection) source(s Spec) (source, error) { return &zpcSource{c, s}, nil }

// open reads the cloud alerts and the IaC alerts, or the one of them that the
// entry names.
func (s *zpcSource) open(ctx context.Context) ([]alert, error) {
	names := s.spec.filters["lists"]
	if len(names) == 0 {
		names = []string{"cloud", "iac"}
	}
	q := s.query()
	var all []alert
	for _, name := range names {
		l := list{width: 4, pace: s.pace, now: s.opts.Now, narrow: s.spec.vendor.narrow}
		l.fetch = func(ctx context.Context, n, _ int) (page, error) { return s.page(ctx, name, q, n) }
		got, err := l.read(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, got...)
	}
	return all, nil
}

// query is what all pages have in common. Without a window the service would
// leave out everything but the last 48 hours, and with one end of it alone
// everything but 48 hours beside it.
func (s *zpcSource) query() url.Values {
	f := s.spec.filters
	end := strconv.FormatInt(min(s.opts.Now().Add(clockRoom).Unix(), maxEpoch), 10)
	q := url.Values{"alert_status": {"OPEN"}, "order_by": {"created:asc"}, "limit": {strconv.Itoa(f.whole("limit", zpcPage))}}
	for _, field := range []string{"created", "updated"} {
		from, to := field+"[start]", field+"[end]"
		if field == "updated" && !f.has(from, to) {
			continue
		}
		// Not 0, which may be taken for no value.
		q.Set(from, or(f.one(from), "1"))
		q.Set(to, or(f.one(to), end))
	}
	for _, name := range []string{"cloud_account_type", "business_units", "regions", "risk_level"} {
		if f.has(name) {
			q[name] = f[name]
		}
	}
	return q
}

func or(s, byDefault string) string {
	if s == "" {
		return byDefault
	}
	return s
}

// page reads one page. The service's offset is the number of the page, from 1.
// Of next_link it counts only whether there is one: links lead to other hosts,
// where the key has no business.
func (s *zpcSource) page(ctx context.Context, name string, q url.Values, n int) (page, error) {
	asked := make(url.Values, len(q)+1)
	for k, v := range q {
		asked[k] = v
	}
	asked.Set("offset", strconv.Itoa(n+1))
	r := transport.Request{Method: http.MethodGet, Path: "v1/alerts/" + name, Query: asked, Repeatable: true, MaxBody: maxPage}
	resp, err := s.client.Do(ctx, r)
	if err != nil {
		return page{}, err
	}
	p, err := s.decode(resp.Body)
	if err != nil {
		return page{}, s.client.BodyError(r, err)
	}
	return p, nil
}

func (s *zpcSource) decode(body []byte) (page, error) {
	o, err := readObject("", body)
	if err != nil {
		return page{}, err
	}
	p := page{total: -1, pages: -1}
	if o["alerts"] == nil && o.text("alert_id") != "" {
		s.take(&p, o) // the reference's first example: one bare alert
		return p, nil
	}
	items, err := o.objects("alerts")
	if err != nil {
		return page{}, err
	}
	if p.total, err = o.number("total_count"); err != nil {
		return page{}, err
	}
	for _, item := range items {
		s.take(&p, item)
	}
	p.more = o.text("next_link") != ""
	return p, nil
}

func (s *zpcSource) take(p *page, o object) {
	id := o.identity("alert_id")
	p.ids = append(p.ids, id)
	switch strings.ToUpper(o.text("alert_status")) {
	case "CLOSED", "RESOLVED", "IGNORED", "SUPPRESSED":
		return
	}
	account, asset, policy := o.at("cloud_account"), o.at("cloud_resource"), o.at("policy")
	a := alert{
		id: id, count: 1,
		rule:    policy.text("policy_id"),
		summary: or(policy.text("policy_name"), o.text("alert_description", "alert_type")),
		details: []string{o.text("alert_description", "alert_desc"), cluster(o.at("kubernetes", "Kubernetes"))},
		account: account.text("account_id"), accountName: account.text("account_name"),
		region: asset.text("resource_region"), resource: asset.text("resource_id", "resource_name"),
		kind: asset.text("resource_type"), link: o.text("alert_url"),
		first: moment(o.text("created")), last: moment(o.text("updated")),
		own: o.texts("updatedBy"),
	}
	a.own = append(a.own, o.texts("updated_by")...)
	a.severity, a.word = s.spec.levels.first(o.text("severity"), o.text("risk_level"))
	p.open = append(p.open, a)
}

func cluster(o object) string {
	if name := o.text("cluster_name"); name != "" {
		return "cluster " + name
	}
	return ""
}
