package result

// Status is the state of a ledger row. The zero value is [Pending]: a row that
// nobody touched has no answer.
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

// UnmarshalText reads a name; a name that nobody knows is Pending, never Answered.
func (s *Status) UnmarshalText(b []byte) error {
	*s = Pending
	for i, name := range statusNames {
		if name == string(b) {
			*s = Status(i)
		}
	}
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

// Cause classes the reason of a failed or skipped row. It decides between the
// exit codes 3 and 5 and is stable for scripts; Reason is for people.
type Cause string

// The causes of failed rows.
const (
	// CauseTimeout: the service answered well and was not done by the deadline.
	// It is the only cause that leads to exit 5.
	CauseTimeout Cause = "timeout"
	// CauseNoCredentials: there is no API key.
	CauseNoCredentials Cause = "no-credentials"
	// CauseUnauthorized: the key was refused.
	CauseUnauthorized Cause = "unauthorized"
	// CauseQuota: the service's quota is used up.
	CauseQuota Cause = "quota"
	// CauseNetwork: no connection, TLS, a proxy, a broken transfer.
	CauseNetwork Cause = "network"
	// CauseService: the service answered with an error or reported a failed scan.
	CauseService Cause = "service"
	// CauseProtocol: an answer that can't be decoded, or an unknown state.
	CauseProtocol Cause = "protocol"
	// CauseTooLarge: the service refuses the file for its size.
	CauseTooLarge Cause = "too-large"
	// CauseNotAnswered: the answer does not name the target.
	CauseNotAnswered Cause = "not-answered"
	// CauseUnresolved: an image name with a variable that has no value.
	CauseUnresolved Cause = "unresolved"
	// CauseUnparsable: a file that can't be parsed, or an invalid image name.
	CauseUnparsable Cause = "unparsable"
	// CauseUnreadable: a file that can't be read.
	CauseUnreadable Cause = "unreadable"
	// CauseSensitive: a file that holds a secret, or may, and was not sent.
	CauseSensitive Cause = "sensitive"
	// CauseInterrupted: a signal ended the run.
	CauseInterrupted Cause = "interrupted"
)

// The causes of skipped rows.
const (
	CauseExcluded     Cause = "excluded"
	CauseNothingInIt  Cause = "nothing-to-scan" // scratch, an empty Dockerfile target
	CauseOutsideTree  Cause = "outside-tree"    // a symlink that leads out of the tree
	CauseBuiltHere    Cause = "built-here"      // a Compose service with build:
	CauseEmptyContent Cause = "empty"
)

// Row is one line of the ledger: a target and what became of it.
type Row struct {
	Target Target `json:"target"`
	Status Status `json:"status"`
	// Evidence is set for answered rows.
	Evidence Evidence `json:"evidence,omitempty"`
	// Cause and Reason are set for failed and skipped rows.
	Cause  Cause  `json:"cause,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Mend says what a person can do about a failed row.
	Mend string `json:"mend,omitempty"`
	// Submissions are the service's ids of the tasks or scans that held the target.
	Submissions []string `json:"submissions,omitempty"`
}
