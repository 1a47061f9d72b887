package ci

func teamCityProfile() Profile {
	return Profile{
		Name: "teamcity", Title: "TeamCity", Signal: "`TEAMCITY_VERSION`",
		Base:     "`SCANGATE_BASE`: set `env.SCANGATE_BASE` to `origin/%teamcity.pullRequest.target.branch%`",
		Identity: "git; `SCANGATE_BRANCH`: set `env.SCANGATE_BRANCH` to `%teamcity.build.branch%`",
		Surface:  "`teamcity-messages`, `junit`",
		// https://www.jetbrains.com/help/teamcity/git.html
		FullHistory: "give the build all of the history and all branches, with the parameter teamcity.git.fetchAllHeads=true",
		matches:     onTeamCity, read: teamCity, target: teamCityTarget,
	}
}

func onTeamCity(getenv func(string) string) bool { return getenv("TEAMCITY_VERSION") != "" }

// teamCity reads the variables that TeamCity passes to a build
// (https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html). Branches are
// configuration parameters, which a build configuration has to pass on.
func teamCity(getenv func(string) string) (Metadata, person) {
	return Metadata{Commit: getenv("BUILD_VCS_NUMBER")}, person{}
}

func teamCityTarget(func(string) string) (Target, error) {
	return Target{Whole: noBase("TeamCity", "a build")}, nil
}
