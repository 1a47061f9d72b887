package ci

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
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
	// Abbreviated is what the host states instead of Commit: the first digits of its id.
	Abbreviated string
	// Tracked is set if the branch is read from the clone of the job, as origin has it, before it
	// is fetched: many jobs of the host can't fetch anything.
	Tracked bool
	// Unnamed is set if the job judges a commit of which the host states no target: the user has to
	// name the policy.
	Unnamed bool
	// Whole says why the job judges everything, and not a change against the branch. It is "" for a
	// change.
	Whole string
	// Fix says what a job needs so that the target's commit can be fetched.
	Fix string

	// wrong is a commit that the host states and that can't be one. named is a revision that the
	// user names instead of a target.
	wrong, named string
	// remote is the remote of the clone that has the branch, "" for origin.
	remote string
	// fullHistory says how a job of the host gets a clone with all of the history.
	fullHistory string
}

// ApprovalLabel starts the label of a pull or merge request that approves a change to the policy.
// The approved hash follows.
const ApprovalLabel = "scangate-approve-"

// TargetOf returns the target of the job that runs the program. It reads variables, and in GitHub
// Actions the file of the event. Its error says that this file can't be read, or that no branch can
// have the stated name.
func TargetOf(getenv func(string) string) (Target, error) {
	for _, p := range Profiles() {
		if !p.matches(getenv) {
			continue
		}
		t, err := p.target(getenv)
		if err == nil && t.Branch != "" && !isBranchName(t.Branch) {
			err = fmt.Errorf("%s names the target branch %q, and no branch can have that name; fix: rename the branch, "+
				"or name the commit: --policy-from REV, and --new-from REV instead of --new-only", p.Title, t.Branch)
		}
		t.fullHistory = p.history()
		if t.Tracked {
			t.Fix = t.fullHistory + ", or fetch the target branch into the job's clone" + fetchCommand(t) +
				"; to judge by the change's own policy instead, --policy-from worktree"
		}
		return t.usable(), err
	}
	return Target{Whole: "no CI host is known here to name a base, and " + BaseVariable + " is not set", fullHistory: fullHistory}, nil
}

// JudgesChange reports whether the run is for a change that is not merged: none of the default or a
// protected branch, of a tag or on a schedule. If a host does not say it, the run is for no change;
// without a known host it is for one. branch is what the results belong to.
func JudgesChange(getenv func(string) string, branch string) bool {
	switch {
	case isTag(branch):
		return false
	case Detect(getenv).Name == plainHost:
		return true
	}
	t, err := TargetOf(getenv)
	return err == nil && t.Whole == ""
}

// usable empties what can't be right: an address that holds control characters, and a commit that
// is not an id. The first digits of a commit's id are kept.
func (t Target) usable() Target {
	t.URL = usableText(t.URL)
	if isAbbreviation(t.Commit) {
		t.Abbreviated, t.Commit = t.Commit, ""
	}
	for _, id := range []*string{&t.Commit, &t.MergeBase} {
		if !isHash(*id) {
			t.wrong = cmp.Or(t.wrong, *id)
		}
	}
	for _, id := range []*string{&t.Commit, &t.Merge, &t.Head, &t.MergeBase} {
		if !isHash(*id) {
			*id = ""
		}
	}
	return t
}

// TrackingRef returns the full name of the ref by which the clone tracks the branch.
func (t Target) TrackingRef() string { return "refs/remotes/" + t.remoteName() + "/" + t.Branch }

func (t Target) remoteName() string { return cmp.Or(t.remote, "origin") }

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

// tracked returns the target of a host on which many jobs can't fetch: they have no credential, or
// one for ssh. address is where the job's clone comes from.
func tracked(address, branch string) Target { return trackedBy("origin", address, branch) }

// trackedBy is tracked where another remote of the clone has the branch.
func trackedBy(remote, address, branch string) Target {
	t := Target{Branch: branch, Tracked: true, remote: remote}
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		t.URL = CanonicalURL(address)
		if !strings.Contains(t.URL, "/_git/") { // Azure Repos
			t.URL = cloneURL(t.URL)
		}
	}
	return t
}

// fetchCommand returns the command that fetches the target branch, with a colon in front, or "" if
// the branch's name means something to a shell.
func fetchCommand(t Target) string {
	if !regexp.MustCompile(`^[A-Za-z0-9._/-]+$`).MatchString(t.Branch) {
		return ""
	}
	return fmt.Sprintf(": git fetch %s +refs/heads/%s:%s", t.remoteName(), t.Branch, t.TrackingRef())
}

// event is what started a run, on a host that names target and default branch.
type event struct {
	// address is where the job's clone comes from.
	address string
	// request is set in a pull request, and target is its branch.
	request bool
	target  string
	// branch is that of a run outside of pull requests, tag its tag, and standard the default
	// branch.
	branch, tag, standard string
	scheduled             bool
}

// eventTarget returns the target of an event. A request of unknown target has the default branch,
// of whatever name its own branch is.
func eventTarget(e event) Target {
	if e.request {
		t := tracked(e.address, cmp.Or(e.target, e.standard))
		t.Whole = wholeOf("", false, t.Branch)
		return t
	}
	if e.tag == "" && e.branch != "" && e.branch == e.standard {
		return Target{Whole: pushTo("default", e.branch)}
	}
	t := tracked(e.address, e.standard)
	t.Whole = wholeOf(tagRef(e.tag), e.scheduled, e.standard)
	return t
}
