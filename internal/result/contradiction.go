package result

import (
	"fmt"
	"slices"
	"strings"
)

// Contradiction is a kind of contradiction in the answers of a service that a user may
// accept. Every other contradiction is no answer.
type Contradiction string

// The kinds that can be accepted, because a real service may do so harmlessly.
const (
	// SummaryMismatch: the submission of templates and the report of the scan have
	// different numbers of alerts.
	SummaryMismatch Contradiction = "summary-mismatch"
	// SuccessWithError: a scan of templates is done and has an error.
	SuccessWithError Contradiction = "success-with-error"
	// ReportError: a report has an error beside its alerts.
	ReportError Contradiction = "report-error"
	// FilesScannedZero: a task scanned no file, and there are images in its answer or in
	// its Dockerfiles.
	FilesScannedZero Contradiction = "files-scanned-zero"
	// AlertCount: a list of open alerts and their number differ.
	AlertCount Contradiction = "alert-count"
)

// Contradictions returns all kinds that can be accepted.
func Contradictions() []Contradiction {
	return []Contradiction{SummaryMismatch, SuccessWithError, ReportError, FilesScannedZero, AlertCount}
}

// UnmarshalText reads a kind. An unknown kind is an error.
func (c *Contradiction) UnmarshalText(b []byte) error {
	*c = Contradiction(b)
	if !slices.Contains(Contradictions(), *c) {
		return fmt.Errorf("unknown contradiction %q", string(b))
	}
	return nil
}

// JoinContradictions lists kinds for people.
func JoinContradictions(kinds []Contradiction) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return strings.Join(words, ", ")
}
