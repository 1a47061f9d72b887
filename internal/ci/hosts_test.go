package ci_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/ci"
)

// and is v with what other says.
func (v vars) and(other vars) vars {
	out := maps.Clone(v)
	maps.Copy(out, other)
	return out
}

type hostCase struct {
	env  vars
	want ci.Metadata
}

func checkHost(t *testing.T, host string, tests map[string]hostCase) {
	t.Helper()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := ci.Detect(tt.env.get)
			if h.Name != host {
				t.Errorf("host = %q, want %q", h.Name, host)
			}
			if diff := cmp.Diff(tt.want, h.Metadata(t.Context(), nil)); diff != "" {
				t.Errorf("metadata (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJenkins(t *testing.T) {
	t.Parallel()
	job := vars{
		"JENKINS_URL": "http://server:8080/jenkins/", "BUILD_ID": "153", "BUILD_NUMBER": "153", "BUILD_TAG": "jenkins-shop-153", "JOB_NAME": "shop",
		"GIT_URL": "https://ada:secret@git.acme.example/shop.git", "GIT_COMMIT": hash, "GIT_BRANCH": "origin/feature/x",
	}
	want := ci.Metadata{RepoURL: "https://git.acme.example/shop.git", Branch: "feature/x", Commit: hash}
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
		"a tag of a freestyle job":     {job.and(vars{"GIT_BRANCH": "refs/tags/v1"}), branch("v1")},
		"detached":                     {job.and(vars{"GIT_BRANCH": "detached"}), branch("")},
		"multibranch":                  {job.and(vars{"BRANCH_NAME": "release/1"}), branch("release/1")},
		"multibranch tag":              {job.and(vars{"BRANCH_NAME": "v1", "TAG_NAME": "v1", "GIT_BRANCH": "v1"}), branch("v1")},
		"only new commits' committer":  {job.and(vars{"GIT_COMMITTER_NAME": "Jenkins", "GIT_COMMITTER_EMAIL": "jenkins@acme.example"}), robot},
		"a pull request of no author":  {job.and(vars{"BRANCH_NAME": "PR-24", "CHANGE_ID": "24", "CHANGE_BRANCH": "feature/y"}), branch("feature/y")},
		"a pull request, of no branch": {job.and(vars{"BRANCH_NAME": "PR-24", "CHANGE_ID": "24"}), branch("PR-24")},
		"a pull request": {job.and(vars{
			"BRANCH_NAME": "PR-24", "CHANGE_ID": "24", "CHANGE_BRANCH": "feature/y", "CHANGE_TARGET": "main", "GIT_BRANCH": "PR-24",
			"CHANGE_AUTHOR": "ada", "CHANGE_AUTHOR_DISPLAY_NAME": "Ada Example", "CHANGE_AUTHOR_EMAIL": "ada@example.org",
			"GIT_COMMITTER_NAME": "Jenkins", "GIT_COMMITTER_EMAIL": "jenkins@acme.example",
		}), pull},
		"ssh": {
			vars{"JENKINS_URL": "http://server/", "BUILD_ID": "1", "GIT_URL": "git@git.acme.example:a/shop.git"},
			ci.Metadata{RepoURL: "git.acme.example:a/shop.git"},
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

func TestAzure(t *testing.T) {
	t.Parallel()
	build := vars{
		"TF_BUILD": "True", "BUILD_BUILDID": "1430", "BUILD_REPOSITORY_URI": "https://fabrikamfiber@dev.azure.com/fabrikamfiber/_git/Scripts",
		"BUILD_SOURCEBRANCH": "refs/heads/feature/tools", "BUILD_SOURCEBRANCHNAME": "tools", "BUILD_SOURCEVERSION": hash,
		"BUILD_REQUESTEDFOR": "Ada Example", "BUILD_REQUESTEDFOREMAIL": "ada@example.org",
	}
	branch := func(name string) ci.Metadata {
		return ci.Metadata{
			RepoURL: "https://dev.azure.com/fabrikamfiber/_git/Scripts", Branch: name, Commit: hash,
			CommitterName: "Ada Example", CommitterEmail: "ada@example.org",
		}
	}
	old := branch("")
	old.Commit = ""
	pull := build.and(vars{"BUILD_REASON": "PullRequest", "BUILD_SOURCEBRANCH": "refs/pull/1/merge", "BUILD_SOURCEBRANCHNAME": "merge"})
	checkHost(t, "azure", map[string]hostCase{
		"branch":                           {build, branch("feature/tools")},
		"tag":                              {build.and(vars{"BUILD_SOURCEBRANCH": "refs/tags/v1"}), branch("v1")},
		"pull request in Azure Repos":      {pull.and(vars{"SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/users/raisa/new-feature"}), branch("users/raisa/new-feature")},
		"pull request in GitHub":           {pull.and(vars{"SYSTEM_PULLREQUEST_SOURCEBRANCH": "new-feature"}), branch("new-feature")},
		"pull request without its branch":  {pull, branch("pull/1/merge")},
		"Team Foundation, a folder":        {build.and(vars{"BUILD_SOURCEBRANCH": "$/teamproject/main", "BUILD_SOURCEVERSION": "C123"}), old},
		"Team Foundation, a shelveset":     {build.and(vars{"BUILD_SOURCEBRANCH": "shelf;ada@example.org", "BUILD_SOURCEVERSION": "123"}), old},
		"spelled as other hosts would":     {build.and(vars{"TF_BUILD": "true"}), branch("feature/tools")},
		"also with what a Jenkins has set": {build.and(vars{"JENKINS_URL": "http://server/", "BUILD_ID": "1", "GIT_BRANCH": "origin/x"}), branch("feature/tools")},
	})
}

func TestBitbucket(t *testing.T) {
	t.Parallel()
	build := vars{
		"CI": "true", "BITBUCKET_BUILD_NUMBER": "12", "BITBUCKET_REPO_FULL_NAME": "acme/shop", "BITBUCKET_COMMIT": hash,
		"BITBUCKET_GIT_HTTP_ORIGIN": "http://bitbucket.org/acme/shop", "BITBUCKET_GIT_SSH_ORIGIN": "git@bitbucket.org:acme/shop.git",
	}
	at := func(branch, commit string) ci.Metadata {
		return ci.Metadata{RepoURL: "https://bitbucket.org/acme/shop", Branch: branch, Commit: commit}
	}
	checkHost(t, "bitbucket", map[string]hostCase{
		"branch":                         {build.and(vars{"BITBUCKET_BRANCH": "feature/x"}), at("feature/x", hash)},
		"tag":                            {build.and(vars{"BITBUCKET_TAG": "v1"}), at("v1", hash)},
		"pull request":                   {build.and(vars{"BITBUCKET_BRANCH": "feature/x", "BITBUCKET_PR_ID": "3", "BITBUCKET_PR_DESTINATION_BRANCH": "main", "BITBUCKET_COMMIT": "83a20ec058e2"}), at("feature/x", "")},
		"custom, of neither":             {build, at("", hash)},
		"an address that is https today": {build.and(vars{"BITBUCKET_GIT_HTTP_ORIGIN": "https://x-token-auth:secret@bitbucket.org/acme/shop"}), at("", hash)},
	})
}

func TestCircleCI(t *testing.T) {
	t.Parallel()
	build := vars{"CI": "true", "CIRCLECI": "true", "CIRCLE_REPOSITORY_URL": "git@github.com:acme/shop.git", "CIRCLE_SHA1": hash, "CIRCLE_USERNAME": "ada"}
	at := func(url, branch string) ci.Metadata {
		return ci.Metadata{RepoURL: url, Branch: branch, Commit: hash, CommitterName: "ada"}
	}
	checkHost(t, "circleci", map[string]hostCase{
		"branch":                 {build.and(vars{"CIRCLE_BRANCH": "feature/x"}), at("github.com:acme/shop.git", "feature/x")},
		"tag":                    {build.and(vars{"CIRCLE_TAG": "v1"}), at("github.com:acme/shop.git", "v1")},
		"pull request of a fork": {build.and(vars{"CIRCLE_BRANCH": "pull/12", "CIRCLE_PR_NUMBER": "12", "CIRCLE_PR_USERNAME": "bob"}), at("github.com:acme/shop.git", "pull/12")},
		"https":                  {build.and(vars{"CIRCLE_REPOSITORY_URL": "https://github.com/acme/shop"}), at("https://github.com/acme/shop", "")},
		"a GitHub App's":         {build.and(vars{"CIRCLE_REPOSITORY_URL": "", "CIRCLE_BRANCH": "main"}), at("", "main")},
	})
}

func TestBuildkite(t *testing.T) {
	t.Parallel()
	build := vars{
		"BUILDKITE": "true", "BUILDKITE_REPO": "git@github.com:acme-inc/my-project.git", "BUILDKITE_BRANCH": "main", "BUILDKITE_COMMIT": hash,
		"BUILDKITE_BUILD_CREATOR": "Bob Builder", "BUILDKITE_BUILD_CREATOR_EMAIL": "bob@example.org",
	}
	author := vars{"BUILDKITE_BUILD_AUTHOR": "Carol Danvers", "BUILDKITE_BUILD_AUTHOR_EMAIL": "cdanvers@kree-net.com"}
	at := func(branch, commit, name, email string) ci.Metadata {
		return ci.Metadata{RepoURL: "github.com:acme-inc/my-project.git", Branch: branch, Commit: commit, CommitterName: name, CommitterEmail: email}
	}
	checkHost(t, "buildkite", map[string]hostCase{
		"branch":              {build.and(author), at("main", hash, "Carol Danvers", "cdanvers@kree-net.com")},
		"started by hand":     {build.and(vars{"BUILDKITE_BUILD_AUTHOR": "", "BUILDKITE_COMMIT": "HEAD"}), at("main", "", "Bob Builder", "bob@example.org")},
		"tag":                 {build.and(vars{"BUILDKITE_BRANCH": "", "BUILDKITE_TAG": "v1"}), at("v1", hash, "Bob Builder", "bob@example.org")},
		"a fork's branch":     {build.and(vars{"BUILDKITE_BRANCH": "carol:fix"}), at("carol:fix", hash, "Bob Builder", "bob@example.org")},
		"a branch named HEAD": {build.and(vars{"BUILDKITE_BRANCH": "HEAD"}), at("", hash, "Bob Builder", "bob@example.org")},
	})
}

// Nonsense is left to git rather than sent.
func TestNonsense(t *testing.T) {
	t.Parallel()
	gitlab := vars{"GITLAB_CI": "true"}
	checkHost(t, "gitlab", map[string]hostCase{
		"blank":               {gitlab.and(vars{"CI_PROJECT_URL": " ", "CI_COMMIT_REF_NAME": "\t", "CI_COMMIT_SHA": "", "GITLAB_USER_NAME": "  "}), ci.Metadata{}},
		"zeros":               {gitlab.and(vars{"CI_COMMIT_SHA": "0000000000000000000000000000000000000000"}), ci.Metadata{}},
		"an abbreviation":     {gitlab.and(vars{"CI_COMMIT_SHA": hash[:12]}), ci.Metadata{}},
		"not a hash":          {gitlab.and(vars{"CI_COMMIT_SHA": "g" + hash[1:]}), ci.Metadata{}},
		"SHA-256":             {gitlab.and(vars{"CI_COMMIT_SHA": hash + hash[:24]}), ci.Metadata{Commit: hash + hash[:24]}},
		"several lines":       {gitlab.and(vars{"CI_COMMIT_REF_NAME": "main\nx", "GITLAB_USER_NAME": "a\x1b[2Jb"}), ci.Metadata{}},
		"no text":             {gitlab.and(vars{"CI_COMMIT_REF_NAME": "ma\xffin"}), ci.Metadata{}},
		"space around it":     {gitlab.and(vars{"CI_COMMIT_REF_NAME": " main "}), ci.Metadata{Branch: "main"}},
		"a person's own line": {gitlab.and(vars{"CI_COMMIT_AUTHOR": "Ada\u2028 <ada@example.org>"}), ci.Metadata{CommitterName: "Ada", CommitterEmail: "ada@example.org"}},
	})
}

// Where several hosts state something, the first of the table counts.
func TestSeveralHosts(t *testing.T) {
	t.Parallel()
	all := vars{
		"JENKINS_URL": "http://server/", "BUILD_ID": "1", "BUILDKITE": "true", "CIRCLECI": "true", "BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_REPO_FULL_NAME": "a/b",
		"TF_BUILD": "True", "GITLAB_CI": "true", "GITHUB_ACTIONS": "true",
	}
	order := []struct{ host, mark string }{
		{"github", "GITHUB_ACTIONS"}, {"gitlab", "GITLAB_CI"}, {"azure", "TF_BUILD"}, {"bitbucket", "BITBUCKET_BUILD_NUMBER"},
		{"circleci", "CIRCLECI"}, {"buildkite", "BUILDKITE"}, {"jenkins", "BUILD_ID"}, {"plain", ""},
	}
	for _, next := range order {
		if h := ci.Detect(all.get); h.Name != next.host {
			t.Errorf("host = %q, want %q", h.Name, next.host)
		}
		delete(all, next.mark)
	}
}

// A host that leaves something out is helped by git, whatever the host.
func TestNonsenseIsFilledFromGit(t *testing.T) {
	t.Parallel()
	_, repo := repository(t)
	env := vars{"BUILDKITE": "true", "BUILDKITE_COMMIT": "HEAD", "BUILDKITE_BRANCH": "next", "BUILDKITE_BUILD_CREATOR": "Bob"}
	m := ci.Detect(env.get).Metadata(t.Context(), repo)
	if len(m.Commit) != 40 {
		t.Errorf("commit = %q, want that of git", m.Commit)
	}
	m.Commit = ""
	want := ci.Metadata{
		RepoURL: "https://gitlab.acme.example/a/shop.git", Branch: "next", CommitterName: "Ada Example", CommitterEmail: "ada@example.org",
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}
