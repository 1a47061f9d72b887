package result

import (
	"fmt"
	"slices"
	"strings"
)

// Status is the state of a ledger row. The zero value is [Pending]: a row that
// was never touched has no answer.
type Status uint8

// The states of a row. Pending is left at the end of a run only where the run
// was cut off, and counts as no answer.
const (
	Pending Status = iota
	Answered
	Failed
	Skipped
)

var statusNames = [...]string{"pending", "answered", "failed", "skipped"}

// String returns the lower-case name.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return statusNames[Pending]
}

// MarshalText writes the lower-case name.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Status) UnmarshalText(b []byte) error {
	i := slices.Index(statusNames[:], string(b))
	if i < 0 {
		return fmt.Errorf("unknown status %q: must be one of %s", b, strings.Join(statusNames[:], ", "))
	}
	*s = Status(i)
	return nil
}

// Evidence says how a row is known to be answered.
type Evidence string

// The kinds of evidence.
const (
	// ByName: the image, or the file, stands in the answer.
	ByName Evidence = "named"
	// BySubmission: the target was part of a submission that ended in success
	// and whose report was read; the report lists alerts only.
	BySubmission Evidence = "submitted"
)

// Row is one line of the ledger: a target and what became of it.
type Row struct {
	Target Target `json:"target"`
	Status Status `json:"status"`
	// Evidence is set for answered rows.
	Evidence Evidence `json:"evidence,omitempty"`
	// Fault is set for failed and skipped rows; its fields are the row's in JSON.
	Fault
	// Exclusion is the choice that leaves the target out, for rows that are skipped by one.
	Exclusion *Exclusion `json:"exclusion,omitempty"`
	// Exclude is the line that leaves the target out, to paste under targets.exclude of the
	// config file. It is set for failed rows, if the fault is one of the target.
	Exclude string `json:"exclude,omitempty"`
	// Submissions are the service's ids of the tasks or scans that held the target.
	Submissions []string `json:"submissions,omitempty"`
}

// Unanswered reports whether the row was planned and has no answer. That includes a row
// whose status is not one of the known.
func (row *Row) Unanswered() bool { return row.Status != Answered && row.Status != Skipped }
