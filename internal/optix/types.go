package optix

import "io"

// Repo is what a submission is associated with at the service. Empty fields are
// not sent. User info must have been taken out of URL by the caller.
type Repo struct {
	URL            string
	Branch         string
	CommitterName  string
	CommitterEmail string
}

// File is one file of an upload.
type File struct {
	// Path is sent as the part's file name: relative to the repository root,
	// with slashes, as raw UTF-8.
	Path string
	// Size in bytes, as planned. A file that has another size when it is
	// uploaded is a [FileChangedError].
	Size int64
	// Open is called once per attempt, when the file's turn comes.
	Open func() (io.ReadCloser, error)
}

// Submission is the answer to both image submissions. TaskID is empty only
// where Duplicate or QuotaFull is set.
type Submission struct {
	TaskID string
	// Duplicate: a task for the same repository and branch (or images) is being
	// processed; TaskID, if any, is that task's.
	Duplicate bool
	// QuotaFull: the task holds more images than the quota has left.
	QuotaFull bool
}

// TaskState is the meaning of a task's status.
type TaskState uint8

// The states of an image task. UnknownState, the zero value, is every status
// that the reference doesn't list.
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
	// ID is the task id that the answer names.
	ID string
	// Status is the service's word, and State what it means.
	Status string
	State  TaskState
	// Images is filled only in the state Complete.
	Images []Image
}

// Image is the result for one image.
type Image struct {
	FullTag  string
	Registry string
	// Vulnerabilities holds one entry per key of the answer, in its order. It
	// means nothing where Err is set.
	Vulnerabilities []Count
	// Files are the Dockerfiles that name the image, as given.
	Files []string
	// Public and Secure are nil where the answer doesn't say.
	Public *bool
	Secure *bool
	// Err is set where the image stands in the answer and its counts or its
	// isSecure can't be read: such an image has no answer.
	Err error
}

// Count is the number of vulnerabilities of one severity, which is spelled as
// the service spells it.
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
	// SaveResults stores the findings in the account, which makes the request
	// one that must not be repeated.
	SaveResults bool
	// Policy is the name of the one IaC policy to scan against; "" is all.
	Policy string
}

// IaCSubmission is the answer to an IaC submission. Summary is nil where the
// answer has none, which is never the same as zero.
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

// IaCStatus is the state of an IaC scan: ongoing; done where Success is set;
// failed otherwise, with the service's words in Error (which may be empty).
type IaCStatus struct {
	Ongoing bool
	Success bool
	Error   string
}

// IaCAlert is one alert of a detailed report. Severity is the service's
// criticalLevel as given, "" where it is missing. Details is raw.
type IaCAlert struct {
	ScanID   string
	Summary  string
	Severity string
	Details  string
}
