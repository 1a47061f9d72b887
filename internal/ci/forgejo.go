package ci

// forgejoProfile is that of Forgejo Actions, which sets the variables of Gitea and GitHub Actions
// too (https://forgejo.org/docs/latest/user/actions/reference/).
func forgejoProfile() Profile {
	p := giteaProfile()
	p.Name, p.Title, p.Signal, p.matches = "forgejo", "Forgejo Actions", "`FORGEJO_ACTIONS`", isSet("FORGEJO_ACTIONS")
	return p
}
