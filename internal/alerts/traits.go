package alerts

import (
	"slices"
	"strings"
	"time"
)

// trait describes how the alerts of a vendor show a trait.
type trait struct {
	// from names the vendor's fields, for the help.
	from string
	// values are those that the trait can have; without a check any text may be one.
	values filter
}

// commonTraits are those by which entries of every vendor choose if its alerts have them.
func commonTraits() []string {
	return []string{traitAccount, traitRegion, traitResource, traitRule, traitID, traitTag}
}

// texts returns what an alert says about a trait, without blanks; none where it doesn't say
// anything.
func (a alert) texts(name string) []string {
	texts := slices.Clone(a.more[name])
	switch name {
	case traitAccount:
		texts = append(texts, a.account, a.accountName)
	case traitRegion:
		texts = append(texts, a.region)
	case traitResource:
		texts = append(texts, resourceTexts(a)...)
	case traitRule:
		texts = append(texts, a.rule, a.summary)
	case traitID:
		if texts = append(texts, a.id); !a.anonymous {
			texts = append(texts, a.key)
		}
	}
	for i, text := range texts {
		texts[i] = strings.TrimSpace(text)
		if name == traitRegion {
			texts[i] = regionText(text)
		}
	}
	return slices.DeleteFunc(texts, isBlank)
}

// resourceTexts returns all affected resources, none if one of them has no name. A resource may be
// written NAME(ID), and several may stand on lines of one text: each part is a text too.
func resourceTexts(a alert) []string {
	if slices.ContainsFunc(a.resources, isBlank) {
		return nil // any resource may be the one without a name
	}
	texts := append([]string{a.resource}, a.resources...)
	for _, whole := range slices.Clone(texts) {
		for line := range strings.Lines(whole) {
			line = strings.TrimSpace(line)
			texts = append(texts, line)
			if name, id, ok := strings.Cut(strings.TrimSuffix(line, ")"), "("); ok && strings.HasSuffix(line, ")") {
				texts = append(texts, strings.TrimSpace(name), strings.TrimSpace(id))
			}
		}
	}
	return texts
}

// latest is when the newest of what the alert is about was seen first, zero if that is unknown: a
// new resource can join an old alert.
func (a alert) latest() time.Time {
	if a.first.IsZero() || a.first.After(a.joined) {
		return a.first
	}
	return a.joined
}
