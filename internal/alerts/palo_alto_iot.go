package alerts

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

const (
	iotURL          = "SCANGATE_PALO_ALTO_IOT_URL"
	iotCustomerID   = "SCANGATE_PALO_ALTO_IOT_CUSTOMER_ID"
	iotKeyID        = "SCANGATE_PALO_ALTO_IOT_KEY_ID"
	iotAccessKey    = "SCANGATE_PALO_ALTO_IOT_ACCESS_KEY"
	iotClientID     = "SCANGATE_PALO_ALTO_IOT_CLIENT_ID"
	iotClientSecret = "SCANGATE_PALO_ALTO_IOT_CLIENT_SECRET"
	iotTSGID        = "SCANGATE_PALO_ALTO_IOT_TSG_ID"
	iotAuthURL      = "SCANGATE_PALO_ALTO_IOT_AUTH_URL"

	iotPageSize = 1000
	// strataAuth issues the tokens of Strata Cloud Manager.
	strataAuth = "https://auth.apps.paloaltonetworks.com/oauth2/access_token"
)

// iotVendor describes Palo Alto Networks IoT Security (https://pan.dev/iot, "Get alerts").
func iotVendor() *Vendor {
	return &Vendor{
		Name: "palo-alto-iot", Title: "Palo Alto IoT Security alerts, of a standalone portal or Strata Cloud Manager",
		Variables: []Variable{
			{Name: iotURL, Use: "ends in /pub/v4.0, for Strata Cloud Manager in /iot/pub/v1", role: roleAddress},
			{Name: iotCustomerID, Use: "the tenant of a standalone portal"},
			{Name: iotKeyID, Use: "the id of its key"},
			{Name: iotAccessKey, Use: "its access key", Secret: true},
			{Name: iotClientID, Use: "for Strata Cloud Manager, instead of the three above"},
			{Name: iotClientSecret, Use: "the client's secret", Secret: true},
			{Name: iotTSGID, Use: "the tenant service group"},
			{
				Name: iotAuthURL, Use: "default " + strataAuth, role: roleAddress,
				fallback: strataAuth, usedWith: []string{iotClientID, iotClientSecret},
			},
		},
		filters: map[string]filter{
			"type":                oneOf("policy_alert"),
			"resolved":            openOnly("no"),
			"stime":               dateTime(),
			"updatedCreatedAfter": dateTime(),
			"pagelength":          upTo(iotPageSize),
		},
		traits: map[string]trait{
			traitAccount:  {from: "tenantid"},
			traitRegion:   {from: "siteName, siteid"},
			traitResource: {from: "deviceid, hostname"},
			traitRule:     {from: "ruleid, name"},
			traitID:       {from: "id, zb_ticketid"},
			traitTag:      {from: "deviceTags: tagId, tagType:tagValue"},
		},
		reserved:  map[string]string{"offset": readsPages, "sortdirection": fixedOrder, "sortfield": fixedOrder},
		narrowing: "type, stime or updatedCreatedAfter",
		limits:    []transport.RateLimit{{N: 60, Per: time.Minute, Burst: 10}},
		connect:   connectIoT,
	}
}

// iot reads the alerts of IoT Security, from a standalone portal or Strata Cloud Manager.
type iot struct {
	setup
	do       doer
	customer string // of a standalone portal
}

func connectIoT(s setup) (reader, error) {
	base := s.env.url(iotURL, "")
	if s.env.get(iotClientID) != "" || s.env.get(iotClientSecret) != "" {
		return connectStrata(s, base)
	}
	customer, id, key := s.env.required(iotCustomerID), s.env.secret(iotKeyID), s.env.secret(iotAccessKey)
	if err := s.env.err(); err != nil {
		return nil, err
	}
	client := s.client(base, func(r *http.Request) {
		r.Header.Set("X-Key-Id", id.Reveal())
		r.Header.Set("X-Access-Key", key.Reveal())
	}, key)
	return &iot{s, always(client), customer}, nil
}

