package result

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
)

func outcomes() []Outcome {
	return []Outcome{
		OutcomePass, OutcomeFail, OutcomeIncomplete, OutcomeEmpty, OutcomeTimeout, OutcomeInterrupted, OutcomeUnverified,
	}
}

// LimitCheck is one limit and how many findings it counts.
type LimitCheck struct {
	// Kind is empty where the limit counts all kinds together.
	Kind Kind `json:"kind,omitempty"`
	// Target is the ID of the one row that the limit counts, for the limits of
	// alert sources and checks.
	Target   string      `json:"target,omitempty"`
	Severity Severity    `json:"severity"`
	Count    int         `json:"count"`
	Max      int         `json:"max"`
	Crossed  bool        `json:"crossed"`
	Origin   LimitOrigin `json:"origin"`
}

// ID names the limit, so that a [Stamp] can refer to it.
func (l LimitCheck) ID() LimitID {
	switch {
	case l.Target != "":
		return LimitID(l.Target + " " + l.Severity.String())
	case l.Kind != "":
		return LimitID(string(l.Kind) + ":" + l.Severity.String())
	}
	return LimitID(l.Severity.String())
}

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
	Limits []LimitCheck     `json:"limits"`
	// Planned counts all rows but the skipped ones.
	Planned      int `json:"planned"`
	Answered     int `json:"answered"`
	BySubmission int `json:"bySubmission"`
	Failed       int `json:"failed"`
	Skipped      int `json:"skipped"`
	// NotSent counts what was recognized and can't be sent.
	NotSent int `json:"notSent"`
}
