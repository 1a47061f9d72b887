package ci_test

import (
	"testing"

	"github.com/scangate/scangate/internal/ci"
)

func TestBuildkite(t *testing.T) {
	t.Parallel()
	build := vars{
		"BUILDKITE": "true", "BUILDKITE_REPO": "git@github.com:acme-inc/my-project.git", "BUILDKITE_BRANCH": "main", "BUILDKITE_COMMIT": hash,
		"BUILDKITE_BUILD_CREATOR": "Bob Builder", "BUILDKITE_BUILD_CREATOR_EMAIL": "bob@example.org",
	}
	author := vars{"BUILDKITE_BUILD_AUTHOR": "Carol Danvers", "BUILDKITE_BUILD_AUTHOR_EMAIL": "cdanvers@kree-net.com"}
	at := func(branch, commit, name, email string) ci.Metadata {
		return ci.Metadata{RepoURL: "https://github.com/acme-inc/my-project", Branch: branch, Commit: commit, CommitterName: name, CommitterEmail: email}
	}
	checkHost(t, "buildkite", map[string]hostCase{
		"branch":          {build.and(author), at("main", hash, "Carol Danvers", "cdanvers@kree-net.com")},
		"started by hand": {build.and(vars{"BUILDKITE_BUILD_AUTHOR": "", "BUILDKITE_COMMIT": "HEAD"}), at("main", "", "Bob Builder", "bob@example.org")},
		"tag":             {build.and(vars{"BUILDKITE_BRANCH": "", "BUILDKITE_TAG": "v1"}), at("refs/tags/v1", hash, "Bob Builder", "bob@example.org")},
		"a fork's branch": {build.and(vars{"BUILDKITE_BRANCH": "carol:fix"}), at("carol:fix", hash, "Bob Builder", "bob@example.org")},
		"a fork's branch without its owner": {
			build.and(vars{"BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_PULL_REQUEST_REPO": "git://github.com/carol/my-project.git"}),
			at("carol/my-project:main", hash, "Bob Builder", "bob@example.org"),
		},
		"a pull request of a branch": {
			build.and(vars{"BUILDKITE_BRANCH": "fix", "BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_PULL_REQUEST_REPO": "git://github.com/acme-inc/my-project.git"}),
			at("fix", hash, "Bob Builder", "bob@example.org"),
		},
		"a merge queue": {
			build.and(vars{"BUILDKITE_BRANCH": "gh-readonly-queue/main/pr-7-" + hash}),
			at("gh-readonly-queue/main/pr-7", hash, "Bob Builder", "bob@example.org"),
		},
		"a branch named HEAD": {build.and(vars{"BUILDKITE_BRANCH": "HEAD"}), at("", hash, "Bob Builder", "bob@example.org")},
	})
}
