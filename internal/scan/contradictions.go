package scan

import (
	"fmt"
	"slices"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// tolerable returns the error of a contradiction that the user may accept. If it is
// accepted, tolerable adds a notice and returns nil. fix is what else the reader can do.
func (r *run) tolerable(kind result.Contradiction, fix, reason string) error {
	if slices.Contains(r.opts.Tolerate, kind) {
		r.notices.add("", "%s; this is tolerated (%s)", reason, kind)
		return nil
	}
	return &result.FaultError{Fault: result.Fault{
		Cause: result.CauseProtocol, Reason: reason, Fix: kind.Fix(fix, r.opts.Names),
	}}
}

const runAgain = "run again"

// claim records the id of the scan or task that answers rows, as reserve does.
func (r *run) claim(rows []string, what, id string) error {
	r.ledger.addSubmission(rows, id)
	return r.reserve(rows, what, id)
}

// reserve records the id that the service gave to a submission, perhaps of an earlier run.
// An id that another submission has is the error [result.SharedID]. what is "scan" or "task".
func (r *run) reserve(rows []string, what, id string) error {
	others := r.ledger.claim(rows, what, id)
	if others == nil {
		return nil
	}
	shared := result.SharedID(what, id)
	r.opts.Resume.Delete(id)
	for _, row := range others {
		r.ledger.withdraw(row, id, shared)
	}
	return &result.FaultError{Fault: shared}
}

// checkStatus returns the contradiction of a scan's status, or nil.
func (r *run) checkStatus(scanID string, status optix.IaCStatus) error {
	if other := otherThan(scanID, status.ScanIDs); other != "" {
		return result.Contradicts("the status of scan %s names scan %q", scanID, other)
	}
	if status.Success && !status.Ongoing && status.Error != "" {
		return r.tolerable(result.SuccessWithError, runAgain,
			fmt.Sprintf("scan %s succeeded, and its status has an error: %s", scanID, status.Error))
	}
	return nil
}

// checkReport returns the first contradiction of a scan's report, or nil. alerts are
// those of the report that are the scan's.
func (r *run) checkReport(scan finishedScan, report optix.Report, alerts []result.Alert) error {
	if err := checkReportTop(scan.id, report); err != nil {
		return err
	}
	for _, a := range report.Alerts {
		if other := otherThan(scan.id, []string{a.ScanID}); other != "" {
			return result.Contradicts("the report of scan %s has an alert of scan %q", scan.id, other)
		}
	}
	if report.Error != "" {
		reason := fmt.Sprintf("the report of scan %s has an error: %s", scan.id, report.Error)
		if err := r.tolerable(result.ReportError, runAgain, reason); err != nil {
			return err
		}
	}
	if severity, counted, listed, ok := mismatch(scan.summary, alerts); ok {
		return r.tolerable(result.SummaryMismatch, runAgain,
			fmt.Sprintf("scan %s has %d %s alerts in the answer to its submission, and %d in its report", scan.id, counted, severity, listed))
	}
	return nil
}

func checkReportTop(scanID string, report optix.Report) error {
	switch other := otherThan(scanID, report.ScanIDs); {
	case other != "":
		return result.Contradicts("the report of scan %s is of scan %q", scanID, other)
	case report.Lost > 0:
		return result.Contradicts("the report of scan %s broke off, and was read again without %d of its alerts", scanID, report.Lost)
	case report.Failed:
		return result.Contradicts("the report of scan %s says that the scan did not succeed", scanID)
	case report.Ongoing:
		return result.Contradicts("the report of scan %s says that the scan is still being processed", scanID)
	case report.More:
		return result.Contradicts("the report of scan %s says that it has more pages, and the service documents none", scanID)
	}
	return nil
}

// otherThan returns the first of ids that is not id, or "".
func otherThan(id string, ids []string) string {
	for _, other := range ids {
		if other != "" && other != id {
			return other
		}
	}
	return ""
}

// mismatch compares a summary with the alerts of a report, severity by severity. The
// summary may count an alert of unknown severity anywhere, or not at all.
func mismatch(summary *optix.Summary, alerts []result.Alert) (severity result.Severity, counted, listed int, ok bool) {
	if summary == nil {
		return 0, 0, 0, false
	}
	listedBy := map[result.Severity]int{}
	for _, a := range alerts {
		listedBy[a.Severity]++
	}
	unknown := listedBy[result.Unknown]
	for _, c := range []struct {
		severity result.Severity
		n        int
	}{
		{result.Critical, summary.Critical}, {result.High, summary.High}, {result.Medium, summary.Medium}, {result.Low, summary.Low},
	} {
		listed := listedBy[c.severity]
		if unknown -= max(c.n-listed, 0); c.n < listed || unknown < 0 {
			return c.severity, c.n, listed, true
		}
	}
	return 0, 0, 0, false
}

// checkFilesScanned returns the contradiction of a Dockerfile task that scanned no file
// and has images, or nil.
func (r *run) checkFilesScanned(task optix.Task) error {
	if !scannedNothing(task) || len(task.Images) == 0 {
		return nil
	}
	return r.tolerable(result.FilesScannedZero, runAgain,
		fmt.Sprintf("the answer to task %s has images, and says that 0 files were scanned", task.ID))
}

// scannedNothing reports whether the task says that it scanned no file.
func scannedNothing(task optix.Task) bool { return task.FilesScanned != nil && *task.FilesScanned == 0 }
