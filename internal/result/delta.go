package result

// State says how a finding compares with an earlier result or a baseline.
type State string

// The states of a finding.
const (
	// StateNew: it was not there.
	StateNew State = "new"
	// StateWorse: it was there with a lower severity, or a lower count.
	StateWorse State = "worse"
	// StateChanged: it was there, and the lines of its resource have changed since.
	StateChanged State = "changed"
	// StateKnown: it was there.
	StateKnown State = "known"
)

// Delta is what a run changes: its findings against those of an earlier result or a baseline.
type Delta struct {
	// Against is the file of the other side.
	Against string `json:"against"`
	// New, Known and Fixed count like [Verdict].Counts. Findings outside the change are left out.
	New   map[Severity]int `json:"new"`
	Known map[Severity]int `json:"known"`
	Fixed map[Severity]int `json:"fixed"`
	// Entries are what is fixed, with the part of the count that is gone.
	Entries []BaselineEntry `json:"entries"`
	// Unseen counts what is in places that the run did not look at.
	Unseen int `json:"unseen,omitempty"`
}
