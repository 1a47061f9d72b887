package result

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Policy is what a verdict is taken by. It is saved with the result, so that the verdict can be
// taken again.
//
// Its limits are a conjunction: the limits of every source count a finding. So a weaker source can
// tighten what a stronger one states, and can't loosen it.
type Policy struct {
	// Sources state limits, strongest first.
	Sources []LimitSource `json:"sources"`
	// Rows are the limits of the alert sources and checks that have limits of their own.
	Rows []RowLimits `json:"rows,omitempty"`
	// UnknownAs is the severity that unknown ones are counted as; nil leaves them unknown, which
	// fails unless a source has a limit for it.
	UnknownAs *Severity `json:"unknownAs,omitempty"`
	// Waivers accept findings, which then count for no limit.
	Waivers []Waiver `json:"waivers,omitempty"`
	// Baseline has the findings that are known, and count for no limit; nil without one.
	Baseline *Baseline `json:"baseline,omitempty"`
}

// SHA256 returns the SHA-256 of the policy's JSON in hexadecimal: two runs with the same sum were
// judged alike, waivers and baseline included.
func (p *Policy) SHA256() string {
	whole := *p
	whole.Sources = append([]LimitSource{}, p.Sources...) // as Encode writes it
	text, err := json.Marshal(&whole)
	if err != nil {
		return "" // never: it has no value that JSON lacks
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// LimitSource is one place that states limits, for example the flags of a command.
type LimitSource struct {
	Strength Strength `json:"strength"`
	// FailOn is nil if the source says nothing of it.
	FailOn *FailOn `json:"failOn,omitempty"`
	// Max holds the limits of findings. Each replaces FailOn of this source for what it counts. One
	// of a path also replaces the others.
	Max []Limit `json:"max,omitempty"`
	// Numbers are the limits of what else a run counts.
	Numbers []NumberLimit `json:"numbers,omitempty"`
	// Rules set the severities of rules.
	Rules []RuleSeverity `json:"rules,omitempty"`
}

// Strength says what kind of place a source is.
type Strength string

// The strengths, strongest first.
const (
	FromFlags     Strength = "flags"
	FromVariables Strength = "variables"
	FromFile      Strength = "file"
	// FromDefault is what applies where no source states fail-on. It leaves out what any source
	// limits.
	FromDefault Strength = "default"
	// FromChange is the file of a change that the policy of its target judges. It can only tighten:
	// it replaces nothing of any other source.
	FromChange Strength = "change"
)

// Strengths lists the strengths, strongest first.
func Strengths() []Strength {
	return []Strength{FromFlags, FromVariables, FromFile, FromDefault, FromChange}
}

// FailOn allows no finding of a severity or worse.
type FailOn struct {
	// Severity is nil for none. As a flag or variable, none discards the fail-on of all weaker
	// sources.
	Severity *Severity `json:"severity"`
	Origin   Origin    `json:"origin"`
}

// Limit allows at most Max findings of a severity, of one kind or, where Kind is empty, of all
// kinds together.
type Limit struct {
	Kind Kind `json:"kind,omitempty"`
	// Path is a glob of files, relative to the root of the repository; "" counts all. The limit
	// counts a finding if all its locations fit and are certain.
	Path     string   `json:"path,omitempty"`
	Severity Severity `json:"severity"`
	Max      int      `json:"max"`
	Origin   Origin   `json:"origin"`
}

// Number is something besides findings that a run counts and a limit can be set for.
type Number string

// The numbers.
const (
	// NumberNotSent counts what is recognized and can't be sent.
	NumberNotSent Number = "not-sent"
	// NumberPolicyLoosened counts what a change loosens in the policy without approval.
	NumberPolicyLoosened Number = "policy-loosened"
)

// Numbers lists the numbers.
func Numbers() []Number { return []Number{NumberNotSent, NumberPolicyLoosened} }

// NumberLimit allows at most Max of a number.
type NumberLimit struct {
	Number Number `json:"number"`
	Max    int    `json:"max"`
	Origin Origin `json:"origin"`
}

// RuleSeverity sets the severity of a rule's findings. A higher one than their own counts for the
// limits of all sources, a lower one for those of this source and weaker ones.
type RuleSeverity struct {
	// Rule is a whole rule id (see [RuleID]).
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Reason   string   `json:"reason"`
	Origin   Origin   `json:"origin"`
}

// Fault returns the first wrong field, and what is wrong with it.
func (r *RuleSeverity) Fault() (field, text string) {
	if err := CheckRule(r.Rule); err != nil {
		return "rule", err.Error()
	}
	switch {
	case r.Severity == Unknown:
		return "severity", "must be critical, high, medium, low or info"
	case r.Reason == "":
		return "reason", mustBeSet
	}
	return "", ""
}

// SetsRules reports whether the policy sets the severity of any rule.
func (p *Policy) SetsRules() bool {
	return slices.ContainsFunc(p.Sources, func(s LimitSource) bool { return len(s.Rules) > 0 })
}

// RowLimits are the limits of one alert source or check. Its findings are judged by them alone, and
// by the limits that a flag or variable states for their kind.
type RowLimits struct {
	// Target is the ID of its row, for example "alerts:cloud-optix".
	Target string `json:"target"`
	// Max holds the limits. A severity above the lowest one that is named is limited to 0 unless
	// named, and so is unknown.
	Max    map[Severity]int `json:"max"`
	Origin Origin           `json:"origin"`
}
