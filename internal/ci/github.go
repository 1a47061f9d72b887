package ci

import (
	"net/url"
	"strings"
)

func githubProfile() Profile {
	return Profile{
		Name: "github", Title: "GitHub Actions", Signal: "`GITHUB_ACTIONS`",
		Base: "`origin/$GITHUB_BASE_REF`, with `fetch-depth: 0`",
		// https://github.com/actions/checkout#usage
		FullHistory: "give actions/checkout all of the history, with fetch-depth: 0",
		matches:     isSet("GITHUB_ACTIONS"), read: github, target: githubTarget,
	}
}

// github reads the default variables of GitHub Actions (docs.github.com, "Variables reference").
func github(getenv func(string) string) (Metadata, person) {
	m := Metadata{Branch: getenv("GITHUB_HEAD_REF"), Commit: getenv("GITHUB_SHA")}
	if m.Branch == "" {
		// The name of the branch or tag. For pull requests it would be 12/merge, so the head's name
		// comes first.
		m.Branch = getenv("GITHUB_REF_NAME")
	}
	server, repository := getenv("GITHUB_SERVER_URL"), getenv("GITHUB_REPOSITORY")
	if server != "" && repository != "" {
		m.RepoURL = strings.TrimSuffix(server, "/") + "/" + repository
	}
	return m, githubActor(getenv("GITHUB_ACTOR"), server)
}

// githubActor gives the account the address that GitHub knows it by when it hides its own.
func githubActor(actor, server string) person {
	if actor == "" {
		return person{}
	}
	host := "github.com"
	if u, err := url.Parse(server); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return person{name: actor, email: actor + "@users.noreply." + host}
}