// connectStrata uses OAuth2 client credentials. Their tokens live for about 15 minutes.
func connectStrata(s setup, base *url.URL) (reader, error) {
	id, clientSecret := s.env.required(iotClientID), secret.Value(s.env.required(iotClientSecret))
	group, auth := s.env.required(iotTSGID), s.env.url(iotAuthURL, strataAuth)
	if err := s.env.err(); err != nil {
		return nil, err
	}
	basic := secret.Value(base64.StdEncoding.EncodeToString([]byte(id + ":" + clientSecret.Reveal())))
	client := s.pacedClient(nil, auth, setHeader("Authorization", "Basic "+basic), clientSecret, basic)
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"tsg_id:" + group}}.Encode()
	request := post("", "application/x-www-form-urlencoded", form)
	tokens := &session{
		now: s.opts.Now,
		get: func(ctx context.Context) (token, error) {
			return requestToken(ctx, client, request, "access_token", s.opts.Now)
		},
		client: func(t token) *transport.Client { return s.client(base, bearer(t), t.value, clientSecret) },
	}
	return &iot{setup: s, do: tokens.do}, nil
}

func (i *iot) read(ctx context.Context) (answer, error) {
	l, err := i.pager(1, i.page).read(ctx)
	if err != nil {
		return answer{}, err
	}
	return l.answer(), nil
}

func (i *iot) pageSize() int { return i.filters.integer("pagelength", iotPageSize) }

// page reads one page; offset counts items. stime is sent although no default window is documented:
// a time before all alerts does no harm.
func (i *iot) page(ctx context.Context, _, items int) (page, error) {
	f := i.filters
	q := url.Values{
		"resolved": {"no"}, "sortfield": {"date"}, "sortdirection": {"asc"},
		"offset": {strconv.Itoa(items)}, "pagelength": {strconv.Itoa(i.pageSize())},
		"stime": {cmp.Or(f.first("stime"), "1970-01-01T00:00:00.000Z")},
	}
	if i.customer != "" {
		q.Set("customerid", i.customer)
	}
	for _, name := range []string{"type", "updatedCreatedAfter"} {
		if f.hasAny(name) {
			q.Set(name, f.first(name))
		}
	}
	r := transport.Request{Method: http.MethodGet, Path: "alert/list", Query: q}
	// The keys of the documented example end in a stray apostrophe: "severity'".
	opts := jsonx.Options{Key: func(key string) string { return strings.TrimRight(key, "'") }}
	return i.do.page(ctx, r, opts, func(o *jsonx.Object) (page, error) { return i.decode(o) })
}

// decode reads a page. Only portals that name their API in the answer may leave the total out.
func (i *iot) decode(o *jsonx.Object) (page, error) {
	p := unnumbered()
	p.asked, p.total = i.pageSize(), o.OptCount("total", unstated)
	if p.total == unstated && !o.Has("api") {
		o.Count("total") // must be there
	}
	tags := o.OptObject("deviceTags")
	for item := range o.Objects("items") {
		i.add(&p, item.Scope(), tags)
	}
	return p, o.Err()
}

// add adds an alert. tags are those of all devices, by the devices' ids.
func (i *iot) add(p *page, o, tags *jsonx.Object) {
	key := identify(o, "id", "zb_ticketid")
	if strings.EqualFold(o.Words("resolved"), "yes") {
		p.skip(key)
		return
	}
	a := alert{
		id: key.vendorID(), identity: key,
		rule: o.OptObject("msg").Words("ruleid"), summary: o.Words("name", "type"),
		details: []string{
			o.Words("description"), labelled("profile", o.Words("profile")),
			labelled("category", o.Words("category")), labelled("ticket", o.Words("zb_ticketid")),
		},
		account: o.Words("tenantid"), region: o.Words("siteName"),
		resource: o.Words("deviceid", "hostname"), kind: o.Words("profile"),
		more: map[string][]string{
			traitRegion: o.AllWords("siteid"), traitResource: o.AllWords("hostname"), traitID: o.AllWords("zb_ticketid"),
			traitTag: iotTags(tags.OptObject(o.Words("deviceid"))),
		},
		first: parseTime(o.Words("date")),
	}
	a.severity, a.word = i.words.first(o.Words("severity"), iotSeverity(o.Words("severityNumber")))
	p.add(a)
}

// iotTags returns the tags of a device: their ids, and type:value.
func iotTags(device *jsonx.Object) []string {
	texts := device.Texts("tagIdList")
	for tag := range device.OptObjects("allTags") {
		texts = append(texts, tag.Words("tagId"), tag.Words("tagType")+":"+tag.Words("tagValue"))
	}
	return texts
}

// iotSeverity is the word for a severityNumber. The highest is 4: there is no critical.
func iotSeverity(number string) string {
	return map[string]string{"4": "high", "3": "medium", "2": "low", "1": "info"}[number]
}
