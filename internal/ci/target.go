package ci

import (
	"net/url"
	"strings"

	"github.com/scangate/scangate/internal/secret"
)

// Target is the branch whose policy judges a run, as the host states it. Without a branch, the
// run is judged by its own policy.
type Target struct {
	// Branch is the short name of the branch.
	Branch string
	// URL is where the repository of the branch can be fetched from, without user info.
	URL string
	// Commit is the full id of the branch's tip as of the event, "" if the host states none.
	Commit string
	// Merge is the full id of the commit that the host made to merge the change into the branch,
	// "" if there is none. Its first parent is the tip that it was merged into, and its second
	// parent is Head, where the host states that.
	Merge, Head string
	// MergeBase is the full id of the commit at which the change began, "" if the host states none.
	MergeBase string
	// User and Token are the job's own credential for the host of URL, "" if there is none.
	User  string
	Token secret.Value
	// CAFile names the certificate authorities of the host, "" for those of the system.
	CAFile string
	// Unnamed is set if the job judges a commit of which the host states no target: the user has to
	// name the policy.
	Unnamed bool
	// Fix says what a job needs so that the target's commit can be fetched.
	Fix string
}

// ApprovalLabel starts the label of a pull or merge request that approves a change to the policy.
// The approved hash follows.
const ApprovalLabel = "scangate-approve-"

// TargetOf returns the target of the job that runs the program. It reads variables, and in GitHub
// Actions the file of the event. Its error says that this file can't be read.
func TargetOf(getenv func(string) string) (Target, error) {
	for _, p := range Profiles() {
		if !p.matches(getenv) {
			continue
		}
		if p.target == nil {
			return Target{}, nil
		}
		t, err := p.target(getenv)
		return t.usable(), err
	}
	return Target{}, nil
}

// usable empties what can't be right: a commit that is not a full id, and a name that holds control
// characters.
func (t Target) usable() Target {
	for _, field := range []*string{&t.Branch, &t.URL} {
		*field = usableText(*field)
	}
	for _, id := range []*string{&t.Commit, &t.Merge, &t.Head, &t.MergeBase} {
		if !isHash(*id) {
			*id = ""
		}
	}
	return t
}

// branchOf returns the short name of a branch's ref; ok is false for any other ref.
func branchOf(ref string) (name string, ok bool) { return strings.CutPrefix(ref, "refs/heads/") }

// cloneURL returns the address to fetch a project from, of which the host states the address of its
// page. GitLab redirects a fetch without the ending, and redirects are not followed.
func cloneURL(page string) string {
	if page == "" {
		return ""
	}
	return strings.TrimSuffix(strings.TrimSuffix(page, "/"), ".git") + ".git"
}

// sameHost reports whether two addresses have the same scheme, host and port.
func sameHost(a, b string) bool {
	first, errA := url.Parse(a)
	second, errB := url.Parse(b)
	return errA == nil && errB == nil && first.Host != "" && first.Scheme == second.Scheme && strings.EqualFold(first.Host, second.Host)
}
