package ci_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

type vars map[string]string

// hash is a commit, as all hosts write it.
const hash = "83a20ec058e2fb00e7fa4558c4c6e81e2dcf253d"

func (v vars) get(name string) string { return v[name] }

func TestStated(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		env  vars
		host string
		want ci.Metadata
	}{
		"plain": {vars{"GITHUB_REPOSITORY": "acme/shop", "GITLAB_CI": "1"}, "plain", ci.Metadata{}},
		"github pull request": {
			vars{
				"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": hash,
				"GITHUB_HEAD_REF": "feature/x", "GITHUB_REF": "refs/pull/12/merge", "GITHUB_REF_NAME": "12/merge", "GITHUB_REF_TYPE": "branch", "GITHUB_ACTOR": "ada",
			}, "github",
			// Without the event it may be a fork's.
			ci.Metadata{RepoURL: "https://github.com/acme/shop", Branch: "pull/12:feature/x", Commit: hash, CommitterName: "ada", CommitterEmail: "ada@users.noreply.github.com"},
		},
		"github push, enterprise": {
			vars{
				"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://u:p@git.acme.example:8443/", "GITHUB_REPOSITORY": "acme/shop",
				"GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch", "GITHUB_ACTOR": "ada",
			}, "github",
			ci.Metadata{RepoURL: "https://git.acme.example:8443/acme/shop", Branch: "main", CommitterName: "ada", CommitterEmail: "ada@users.noreply.git.acme.example"},
		},
		"github tag": {vars{"GITHUB_ACTIONS": "true", "GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"}, "github", ci.Metadata{Branch: "refs/tags/v1"}},
		"gitlab merge request": {
			vars{
				"GITLAB_CI": "true", "CI_PROJECT_URL": "https://gitlab.acme.example/a/shop", "CI_COMMIT_SHA": hash, "CI_COMMIT_REF_NAME": "refs/merge",
				"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature/x", "CI_COMMIT_AUTHOR": "Ada <3 Example <ada@example.org>", "GITLAB_USER_NAME": "Bob",
			}, "gitlab",
			ci.Metadata{RepoURL: "https://gitlab.acme.example/a/shop", Branch: "feature/x", Commit: hash, CommitterName: "Ada <3 Example", CommitterEmail: "ada@example.org"},
		},
		"gitlab without an author": {
			vars{"GITLAB_CI": "true", "CI_COMMIT_REF_NAME": "main", "GITLAB_USER_NAME": "Bob", "GITLAB_USER_EMAIL": "bob@example.org"}, "gitlab",
			ci.Metadata{Branch: "main", CommitterName: "Bob", CommitterEmail: "bob@example.org"},
		},
		"gitlab, a name alone": {
			vars{"GITLAB_CI": "true", "CI_COMMIT_AUTHOR": " Ada ", "GITLAB_USER_EMAIL": "bob@example.org"}, "gitlab",
			ci.Metadata{CommitterName: "Ada"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := ci.Detect(tt.env.get)
			if h.Name != tt.host {
				t.Errorf("host = %q, want %q", h.Name, tt.host)
			}
			if diff := cmp.Diff(tt.want, h.Metadata(t.Context(), nil)); diff != "" {
				t.Errorf("metadata (-want +got):\n%s", diff)
			}
		})
	}
}

func repository(t *testing.T) (*gittest.Repo, *git.Repo) {
	t.Helper()
	g := gittest.New(t)
	g.Commit()
	g.Git("remote", "add", "origin", "https://gitlab-ci-token:secret@gitlab.acme.example/a/shop.git")
	repo, err := git.Open(t.Context(), g.Dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	return g, repo
}

func TestGapsAreFilledFromGit(t *testing.T) {
	t.Parallel()
	g, repo := repository(t)
	m := ci.Detect(vars{}.get).Metadata(t.Context(), repo)
	if len(m.Commit) != 40 {
		t.Errorf("commit = %q", m.Commit)
	}
	m.Commit = ""
	want := ci.Metadata{
		RepoURL: "https://gitlab.acme.example/a/shop", Branch: "main", CommitterName: "Ada Example", CommitterEmail: "ada@example.org",
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	g.Git("checkout", "--quiet", "--detach")
	if m := ci.Detect(vars{}.get).Metadata(t.Context(), repo); m.Branch != "" {
		t.Errorf("branch of a detached HEAD = %q, want none", m.Branch)
	}
}

func TestHostComesBeforeGit(t *testing.T) {
	t.Parallel()
	_, repo := repository(t)
	env := vars{
		"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": hash,
		"GITHUB_REF_NAME": "next", "GITHUB_ACTOR": "robot",
	}
	want := ci.Metadata{
		RepoURL: "https://github.com/acme/shop", Branch: "next", Commit: hash,
		// Who wrote the change says more than who started the pipeline.
		CommitterName: "Ada Example", CommitterEmail: "ada@example.org",
	}
	if diff := cmp.Diff(want, ci.Detect(env.get).Metadata(t.Context(), repo)); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}
