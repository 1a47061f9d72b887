package alerts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

const (
	optixPageSize = 50
	// optixDays is the longest window in days. What was last seen before that is not listed.
	optixDays = 365

	optixAddress = "SCANGATE_CLOUD_OPTIX_URL"
	optixAPIKey  = "SCANGATE_CLOUD_OPTIX_API_KEY"
)

// cloudOptixVendor describes the alerts of the gate's own service
// (https://optix.sophos.com/apiDocumentation, area "Alerts").
func cloudOptixVendor() *Vendor {
	return &Vendor{
		Name: "cloud-optix", Title: "Sophos Cloud Optix alerts", ofGate: true,
		Variables: []Variable{
			{Name: optixAddress, Use: "default: the endpoint of the gate", role: roleAddress},
			{Name: optixAPIKey, Use: "the API key of the tenant", Secret: true},
		},
		filters: map[string]filter{
			"days":         upTo(optixDays),
			"alertType":    single(oneOf("Policy", "Anomaly", "GuardDuty")),
			"providerList": oneOf("AWS", "Azure"),
			"policyTagList": oneOf("Avid", "CIS", "FFIEC", "HIPAA", "ISO 27001", "PCI", "SOC2", "SOC2-TSP",
				"FEDRAMP-LOW", "FEDRAMP-MODERATE", "FEDRAMP-HIGH", "EBU R143"),
			accountIDs:     withoutCommas("ids of accounts"),
			"lastSeenFrom": optixDate(),
			"lastSeenTo":   optixDate(),
			"states":       openOnly("OPEN"),
			syncedWithin:   age(),
			"severity":     oneOf("low", "medium", "high", "critical"),
			"size":         upTo(optixPageSize),
		},
		traits: map[string]trait{
			traitAccount:  {from: "accountId, accountName"},
			traitResource: {from: "affectedResource, of any of them"},
			traitRule:     {from: "alertSummary"},
			traitID:       {from: "alertId, id"},
			traitTag:      {from: "policyLabel"},
		},
		reserved: map[string]string{"page": readsPages},
		conflict: func(f filterValues) error {
			if f.hasAny("days") && f.hasAny("lastSeenFrom", "lastSeenTo") {
				return errors.New("days can't be combined with lastSeenFrom or lastSeenTo")
			}
			return f.ordered("lastSeenFrom", "lastSeenTo", parseOptixDate)
		},
		narrowing: "severity, accountIds, alertType, providerList or days",
		connect:   connectCloudOptix,
	}
}

// optixDate requires yyyy-MM-dd['T'HH:mm:ss][+/-hh:mm]. The suffix Z is not part of that form.
func optixDate() filter {
	return single(filter{form: "yyyy-MM-dd['T'HH:mm:ss][+/-hh:mm]", check: func(values []string) error {
		if parseOptixDate(values[0]).IsZero() {
			return fmt.Errorf("must be a date such as 2026-01-31, 2026-01-31T12:00:00 or 2026-01-31T12:00:00+01:00, got %q", values[0])
		}
		return nil
	}})
}

