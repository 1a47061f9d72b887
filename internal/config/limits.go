package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// limitKinds returns the kinds that --max accepts. A check has a limit of its own.
func limitKinds() []result.Kind { return append(kinds(), result.KindAlerts) }

// source returns the source of limits that a value belongs to. The pointer is good until the next
// call.
func (c *Config) source(o Origin) *result.LimitSource {
	rank := func(s result.Strength) int { return slices.Index(result.Strengths(), s) }
	sources, strength := &c.Policy.Sources, o.strength()
	i, found := slices.BinarySearchFunc(*sources, strength, func(s result.LimitSource, want result.Strength) int {
		return rank(s.Strength) - rank(want)
	})
	if !found {
		*sources = slices.Insert(*sources, i, result.LimitSource{Strength: strength})
	}
	return &(*sources)[i]
}

// addFailOn states the fail-on of the value's source. A flag that is repeated overrides itself.
func addFailOn(c *Config, v Value) error {
	f := result.FailOn{Origin: v.Origin.Plain()}
	if v.Text != failOnNone {
		severity, err := result.ParseSeverity(v.Text)
		if err != nil || severity == result.Unknown {
			return notOneOf(v.Text, failOnWords())
		}
		f.Severity = &severity
	}
	c.source(v.Origin).FailOn = &f
	return nil
}

// failOnNone is the value of fail-on that fails on no severity.
const failOnNone = "none"

// failOnWords leaves out unknown: an unknown severity fails by default.
func failOnWords() []string {
	words := severityWords()
	words[slices.Index(words, result.Unknown.String())] = failOnNone
	return words
}

// addLimits adds comma-separated limits to the value's source.
func addLimits(c *Config, v Value) error {
	s, origin := c.source(v.Origin), v.Origin.Plain()
	for _, word := range strings.Split(v.Text, ",") {
		if err := addLimit(s, "", strings.TrimSpace(word), origin); err != nil {
			return err
		}
	}
	return nil
}

// LimitWords returns what the limits of --max start with, for completion: "high=", "image:" and
// "not-sent=".
func LimitWords() []string {
	words := AgeWords()
	for _, n := range result.Numbers() {
		words = append(words, string(n)+"=")
	}
	for _, k := range result.Kinds() {
		words = append(words, string(k.Kind)+":")
	}
	return words
}

// AgeWords returns what the ages of --baseline-max-age start with, for completion: "high=".
func AgeWords() []string {
	words := severityWords()
	for i := range words {
		words[i] += "="
	}
	return words
}

// addLimit reads [KIND:]SEVERITY=N of a glob of files, or, where path is empty, NUMBER=N. Each
// may be stated once.
func addLimit(s *result.LimitSource, path, text string, origin result.Origin) error {
	name, number, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("must be [KIND:]SEVERITY=N or not-sent=N, for example high=5 or image:medium=100, got %q", text)
	}
	n, badNumber := result.ParseCount(number)
	if number := result.Number(name); path == "" && slices.Contains(result.Numbers(), number) {
		if slices.ContainsFunc(s.Numbers, func(l result.NumberLimit) bool { return l.Number == number }) {
			return duplicateLimit(name)
		}
		s.Numbers = append(s.Numbers, result.NumberLimit{Number: number, Max: n, Origin: origin})
		return ofLimit(name, badNumber)
	}
	kind, severity, err := parseLimitName(name)
	if err != nil {
		return err
	}
	limit := result.Limit{Kind: kind, Path: path, Severity: severity, Max: n, Origin: origin}
	for _, other := range s.Max {
		if err := contradiction(limit, other); err != nil {
			return err
		}
	}
	s.Max = append(s.Max, limit)
	return ofLimit(name, badNumber)
}

// contradiction returns what is wrong with two limits of one source, nil for nothing.
func contradiction(l, other result.Limit) error {
	one, all := l, other
	if l.Kind == "" {
		one, all = other, l
	}
	switch {
	case l.Path != other.Path || l.Severity != other.Severity:
		return nil
	case l.Kind == other.Kind:
		return duplicateLimit(limitName(l))
	case all.Kind == "" && one.Max > all.Max:
		return fmt.Errorf("%s=%d can't be reached: %s=%d counts all kinds; fix: remove one of them, or lower the first",
			limitName(one), one.Max, limitName(all), all.Max)
	}
	return nil
}

func limitName(l result.Limit) string {
	if l.Kind == "" {
		return l.Severity.String()
	}
	return string(l.Kind) + ":" + l.Severity.String()
}

func duplicateLimit(name string) error {
	return fmt.Errorf("duplicate limit for %s; fix: state it once", name)
}

// ofLimit puts the limit's name before an error, nil for none.
func ofLimit(name string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w; fix: give a number, as in %s=5", name, err, name)
	}
	return nil
}

// parseLimitName reads [KIND:]SEVERITY.
func parseLimitName(name string) (kind result.Kind, severity result.Severity, err error) {
	word := name
	if of, rest, ok := strings.Cut(name, ":"); ok {
		word = rest
		if kind, err = parseKind(of, limitKinds()); err != nil {
			return kind, severity, err
		}
	}
	severity, err = result.ParseSeverity(word)
	return kind, severity, err
}
