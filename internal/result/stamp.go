package result

// Effect says whether the gate counted a finding, and why not.
type Effect string

// The effects of a finding.
const (
	// Counted: the limits that [Stamp].Limits names count the finding.
	Counted Effect = "counted"
	// Unlimited: no limit is set for the finding's severity and kind. The verdict still reports the
	// number.
	Unlimited Effect = "unlimited"
	// OutsideChange: the finding lies in files that the change does not touch (see [Change]), or is
	// an unrelated alert. No limit counts it, and most reports leave it out.
	OutsideChange Effect = "outside-change"
	// Waived: waivers cover the whole finding. No limit counts it.
	Waived Effect = "waived"
	// Known: the baseline covers what waivers leave of the finding. No limit counts it.
	Known Effect = "known"
)

// Debt says more of a finding that a baseline has.
type Debt string

// The kinds of debt.
const (
	// DebtChanged: the lines of the resource changed since. The baseline still covers the finding.
	DebtChanged Debt = "changed"
	// DebtWorse: the severity is higher now, so that the finding counts.
	DebtWorse Debt = "worse"
	// DebtDue: the entry is older than baseline-max-age allows, so that the finding counts.
	DebtDue Debt = "due"
)

// Stamp is what the gate made of one finding. Only package gate makes stamps; the zero value
// belongs to a finding that has not been judged.
type Stamp struct {
	Effect Effect `json:"effect"`
	// Severity is what the finding counts as: its own, or the one that the policy sets for unknown
	// severities.
	Severity Severity `json:"severity"`
	// Count is what the finding adds to each of Limits and to [Verdict].Counts: what of it no entry
	// of the policy covers, and 0 for a finding outside the change.
	Count int `json:"count"`
	// Covers is nil where no waiver and no entry of the baseline has the finding, as for most.
	*Covers
	// Limits are the limits that count the finding, in the order of [Verdict].Limits.
	Limits []LimitID `json:"limits,omitempty"`
	// Crosses is the first of Limits that is crossed, "" if none is.
	Crosses LimitID `json:"crosses,omitempty"`
}

// Covers is what waivers and the baseline make of one finding.
type Covers struct {
	// Waived are the parts that waivers cover.
	Waived []Covered `json:"waived,omitempty"`
	// Known is the part that the baseline covers, and Entries are the indexes of its entries that
	// have the finding.
	Known   int   `json:"known,omitempty"`
	Entries []int `json:"entries,omitempty"`
	Debt    Debt  `json:"debt,omitempty"`
}

// Covered returns what waivers and the baseline make of the finding, the zero Covers for nothing.
func (s *Stamp) Covered() Covers {
	if s.Covers == nil {
		return Covers{}
	}
	return *s.Covers
}

// Cover returns the Covers to write to.
func (s *Stamp) Cover() *Covers {
	if s.Covers == nil {
		s.Covers = &Covers{}
	}
	return s.Covers
}

// WaivedCount adds up the parts that waivers cover.
func (s *Stamp) WaivedCount() int {
	n := 0
	for _, c := range s.Covered().Waived {
		n = AddCounts(n, c.Count)
	}
	return n
}

// Blocks reports whether the finding is one of those that cross a limit.
func (s Stamp) Blocks() bool { return s.Crosses != "" }

// LimitID names a limit of the verdict: "high", "image:high", or "alerts:zscaler-zpc high" for a
// limit of one alert source or check. Of two limits with one name, the second says what set it:
// "high by limits.max".
type LimitID string

// SetVerdict stores a verdict by r.Policy, and the stamps of the findings, which stand in the order
// of r.Findings.
func (r *Result) SetVerdict(v Verdict, stamps []Stamp) {
	r.Verdict, r.PolicySum = v, r.Policy.SHA256()
	for i := range r.Findings {
		r.Findings[i].Stamp = stamps[i]
	}
}
