package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// maxReason is the longest reason in the line, in characters.
	maxReason = 120
	// maxPanic is the longest text of a bug in the line, in characters: whole, it is a report.
	maxPanic = 400
	// maxName is the longest name of a row, in characters.
	maxName = 40
)

// outcomeWord is the first word of the line.
func outcomeWord(o result.Outcome) string {
	switch o {
	case result.OutcomePass:
		return "PASS"
	case result.OutcomeFail:
		return "FAIL"
	case result.OutcomeEmpty:
		return "NOTHING TO SCAN"
	case result.OutcomeTimeout:
		return "TIMEOUT"
	case result.OutcomeInterrupted:
		return "INTERRUPTED"
	case result.OutcomeUnverified:
		return "UNVERIFIED"
	}
	return "INCOMPLETE"
}

// compose writes the verdict line: a head and parts between semicolons. The parts that decided come
// first: the limits, or the missing answers.
func (v Verdict) compose(b balance, o Options) string {
	counts, answers := v.countsPart(b, o), v.ledger.answersPart(o)
	if v.ledger.planned == 0 && untouched(o.Change) {
		answers = ""
	}
	parts := []string{counts, panicPart(o), answers}
	if (v.ledger.missing() > 0 || o.Panic != nil || v.unevaluated()) && v.outcome != result.OutcomeFail {
		parts = []string{panicPart(o), answers, counts}
	}
	parts = append(parts, v.waivedPart(), v.knownPart(), b.loweredPart(), v.ledger.choicePart(), v.ledger.skippedPart(), notSentPart(o.NotSent, v.outcome), touchedTargets(o.Change), toleratedPart(o.Tolerated), judgePart(o.Judge), embeddedPart(v.ledger, o), shardPart(o.Shard))
	return v.head(o.Shard) + ": " + joinParts(parts)
}

func (v Verdict) head(s *result.Shard) string {
	soft := ""
	if v.soft {
		soft = ", soft"
	}
	if s != nil {
		return fmt.Sprintf("SHARD %s (exit %d%s)", s, v.ExitCode(), v.shardNote()+soft)
	}
	return fmt.Sprintf("%s (exit %d%s)", outcomeWord(v.outcome), v.ExitCode(), soft)
}

// shardNote is the outcome of a shard, as far as the exit code does not say it.
func (v Verdict) shardNote() string {
	switch v.outcome {
	case result.OutcomeUnverified, result.OutcomeInterrupted:
		return ", " + string(v.outcome)
	}
	return ""
}

// shardPart says where the verdict comes from, for a share of a run.
func shardPart(s *result.Shard) string {
	if s == nil {
		return ""
	}
	return "scangate verdict decides on all " + strconv.Itoa(s.Total)
}

// countsPart counts every severity that occurs, worst first, with its limits. It says "no findings"
// only if everything was answered.
func (v Verdict) countsPart(b balance, o Options) string {
	var terms []string
	for _, sev := range result.Severities() {
		terms = append(terms, v.limitTerms(sev)...)
		terms = append(terms, b.unlimitedTerms(sev)...)
	}
	for _, c := range v.numbers {
		switch {
		case c.Unknown != "":
			terms = append(terms, fmt.Sprintf("%s=%d can't be evaluated%s: %s", c.Number, c.Max, originPart(c.Origin), text.OneLine(c.Unknown)))
		case c.Count > 0 || c.Crossed:
			terms = append(terms, comparison(string(c.Number), c.Count, c.Max)+originPart(c.Origin))
		}
	}
	if len(terms) == 0 && v.waived == 0 && v.ledger.missing() == 0 && v.ledger.planned > 0 && o.Panic == nil {
		return v.nothing()
	}
	return strings.Join(terms, ", ")
}

// nothing says that no finding counts.
func (v Verdict) nothing() string {
	if v.debts != nil && v.debts.known > 0 {
		return "no new findings"
	}
	return "no findings"
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
func (b balance) unlimitedTerms(sev result.Severity) []string {
	var shared, own []string
	for g, n := range b.unlimited {
		switch {
		case g.severity != sev:
		case g.target == "":
			shared = append(shared, fmt.Sprintf("%s %d%s", sev, n, b.loosening(sev)))
		default:
			own = append(own, fmt.Sprintf("%s %s %d", rowName(g.target), sev, n))
		}
	}
	slices.Sort(own)
	return append(shared, own...)
}

// loweredPart counts the findings that rules of the policy count as less severe than they are.
func (b balance) loweredPart() string {
	switch origins := b.lowering; len(origins) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%d lowered (%s)", b.lowered.n, originText(origins[0]))
	default:
		return fmt.Sprintf("%d lowered (%s and %d more)", b.lowered.n, originText(origins[0]), len(origins)-1)
	}
}

