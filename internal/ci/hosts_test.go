package ci_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/ci"
)

// and returns v with the variables of other.
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

// Values that can't be right are left to git.
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

// If several hosts match, the first profile wins.
func TestSeveralHosts(t *testing.T) {
	t.Parallel()
	all := vars{
		"JENKINS_URL": "http://server/", "BUILD_ID": "1", "BUILDKITE": "true", "CIRCLECI": "true", "BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_REPO_FULL_NAME": "a/b",
		"TF_BUILD": "True", "GITLAB_CI": "true", "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "FORGEJO_ACTIONS": "true",
		"CI": "woodpecker", "DRONE": "true", "TEAMCITY_VERSION": "2026.1", "CODEBUILD_BUILD_ID": "shop:1",
	}
	order := []struct{ host, mark string }{
		{"forgejo", "FORGEJO_ACTIONS"}, {"gitea", "GITEA_ACTIONS"}, {"github", "GITHUB_ACTIONS"}, {"gitlab", "GITLAB_CI"}, {"azure", "TF_BUILD"}, {"bitbucket", "BITBUCKET_BUILD_NUMBER"},
		{"circleci", "CIRCLECI"}, {"buildkite", "BUILDKITE"}, {"woodpecker", "CI"}, {"drone", "DRONE"},
		{"teamcity", "TEAMCITY_VERSION"}, {"codebuild", "CODEBUILD_BUILD_ID"}, {"jenkins", "BUILD_ID"}, {"plain", ""},
	}
	for _, next := range order {
		if h := ci.Detect(all.get); h.Name != next.host {
			t.Errorf("host = %q, want %q", h.Name, next.host)
		}
		delete(all, next.mark)
	}
}

// Git fills what a host leaves out.
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
		RepoURL: "https://gitlab.acme.example/a/shop", Branch: "next", CommitterName: "Ada Example", CommitterEmail: "ada@example.org",
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}
