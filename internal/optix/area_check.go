package optix

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// anID accepts an id: no spaces and no control characters.
func anID(v string) error {
	if strings.ContainsFunc(v, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return fmt.Errorf("%q must be one id", v)
	}
	return nil
}

// integer accepts the integers within bounds.
func integer(low, high int) func(string) error {
	return func(v string) error {
		if n, err := strconv.Atoi(v); err != nil || n < low || n > high {
			return fmt.Errorf("must be an integer from %d to %d, got %q", low, high, v)
		}
		return nil
	}
}

// aDate accepts yyyy-MM-dd['T'HH:mm:ss][+/-hh:mm]. The suffix Z is not part of that syntax.
func aDate(v string) error {
	if _, ok := parseDate(v); !ok {
		return fmt.Errorf("must be a date such as 2026-01-31, 2026-01-31T12:00:00 or 2026-01-31T12:00:00+01:00, got %q", v)
	}
	return nil
}

// parseDate reads the reference's date syntax; a date without an offset is in UTC.
func parseDate(v string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02", "2006-01-02-07:00", "2006-01-02T15:04:05", seenLayout} {
		if t, err := time.Parse(layout, v); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// ordered requires that the second of two dates comes after the first.
func ordered(from, to string) func(url.Values) error {
	return func(v url.Values) error {
		first, ok := parseDate(v.Get(from))
		last, both := parseDate(v.Get(to))
		if ok && both && !last.After(first) {
			return &ParamError{to, fmt.Sprintf("must come after %s %s, got %s", from, v.Get(from), v.Get(to))}
		}
		return nil
	}
}

// filterSyntax requires FIELD=VALUE[,VALUE] between semicolons.
func filterSyntax(v string) error {
	for part := range strings.SplitSeq(v, ";") {
		field, values, ok := strings.Cut(part, "=")
		if !ok || strings.TrimSpace(field) == "" || strings.TrimSpace(values) == "" {
			return fmt.Errorf("%q must be FIELD=VALUE,VALUE;FIELD=VALUE", v)
		}
	}
	return nil
}

// alertPeriod requires one of days and a range of dates.
func alertPeriod(v url.Values) error {
	if v.Has("days") && (v.Has("lastSeenFrom") || v.Has("lastSeenTo")) {
		return &ParamError{"days", "can't be combined with lastSeenFrom or lastSeenTo"}
	}
	return ordered("lastSeenFrom", "lastSeenTo")(v)
}
