package ci

func giteaProfile() Profile {
	return Profile{
		Name: "gitea", Title: "Gitea Actions", Signal: "`GITEA_ACTIONS`",
		Base:        "`pull_request.base.sha` of the event; else the default branch",
		Identity:    "as GitHub Actions",
		Surface:     "as GitHub Actions, as far as the server shows it",
		FullHistory: giteaHistory,
		nodes:       nodes{strategy: true},
		matches:     isSet("GITEA_ACTIONS"), read: gitea, target: giteaTarget,
	}
}

// giteaHistory is the advice of Gitea and Forgejo, whose jobs use GitHub's action.
const giteaHistory = "give actions/checkout all of the history, with fetch-depth: 0"

// giteaFix is what a job lacks if the target's commit can't be had.
const giteaFix = "give the step env: {GITHUB_TOKEN: ${{ github.token }}}; to judge by the change's own policy instead, --policy-from worktree"

// gitea reads the variables and the event of Gitea Actions, which are those of GitHub Actions
// (https://docs.gitea.com/usage/actions/comparison). GITHUB_REF of a pull request is
// refs/pull/12/head: no merge is checked out. The address that hides an account's own is that of
// NO_REPLY_ADDRESS (https://docs.gitea.com/administration/config-cheat-sheet).
func gitea(getenv func(string) string) (Metadata, person) {
	m, _ := github(getenv)
	return m, githubActor(getenv("GITHUB_ACTOR"), "noreply.", getenv("GITHUB_SERVER_URL"))
}

func giteaTarget(getenv func(string) string) (Target, error) {
	t, err := githubTarget(getenv)
	if t.Fix != "" {
		t.Fix = giteaFix
	}
	return t, err
}
