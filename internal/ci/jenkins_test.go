package ci_test

import (
	"testing"

	"github.com/scangate/scangate/internal/ci"
)

func TestJenkins(t *testing.T) {
	t.Parallel()
	job := vars{
		"JENKINS_URL": "http://server:8080/jenkins/", "BUILD_ID": "153", "BUILD_NUMBER": "153", "BUILD_TAG": "jenkins-shop-153", "JOB_NAME": "shop",
		"GIT_URL": "https://ada:secret@git.acme.example/shop.git", "GIT_COMMIT": hash, "GIT_BRANCH": "origin/feature/x",
	}
	want := ci.Metadata{RepoURL: "https://git.acme.example/shop", Branch: "feature/x", Commit: hash}
	branch := func(name string) ci.Metadata { m := want; m.Branch = name; return m }
	pull := branch("feature/y")
	pull.CommitterName, pull.CommitterEmail = "Ada Example", "ada@example.org"
	robot := branch("feature/x")
	robot.CommitterName, robot.CommitterEmail = "Jenkins", "jenkins@acme.example"
	checkHost(t, "jenkins", map[string]hostCase{
		"freestyle": {job, want},
		"its address is not set": {
			job.and(vars{"JENKINS_URL": ""}), want,
		},
		"the local branch is known":    {job.and(vars{"GIT_BRANCH": "upstream/main", "GIT_LOCAL_BRANCH": "main"}), branch("main")},
		"a remote of another name":     {job.and(vars{"GIT_BRANCH": "upstream/main"}), branch("upstream/main")},
		"a whole ref":                  {job.and(vars{"GIT_BRANCH": "refs/remotes/origin/main"}), branch("main")},
		"a tag of a freestyle job":     {job.and(vars{"GIT_BRANCH": "refs/tags/v1"}), branch("refs/tags/v1")},
		"detached":                     {job.and(vars{"GIT_BRANCH": "detached"}), branch("")},
		"multibranch":                  {job.and(vars{"BRANCH_NAME": "release/1"}), branch("release/1")},
		"multibranch tag":              {job.and(vars{"BRANCH_NAME": "v1", "TAG_NAME": "v1", "GIT_BRANCH": "v1"}), branch("refs/tags/v1")},
		"only new commits' committer":  {job.and(vars{"GIT_COMMITTER_NAME": "Jenkins", "GIT_COMMITTER_EMAIL": "jenkins@acme.example"}), robot},
		"a pull request of no author":  {job.and(vars{"BRANCH_NAME": "PR-24", "CHANGE_ID": "24", "CHANGE_BRANCH": "feature/y"}), branch("feature/y")},
		"a pull request of a fork":     {job.and(vars{"BRANCH_NAME": "PR-24", "CHANGE_ID": "24", "CHANGE_BRANCH": "main", "CHANGE_FORK": "ada"}), branch("ada:main")},
		"a pull request, of no branch": {job.and(vars{"BRANCH_NAME": "PR-24", "CHANGE_ID": "24"}), branch("PR-24")},
		"a pull request": {job.and(vars{
			"BRANCH_NAME": "PR-24", "CHANGE_ID": "24", "CHANGE_BRANCH": "feature/y", "CHANGE_TARGET": "main", "GIT_BRANCH": "PR-24",
			"CHANGE_AUTHOR": "ada", "CHANGE_AUTHOR_DISPLAY_NAME": "Ada Example", "CHANGE_AUTHOR_EMAIL": "ada@example.org",
			"GIT_COMMITTER_NAME": "Jenkins", "GIT_COMMITTER_EMAIL": "jenkins@acme.example",
		}), pull},
		"ssh": {
			vars{"JENKINS_URL": "http://server/", "BUILD_ID": "1", "GIT_URL": "git@git.acme.example:a/shop.git"},
			ci.Metadata{RepoURL: "https://git.acme.example/a/shop"},
		},
	})
	for name, env := range map[string]vars{
		"an agent's machine, without a build": {"JENKINS_URL": "http://server:8080/jenkins/", "GIT_URL": "x"},
		"somebody's BUILD_ID":                 {"BUILD_ID": "7", "BUILD_TAG": "nightly", "GIT_URL": "x"},
	} {
		if h := ci.Detect(env.get); h.Name != "plain" {
			t.Errorf("%s: host = %q, want plain", name, h.Name)
		}
	}
}
