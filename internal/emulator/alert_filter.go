package emulator

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// alertFilter is the filters of an alerts call; empty ones match all alerts.
type alertFilter struct {
	kind                              string
	providers, tags, accounts, states []string
	from, to                          time.Time
}

func (f alertFilter) matches(a alert) bool {
	tagged := len(f.tags) == 0 || slices.ContainsFunc(f.tags, func(tag string) bool {
		return slices.Contains(strings.Split(a.PolicyLabel, ","), tag)
	})
	seen := time.UnixMilli(a.LastSeen)
	return tagged && (f.kind == "" || f.kind == a.AlertType) &&
		matchesAny(f.providers, a.Provider) && matchesAny(f.accounts, a.AccountID) && matchesAny(f.states, a.State) &&
		!seen.Before(f.from) && !seen.After(f.to)
}

func matchesAny(wanted []string, value string) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

// parseFilter reads the filters, and returns the message of the reference for the
// first invalid one in the order of the reference.
func parseFilter(q url.Values, now time.Time) (alertFilter, string) {
	f := alertFilter{
		kind:      q.Get("alertType"),
		providers: list(q, "providerList"),
		tags:      list(q, "policyTagList"),
		accounts:  list(q, "accountIds"),
		states:    list(q, "states"),
	}
	switch {
	case f.kind != "" && !slices.Contains([]string{"Policy", "Anomaly", "GuardDuty"}, f.kind):
		return f, "Alert Type not supported"
	case !subset(f.providers, "AWS", "Azure"):
		return f, "Provider Type not supported"
	case !subset(f.states, "OPEN", "SUPPRESS"):
		return f, "Proper arguments not provided"
	}
	return f, f.setPeriod(q, now)
}

func list(q url.Values, name string) []string {
	return strings.FieldsFunc(strings.Join(q[name], ","), func(r rune) bool { return r == ',' })
}

func subset(values []string, of ...string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(of, v) })
}

// setPeriod reads days, or lastSeenFrom and lastSeenTo. The default is a year.
func (f *alertFilter) setPeriod(q url.Values, now time.Time) string {
	days, from, to := q.Get("days"), q.Get("lastSeenFrom"), q.Get("lastSeenTo")
	if days != "" && (from != "" || to != "") {
		return "Can only set one of the filters: set 'days' or else set lastSeenFrom/lastSeenTo"
	}
	n := 365
	if days != "" {
		var err error
		if n, err = strconv.Atoi(days); err != nil || n < 1 || n > 365 {
			return "Days cannot be less than 1 and greater than 365"
		}
	}
	f.from, f.to = now.AddDate(0, 0, -n), now
	return f.setDates(from, to)
}

func (f *alertFilter) setDates(from, to string) string {
	okFrom, okTo := setDate(&f.from, from), setDate(&f.to, to)
	switch {
	case !okFrom && !okTo:
		return "Invalid Date format for both lastSeenFrom/lastSeenTo"
	case !okFrom:
		return badDate("lastSeenFrom")
	case !okTo:
		return badDate("lastSeenTo")
	case (from != "" || to != "") && !f.to.After(f.from):
		return "Parameter ‘lastSeenTo’ should come after ‘lastSeenFrom’"
	}
	return ""
}

// setDate reads yyyy-MM-dd['T'HH:mm:ss][+/-hh:mm], in UTC without an offset.
func setDate(t *time.Time, text string) bool {
	if text == "" {
		return true
	}
	for _, layout := range []string{
		"2006-01-02", "2006-01-02-07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05-07:00",
	} {
		if parsed, err := time.Parse(layout, text); err == nil {
			*t = parsed
			return true
		}
	}
	return false
}

func badDate(name string) string {
	return "Date in '" + name + "' is not in proper format It accepts formats described by the following syntax: " +
		"[date-element] 'T' [time-element] [offset] where date-element = yyyy-MM-dd and " +
		"time-element(optional) = HH:mm:ss and offset(optional) = [+/-]hh:mm"
}
