package optix

import (
	"io"
	"time"
)

// Repo is what the service associates a submission with. Empty fields are not sent.
// The caller must remove user info from URL.
type Repo struct {
	URL            string
	Branch         string
	CommitterName  string
	CommitterEmail string
}

// File is one file of an upload.
type File struct {
	// Path is relative to the repository root, with slashes. It is sent as the file
	// name of the part, as raw UTF-8.
	Path string
	// Size is the planned size in bytes. Another size at the upload is a
	// [FileChangedError].
	Size int64
	// Open is called once per attempt, when the upload reaches the file.
	Open func() (io.ReadCloser, error)
}

// Submission is the answer to both submissions of images. TaskID is empty only if
// Duplicate or QuotaFull is set.
type Submission struct {
	TaskID string
	// Duplicate: a task for the same repository and branch (or images) is being
	// processed. TaskID, if any, is the id of that task.
	Duplicate bool
	// QuotaFull: the task has more images than the quota has left.
	QuotaFull bool
}

// TaskState is the meaning of a task's status.
type TaskState uint8

// The states of an image task. UnknownState, the zero value, is every status that
// the reference doesn't list.
const (
	UnknownState TaskState = iota
	Submitted
	Complete
	TaskFailed
)

// String returns the state's name, for messages.
func (s TaskState) String() string {
	switch s {
	case Submitted:
		return "submitted"
	case Complete:
		return "complete"
	case TaskFailed:
		return "failed"
	default:
		return "unknown"
	}
}

// Task is the answer to get-scan-result.
type Task struct {
	// ID is the task id in the answer.
	ID string
	// Status is the word of the service, State its meaning.
	Status string
	State  TaskState
	// Images are those of a task in the state Complete, as are FilesScanned.
	Images []Image
	// FilesScanned is nil if the answer doesn't say. The reference calls it a count of
	// images in one place, and a list of files in another.
	FilesScanned *int
	// RetryAfter is the pause that the answer asks for; 0 if it asks for none.
	RetryAfter time.Duration
}

// Image is the result for one image.
type Image struct {
	FullTag  string
	Registry string
	// Vulnerabilities has one entry per key of the answer, in its order. It is nil
	// if Err is set.
	Vulnerabilities []Count
	// Files are the Dockerfiles that name the image, as the service writes them.
	Files []string
	// Secure is nil if the answer doesn't say.
	Secure *bool
	// Err is set if the counts or isSecure can't be read: the image has no answer
	// then.
	Err error
}

// Count is the number of vulnerabilities of one severity, in the spelling of the
// service.
type Count struct {
	Severity string
	N        int
}

// ContainerResult is the answer to container-scan-result. Image is nil unless
// Success is set.
type ContainerResult struct {
	Success bool
	Status  string
	Message string
	Code    string
	Image   *Image
}

// IaCOptions are the optional parameters of an IaC scan. Zero values are not
// sent.
type IaCOptions struct {
	Repo Repo
	// Sync asks for the summary in the answer to the submission (async=false).
	Sync bool
	// SaveResults stores the findings in the account. The request must not be
	// repeated then.
	SaveResults bool
	// Policy is the name of the only IaC policy to scan against; "" is all.
	Policy string
}

// IaCSubmission is the answer to an IaC submission. Summary is nil if the answer has
// none, which does not mean zero alerts.
type IaCSubmission struct {
	ScanID  string
	Summary *Summary
}

// Summary is the number of alerts per severity.
type Summary struct {
	Critical int
	High     int
	Medium   int
	Low      int
}

// IaCStatus is the state of an IaC scan: ongoing, done if Success is set, and failed
// otherwise. Error is the reason of the service, which may be empty.
type IaCStatus struct {
	Ongoing bool
	Success bool
	Error   string
	// ScanIDs are the ids in the answer. The reference documents none.
	ScanIDs []string
	// RetryAfter is the pause that the answer asks for; 0 if it asks for none.
	RetryAfter time.Duration
}

// Report is a detailed report.
type Report struct {
	// Alerts are in the order of the report, followed by the lost ones.
	Alerts []IaCAlert
	// Lost is the number of alerts that were read before the transfer broke, and that
	// the report did not have when it was read again.
	Lost int
	// These are at the top of the report, where the reference documents only alerts.
	// ScanIDs are the ids of scans. Failed is "success": false, Ongoing that the scan is
	// not done, and More that there are further pages.
	ScanIDs               []string
	Error                 string
	Failed, Ongoing, More bool
}

// IaCAlert is one alert of a detailed report. Severity is the criticalLevel as
// written, "" if it is missing. Summary and Details may hold HTML.
type IaCAlert struct {
	ScanID   string
	Summary  string
	Severity string
	Details  string
}
