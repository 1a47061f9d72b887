package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// maxReason is the length, in runes, at which the reason in the line is cut.
const maxReason = 120

// maxName is the same for the name of a row.
const maxName = 40

// words begin the line, by outcome.
var words = map[result.Outcome]string{
	result.OutcomePass:        "PASS",
	result.OutcomeFail:        "FAIL",
	result.OutcomeIncomplete:  "INCOMPLETE",
	result.OutcomeEmpty:       "NOTHING TO SCAN",
	result.OutcomeTimeout:     "TIMEOUT",
	result.OutcomeInterrupted: "INTERRUPTED",
	result.OutcomeUnverified:  "UNVERIFIED",
}

// compose writes the verdict line: a head and parts between semicolons. What decided comes first:
// the limits, or else what is missing.
func (v Verdict) compose(unlimited map[group]int, o Options) string {
	arithmetic, answers := v.arithmetic(unlimited), v.ledger.sentence()
	if v.ledger.planned == 0 && untouched(o.Change) {
		answers = ""
	}
	parts := []string{arithmetic, answers}
	if v.ledger.missing() > 0 && v.outcome != result.OutcomeFail {
		parts = []string{answers, arithmetic}
	}
	parts = append(parts, v.ledger.skips(), touch(o.Change), label(v.ledger, o))
	return v.head() + ": " + joinParts(parts)
}

func (v Verdict) head() string {
	soft := ""
	if v.soft {
		soft = ", soft"
	}
	return fmt.Sprintf("%s (exit %d%s)", words[v.outcome], v.ExitCode(), soft)
}

// arithmetic counts every severity that occurs, worst first, with its limits. Without findings it
// says so only where everything was answered.
func (v Verdict) arithmetic(unlimited map[group]int) string {
	var terms []string
	for _, sev := range result.Severities() {
		terms = append(terms, v.limitTerms(sev)...)
		terms = append(terms, unlimitedTerms(unlimited, sev)...)
	}
	if len(terms) == 0 && v.ledger.missing() == 0 && v.ledger.planned > 0 {
		return "no findings"
	}
	return strings.Join(terms, ", ")
}

// limitTerms writes each limit of a severity that counts anything or is crossed.
func (v Verdict) limitTerms(sev result.Severity) []string {
	var terms []string
	for _, c := range v.limits {
		if c.Severity == sev && (c.Count > 0 || c.Crossed) {
			terms = append(terms, term(c))
		}
	}
	return terms
}

// unlimitedTerms writes the findings of a severity that no limit counts, those of rows with their
// own limits last.
func unlimitedTerms(unlimited map[group]int, sev result.Severity) []string {
	var shared, own []string
	for g, n := range unlimited {
		switch {
		case g.severity != sev:
		case g.target == "":
			shared = append(shared, fmt.Sprintf("%s %d", sev, n))
		default:
			own = append(own, fmt.Sprintf("%s %s %d", rowName(g.target), sev, n))
		}
	}
	slices.Sort(own)
	return append(shared, own...)
}

// rowName is the name in a row's ID, on one line.
func rowName(id string) string {
	if _, name, ok := strings.Cut(id, ":"); ok {
		id = name
	}
	return text.Truncate(text.OneLine(id), maxName)
}

func term(c result.LimitCheck) string {
	name, sign := c.Severity.String(), "<="
	switch {
	case c.Target != "":
		name = rowName(c.Target) + " " + name
	case c.Kind != "":
		name = string(c.Kind) + ":" + name
	}
	if c.Crossed {
		sign = ">"
	}
	return fmt.Sprintf("%s %d %s %d", name, c.Count, sign, c.Max)
}

// sentence says how many planned targets were answered, how that is known, and why the others were
// not.
func (l ledger) sentence() string {
	switch {
	case l.planned == 0 && l.skipped == 0:
		return "no target was found"
	case l.planned == 0:
		return "every target was skipped"
	}
	s := fmt.Sprintf("%d/%d answered", l.answered, l.planned)
	if l.bySubmission > 0 {
		s += fmt.Sprintf(", %d by submission", l.bySubmission)
	}
	if l.missing() == 0 {
		return s
	}
	word := "failed"
	if l.pending() {
		word = "without an answer"
	}
	s += fmt.Sprintf(", %d %s", l.missing(), word)
	if reason := text.Truncate(text.OneLine(l.reason()), maxReason); reason != "" {
		s += ": " + reason
	}
	return s
}

func (l ledger) skips() string {
	if l.skipped == 0 {
		return ""
	}
	return fmt.Sprintf("%d skipped", l.skipped)
}

// label marks verdicts of the embedded service. Its answers on images are samples; what it says of
// templates is true.
func label(l ledger, o Options) string {
	switch {
	case !o.Embedded:
		return ""
	case l.images:
		return "embedded, sample data"
	}
	return "embedded"
}

func joinParts(parts []string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "; ")
}
