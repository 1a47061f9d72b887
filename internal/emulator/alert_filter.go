package emulator

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// alertFilter is the filters of an alerts call; empty ones match all alerts.
type alertFilter struct {
	kind                              string
	providers, tags, accounts, states []string
	from, to                          time.Time // zero means no bound
}

func (f alertFilter) matches(a alert) bool {
	tagged := len(f.tags) == 0 || slices.ContainsFunc(f.tags, func(tag string) bool {
		return slices.Contains(strings.Split(a.PolicyLabel, ","), tag)
	})
	seen := time.UnixMilli(a.LastSeen)
	return tagged && (f.kind == "" || f.kind == a.AlertType) &&
		matchesAny(f.providers, a.Provider) && matchesAny(f.accounts, a.AccountID) && matchesAny(f.states, a.State) &&
		!seen.Before(f.from) && (f.to.IsZero() || !seen.After(f.to))
}

func matchesAny(wanted []string, value string) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

// readFilter reads the filters. The problems are the messages of the reference in the
// order of its table, "" for none.
func (s *Server) readFilter(q url.Values, known []alert) (alertFilter, []string) {
	f := alertFilter{kind: q.Get("alertType"), providers: s.values(q, "providerList"), accounts: s.values(q, "accountIds")}
	one, both, order := s.setDates(&f, q.Get("lastSeenFrom"), q.Get("lastSeenTo"))
	mixed, days := s.setDays(&f, q)
	var tags, states string
	f.tags, tags = s.listed(s.values(q, "policyTagList"), policyTags()...)
	f.states, states = s.listed(s.values(q, "states"), "OPEN", "SUPPRESS")
	return f, []string{
		one, f.badType(), f.badProvider(), s.badAccounts(f.accounts, known), mixed, days, both, order,
		tags, states, // which the table does not have
	}
}

// policyTags are the values of policyTagList.
func policyTags() []string {
	return []string{
		"Avid", "CIS", "FFIEC", "HIPAA", "ISO 27001", "PCI", "SOC2", "SOC2-TSP",
		"FEDRAMP-LOW", "FEDRAMP-MODERATE", "FEDRAMP-HIGH", "EBU R143",
	}
}

func (f alertFilter) badType() string {
	if f.kind != "" && !slices.Contains([]string{"Policy", "Anomaly", "GuardDuty"}, f.kind) {
		return "Alert Type not supported"
	}
	return ""
}

func (f alertFilter) badProvider() string {
	for _, p := range f.providers {
		if p != "AWS" && p != "Azure" {
			return "Provider Type not supported"
		}
	}
	return ""
}

func (s *Server) badAccounts(ids []string, known []alert) string {
	missing := unknownAccounts(ids, known)
	return s.notFoundAccounts(ids, missing)
}

// notFoundAccounts returns the problem of accounts that are missing.
func (s *Server) notFoundAccounts(ids, missing []string) string {
	if len(missing) == 0 {
		return ""
	}
	if s.assumes("missing-accounts=all") {
		missing = ids
	}
	return "Account Ids " + strings.Join(missing, ",") + " not found"
}

// setDays reads days, which is 365 where nothing bounds the time.
func (s *Server) setDays(f *alertFilter, q url.Values) (mixed, outside string) {
	days, dated := q.Get("days"), q.Get("lastSeenFrom") != "" || q.Get("lastSeenTo") != ""
	n, err := strconv.Atoi(days)
	if days == "" || err != nil && s.assumes("bad-days=ignored") {
		n, err = 365, nil
	}
	if from := s.opts.Now().AddDate(0, 0, -n); !dated || s.assumes("window=year") && from.After(f.from) {
		f.from = from
	}
	if days != "" && dated {
		mixed = "Can only set one of the filters: set 'days' or else set lastSeenFrom/lastSeenTo"
	}
	if err != nil || n < 1 || n > 365 {
		outside = "Days cannot be less than 1 and greater than 365"
	}
	return mixed, outside
}

// setDates reads lastSeenFrom and lastSeenTo, and returns the problem of one date, of
// both, or of their order.
func (s *Server) setDates(f *alertFilter, from, to string) (one, both, order string) {
	okFrom, okTo := s.setDate(&f.from, from), s.setDate(&f.to, to)
	if okTo && to != "" && !hasTime(to) && s.assumes("date-end=end") {
		f.to = f.to.AddDate(0, 0, 1).Add(-time.Millisecond)
	}
	switch {
	case !okFrom && !okTo:
		both = "Invalid Date format for both lastSeenFrom/lastSeenTo"
	case !okTo:
		one = badDate("lastSeenTo")
	case !okFrom:
		one = badDate("lastSeenFrom")
	case from != "" && to != "" && !f.to.After(f.from):
		order = "Parameter ‘lastSeenTo’ should come after ‘lastSeenFrom’"
	}
	return one, both, order
}

// dateSyntax is [date-element] 'T' [time-element] [offset].
var dateSyntax = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(T(\d{2}:\d{2}:\d{2})?)?([+-]\d{2}:\d{2})?$`)
})

func hasTime(date string) bool {
	m := dateSyntax().FindStringSubmatch(date)
	return m != nil && m[3] != ""
}

// setDate reads a date, which is in UTC without an offset, and a midnight without a time.
func (s *Server) setDate(t *time.Time, text string) bool {
	if text == "" {
		return true
	}
	m := dateSyntax().FindStringSubmatch(text)
	if m == nil || m[2] == "" && s.assumes("date-only=refused") {
		return false
	}
	parsed, err := time.Parse("2006-01-02T15:04:05-07:00", m[1]+"T"+cmp.Or(m[3], "00:00:00")+cmp.Or(m[4], "+00:00"))
	if err == nil {
		*t = parsed
	}
	return err == nil
}

func badDate(name string) string {
	return "Date in '" + name + "' is not in proper format It accepts formats described by the following syntax: " +
		"[date-element] 'T' [time-element] [offset] where date-element = yyyy-MM-dd and " +
		"time-element(optional) = HH:mm:ss and offset(optional) = [+/-]hh:mm"
}
