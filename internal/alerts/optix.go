package alerts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

const (
	cloudOptixName = "cloud-optix"
	optixPage      = 50
)

// cloudOptix are the alerts of the gate's own service (reference:
// cloud-optix-api.txt, area "Alerts").
func cloudOptix() *vendor {
	return &vendor{
		name: cloudOptixName,
		filters: map[string]check{
			"days":         whole(1, 365),
			"alertType":    single(among("Policy", "Anomaly", "GuardDuty")),
			"providerList": among("AWS", "Azure"),
			"policyTagList": among("Avid", "CIS", "FFIEC", "HIPAA", "ISO 27001", "PCI", "SOC2", "SOC2-TSP",
				"FEDRAMP-LOW", "FEDRAMP-MODERATE", "FEDRAMP-HIGH", "EBU R143"),
			"accountIds":   noComma,
			"lastSeenFrom": single(seenDate),
			"lastSeenTo":   single(seenDate),
			"states":       only("OPEN"),
			"severity":     among("low", "medium", "high", "critical"),
			"size":         whole(1, optixPage),
		},
		ours:    map[string]string{"page": pagesAreOurs},
		judge:   judgeOptix,
		narrow:  "severity, accountIds, alertType, providerList or days",
		connect: connectOptix,
	}
}

func judgeOptix(f filters) string {
	if f.has("days") && f.has("lastSeenFrom", "lastSeenTo") {
		return "days and lastSeenFrom/lastSeenTo exclude each other"
	}
	return ordered(f, "lastSeenFrom", "lastSeenTo", seen)
}

// seenDate takes yyyy-MM-dd['T'HH:mm:ss][+/-hh:mm], and so no suffix Z.
func seenDate(values []string) string {
	if seen(values[0]).IsZero() {
		return fmt.Sprintf("%q is no date: write it like 2026-01-31, 2026-01-31T12:00:00 or 2026-01-31T12:00:00+01:00", values[0])
	}
	return ""
}

