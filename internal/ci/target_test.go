package ci_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/ci"
)

const (
	baseID  = "1111111111111111111111111111111111111111"
	headID  = "2222222222222222222222222222222222222222"
	mergeID = "3333333333333333333333333333333333333333"
	oldID   = "4444444444444444444444444444444444444444"

	shopOnGitHub = "https://github.com/acme/shop.git"
	shopOnGitLab = "https://gitlab.acme.example/acme/shop.git"
	jobToken     = "ghs_0123456789abcdef"

	noDefault = "the host names no default branch, and SCANGATE_BASE is not set"
)

// onGitHubWith are the variables of a GitHub job, with some changed.
func onGitHubWith(changed vars) vars {
	v := vars{
		"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop",
		"GITHUB_TOKEN": jobToken, "GITHUB_SHA": mergeID,
	}
	maps.Copy(v, changed)
	return v
}

func onGitLabWith(changed vars) vars {
	v := vars{
		"GITLAB_CI": "true", "CI_SERVER_URL": "https://gitlab.acme.example", "CI_PROJECT_URL": "https://gitlab.acme.example/acme/shop",
		"CI_JOB_TOKEN": jobToken, "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_SHA": mergeID,
	}
	maps.Copy(v, changed)
	return v
}

// summary is what of a target differs between events.
type summary struct {
	Branch, URL, Commit, Abbreviated, Merge, Head, MergeBase, User, Whole string
	Token, Unnamed, Tracked                                               bool
}

func summarize(t ci.Target) summary {
	return summary{t.Branch, t.URL, t.Commit, t.Abbreviated, t.Merge, t.Head, t.MergeBase, t.User, t.Whole, t.Token != "", t.Unnamed, t.Tracked}
}

const pullRequestEvent = `{"pull_request": {"number": 7, "base": {"ref": "main", "sha": "` + baseID + `"},
	"head": {"ref": "refs/heads/main", "sha": "` + headID + `"}}, "repository": {"default_branch": "trunk"}}`

