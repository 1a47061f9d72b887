package alerts

import (
	"slices"
	"strings"
	"time"
)

// matcher selects alerts by what the alerts of all vendors have. Empty parts select all. Patterns
// ignore case; * matches any text.
type matcher struct {
	olderThan                           time.Duration
	accounts, regions, resources, rules []string
}

// all reports whether every alert matches.
func (m matcher) all() bool {
	return m.olderThan == 0 && len(slices.Concat(m.accounts, m.regions, m.resources, m.rules)) == 0
}

// matches reports whether an alert counts. An alert of unknown age counts as old enough.
func (m matcher) matches(a alert, now time.Time) bool {
	old := m.olderThan == 0 || a.first.IsZero() || !a.first.After(now.Add(-m.olderThan))
	return old && matchAny(m.accounts, a.account, a.accountName) && matchAny(m.regions, a.region) &&
		matchAny(m.resources, a.resource) && matchAny(m.rules, a.rule, a.summary)
}

// matchAny reports whether any text matches any pattern. No patterns match everything.
func matchAny(patterns []string, texts ...string) bool {
	if len(patterns) == 0 {
		return true
	}
	return slices.ContainsFunc(patterns, func(p string) bool {
		return slices.ContainsFunc(texts, func(s string) bool { return matchPattern(strings.ToLower(p), strings.ToLower(s)) })
	})
}

func matchPattern(pattern, s string) bool {
	prefix, rest, wildcard := strings.Cut(pattern, "*")
	if !strings.HasPrefix(s, prefix) {
		return false
	}
	if s = s[len(prefix):]; !wildcard {
		return s == ""
	}
	for {
		part, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(s, part)
		}
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s, rest = s[i+len(part):], after
	}
}