// loosening names the statement by which a severity that fails by default is not limited.
func (b balance) loosening(sev result.Severity) string {
	if b.failOn == nil || sev < result.High || obvious(b.failOn.Origin) {
		return ""
	}
	return " (fail-on " + word(b.failOn) + ": " + originText(b.failOn.Origin) + ")"
}

// originPart is the origin of a limit, in parentheses, unless it is obvious.
func originPart(o result.Origin) string {
	if obvious(o) {
		return ""
	}
	return " (" + originText(o) + ")"
}

// obvious reports whether a reader of the line knows the origin: the command line, or the default.
func obvious(o result.Origin) bool {
	return strings.HasPrefix(o.Setting, "--") || o.Setting == result.DefaultSetting
}

func originText(o result.Origin) string {
	return text.Truncate(text.OneLine(cmp.Or(o.Place, o.Setting)), maxReason)
}

// rowName is the name in a row's ID, on one line.
func rowName(id string) string {
	if _, name, ok := strings.Cut(id, ":"); ok {
		id = name
	}
	return text.Truncate(text.OneLine(id), maxName)
}

func term(c result.LimitCheck) string {
	name := c.Severity.String()
	switch {
	case c.Target != "": // what states it is the entry of the row
		return comparison(rowName(c.Target)+" "+name, c.Count, c.Max)
	case c.Kind != "":
		name = string(c.Kind) + ":" + name
	}
	if c.Path != "" {
		name = text.Truncate(text.OneLine(c.Path), maxName) + " " + name
	}
	return comparison(name, c.Count, c.Max) + originPart(c.Origin)
}

// comparison is "high 3 > 0" or "high 3 <= 5".
func comparison(name string, count, most int) string {
	sign := "<="
	if count > most {
		sign = ">"
	}
	return fmt.Sprintf("%s %d %s %d", name, count, sign, most)
}

// answersPart counts the answered targets and those known only by submission, and gives a reason
// for the others.
func (l ledger) answersPart(o Options) string {
	switch {
	case l.planned == 0 && l.skipped == 0 && (o.Interrupted != 0 || o.Panic != nil):
		return "ended before a target was found"
	case l.planned == 0 && l.skipped == 0 && o.Shard != nil:
		return "no target in this share"
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
	if reason := text.Truncate(text.OneLine(l.reason(o.panicReason())), maxReason); reason != "" {
		s += ": " + reason
	}
	return s
}

// panicPart names the bug that ended the run.
func panicPart(o Options) string { return text.Truncate(text.OneLine(o.panicReason()), maxPanic) }

func (o Options) panicReason() string {
	if o.Panic == nil {
		return ""
	}
	return o.Panic.Reason
}

// waivedPart counts what waivers cover, 0 too, if there are any.
func (v Verdict) waivedPart() string {
	if len(v.waivers) == 0 {
		return ""
	}
	return fmt.Sprintf("%d waived", v.waived)
}

// knownPart counts what the baseline covers, 0 too, if there is one.
func (v Verdict) knownPart() string {
	if v.debts == nil {
		return ""
	}
	s := fmt.Sprintf("%d known", v.debts.known)
	if v.debts.changed > 0 {
		s += fmt.Sprintf(", %d of them changed", v.debts.changed)
	}
	if v.debts.due > 0 {
		s += fmt.Sprintf(", %d due", v.debts.due)
	}
	return s
}

// choicePart counts the alerts that were read, if any was left out.
func (l ledger) choicePart() string {
	if len(l.choice.LeftOut) == 0 {
		return ""
	}
	return "alerts: " + text.Truncate(text.OneLine(l.choice.String()), maxReason)
}

func (l ledger) skippedPart() string {
	if l.skipped == 0 {
		return ""
	}
	return fmt.Sprintf("%d skipped", l.skipped)
}

// toleratedPart names the contradictions that the user accepts, whether or not one occurred.
func toleratedPart(kinds []result.Contradiction) string {
	if len(kinds) == 0 {
		return ""
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return "tolerated: " + strings.Join(names, ", ")
}

// embeddedPart labels verdicts of the embedded service. Its image counts, alerts and hits are
// sample data; its findings in templates are real.
func embeddedPart(l ledger, o Options) string {
	switch {
	case !o.Embedded:
		return ""
	case l.samples:
		return "embedded, sample data"
	}
	return "embedded"
}

func joinParts(parts []string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "; ")
}

// judgePart names the policy that judged, and counts what the change loosens in it.
func judgePart(j *result.Judge) string {
	if j == nil || j.Name == "" && j.Setting == "" {
		return ""
	}
	part := "policy: " + text.Truncate(text.OneLine(j.String()), maxReason)
	switch n := j.Loosened(); {
	case n > 0 && j.Approved:
		part += fmt.Sprintf("; loosens policy: %d, approved", n)
	case n > 0:
		part += fmt.Sprintf("; loosens policy: %d", n)
	}
	return part
}
