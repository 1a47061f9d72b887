package result

import (
	"fmt"
	"slices"
)

// Contradiction is a kind of contradiction in the answers of a service that a user may
// accept. Every other contradiction is not an answer.
type Contradiction string

// The kinds that can be accepted: a real service may do so harmlessly.
const (
	SummaryMismatch  Contradiction = "summary-mismatch"
	SuccessWithError Contradiction = "success-with-error"
	ReportError      Contradiction = "report-error"
	FilesScannedZero Contradiction = "files-scanned-zero"
	AlertCount       Contradiction = "alert-count"
)

// ContradictionInfo describes a kind of contradiction.
type ContradictionInfo struct {
	Contradiction Contradiction
	// Help is one line for the documentation.
	Help string
}

// Contradictions returns every kind that can be accepted.
func Contradictions() []ContradictionInfo {
	return []ContradictionInfo{
		{SummaryMismatch, "the answer to a submission counts other alerts than the report of its scan"},
		{SuccessWithError, "the status of a scan says that it succeeded, and has an error"},
		{ReportError, "a report has an error beside its alerts"},
		{FilesScannedZero, "0 files of a task were scanned, and its answer has images, or its FROM lines have images without an answer"},
		{AlertCount, "the number of open alerts and their list differ, also after both were read again"},
	}
}

// Acceptable reports whether c is one of [Contradictions].
func (c Contradiction) Acceptable() bool {
	return slices.ContainsFunc(Contradictions(), func(i ContradictionInfo) bool { return i.Contradiction == c })
}

// Contradicts returns the error for an answer that contradicts itself, another answer, or
// what was asked for. Each kind of contradiction has a sentence of its own.
func Contradicts(format string, args ...any) error {
	return &FaultError{contradiction(fmt.Sprintf(format, args...))}
}

func contradiction(reason string) Fault {
	return Fault{Cause: CauseProtocol, Reason: reason, Fix: "run again; if it stays so, report it to the vendor of the service"}
}

// SharedID is the fault of two submissions that have the same id of a scan or task, which is what:
// the answer can't be that of both, and neither is answered by it.
func SharedID(what, id string) Fault {
	return contradiction(fmt.Sprintf("the service gave two submissions the same %s id %q", what, id))
}

// Fix is what a reader can do about the contradiction: other, or accept it.
func (c Contradiction) Fix(other string, n Names) string {
	return fmt.Sprintf("%s; if the service always answers so and nothing is missing, accept it with %s %s", other, n.Tolerate, c)
}
