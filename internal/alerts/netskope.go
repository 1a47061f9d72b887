package alerts

import (
	"cmp"
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

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

const (
	netskopeURL   = "SCANGATE_NETSKOPE_URL"
	netskopeToken = "SCANGATE_NETSKOPE_TOKEN"
	netskopeAPI   = "SCANGATE_NETSKOPE_API"

	// netskopePageSize is far below the documented maximum: an alert can have several kilobytes.
	netskopePageSize    = 1000
	maxNetskopePageSize = 9999
)

// netskopeVendor describes Netskope's alerts, v2 or v1 (https://docs.netskope.com, "Get Alerts
// Data").
func netskopeVendor() *Vendor {
	return &Vendor{
		Name: "netskope", Title: "Netskope alerts, API v2 (or v1)",
		Variables: []Variable{
			{Name: netskopeURL, Use: "such as https://TENANT.goskope.com", role: roleAddress},
			{Name: netskopeToken, Use: "the API token, with the right to read alerts", Secret: true},
			{Name: netskopeAPI, Use: "v2, or v1, which Netskope has retired", role: roleOption},
		},
		filters: map[string]filter{
			"query":              single(filter{check: checkText, form: "expression of the vendor's language"}),
			"type":               single(oneOf(netskopeTypes()...)),
			"acked":              openOnly("false"),
			"timeperiod":         single(oneOf("3600", "86400", "604800", "2592000", "5184000", "7776000")),
			"starttime":          epochSeconds(),
			"endtime":            epochSeconds(),
			"insertionstarttime": epochSeconds(),
			"insertionendtime":   epochSeconds(),
			"limit":              upTo(maxNetskopePageSize),
		},
		traits: map[string]trait{
			traitAccount:  {from: "account_id, account_name, instance_id"},
			traitRegion:   {from: "region_id, region_name", values: knownRegion()},
			traitResource: {from: "object and asset_object_id, of posture rules about no person"},
			traitRule:     {from: "sa_rule_name, alert_name, dlp_rule, policy"},
			traitID:       {from: "_id"},
			traitTag:      {from: "iaas_asset_tags"},
		},
		reserved:  map[string]string{"skip": readsPages, "offset": readsPages, "unsorted": "the pages of an unsorted list overlap"},
		conflict:  netskopeConflict,
		narrowing: "type, query or starttime",
		personal:  true,
		// The documented limit is 24 in 5 seconds, of which 4 a second are answered without a
		// queue.
		limits:  []transport.RateLimit{{N: 20, Per: 5 * time.Second, Burst: 1}},
		connect: connectNetskope,
	}
}

// netskopeConflict allows one of the three ways to give a time range.
func netskopeConflict(f filterValues) error {
	ways := 0
	for _, way := range [][]string{{"timeperiod"}, {"starttime", "endtime"}, {"insertionstarttime", "insertionendtime"}} {
		if f.hasAny(way...) {
			ways++
		}
	}
	if ways > 1 {
		return errors.New("use only one of timeperiod, starttime/endtime and insertionstarttime/insertionendtime")
	}
	return cmp.Or(f.ordered("starttime", "endtime", parseTime), f.ordered("insertionstarttime", "insertionendtime", parseTime))
}

// netskopeTypes are the documented values of the parameter type, of both versions.
func netskopeTypes() []string {
	return []string{
		"anomaly", "Compromised Credential", "policy", "Legal Hold", "malsite", "Malware", "DLP",
		"Security Assessment", "watchlist", "quarantine", "Remediation", "uba",
	}
}

// netskope reads the alerts of Netskope.
type netskope struct {
	setup
	do    doer
	token secret.Value
	v1    bool
}

func connectNetskope(s setup) (reader, error) {
	base, apiToken := s.env.url(netskopeURL, ""), s.env.secret(netskopeToken)
	n := &netskope{setup: s, token: apiToken}
	authorize := setHeader("Netskope-Api-Token", apiToken)
	switch version := s.env.get(netskopeAPI); version {
	case "", "v2":
	case "v1":
		n.v1, authorize = true, func(*http.Request) {} // its token is in the body
	default:
		s.env.fail(netskopeAPI, fmt.Errorf("must be v1 or v2, got %q", version))
	}
	if err := s.env.err(); err != nil {
		return nil, err
	}
	n.do = always(s.client(base, authorize, apiToken))
	return n, n.checkVersion()
}

// checkVersion refuses filters that the version of the API doesn't have.
func (n *netskope) checkVersion() error {
	if !n.v1 && n.filters.hasAny("timeperiod") {
		return fmt.Errorf("v2 has no timeperiod; fix: use starttime, or set %s=v1", n.env.name(netskopeAPI))
	}
	return nil
}

// read reads page after page. The end of the time range is fixed at the start, so that new alerts
// don't move the pages.
func (n *netskope) read(ctx context.Context) (answer, error) {
	end := strconv.FormatInt(n.opts.Now().Unix(), 10)
	var pages overlap
	l, err := n.pager(1, func(ctx context.Context, i, _ int) (page, error) {
		if i == 0 {
			pages = overlap{}
		}
		return pages.next(func(skip int) (page, error) { return n.page(ctx, skip, end) })
	}).read(ctx)
	if err != nil {
		return answer{}, err
	}
	found := l.answer()
	if n.v1 {
		found.note("Netskope retired version 1 of this API on 2024-10-15; fix: unset " + n.env.name(netskopeAPI) + " to use version 2")
	}
	return found, nil
}

// page asks for alerts from item skip on.
func (n *netskope) page(ctx context.Context, skip int, end string) (page, error) {
	q := n.timeRange(end)
	q.Set("acked", "false")
	q.Set("limit", strconv.Itoa(n.filters.integer("limit", netskopePageSize)))
	for _, name := range []string{"query", "type"} {
		if n.filters.hasAny(name) {
			q.Set(name, n.filters.first(name))
		}
	}
	if !n.v1 {
		q.Set("offset", strconv.Itoa(skip))
		return n.do.page(ctx, transport.Request{Method: http.MethodGet, Path: "api/v2/events/data/alert", Query: q}, jsonx.Options{}, n.decode)
	}
	q.Set("skip", strconv.Itoa(skip))
	body, err := json.Marshal(map[string]string{"token": n.token.Reveal()})
	if err != nil {
		return page{}, err
	}
	r := post("api/v1/alerts", "application/json", string(body))
	r.Query = q
	return n.do.page(ctx, r, jsonx.Options{}, n.decode)
}

// timeRange is all time where the entry has no range: the service requires one.
func (n *netskope) timeRange(end string) url.Values {
	if n.filters.hasAny("timeperiod") {
		return url.Values{"timeperiod": {n.filters.first("timeperiod")}}
	}
	from, to := "starttime", "endtime"
	if n.filters.hasAny("insertionstarttime", "insertionendtime") {
		from, to = "insertionstarttime", "insertionendtime"
	}
	return url.Values{from: {cmp.Or(n.filters.first(from), earliestEpoch)}, to: {cmp.Or(n.filters.first(to), end)}}
}

// decode reads the answer of either version. Both report errors in answers of status 200 too.
func (n *netskope) decode(o *jsonx.Object) (page, error) {
	p := unnumbered()
	if n.v1 && !o.Has("status") && o.Words("_id") != "" {
		n.add(&p, o.Scope()) // one alert without a list, as in two examples of the documentation
		return p, o.Err()
	}
	list, ok := "result", slices.Contains([]string{"1", "true"}, o.Words("ok"))
	if n.v1 {
		list, ok = "data", strings.EqualFold(o.Words("status"), "success")
		o.Documented("msg")
	}
	if !ok {
		return page{}, cmp.Or(o.Err(), n.refusal(o))
	}
	for item := range o.Objects(list) {
		n.add(&p, item.Scope())
	}
	return p, o.Err()
}

// refusal is the fault of an answer that reports an error. Only its code is id: its texts may
// repeat what was asked for.
func (n *netskope) refusal(o *jsonx.Object) error {
	code := o.Words("errorCode", "error_code")
	if len(code) > 60 || strings.ContainsAny(code, "@/\\<>") {
		code = ""
	}
	f := result.Fault{Cause: result.CauseService, Reason: "the service refuses the request", Fix: checkFilters}
	if code != "" {
		f.Reason += ": " + code
	}
	if word := strings.ToLower(code); strings.Contains(word, "auth") || strings.Contains(word, "token") {
		f.Cause, f.Fix = result.CauseUnauthorized, "check "+n.names().Key
	}
	return &result.FaultError{Fault: f}
}

// add keeps what names no person.
func (n *netskope) add(p *page, o *jsonx.Object) {
	key := identify(o, "_id")
	if acked := strings.ToLower(o.Words("acked")); acked == "true" || acked == "yes" {
		p.skip(key)
		return
	}
	a := alert{
		id: key.vendorID(), identity: key,
		summary: o.Words("sa_rule_name", "alert_name", "policy", "alert_type"),
		details: []string{
			labelled("type", o.Words("alert_type")), labelled("policy", o.Words("policy")),
			labelled("profile", o.Words("sa_profile_name", "dlp_profile")), labelled("rule", o.Words("dlp_rule")),
			labelled("application", o.Words("app")), labelled("activity", o.Words("activity")),
		},
		account: o.Words("account_id", "instance_id"), accountName: o.Words("account_name"),
		region: o.Words("region_id", "region_name"), kind: o.Words("object_type"),
		more: map[string][]string{
			traitAccount: o.AllWords("account_id", "instance_id"),
			traitRegion:  o.AllWords("region_name"),
			traitRule:    o.AllWords("sa_rule_name", "alert_name", "dlp_rule", "policy"),
			traitTag:     o.Texts("iaas_asset_tags"),
		},
		first: parseTime(o.Words("timestamp")), last: parseTime(o.Words("_insertion_epoch_timestamp")),
		own: netskopePeople(o),
		people: []string{
			labelled("user", o.Words("user", "userkey")), labelled("object", o.Words("object")),
			labelled("file", o.Words("file_path", "dlp_file")),
		},
	}
	if !isPersonal(o) {
		a.resource = o.Words("object", "asset_object_id")
		a.more[traitResource] = o.AllWords("asset_object_id")
	}
	a.severity, a.word = n.words.worst(o.Words("sa_rule_severity"), o.Words("dlp_rule_severity"), o.Words("malware_severity"),
		o.Words("severity"), o.Words("severity_level"), o.Words("risk_level"))
	p.add(a)
}

// isPersonal reports whether the object of an alert may be a person, or a person's. That of a
// posture rule is a cloud resource, unless it is an identity: an access key or a login profile is
// named like its owner. That of every other alert may be a person's file.
func isPersonal(o *jsonx.Object) bool {
	if !strings.EqualFold(o.Words("alert_type"), "Security Assessment") {
		return true
	}
	kind, category := strings.ToLower(o.Words("object_type")), strings.ToLower(o.Words("resource_category"))
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(kind, w) })
	}
	switch {
	case has("user", "access key", "accesskey", "login", "mfa", "password", "credential", "ssh", "signing", "principal", "member", "person", "mailbox", "contact"):
		return true
	case strings.Contains(category, "identity") || kind == "":
		return !has("policy", "role", "group", "instance profile", "account", "provider", "server certificate")
	}
	return false
}

// netskopePeople returns the names, addresses and files of an alert.
func netskopePeople(o *jsonx.Object) []string {
	var own []string
	for _, key := range []string{
		"user", "userkey", "ur_normalized", "user_id", "user_name", "username", "from_user", "to_user", "acting_user",
		"manager", "owner", "shared_with", "userip", "hostname", "file_path", "dlp_file", "file_name", "filename",
		"local_filename", "title", "url", "referer", "page",
	} {
		own = append(own, o.Texts(key)...)
	}
	if isPersonal(o) {
		for _, name := range o.AllWords("object", "asset_object_id") {
			own = append(own, name, name[strings.LastIndexAny(name, "/:\\")+1:])
		}
	}
	return own
}
