package campaign

import (
	"slices"
	"strings"
)

// The calls of the service that a scan needs.
const (
	callIaC         = "iac/scan"
	callStatus      = "iac/scan/status"
	callReport      = "iac/scan/detailedReport"
	callDockerfiles = "image-scanning/submit-for-scan"
	callNames       = "image-scanning/submit-for-scan/by-image-name"
	callTask        = "image-scanning/get-scan-result"
)

func calls() []string {
	return []string{callIaC, callStatus, callReport, callDockerfiles, callNames, callTask}
}

func submissions() []string { return []string{callIaC, callDockerfiles, callNames} }

func isUpload(call string) bool { return call == callIaC || call == callDockerfiles }

// temper says what a client may make of a fault.
type temper string

const (
	passing  temper = "passing"  // it goes away, or may: try again until the deadline
	final    temper = "final"    // no answer can be had from this: fail the target
	harmless temper = "harmless" // it can be read honestly
	waiting  temper = "waiting"  // not yet
	fatal    temper = "fatal"    // the key is refused: everything ends
)

// fault is one way to misbehave.
type fault struct {
	name   string
	temper temper
	on     []string // the calls that can do so; nil is all
	// tolerate is the --tolerate that makes a contradiction harmless; "" without one.
	tolerate string
}

// faults lists what the service and what lies before it can do wrong.
func faults() []fault {
	return slices.Concat(anyFaults(), submissionFaults(), scanFaults(), taskFaults())
}

// each makes faults of one temper.
func each(t temper, on []string, names string) []fault {
	var list []fault
	for name := range strings.FieldsSeq(names) {
		list = append(list, fault{name: name, temper: t, on: on})
	}
	return list
}

// tolerable makes contradictions that --tolerate accepts.
func tolerable(name string, on []string, names string) []fault {
	list := each(final, on, names)
	for i := range list {
		list[i].tolerate = name
	}
	return list
}

// anyFaults can happen to every call.
func anyFaults() []fault {
	return slices.Concat(
		each(passing, nil, "reset reset-late hang very-slow cut cut-chunked drip"),
		each(passing, nil, "429-seconds 429-date 429-absurd 503-soon 408 425 500 502 503 504 520"),
		each(passing, []string{callIaC, callDockerfiles}, "reset-upload"),
		each(harmless, nil, "slow"),
		each(final, nil, "redirect-away redirect-loop endless arguments spoof 403 404 413 418 501"),
		each(final, nil, undecodable),
		each(final, nil, "duplicate-key key-case 201 202 203 204 205 206"),
		each(fatal, nil, "unauthorized no-user key-not-seen"),
	)
}

// undecodable are the faults in which a 200 brings no JSON object.
const undecodable = "html redirect-login garbage half-json empty null array trailing bad-utf8"

func isUndecodable(name string) bool { return slices.Contains(strings.Fields(undecodable), name) }

// lies are the faults in which something comes that is no answer.
const lies = undecodable + " cut cut-chunked endless duplicate-key key-case 201 202 203 204 205 206"

func submissionFaults() []fault {
	templates, images := []string{callIaC}, []string{callDockerfiles, callNames}
	return slices.Concat(
		each(final, submissions(), "no-id null-id blank-id"),
		each(harmless, submissions(), "number-id"),
		each(harmless, templates, "summary"),
		each(final, templates, "odd-summary null-summary-count"),
		tolerable("summary-mismatch", templates, "summary-lies"),
		each(final, submissions(), "same-id"),
		each(waiting, images, "duplicate duplicate-without-id"),
		each(final, images, "quota quota-as-text quota-with-id"),
	)
}

// scanFaults are those of IaC scans: their status and their report.
func scanFaults() []fault {
	status, report := []string{callStatus}, []string{callReport}
	return slices.Concat(
		each(waiting, status, "neither unheard-of ongoing"),
		each(harmless, status, "flags-as-text other-spelling"),
		each(final, status, "no-flags null-flags odd-flags no-success null-success failed-why"),
		tolerable("success-with-error", status, "success-with-error"),
		tolerable("report-error", report, "report-error"),
		each(final, report, "report-unsuccessful report-has-next report-other-scan cut-shorter"),
		each(harmless, report, "report-same-scan"),
		each(final, report, "other-alert other-report no-alerts null-alerts null-alert unknown-scan"),
		each(harmless, report, "odd-severity no-severity null-severity number-severity lower-case no-scan-id"),
	)
}

// taskFaults are those of image tasks.
func taskFaults() []fault {
	task := []string{callTask}
	return slices.Concat(
		each(final, task, "failed odd-status no-status null-status other-id no-task-id null-task-id"),
		each(final, task, "no-result null-result object-result null-item null-tag"),
		tolerable("files-scanned-zero", task, "files-scanned-zero"),
		each(waiting, task, "never"),
		each(harmless, task, "drop extra twice twice-unreadable short-names registry-url digest-added digest-lost null-files"),
		each(harmless, task, "counts-as-text few-counts huge insecure secure-lie empty-secure"),
		// These leave an image without an answer, and not the task.
		each(harmless, task, "negative fraction null-count odd-count null-counts no-counts empty-counts odd-secure"),
	)
}