func seen(s string) time.Time {
	for _, layout := range []string{"2006-01-02", "2006-01-02-07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05-07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

type optixConnection struct{ opts *Options }

func connectOptix(_ *vendor, o *Options) (connection, error) {
	if o.Optix == nil {
		return nil, o.withoutOptix()
	}
	return &optixConnection{o}, nil
}

// withoutOptix says why there is no client.
func (o *Options) withoutOptix() error {
	if o.NoOptix != nil {
		return o.NoOptix
	}
	return &MissingError{Reason: "there is no API key", Fix: "set SCANGATE_API_KEY"}
}

type optixSource struct {
	client *optix.Client
	opts   *Options
	spec   Spec
	filter optix.AlertFilter
}

func (c *optixConnection) source(s Spec) (source, error) {
	f := s.filters
	src := &optixSource{client: c.opts.Optix, opts: c.opts, spec: s, filter: optix.AlertFilter{
		Days: f.whole("days", 0), Type: f.one("alertType"), Providers: f["providerList"],
		PolicyTags: f["policyTagList"], AccountIDs: f["accountIds"], States: []string{"OPEN"},
	}}
	if !f.has("days") {
		// Without a window the service would leave out what was last seen more than
		// a year ago.
		src.filter.LastSeenFrom = seen(or(f.one("lastSeenFrom"), "1970-01-01"))
	}
	if f.has("lastSeenTo") {
		src.filter.LastSeenTo = seen(f.one("lastSeenTo"))
	}
	return src, nil
}

// open asks for numbers first, and for the alerts of those severities only that
// are in question. The numbers are asked for again at the end: the list has no
// total by which to tell that it moved.
func (s *optixSource) open(ctx context.Context) ([]alert, error) {
	return still(func() ([]alert, error) {
		before, err := s.client.AlertCounts(ctx, s.filter)
		if err != nil {
			return nil, err
		}
		all, listed, err := s.detailed(ctx, before)
		if err != nil || !listed {
			return all, err
		}
		after, err := s.client.AlertCounts(ctx, s.filter)
		if err == nil && after != before {
			err = &movedError{fmt.Sprintf("%d alerts were open, then %d", before.Total, after.Total)}
		}
		return all, err
	})
}

// detailed lists what is in question, and leaves the rest as numbers. listed is
// false where numbers were all that was needed.
func (s *optixSource) detailed(ctx context.Context, n optix.AlertCounts) (all []alert, listed bool, err error) {
	words := s.spec.filters["severity"]
	if len(words) == 0 && (s.opts.SaveResults || !s.spec.choice.empty() || s.unknownIn(n)) {
		words = []string{""} // all, be their severity known or not
	}
	if len(words) > 0 {
		for _, word := range words {
			got, err := s.list(ctx, word, n)
			if err != nil {
				return nil, true, err
			}
			all = append(all, got...)
		}
		return all, true, nil
	}
	for _, c := range numbers(n) {
		got := []alert{s.number(c)}
		if s.inQuestion(c) {
			listed = true
			if got, err = s.list(ctx, c.word, n); err != nil {
				return nil, true, err
			}
		}
		all = append(all, got...)
	}
	return all, listed, nil
}

// counted is the number of alerts of one of the service's severities.
type counted struct {
	word string
	n    int
}

// numbers are the severities that occur.
func numbers(n optix.AlertCounts) []counted {
	all := []counted{{"critical", n.Critical}, {"high", n.High}, {"medium", n.Medium}, {"low", n.Low}}
	return slices.DeleteFunc(all, func(c counted) bool { return c.n == 0 })
}

// unknownIn reports whether the numbers don't add up: some alerts have a
// severity that they don't name.
func (s *optixSource) unknownIn(n optix.AlertCounts) bool {
	return n.Total != n.Critical+n.High+n.Medium+n.Low
}

// inQuestion reports whether a number may cross a limit. Severities that the
// entry maps to one share its limit, so that they are listed.
func (s *optixSource) inQuestion(c counted) bool {
	sev := s.spec.levels.of(c.word)
	plain, _ := result.ParseSeverity(c.word)
	limit, limited := s.spec.limited(s.opts.Policy, sev)
	return limited && (c.n > limit || sev != plain)
}

// number stands for alerts whose details nobody needs.
func (s *optixSource) number(c counted) alert {
	return alert{
		id: countID + c.word, word: c.word, severity: s.spec.levels.of(c.word), count: c.n,
		rule: "open-alerts", summary: "open alerts of severity " + c.word,
	}
}

// list reads all open alerts of one severity; "" is all. Fewer than were counted
// are no answer.
func (s *optixSource) list(ctx context.Context, severity string, n optix.AlertCounts) ([]alert, error) {
	all, err := s.pages(ctx, severity)
	want := map[string]int{"": n.Total}
	for _, c := range numbers(n) {
		want[c.word] = c.n
	}
	if err == nil && len(all) < want[severity] {
		err = &movedError{fmt.Sprintf("%d alerts were counted and %d listed", want[severity], len(all))}
	}
	return all, err
}

// pages reads a list once: open reads it again if it moved.
func (s *optixSource) pages(ctx context.Context, severity string) ([]alert, error) {
	f := s.filter
	f.Severity = severity
	size := s.spec.filters.whole("size", optixPage)
	l := list{width: 4, now: s.opts.Now, narrow: s.spec.vendor.narrow}
	l.fetch = func(ctx context.Context, n, _ int) (page, error) {
		got, err := s.client.Alerts(ctx, f, n+1, size)
		if err != nil {
			return page{}, err
		}
		p := page{more: got.HasNext, total: -1, pages: got.TotalPages}
		if got.TotalPages == 0 && (got.HasNext || len(got.Alerts) > 0) {
			p.pages = -1 // left out
		}
		for _, a := range got.Alerts {
			s.take(&p, a)
		}
		return p, nil
	}
	return l.once(ctx)
}

func (s *optixSource) take(p *page, a optix.Alert) {
	id := or(a.AlertID, a.ID)
	if id == "" {
		id = printID + fingerprint(a.AccountID, a.Summary, a.Details, a.FirstSeen)
	}
	p.ids = append(p.ids, id)
	if a.State != "" && !strings.EqualFold(a.State, "OPEN") {
		return
	}
	details := []string{a.Details}
	for _, r := range a.Resources {
		if !strings.Contains(a.Details, r) {
			details = append(details, r)
		}
	}
	out := alert{
		id: id, count: 1, summary: a.Summary, details: details,
		account: a.AccountID, accountName: a.AccountName,
		resource: strings.Join(a.Resources[:min(1, len(a.Resources))], ""), kind: a.Provider,
		link: a.URL, first: moment(a.FirstSeen), last: moment(a.LastSeen),
	}
	out.severity, out.word = s.spec.levels.first(a.Severity, band(a.Score))
	p.open = append(p.open, out)
}

// band is the severity of a score, by the bands of the vendor's webhooks
// (vendors.md, 1.5).
func band(score *int) string {
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
