package ci

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
)

func githubProfile() Profile {
	return Profile{
		Name: "github", Title: "GitHub Actions", Signal: "`GITHUB_ACTIONS`",
		Base:     "`GITHUB_SHA`'s first parent, else `pull_request.base.sha` or `merge_group.base_sha` of the event; else the default branch",
		Identity: "`GITHUB_SERVER_URL`, `GITHUB_REPOSITORY`, `GITHUB_REF`; the event's `pull_request.head`",
		Surface:  "summary, annotations, outputs, `--comment`; `sarif`",
		// https://github.com/actions/checkout#usage
		FullHistory: "give actions/checkout all of the history, with fetch-depth: 0",
		nodes:       nodes{strategy: true},
		matches:     isSet("GITHUB_ACTIONS"), read: github, target: githubTarget,
	}
}

// github reads the default variables and the event of GitHub Actions
// (https://docs.github.com/actions/reference/workflows-and-actions/variables). In workflow_run and
// pull_request_target, GITHUB_SHA is not the commit that is judged, so git is asked for that.
func github(getenv func(string) string) (Metadata, person) {
	server, repository := getenv("GITHUB_SERVER_URL"), getenv("GITHUB_REPOSITORY")
	m := Metadata{Branch: githubBranch(getenv), Commit: getenv("GITHUB_SHA")}
	if name := getenv("GITHUB_EVENT_NAME"); name == "workflow_run" || name == "pull_request_target" {
		m.Commit = ""
	}
	if server != "" && repository != "" {
		m.RepoURL = strings.TrimSuffix(server, "/") + "/" + repository
	}
	return m, githubActor(getenv("GITHUB_ACTOR"), "users.noreply.", server)
}

// githubBranch names the branch under review. Without the event it is not known whether that is a
// fork's.
func githubBranch(getenv func(string) string) string {
	event, _ := readEvent(getenv("GITHUB_EVENT_PATH")) // the target reports that it can't be read
	own, ref := getenv("GITHUB_REPOSITORY"), getenv("GITHUB_REF")
	head, run := event.PullRequest.Head, event.WorkflowRun
	switch branch := cmp.Or(head.Ref, getenv("GITHUB_HEAD_REF")); {
	case run.HeadBranch != "" && run.HeadRepository.FullName != "":
		return ofHead(run.HeadRepository.FullName, own, ofQueue(run.HeadBranch))
	case branch != "" && head.Repo.FullName != "":
		return ofHead(head.Repo.FullName, own, branch)
	case branch != "":
		return ofUnknownHead(strconv.Itoa(cmp.Or(event.PullRequest.Number, refNumber(ref))), branch)
	case ref != "":
		return refBranch(ref)
	case getenv("GITHUB_REF_TYPE") == "tag":
		return tagRef(getenv("GITHUB_REF_NAME"))
	}
	return ofQueue(getenv("GITHUB_REF_NAME"))
}

// githubActor gives the account the address that the host knows it by when it hides its own.
func githubActor(actor, prefix, server string) person {
	if actor == "" {
		return person{}
	}
	host := "github.com"
	if u, err := url.Parse(server); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return person{name: actor, email: actor + "@" + prefix + host}
}
