package ci_test

import (
	"testing"

	"github.com/scangate/scangate/internal/ci"
)

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
		"tag":                            {build.and(vars{"BITBUCKET_TAG": "v1"}), at("refs/tags/v1", hash)},
		"pull request":                   {build.and(vars{"BITBUCKET_BRANCH": "feature/x", "BITBUCKET_PR_ID": "3", "BITBUCKET_PR_DESTINATION_BRANCH": "main", "BITBUCKET_COMMIT": "83a20ec058e2"}), at("feature/x", "")},
		"custom, of neither":             {build, at("", hash)},
		"an address that is https today": {build.and(vars{"BITBUCKET_GIT_HTTP_ORIGIN": "https://x-token-auth:secret@bitbucket.org/acme/shop"}), at("", hash)},
	})
}
