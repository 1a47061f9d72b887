package alerts

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/transport"
)

const (
	zpcURL = "SCANGATE_ZSCALER_ZPC_URL"
	zpcKey = "SCANGATE_ZSCALER_ZPC_API_KEY"

	zpcPageSize = 100
)

// zpcVendor describes Zscaler Posture Control (https://help.zscaler.com/zpc, "Alerts").
func zpcVendor() *Vendor {
	return &Vendor{
		Name: "zscaler-zpc", Title: "Zscaler Posture Control, cloud and IaC alerts",
		Variables: []Variable{
			{Name: zpcURL, Use: "such as https://api.zpccloud.net", role: roleAddress},
			{Name: zpcKey, Use: "the API key", Secret: true},
		},
		filters: map[string]filter{
			"lists":              oneOf("cloud", "iac"),
			"created[start]":     epochSeconds(),
			"created[end]":       epochSeconds(),
			"updated[start]":     epochSeconds(),
			"updated[end]":       epochSeconds(),
			"cloud_account_type": oneOf("AWS", "GCP", "AZURE", "KUBERNETES"),
			"business_units":     freeText("names of business units"),
			"regions":            exactRegion(),
			"alert_status":       openOnly("OPEN"),
			"risk_level":         oneOf("LOW", "MEDIUM", "HIGH", "CRITICAL"),
			"limit":              upTo(zpcPageSize),
		},
		traits: map[string]trait{
			traitAccount:  {from: "account_id, account_name"},
			traitRegion:   {from: "resource_region", values: knownRegion()},
			traitResource: {from: "resource_id, resource_name"},
			traitRule:     {from: "policy_id, policy_name"},
			traitID:       {from: "alert_id"},
			traitTag:      {from: "tags of the cloud resource"},
		},
		reserved: map[string]string{"offset": readsPages, "order_by": fixedOrder, "fields": "the gate reads all fields"},
		conflict: func(f filterValues) error {
			return cmp.Or(f.ordered("created[start]", "created[end]", parseTime), f.ordered("updated[start]", "updated[end]", parseTime))
		},
		narrowing: "risk_level, cloud_account_type, business_units, regions or created[start]",
		limits:    []transport.RateLimit{{N: 5, Per: time.Second, Burst: 1}, {N: 5000, Per: time.Hour, Burst: 4500}},
		connect:   connectZPC,
	}
}

// zpc reads the alerts of Zscaler Posture Control.
type zpc struct {
	setup
	do doer
}

func connectZPC(s setup) (reader, error) {
	base, key := s.env.url(zpcURL, ""), s.env.secret(zpcKey)
	if err := s.env.err(); err != nil {
		return nil, err
	}
	return &zpc{s, always(s.client(base, setHeader("x-api-key", key), key))}, nil
}

// read reads the cloud alerts and the IaC alerts, or the list that the entry names.
func (z *zpc) read(ctx context.Context) (answer, error) {
	lists := z.filters["lists"]
	if len(lists) == 0 {
		lists = []string{"cloud", "iac"}
	}
	query := z.query()
	var all collection
	for _, list := range lists {
		l, err := z.pager(pagesAtOnce, func(ctx context.Context, n, _ int) (page, error) {
			return z.page(ctx, list, query, n)
		}).read(ctx)
		if err != nil {
			return answer{}, err
		}
		all.join(&l.collection)
	}
	return all.answer(), nil
}

func (z *zpc) pageSize() int { return z.filters.integer("limit", zpcPageSize) }

// query is what all pages have in common. Without a window the service leaves out all but the last
// 48 hours; with one end alone, all but the 48 hours next to it.
func (z *zpc) query() url.Values {
	end := strconv.FormatInt(min(z.opts.Now().Add(clockMargin).Unix(), maxEpoch), 10)
	q := url.Values{
		"alert_status": {"OPEN"}, "order_by": {"created:asc"},
		"limit": {strconv.Itoa(z.pageSize())},
	}
	for _, field := range []string{"created", "updated"} {
		from, to := field+"[start]", field+"[end]"
		if field == "created" || z.filters.hasAny(from, to) {
			q.Set(from, cmp.Or(z.filters.first(from), earliestEpoch))
			q.Set(to, cmp.Or(z.filters.first(to), end))
		}
	}
	for _, name := range []string{"cloud_account_type", "business_units", "regions", "risk_level"} {
		if z.filters.hasAny(name) {
			q[name] = z.filters[name]
		}
	}
	return q
}

// page reads one page. The service's offset is the number of the page, from 1. Links to the next
// page are not followed: they lead to other hosts, which must not get the key.
func (z *zpc) page(ctx context.Context, list string, query url.Values, n int) (page, error) {
	q := maps.Clone(query)
	q.Set("offset", strconv.Itoa(n+1))
	return z.do.page(ctx, transport.Request{Method: http.MethodGet, Path: "v1/alerts/" + list, Query: q}, jsonx.Options{}, z.decode)
}

func (z *zpc) decode(o *jsonx.Object) (page, error) {
	p := unnumbered()
	p.asked, p.total = z.pageSize(), o.OptCount("total_count", unstated)
	p.next = nextIf(strings.TrimSpace(o.OptText("next_link")) != "")
	// The first example of the documentation is one alert without a list.
	if !o.Has("alerts") && o.Words("alert_id") != "" {
		err := z.add(&p, o.Scope())
		return p, cmp.Or(err, o.Err())
	}
	o.Count("total_count") // must be there
	for item := range o.Objects("alerts") {
		if err := z.add(&p, item.Scope()); err != nil {
			return page{}, err
		}
	}
	return p, o.Err()
}

func (z *zpc) add(p *page, o *jsonx.Object) error {
	key := identify(o, "alert_id")
	status := strings.ToUpper(o.Words("alert_status"))
	if slices.Contains([]string{"CLOSED", "RESOLVED", "IGNORED", "SUPPRESSED"}, status) {
		p.skip(key)
		return nil
	}
	account, asset, policy := o.OptObject("cloud_account"), o.OptObject("cloud_resource"), o.OptObject("policy")
	a := alert{
		id: key.vendorID(), identity: key,
		rule:    policy.Words("policy_id"),
		summary: cmp.Or(policy.Words("policy_name"), o.Words("alert_description", "alert_type")),
		details: []string{
			o.Words("alert_description", "alert_desc"),
			labelled("cluster", o.OptObject("kubernetes", "Kubernetes").Words("cluster_name")),
		},
		account: account.Words("account_id"), accountName: account.Words("account_name"),
		region: asset.Words("resource_region"), resource: asset.Words("resource_id", "resource_name"),
		kind: asset.Words("resource_type"), link: o.Words("alert_url"),
		first: parseTime(o.Words("created")), last: parseTime(o.Words("updated")),
		more: map[string][]string{traitResource: asset.AllWords("resource_name"), traitTag: asset.Texts("tags"), traitRule: policy.AllWords("policy_name")},
		own:  append(o.Texts("updatedBy"), o.Texts("updated_by")...),
	}
	if status == "REOPENED" {
		a.joined = a.last
	}
	a.severity, a.word = z.words.first(o.Words("severity"), o.Words("risk_level"))
	p.add(a)
	return checkSeverity("risk_level", z.filters["risk_level"], o.Words("risk_level"))
}