func parseOptixDate(s string) time.Time {
	for _, layout := range []string{"2006-01-02", "2006-01-02-07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05-07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// cloudOptix reads the alerts of Cloud Optix with the gate's own client.
type cloudOptix struct {
	setup
	client *optix.Client
	filter optix.AlertFilter
}

func connectCloudOptix(s setup) (reader, error) {
	client, err := s.optixClient()
	if err != nil {
		return nil, err
	}
	f := s.filters
	filter := optix.AlertFilter{
		Type: f.first("alertType"), Providers: f["providerList"],
		PolicyTags: f["policyTagList"], AccountIDs: f[accountIDs], States: []string{"OPEN"},
	}
	if f.hasAny("lastSeenFrom", "lastSeenTo") {
		filter.LastSeenFrom, filter.LastSeenTo = seenWindow(f, s.opts.Now())
	} else {
		filter.Days = f.integer("days", optixDays)
	}
	return &cloudOptix{s, client, filter}, nil
}

// optixClient returns the gate's own client, or that of the entry's tenant. The emulator in this
// process stands for every tenant without an address.
func (s setup) optixClient() (*optix.Client, error) {
	if s.tenant == "" || s.opts.Endpoint == "" && s.env.get(optixAddress) == "" {
		if s.opts.Optix == nil {
			return nil, s.opts.withoutOptix()
		}
		return s.opts.Optix, nil
	}
	base, key := s.env.url(optixAddress, s.opts.Endpoint), s.env.secret(optixAPIKey)
	if err := s.env.err(); err != nil {
		return nil, err
	}
	return optix.New(s.client(base, optix.Authorize(key), key, "ApiKey "+key)), nil
}

// seenWindow completes a window of which the entry may give one end: whether the service takes one
// alone is not documented.
func seenWindow(f filterValues, now time.Time) (from, to time.Time) {
	to = cmp.Or(parseOptixDate(f.first("lastSeenTo")), now.Add(clockMargin))
	return cmp.Or(parseOptixDate(f.first("lastSeenFrom")), to.AddDate(0, 0, -optixDays)), to
}

// withoutOptix says why there is no client of Cloud Optix.
func (o *Options) withoutOptix() error {
	if o.NoOptix != nil {
		return o.NoOptix
	}
	return &result.FaultError{Fault: result.Fault{
		Cause: result.CauseNoCredentials, Reason: "there is no API key", Fix: "set " + o.Names.Key,
	}}
}

// list reads all alerts of one severity, "" for all.
func (c *cloudOptix) list(ctx context.Context, severity string) (*listing, error) {
	filter := c.filter
	filter.Severity = severity
	return c.pager(pagesAtOnce, func(ctx context.Context, n, _ int) (page, error) { return c.page(ctx, filter, n) }).read(ctx)
}

func (c *cloudOptix) pageSize() int { return c.filters.integer("size", optixPageSize) }

func (c *cloudOptix) page(ctx context.Context, filter optix.AlertFilter, n int) (page, error) {
	got, err := c.client.Alerts(ctx, filter, n+1, c.pageSize())
	if err != nil {
		return page{}, err
	}
	p := pageOf(got.Paging, c.pageSize())
	for _, a := range got.Alerts {
		if err := checkLevel(filter.Severity, a.Severity); err != nil {
			return page{}, err
		}
		if a.State == "" || strings.EqualFold(a.State, "OPEN") {
			p.add(c.alert(a, filter.Severity))
		} else {
			p.skip(optixIdentity(a))
		}
	}
	return p, nil
}

// checkLevel fails a list for one severity that holds another. Words that the service doesn't
// document are not another severity.
func checkLevel(asked, level string) error {
	if asked == "" || !slices.Contains(optixSeverities(), strings.ToLower(level)) {
		return nil
	}
	return checkSeverity("severity", []string{asked}, level)
}

// pageOf returns an empty page of Cloud Optix.
func pageOf(p optix.Paging, asked int) page {
	return page{asked: asked, number: p.Page, next: nextIf(p.HasNext), total: unstated, pages: p.TotalPages}
}

// optixIdentity is the id of an alert. Its alertId is not unique.
func optixIdentity(a optix.Alert) identity {
	if a.ID != "" {
		return unique(a.ID)
	}
	return anonymous(a.AlertID, a.AccountID, a.Summary, a.Details, a.FirstSeen)
}

// alert reads an alert of a list for one severity, "" for all. Without a level that means anything,
// the alert has the severity of its score, or else of the list.
func (c *cloudOptix) alert(a optix.Alert, asked string) alert {
	details := []string{a.Details}
	for _, r := range a.Resources {
		if !strings.Contains(a.Details, r) {
			details = append(details, r)
		}
	}
	out := alert{
		id: cmp.Or(a.AlertID, a.ID), identity: optixIdentity(a), word: a.Severity, summary: a.Summary, details: details,
		account: a.AccountID, accountName: a.AccountName,
		resource: strings.Join(a.Resources[:min(1, len(a.Resources))], ""), resources: a.Resources, kind: a.Provider,
		more: map[string][]string{traitID: {a.ID}, traitTag: strings.Split(a.PolicyLabel, ",")},
		link: a.URL, first: parseTime(a.FirstSeen), last: parseTime(a.LastSeen),
	}
	for _, seen := range a.ResourcesSeen {
		if at := parseTime(seen); at.After(out.joined) {
			out.joined = at
		}
	}
	out.severity, _ = c.words.first(a.Severity, scoreSeverity(a.Score), asked)
	return out
}

// scoreSeverity is the severity of a score, by the bands of the service's webhooks.
func scoreSeverity(score *int) string {
	switch {
	case score == nil:
		return ""
	case *score >= 90:
		return "critical"
	case *score >= 80:
		return "high"
	case *score >= 50:
		return "medium"
	}
	return "low"
}
