package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// The traits of alerts by which entries of every vendor that has them can choose. A vendor may have
// more of its own.
const (
	traitAccount  = "account"
	traitRegion   = "region"
	traitResource = "resource"
	traitRule     = "rule"
	traitID       = "id"
	traitTag      = "tag"
)

// The keys that choose alerts by time.
const (
	keyOlderThan = "older-than"
	keyNewerThan = "newer-than"
)

// excluding begins the key that leaves out the alerts with a trait: exclude-rule.
const excluding = "exclude-"

// criterion is a key of an entry that chooses alerts by a trait. Its patterns ignore case; *
// matches any text.
type criterion struct {
	key, trait string
	patterns   []string
	// free: any text may be a value, so that a mistyped one can't be detected before the alerts are
	// read.
	free bool
	// vouched are the patterns that the service is known to have something for.
	vouched []string
}

func (c criterion) excludes() bool { return strings.HasPrefix(c.key, excluding) }

// leavesOut reports whether the criterion leaves out an alert. It can't be said that an alert
// without the trait is not meant: it counts.
func (c criterion) leavesOut(a alert) bool {
	return len(a.texts(c.trait)) > 0 && c.matches(c.patterns, a) == c.excludes()
}

// matches reports whether an alert has any of the patterns.
func (c criterion) matches(patterns []string, a alert) bool {
	if c.trait == traitRegion {
		patterns = regionTexts(patterns)
	}
	return matchAny(patterns, a.texts(c.trait))
}

// matcher chooses alerts.
type matcher struct {
	criteria  []criterion
	olderThan time.Duration
	newerThan Since
}

// Since is a point in time, or an age from which it is reckoned. The zero value is no limit.
type Since struct {
	age time.Duration
	at  time.Time
}

func (s Since) isZero() bool { return s == Since{} }

// String returns the age or the time.
func (s Since) String() string {
	if s.age > 0 {
		return s.age.String()
	}
	return s.at.Format(time.RFC3339)
}

// time returns the point in time as seen from now.
func (s Since) time(now time.Time) time.Time {
	if s.age > 0 {
		return now.Add(-s.age)
	}
	return s.at
}

// all reports whether every alert is chosen, whatever it is.
func (m matcher) all() bool {
	return m.olderThan == 0 && m.newerThan.isZero() && len(m.criteria) == 0
}

// leftOutBy returns the key that leaves an alert out, the first in the order of the entry, or "" if
// the alert is chosen. An alert of unknown age is chosen.
func (m matcher) leftOutBy(a alert, now time.Time) string {
	for _, c := range m.criteria {
		if c.leavesOut(a) {
			return c.key
		}
	}
	switch latest := a.latest(); {
	case m.olderThan > 0 && a.first.After(now.Add(-m.olderThan)): // the zero time is after none
		return keyOlderThan
	case !m.newerThan.isZero() && !latest.IsZero() && latest.Before(m.newerThan.time(now)):
		return keyNewerThan
	}
	return ""
}

// impossibleAge returns an error if no alert is both old and new enough.
func (m matcher) impossibleAge(now time.Time) error {
	if m.olderThan > 0 && !m.newerThan.isZero() && !m.newerThan.time(now).Before(now.Add(-m.olderThan)) {
		return fmt.Errorf("no alert can be as old as %s says and as new as %s says; fix: leave out one of them", keyOlderThan, keyNewerThan)
	}
	return nil
}

// choose returns the alerts that are chosen, and counts all.
func (m matcher) choose(all []alert, now time.Time) ([]alert, result.Choice) {
	leftOut := map[string]int{}
	var choice result.Choice
	chosen := make([]alert, 0, len(all))
	for _, a := range all {
		n := max(1, a.count)
		choice.Read = result.AddCounts(choice.Read, n)
		if key := m.leftOutBy(a, now); key != "" {
			leftOut[key] = result.AddCounts(leftOut[key], n)
			continue
		}
		choice.Chosen = result.AddCounts(choice.Chosen, n)
		chosen = append(chosen, a)
	}
	choice.LeftOut = result.LeftOutBy(leftOut)
	return chosen, choice
}

// unmatched returns the first free text that none of the alerts has, with its key. A list without
// alerts has nothing that a mistyped text could hide.
func (m matcher) unmatched(all []alert) (key, pattern string, found bool) {
	if len(all) == 0 {
		return "", "", false
	}
	for _, c := range m.criteria {
		if !c.free || c.excludes() {
			continue
		}
		for _, p := range without(c.patterns, c.vouched) {
			if !slices.ContainsFunc(all, func(a alert) bool { return c.matches([]string{p}, a) }) {
				return c.key, p, true
			}
		}
	}
	return "", "", false
}

// matchAny reports whether any text matches any pattern.
func matchAny(patterns, texts []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		return slices.ContainsFunc(texts, func(s string) bool { return matchPattern(p, s) })
	})
}

// matchPattern compares without case. * in the pattern stands for any text.
func matchPattern(pattern, s string) bool {
	pattern, s = strings.ToLower(pattern), strings.ToLower(s)
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
