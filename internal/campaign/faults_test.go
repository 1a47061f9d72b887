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
	// a part of it has no answer, such as one image of a task; the rest can be read honestly
	unreadable temper = "unreadable"
	// what comes of it follows from the numbers that were sent before and after it
	counted temper = "counted"
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
	return slices.Concat(anyFaults(), ownFaults(), sourceFaults())
}

// each makes faults of one temper.
func each(t temper, on []string, names string) []fault {
	var list []fault
	for name := range strings.FieldsSeq(names) {
		list = append(list, fault{name: name, temper: t, on: on})
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

// lies are the faults in which something comes that is not an answer.
const lies = undecodable + " cut cut-chunked endless duplicate-key key-case 201 202 203 204 205 206"

// ownFaults are those of single calls: the tables of lies, and what is not a lie.
func ownFaults() []fault {
	templates, images := []string{callIaC}, []string{callDockerfiles, callNames}
	status, report, task := []string{callStatus}, []string{callReport}, []string{callTask}
	return slices.Concat(
		faultsOf(submissions(), submissionLies()),
		faultsOf(templates, templateLies()),
		each(waiting, images, "duplicate duplicate-without-id"),
		faultsOf(images, quotaLies()),
		faultsOf(status, statusLies()),
		faultsOf(report, reportLies()),
		faultsOf(report, alertLies()),
		faultsOf(task, taskLies()),
		faultsOf(task, resultLies()),
		faultsOf(task, entryLies()),
		faultsOf(task, imageLies()),
		faultsOf(task, nameLies()),
	)
}
