package result

// Cause classifies why a row is failed or skipped. It decides between the exit
// codes 3 and 5 and is stable for scripts; Reason is for people.
type Cause string

// The causes of failed rows.
const (
	// CauseTimeout: the service answered and was not done by the deadline. It is
	// the only cause that leads to exit 5.
	CauseTimeout Cause = "timeout"
	// CauseNoCredentials: no API key was given, so that nothing was sent.
	CauseNoCredentials Cause = "no-credentials"
	// CauseUnauthorized: the service refused the key, or no key looks like it.
	CauseUnauthorized Cause = "unauthorized"
	// CauseQuota: the service's quota is used up.
	CauseQuota Cause = "quota"
	// CauseNetwork: no connection, TLS, a proxy, a broken transfer.
	CauseNetwork Cause = "network"
	// CauseService: the service answered with an error or reported a failed scan.
	CauseService Cause = "service"
	// CauseProtocol: an answer that can't be decoded, or an unknown state.
	CauseProtocol Cause = "protocol"
	// CauseTooLarge: the service refuses the file for its size, or reading it would take
	// too much memory.
	CauseTooLarge Cause = "too-large"
	// CauseNotAnswered: the answer does not name the target.
	CauseNotAnswered Cause = "not-answered"
	// CauseUnresolved: an image reference with a variable that has no value.
	CauseUnresolved Cause = "unresolved"
	// CauseUnparsable: a file that can't be parsed, or an invalid image reference.
	CauseUnparsable Cause = "unparsable"
	// CauseUnreadable: a file that can't be read.
	CauseUnreadable Cause = "unreadable"
	// CauseInvalidName: the name of a file is not UTF-8, so that no request and no
	// report can hold it.
	CauseInvalidName Cause = "invalid-name"
	// CauseSensitive: a file that holds or may hold a secret, and was not sent.
	CauseSensitive Cause = "sensitive"
	// CauseNotAllowed: an image that the run must not have scanned, or a file that names one.
	CauseNotAllowed Cause = "not-allowed"
	// CauseNotRendered: a chart or an overlay that does not render, or whose program is not
	// installed.
	CauseNotRendered Cause = "not-rendered"
	// CauseLeftPlan: a file that was a target where the change began, and is skipped or not sent
	// now.
	CauseLeftPlan Cause = "left-plan"
	// CauseUnmatched: what an alert source chooses by matches no alert, and may be mistyped.
	CauseUnmatched Cause = "unmatched"
	// CauseStale: the service has not looked at an account of an alert source, or not lately.
	CauseStale Cause = "stale"
	// CauseInterrupted: a signal ended the run.
	CauseInterrupted Cause = "interrupted"
	// CauseInternal: a bug of scangate.
	CauseInternal Cause = "internal"
)

// The causes of skipped rows.
const (
	// CauseExcluded: the user excluded it.
	CauseExcluded Cause = "excluded"
	// CauseNothingInIt: scratch, or a Dockerfile without a target.
	CauseNothingInIt Cause = "nothing-to-scan"
	// CauseOutsideTree: a symlink that leads out of the tree.
	CauseOutsideTree Cause = "outside-tree"
	// CauseBuiltHere: an image that is built here from a Dockerfile of the plan.
	CauseBuiltHere Cause = "built-here"
	// CauseReplaced: an image that a kustomization replaces by another one of the plan.
	CauseReplaced Cause = "replaced"
	// CauseEmptyContent: an empty file.
	CauseEmptyContent Cause = "empty"
)

func failedCauses() []Cause {
	return []Cause{
		CauseTimeout, CauseNoCredentials, CauseUnauthorized, CauseQuota, CauseNetwork, CauseService, CauseProtocol,
		CauseTooLarge, CauseNotAnswered, CauseUnresolved, CauseUnparsable, CauseUnreadable,
		CauseInvalidName, CauseSensitive, CauseNotAllowed, CauseNotRendered, CauseLeftPlan, CauseUnmatched, CauseStale, CauseInterrupted, CauseInternal,
	}
}

func skippedCauses() []Cause {
	return []Cause{CauseExcluded, CauseNothingInIt, CauseOutsideTree, CauseBuiltHere, CauseReplaced, CauseEmptyContent}
}

// Fault is why a target has no answer: what kind of failure, what happened, and
// what the reader can do about it. The same type holds the reason of a skipped
// row, which needs no fix.
type Fault struct {
	Cause Cause `json:"cause,omitempty"`
	// Reason says what happened and where, in one sentence without advice.
	Reason string `json:"reason,omitempty"`
	// Fix is what the reader can do or type; "" where nothing can be done.
	Fix string `json:"fix,omitempty"`
}

// FaultError is a [Fault] on its way to a row.
type FaultError struct{ Fault }

// Error returns the reason and the fix.
func (e *FaultError) Error() string {
	if e.Fix == "" {
		return e.Reason
	}
	return e.Reason + "; fix: " + e.Fix
}

// Names are what the user calls the settings that a message mentions, for
// example "--endpoint" or "SCANGATE_ZSCALER_ZPC_URL". Package run knows them and
// hands them down: no package below it writes the name of a flag.
type Names struct {
	// Address and Key are where a service's address and credential come from.
	Address, Key string
	// These hold for every service. Proxy names the proxy, NoProxy the hosts that
	// are reached without it.
	CAFile, Timeout, Proxy, NoProxy string
	// Tolerate accepts a contradiction.
	Tolerate string
	// OnNoCredentials is what decides about a missing credential.
	OnNoCredentials string
	// These are for Cloud Optix.
	Policy, RepoURL, Branch string
	// These choose what is planned.
	Exclude, ExcludeImage, Image, Dockerfile, Templates, BuildArg, Var, Platform, Render, IncludeSensitive, NewFrom, AllowRegistry string
}
