package result

import (
	"fmt"
	"time"
)

// Outcome names a verdict.
type Outcome string

// The outcomes. Unverified is what --on-error warn and --on-no-credentials warn
// make of an incomplete run: exit 0, and never called a pass.
const (
	OutcomePass        Outcome = "pass"
	OutcomeFail        Outcome = "fail"
	OutcomeIncomplete  Outcome = "incomplete"
	OutcomeEmpty       Outcome = "nothing-to-scan"
	OutcomeTimeout     Outcome = "timeout"
	OutcomeInterrupted Outcome = "interrupted"
	OutcomeUnverified  Outcome = "unverified"
	// OutcomeShard is that of a share of a run in which nothing is wrong: it is not a pass.
	OutcomeShard Outcome = "shard"
)

func outcomes() []Outcome {
	return []Outcome{
		OutcomePass, OutcomeFail, OutcomeIncomplete, OutcomeEmpty, OutcomeTimeout, OutcomeInterrupted, OutcomeUnverified, OutcomeShard,
	}
}

// LimitCheck is one limit and how many findings it counts.
type LimitCheck struct {
	// ID is unique among the limits of a verdict, so that a [Stamp] can refer to it.
	ID LimitID `json:"id"`
	// Kind is empty where the limit counts all kinds together.
	Kind Kind `json:"kind,omitempty"`
	// Target is the ID of the one row that the limit counts, for the limits of alert sources and
	// checks.
	Target string `json:"target,omitempty"`
	// Path is the glob of the files whose findings the limit counts, "" for all.
	Path     string   `json:"path,omitempty"`
	Severity Severity `json:"severity"`
	Count    int      `json:"count"`
	Max      int      `json:"max"`
	Crossed  bool     `json:"crossed"`
	Origin   Origin   `json:"origin"`
}

// NumberCheck is the limit of a number.
type NumberCheck struct {
	Number Number `json:"number"`
	Count  int    `json:"count"`
	// Unknown says why the number could not be counted. Such a run is incomplete.
	Unknown string `json:"unknown,omitempty"`
	Max     int    `json:"max"`
	Crossed bool   `json:"crossed"`
	Origin  Origin `json:"origin"`
}

// Ignored is a limit that has no effect, because a stronger source allows less.
type Ignored struct {
	// Value is what its source states, for example "critical=9999".
	Value  string `json:"value"`
	Origin Origin `json:"origin"`
	// By is the stronger limit as it was stated, for example "--fail-on high", and Max what it
	// allows.
	By  string `json:"by"`
	Max int    `json:"max"`
}

// Why says what has no effect, and why.
func (i Ignored) Why() string {
	return fmt.Sprintf("%s has no effect: %s allows %d", i.Value, i.By, i.Max)
}

// Notice is a notice about where it was stated.
func (i Ignored) Notice() Notice { return i.Origin.Notice("%s", i.Why()) }

// Verdict is the record of a decision: what reports show of it. It can't make a
// pass: exit codes are read from gate.Verdict alone.
type Verdict struct {
	Outcome Outcome `json:"outcome"`
	Exit    int     `json:"exit"`
	// Soft is set where findings crossed a limit and --soft-fail made it exit 0.
	Soft bool `json:"soft,omitempty"`
	// Line is the verdict line, without the leading "scangate: ".
	Line string `json:"line"`
	// Counts holds every severity that occurs; vulnerabilities for images,
	// findings for everything else.
	Counts map[Severity]int `json:"counts"`
	// Limits are those that can be crossed, worst severity first. A limit that can't be crossed
	// without another one is left out.
	Limits  []LimitCheck  `json:"limits"`
	Numbers []NumberCheck `json:"numbers,omitempty"`
	// Ignored are limits of weaker sources that allow more than a stronger one.
	Ignored []Ignored `json:"ignored,omitempty"`
	// Waived counts what waivers cover, as Counts does the rest. Waivers has what became of each
	// one, in the order of the policy.
	Waived  int           `json:"waived,omitempty"`
	Waivers []WaiverCheck `json:"waivers,omitempty"`
	// Known counts what the baseline covers, and Changed the part of it in blocks that changed
	// since. Due counts what entries have that are too old; it is in Counts, too.
	Known   int `json:"known,omitempty"`
	Changed int `json:"changed,omitempty"`
	Due     int `json:"due,omitempty"`
	// Decided is the time as of which waivers and entries of the baseline expire.
	Decided time.Time `json:"decided,omitzero"`
	// Planned counts all rows but the skipped ones.
	Planned      int `json:"planned"`
	Answered     int `json:"answered"`
	BySubmission int `json:"bySubmission"`
	Failed       int `json:"failed"`
	Skipped      int `json:"skipped"`
	// NotSent counts what was recognized and can't be sent.
	NotSent int `json:"notSent"`
}
