package alerts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

const optixPageSize = 50

// cloudOptixVendor describes the alerts of the gate's own service
// (https://optix.sophos.com/apiDocumentation, area "Alerts").
func cloudOptixVendor() *Vendor {
	return &Vendor{
		Name: "cloud-optix", Title: "Sophos Cloud Optix alerts",
		filters: map[string]filter{
			"days":         upTo(365),
			"alertType":    single(oneOf("Policy", "Anomaly", "GuardDuty")),
			"providerList": oneOf("AWS", "Azure"),
			"policyTagList": oneOf("Avid", "CIS", "FFIEC", "HIPAA", "ISO 27001", "PCI", "SOC2", "SOC2-TSP",
				"FEDRAMP-LOW", "FEDRAMP-MODERATE", "FEDRAMP-HIGH", "EBU R143"),
			"accountIds":   withoutCommas,
			"lastSeenFrom": optixDate(),
			"lastSeenTo":   optixDate(),
			"states":       openOnly("OPEN"),
			"severity":     oneOf("low", "medium", "high", "critical"),
			"size":         upTo(optixPageSize),
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
	return single(func(values []string) error {
		if parseOptixDate(values[0]).IsZero() {
			return fmt.Errorf("must be a date such as 2026-01-31, 2026-01-31T12:00:00 or 2026-01-31T12:00:00+01:00, got %q", values[0])
		}
		return nil
	})
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
	filter optix.AlertFilter
}

func connectCloudOptix(s setup) (reader, error) {
	if s.opts.Optix == nil {
		return nil, s.opts.withoutOptix()
	}
	f := s.filters
	filter := optix.AlertFilter{
		Days: f.integer("days", 0), Type: f.first("alertType"), Providers: f["providerList"],
		PolicyTags: f["policyTagList"], AccountIDs: f["accountIds"], States: []string{"OPEN"},
	}
	if !f.hasAny("days") {
		// Without a window the service leaves out what it saw last more than a year ago.
		filter.LastSeenFrom = parseOptixDate(cmp.Or(f.first("lastSeenFrom"), "1970-01-01"))
	}
	if f.hasAny("lastSeenTo") {
		filter.LastSeenTo = parseOptixDate(f.first("lastSeenTo"))
	}
	return &cloudOptix{s, filter}, nil
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

// read asks for the numbers of alerts first, and lists only the severities that may cross a limit.
// It asks for the numbers again at the end: the list has no total that would show a change.
func (c *cloudOptix) read(ctx context.Context) (answer, error) {
	all, err := rereadChanged(func() ([]alert, error) {
		before, err := c.opts.Optix.AlertCounts(ctx, c.filter)
		if err != nil {
			return nil, err
		}
		all, listed, err := c.readCounted(ctx, before)
		if err != nil || !listed {
			return all, err
		}
		after, err := c.opts.Optix.AlertCounts(ctx, c.filter)
		if err == nil && after != before {
			err = &changedError{fmt.Sprintf("%d alerts were open, then %d", before.Total, after.Total)}
		}
		return all, err
	})
	return answer{alerts: all}, err
}

// readCounted returns the alerts that were counted, as numbers where that is enough. listed is
// false where no list was read.
func (c *cloudOptix) readCounted(ctx context.Context, counts optix.AlertCounts) (all []alert, listed bool, err error) {
	words := c.filters["severity"]
	if len(words) == 0 && c.needsAll(counts) {
		words = []string{""}
	}
	if len(words) > 0 {
		for _, word := range words {
			some, err := c.list(ctx, word, counts)
			if err != nil {
				return nil, true, err
			}
			all = append(all, some...)
		}
		return all, true, nil
	}
	sums := map[result.Severity]int{} // several words may mean one severity
	for _, n := range occurring(counts) {
		sums[c.words.severity(n.word)] += n.n
	}
	for _, n := range occurring(counts) {
		if severity := c.words.severity(n.word); !c.mayCross(severity, sums[severity]) {
			all = append(all, c.number(n))
			continue
		}
		listed = true
		some, err := c.list(ctx, n.word, counts)
		if err != nil {
			return nil, true, err
		}
		all = append(all, some...)
	}
	return all, listed, nil
}

// needsAll reports whether the alerts must be listed whatever their severity: to compare them with
// this run's findings, to match them, or to find those whose severity the numbers don't name.
func (c *cloudOptix) needsAll(n optix.AlertCounts) bool {
	return c.opts.SaveResults || !c.matcher.all() || n.Total != n.Critical+n.High+n.Medium+n.Low
}

// severityCount is the number of alerts of one of the service's severities.
type severityCount struct {
	word string
	n    int
}

// occurring returns the severities with alerts, worst first.
func occurring(n optix.AlertCounts) []severityCount {
	all := []severityCount{{"critical", n.Critical}, {"high", n.High}, {"medium", n.Medium}, {"low", n.Low}}
	return slices.DeleteFunc(all, func(c severityCount) bool { return c.n == 0 })
}

// mayCross reports whether n alerts of a severity may cross a limit. A limit that counts other
// findings as well may be crossed by any number.
func (c *cloudOptix) mayCross(severity result.Severity, n int) bool {
	target := c.Target()
	f := result.Finding{Kind: target.Kind, Target: target.ID(), Severity: severity}
	return slices.ContainsFunc(gate.LimitsOn(f, c.opts.Policy), func(l result.LimitCheck) bool {
		return l.Target == "" || n > l.Max
	})
}

// number stands for alerts whose details are not needed.
func (c *cloudOptix) number(n severityCount) alert {
	return alert{
		key: "count:" + n.word, word: n.word, severity: c.words.severity(n.word), count: n.n,
		rule: "open-alerts", summary: "open alerts of severity " + n.word,
	}
}

// list reads all open alerts of one severity, "" for all. A list that is shorter than the count is
// an error.
func (c *cloudOptix) list(ctx context.Context, severity string, counts optix.AlertCounts) ([]alert, error) {
	filter := c.filter
	filter.Severity = severity
	p := c.pager(4, func(ctx context.Context, n, _ int) (page, error) { return c.page(ctx, filter, n) })
	all, err := p.readOnce(ctx)
	want := map[string]int{"": counts.Total}
	for _, n := range occurring(counts) {
		want[n.word] = n.n
	}
	if err == nil && len(all) < want[severity] {
		err = &changedError{fmt.Sprintf("%d alerts were counted and %d listed", want[severity], len(all))}
	}
	return all, err
}

func (c *cloudOptix) page(ctx context.Context, filter optix.AlertFilter, n int) (page, error) {
	got, err := c.opts.Optix.Alerts(ctx, filter, n+1, c.filters.integer("size", optixPageSize))
	if err != nil {
		return page{}, err
	}
	p := page{more: got.HasNext, total: -1, pages: got.TotalPages}
	if got.TotalPages == 0 && (got.HasNext || len(got.Alerts) > 0) {
		p.pages = -1 // the answer leaves the number out
	}
	for _, a := range got.Alerts {
		if a.State == "" || strings.EqualFold(a.State, "OPEN") {
			p.add(c.alert(a))
		} else {
			p.skip(optixKey(a))
		}
	}
	return p, nil
}

func optixKey(a optix.Alert) string {
	return cmp.Or(a.AlertID, a.ID, fingerprint(a.AccountID, a.Summary, a.Details, a.FirstSeen))
}

func (c *cloudOptix) alert(a optix.Alert) alert {
	details := []string{a.Details}
	for _, r := range a.Resources {
		if !strings.Contains(a.Details, r) {
			details = append(details, r)
		}
	}
	out := alert{
		id: cmp.Or(a.AlertID, a.ID), key: optixKey(a), summary: a.Summary, details: details,
		account: a.AccountID, accountName: a.AccountName,
		resource: strings.Join(a.Resources[:min(1, len(a.Resources))], ""), kind: a.Provider,
		link: a.URL, first: parseTime(a.FirstSeen), last: parseTime(a.LastSeen),
	}
	out.severity, out.word = c.words.first(a.Severity, scoreSeverity(a.Score))
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