func TestTargetOnGitHub(t *testing.T) {
	t.Parallel()
	github := func(branch string) summary {
		return summary{Branch: branch, URL: shopOnGitHub, User: "x-access-token", Token: true}
	}
	pullRequest := github("main")
	pullRequest.Commit, pullRequest.Head = baseID, headID
	merged := pullRequest
	merged.Merge = mergeID
	group := github("release/1")
	group.Commit = baseID
	unnamed := github("")
	unnamed.Unnamed, unnamed.Whole = true, "workflow_run names no base"
	full := func(s summary, why string) summary { s.Whole = why; return s }
	const push = `{"repository": {"default_branch": "main"}}`
	tests := map[string]struct {
		env   vars
		event string
		want  summary
	}{
		"pull_request": {
			vars{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_BASE_REF": "main"},
			pullRequestEvent, merged,
		},
		"pull_request of a protected head": {
			vars{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_REF_PROTECTED": "true"},
			pullRequestEvent, merged,
		},
		"pull_request_review": {
			vars{"GITHUB_EVENT_NAME": "pull_request_review", "GITHUB_REF": "refs/pull/7/merge"}, pullRequestEvent, merged,
		},
		// It runs on the default branch, whatever the base is.
		"pull_request_target": {
			vars{"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_REF": "refs/heads/trunk", "GITHUB_BASE_REF": "main"},
			pullRequestEvent, pullRequest,
		},
		"pull_request without the event's file": {
			vars{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_BASE_REF": "main"}, "",
			summary{Branch: "main", URL: shopOnGitHub, Merge: mergeID, User: "x-access-token", Token: true},
		},
		"invalid commits": {
			vars{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"},
			`{"pull_request": {"base": {"ref": "main", "sha": "main"}, "head": {"sha": "-x"}}}`, github("main"),
		},
		"merge_group": {
			vars{"GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": "refs/heads/gh-readonly-queue/release/1/pr-7", "GITHUB_REF_PROTECTED": "true"},
			`{"merge_group": {"base_ref": "refs/heads/release/1", "base_sha": "` + baseID + `"}, "repository": {"default_branch": "main"}}`, group,
		},
		"push to the default branch":          {vars{"GITHUB_REF": "refs/heads/main"}, push, summary{Whole: `this is a run of the default branch "main"`}},
		"push to a protected branch":          {vars{"GITHUB_REF": "refs/heads/release/1", "GITHUB_REF_PROTECTED": "true"}, push, summary{Whole: `this is a run of the protected branch "release/1"`}},
		"push to another branch":              {vars{"GITHUB_REF": "refs/heads/feature", "GITHUB_REF_PROTECTED": "false"}, push, github("main")},
		"push to a branch named like another": {vars{"GITHUB_REF": "refs/heads/refs/heads/main"}, push, github("main")},
		"a tag":                               {vars{"GITHUB_REF": "refs/tags/main", "GITHUB_REF_PROTECTED": "true"}, push, full(github("main"), `this is a run of the tag "main"`)},
		"workflow_dispatch":                   {vars{"GITHUB_EVENT_NAME": "workflow_dispatch", "GITHUB_REF": "refs/heads/feature"}, push, github("main")},
		"schedule":                            {vars{"GITHUB_EVENT_NAME": "schedule", "GITHUB_REF": "refs/heads/main"}, push, summary{Whole: `this is a run of the default branch "main"`}},
		"a schedule without a branch":         {vars{"GITHUB_EVENT_NAME": "schedule", "GITHUB_REF": "refs/heads/x"}, push, full(github("main"), "this is a scheduled run")},
		"push to the branch of a merge queue": {vars{"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-7-" + hash, "GITHUB_REF_PROTECTED": "true"}, push, github("main")},
		"merge_group without the event":       {vars{"GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-1-abc"}, `{}`, github("main")},
		"workflow_run":                        {vars{"GITHUB_EVENT_NAME": "workflow_run", "GITHUB_REF": "refs/heads/main"}, push, unnamed},
		"no default branch":                   {vars{"GITHUB_REF": "refs/heads/feature"}, `{}`, full(github(""), noDefault)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := onGitHubWith(tt.env)
			if tt.event != "" {
				env["GITHUB_EVENT_PATH"] = filepath.Join(t.TempDir(), "event.json")
				if err := os.WriteFile(env["GITHUB_EVENT_PATH"], []byte(tt.event), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := ci.TargetOf(env.get)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, summarize(got)); diff != "" {
				t.Errorf("target (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTargetOnGitLab(t *testing.T) {
	t.Parallel()
	gitlab := func(branch string) summary {
		return summary{Branch: branch, URL: shopOnGitLab, User: "gitlab-ci-token", Token: true}
	}
	full := func(s summary, why string) summary { s.Whole = why; return s }
	request := gitlab("release/1")
	request.MergeBase = oldID
	merged := request
	merged.Commit = baseID
	external := gitlab("main")
	external.Commit = baseID
	inRequest := vars{
		"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "release/1", "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.acme.example/acme/shop",
		"CI_MERGE_REQUEST_DIFF_BASE_SHA": oldID, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "", "CI_COMMIT_REF_PROTECTED": "true",
	}
	with := func(base, more vars) vars {
		all := maps.Clone(base)
		maps.Copy(all, more)
		return all
	}
	elsewhere := request
	elsewhere.URL, elsewhere.User, elsewhere.Token = "https://gitlab.other.example/acme/shop.git", "", false
	tests := map[string]struct {
		env  vars
		want summary
	}{
		"merge request pipeline": {inRequest, request},
		"merged results": {
			with(inRequest, vars{"CI_MERGE_REQUEST_TARGET_BRANCH_SHA": baseID, "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result"}), merged,
		},
		"merge train": {
			with(inRequest, vars{"CI_MERGE_REQUEST_TARGET_BRANCH_SHA": baseID, "CI_MERGE_REQUEST_EVENT_TYPE": "merge_train"}), merged,
		},
		"a fork":           {with(inRequest, vars{"CI_PROJECT_URL": "https://gitlab.acme.example/mallory/shop"}), request},
		"a child pipeline": {with(inRequest, vars{"CI_PIPELINE_SOURCE": "parent_pipeline", "CI_COMMIT_BRANCH": "feature"}), request},
		"another host gets no token": {
			with(inRequest, vars{"CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.other.example/acme/shop"}), elsewhere,
		},
		"a pull request of another host": {
			vars{"CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "main", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA": baseID, "CI_COMMIT_BRANCH": "feature"},
			external,
		},
		"the default branch": {vars{"CI_COMMIT_BRANCH": "main"}, summary{Whole: `this is a run of the default branch "main"`}},
		"a protected branch": {vars{"CI_COMMIT_BRANCH": "release/1", "CI_COMMIT_REF_PROTECTED": "true"}, summary{Whole: `this is a run of the protected branch "release/1"`}},
		"a scheduled branch": {vars{"CI_COMMIT_BRANCH": "feature", "CI_PIPELINE_SOURCE": "schedule"}, full(gitlab("main"), "this is a scheduled run")},
		"another branch":     {vars{"CI_COMMIT_BRANCH": "feature", "CI_COMMIT_REF_PROTECTED": "false"}, gitlab("main")},
		"a protected tag":    {vars{"CI_COMMIT_TAG": "main", "CI_COMMIT_REF_NAME": "main", "CI_COMMIT_REF_PROTECTED": "true"}, full(gitlab("main"), `this is a run of the tag "main"`)},
		"no default branch":  {vars{"CI_DEFAULT_BRANCH": "", "CI_COMMIT_BRANCH": "feature"}, full(gitlab(""), noDefault)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ci.TargetOf(onGitLabWith(tt.env).get)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, summarize(got)); diff != "" {
				t.Errorf("target (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFixOfATarget(t *testing.T) {
	t.Parallel()
	request := vars{"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.acme.example/acme/shop"}
	fork := maps.Clone(request)
	fork["CI_PROJECT_URL"] = "https://gitlab.acme.example/mallory/shop"
	for want, env := range map[string]vars{
		"contents: read":         onGitHubWith(vars{"GITHUB_BASE_REF": "main"}),
		"--policy-from":          onGitLabWith(request),
		"add the fork":           onGitLabWith(fork),
		"in the parent project,": onGitLabWith(fork),
	} {
		target, err := ci.TargetOf(env.get)
		if err != nil || !strings.Contains(target.Fix, want) {
			t.Errorf("fix %q, want %q in it (%v)", target.Fix, want, err)
		}
	}
}

// An event that can't be read may name a target: the run is not judged by its own policy.
func TestBrokenEvent(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(path, []byte(`{"pull_request": `), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := ci.TargetOf(onGitHubWith(vars{"GITHUB_EVENT_PATH": path}).get)
	if err == nil || !strings.Contains(err.Error(), "GITHUB_EVENT_PATH") {
		t.Errorf("error %v", err)
	}
}

func TestNoHostNamesNoTarget(t *testing.T) {
	t.Parallel()
	env := vars{"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "GITHUB_BASE_REF": "main", "SCANGATE_BASE": "main"}
	got, err := ci.TargetOf(env.get)
	if diff := cmp.Diff(summary{Whole: "no CI host is known here to name a base, and SCANGATE_BASE is not set"}, summarize(got)); err != nil || diff != "" {
		t.Errorf("%v, target (-want +got):\n%s", err, diff)
	}
}
