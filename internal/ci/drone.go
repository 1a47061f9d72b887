package ci

import "cmp"

func droneProfile() Profile {
	return Profile{
		Name: "drone", Title: "Drone", Signal: "`DRONE`",
		Base:     "`DRONE_TARGET_BRANCH` in pull requests; else `DRONE_REPO_BRANCH`",
		Identity: "`DRONE_REPO_LINK`, `DRONE_SOURCE_BRANCH` and `DRONE_PULL_REQUEST`, `DRONE_BRANCH`, `DRONE_TAG`",
		Surface:  "the log",
		// https://docs.drone.io/pipeline/docker/syntax/cloning/
		FullHistory: "give the clone all of the history, without depth in clone: of .drone.yml",
		matches:     isSet("DRONE"), read: drone, target: droneTarget,
	}
}

// drone reads Drone's variables (https://docs.drone.io/pipeline/environment/reference/).
// DRONE_BRANCH of a pull request is its target. No variable names the repository of a fork.
func drone(getenv func(string) string) (Metadata, person) {
	m := Metadata{
		RepoURL: cmp.Or(getenv("DRONE_REPO_LINK"), getenv("DRONE_GIT_HTTP_URL"), getenv("DRONE_GIT_SSH_URL")),
		Branch:  cmp.Or(tagRef(getenv("DRONE_TAG")), getenv("DRONE_BRANCH")), Commit: getenv("DRONE_COMMIT_SHA"),
		CommitterName: getenv("DRONE_COMMIT_AUTHOR_NAME"), CommitterEmail: getenv("DRONE_COMMIT_AUTHOR_EMAIL"),
	}
	if getenv("DRONE_BUILD_EVENT") == "pull_request" {
		m.Branch = ofUnknownHead(getenv("DRONE_PULL_REQUEST"), getenv("DRONE_SOURCE_BRANCH"))
	}
	return m, person{name: getenv("DRONE_COMMIT_AUTHOR")}
}

// droneTarget reads the target of a pull request, else the default branch.
func droneTarget(getenv func(string) string) (Target, error) {
	return eventTarget(event{
		address: cmp.Or(getenv("DRONE_GIT_HTTP_URL"), getenv("DRONE_REPO_LINK")),
		request: getenv("DRONE_BUILD_EVENT") == "pull_request", target: getenv("DRONE_TARGET_BRANCH"),
		branch: getenv("DRONE_BRANCH"), standard: getenv("DRONE_REPO_BRANCH"), tag: getenv("DRONE_TAG"),
		scheduled: getenv("DRONE_BUILD_EVENT") == "cron",
	}), nil
}
