package ci

import (
	"cmp"
	"context"

	"github.com/scangate/scangate/internal/git"
)

// Metadata says what a scan belongs to. Every field may be empty: the caller decides which ones it
// needs. RepoURL has the form of [CanonicalURL]. Branch is a branch of RepoURL, a branch of another
// repository with that one's path in front, as in carol/shop:main, or another ref in full.
type Metadata struct {
	RepoURL, Branch, Commit, CommitterName, CommitterEmail string
}

// Host is the system that runs the program.
type Host struct {
	// Name is that of a profile, or "plain" for an unknown host.
	Name string
	// FullHistory says how a job gets a clone with all of the history.
	FullHistory string

	stated Metadata
	// starter is who started the pipeline: the last resort for the committer.
	starter person
}

type person struct{ name, email string }

// plainHost is the name of a host that is not known.
const plainHost = "plain"

// Profile is a known host. Each has a file of its own and a line in [Profiles].
type Profile struct {
	Name string
	// These are Markdown for the help: the name for people, the variables by which the host is
	// recognized, those that name the base of a change, and those that name repository and branch.
	Title, Signal, Base, Identity string
	// Surface is where the host shows results: Markdown as well.
	Surface string
	// FullHistory says how a job gets a clone with all of the history, "" where [Detect] has
	// nothing better than the general answer.
	FullHistory string
	// Labels is the variable with the labels of a pull request, comma-separated, as of the event;
	// "" if the host states none in a variable.
	Labels string

	// nodes are the variables that number parallel jobs, zero if the host has none of its own.
	nodes nodes
	// matches reports whether this host runs the program.
	matches func(getenv func(string) string) bool
	// read returns what the host states, and who started the pipeline.
	read func(getenv func(string) string) (Metadata, person)
	// target returns the branch whose policy judges the run, and which a change is compared with.
	target func(getenv func(string) string) (Target, error)
}

// Profiles returns the known hosts. The first that matches wins: a job that starts a job of another
// host passes its variables on, and nothing says which of the two is the inner one. Forgejo and
// Gitea come before GitHub, whose variables they set too. Jenkins comes last: its agent may itself
// be a job of another host, and the names of its variables are the least specific.
func Profiles() []Profile {
	return []Profile{
		forgejoProfile(), giteaProfile(), githubProfile(),
		gitlabProfile(),
		azureProfile(),
		bitbucketProfile(),
		circleCIProfile(),
		buildkiteProfile(),
		woodpeckerProfile(), droneProfile(),
		teamCityProfile(),
		codeBuildProfile(),
		jenkinsProfile(),
	}
}

func isSet(name string) func(func(string) string) bool {
	return func(getenv func(string) string) bool { return getenv(name) == "true" }
}

// history is how a clone gets all of the history.
func (p Profile) history() string { return cmp.Or(p.FullHistory, fullHistory) }

// fullHistory is the general answer to how a clone gets all of the history.
const fullHistory = "clone all of the history: git fetch --unshallow (fetch-depth: 0 for actions/checkout, GIT_DEPTH: 0 in GitLab)"

// Detect recognizes the host from the environment. getenv is called only during Detect.
func Detect(getenv func(string) string) Host {
	for _, p := range Profiles() {
		if !p.matches(getenv) {
			continue
		}
		stated, starter := p.read(getenv)
		return Host{
			Name: p.Name, FullHistory: p.history(), stated: usable(stated),
			starter: person{name: usableText(starter.name), email: usableText(starter.email)},
		}
	}
	return Host{Name: plainHost, FullHistory: fullHistory}
}

// Metadata returns what the host states, with gaps filled from repo, which is nil outside git. A
// detached HEAD gives no branch. Errors of git leave a field empty: git.Open has reported what
// matters.
//
// Name and address of the committer are one pair: the host's, else those of HEAD's author, else
// those of the person who started the pipeline.
func (h Host) Metadata(ctx context.Context, repo *git.Repo) Metadata {
	m := h.stated
	if repo != nil {
		fill(ctx, repo, &m)
	}
	m.RepoURL = CanonicalURL(m.RepoURL)
	if m.CommitterName == "" && m.CommitterEmail == "" {
		m.CommitterName, m.CommitterEmail = h.starter.name, h.starter.email
	}
	return m
}

// fill asks the branch and the commit once: each question is a process.
func fill(ctx context.Context, repo *git.Repo, m *Metadata) {
	if m.Branch == "" || m.RepoURL == "" {
		branch, err := repo.Branch(ctx)
		if m.RepoURL == "" && err == nil {
			m.RepoURL, _ = repo.RemoteURL(ctx, branch)
		}
		m.Branch = cmp.Or(m.Branch, branch)
	}
	isStated := m.CommitterName != "" || m.CommitterEmail != ""
	if m.Commit == "" || !isStated {
		tip, _ := repo.Tip(ctx)
		if !isStated {
			m.CommitterName, m.CommitterEmail = tip.Name, tip.Email
		}
		m.Commit = cmp.Or(m.Commit, tip.Commit)
	}
}
