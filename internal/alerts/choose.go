package alerts

import (
	"slices"
	"strings"
	"time"
)

// choice says which of a source's alerts count, by what all vendors' alerts
// have. Empty parts choose all. Patterns match in any case; * stands for any
// text.
type choice struct {
	olderThan                           time.Duration
	accounts, regions, resources, rules []string
}

// empty reports whether all alerts count.
func (c choice) empty() bool {
	return c.olderThan == 0 && len(c.accounts)+len(c.regions)+len(c.resources)+len(c.rules) == 0
}

// takes reports whether an alert counts. One whose age is not known is old
// enough: nobody can say that it is not.
func (c choice) takes(a alert, now time.Time) bool {
	old := c.olderThan == 0 || a.first.IsZero() || !a.first.After(now.Add(-c.olderThan))
	return old && fits(c.accounts, a.account, a.accountName) && fits(c.regions, a.region) &&
		fits(c.resources, a.resource) && fits(c.rules, a.rule, a.summary)
}

// fits reports whether one of the texts fits one of the patterns.
func fits(patterns []string, texts ...string) bool {
	if len(patterns) == 0 {
		return true
	}
	return slices.ContainsFunc(patterns, func(p string) bool {
		return slices.ContainsFunc(texts, func(s string) bool { return matches(strings.ToLower(p), strings.ToLower(s)) })
	})
}

// matches holds a text against a pattern in which * stands for any text.
func matches(pattern, s string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !strings.HasPrefix(s, first) {
		return false
	}
	if s = s[len(first):]; !star {
		return s == ""
	}
	for {
		next, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(s, next)
		}
		i := strings.Index(s, next)
		if i < 0 {
			return false
		}
		s, rest = s[i+len(next):], after
	}
}
