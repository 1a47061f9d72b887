package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// shardOfRun scans share i of n of a folder, and returns the saved result.
func shardOfRun(t *testing.T, dir string, i, n int, change func(*cli.System), args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), fmt.Sprintf("shard-%d.json", i))
	synctest.Test(t, func(t *testing.T) {
		network := transporttest.Serve(t, newNoting())
		r := scanOf(t, dir, plainEndpoint, func(s *cli.System) {
			s.Dial, s.Environ = network.Dial, append(s.Environ, gittest.Env()...)
			if change != nil {
				change(s)
			}
		}, append(args, "--shard", fmt.Sprintf("%d/%d", i, n), "-o", "json="+path, "--timeout", "9m", "--no-progress")...)
		if !strings.Contains(verdictLine(r), "scangate: SHARD") {
			t.Fatalf("no shard: exit %d: %s", r.code, r.stderr)
		}
	})
	return path
}

// shardsOfRun scans all shares.
func shardsOfRun(t *testing.T, dir string, n int, args ...string) []string {
	t.Helper()
	var shards []string
	for i := range n {
		shards = append(shards, shardOfRun(t, dir, i+1, n, nil, args...))
	}
	return shards
}

// movingTarget is a clone with the branch topic, which adds findings to main.
func movingTarget(t *testing.T) *gittest.Repo {
	t.Helper()
	g := gittest.New(t)
	g.Write(".scangate.yaml", "version: 1\nlimits: {fail-on: none, max: {high: 1}}\n")
	for i := range 8 {
		g.Write(fmt.Sprintf("f%d/main.tf", i), bucketTF)
	}
	g.Commit()
	g.Git("branch", "target")
	g.Git("update-ref", "refs/remotes/origin/main", "HEAD")
	for _, folder := range []string{"f1", "f2", "f3"} {
		g.Write(folder+"/main.tf", bucketTF+"# alert HIGH Open port | somewhere\n")
		g.Commit()
	}
	return g
}

// moveTarget adds a commit with a file to the target branch, as the clone of the next job has it.
func moveTarget(g *gittest.Repo, file, content string) {
	g.Git("checkout", "--quiet", "target")
	g.Write(file, content)
	g.Commit()
	g.Git("update-ref", "refs/remotes/origin/main", "target")
	g.Git("checkout", "--quiet", "main")
}

// The target branch may move between the jobs. Shards that judge the same change by the same policy
// belong together; others are refused, with the commits that can be pinned.
func TestShardsOfAMovingTarget(t *testing.T) {
	t.Parallel()
	const tracking = "refs/remotes/origin/main"
	change := []string{"--new-from", tracking, "--policy-from", tracking}
	hosted := func(s *cli.System) {
		s.Environ = append(s.Environ, "BUILDKITE=true", "BUILDKITE_PULL_REQUEST=7", "BUILDKITE_BRANCH=topic",
			"BUILDKITE_PULL_REQUEST_BASE_BRANCH=main", "BUILDKITE_REPO=https://git.example/x")
	}
	for name, tt := range map[string]struct {
		host func(*cli.System)
		args []string
		move func(*gittest.Repo)
		code int
		says func(g *gittest.Repo, before string) string
	}{
		"a commit that does not matter": {
			nil, change, func(g *gittest.Repo) { moveTarget(g, "f7/main.tf", bucketTF+"# alert CRITICAL x | y\n") }, 1,
			func(*gittest.Repo, string) string { return "FAIL (exit 1): high 3 > 1" },
		},
		"the same on a host that names the branch alone": {
			hosted, []string{"--new-only"}, func(g *gittest.Repo) { moveTarget(g, "f7/main.tf", bucketTF) }, 1,
			func(*gittest.Repo, string) string { return "FAIL (exit 1): high 3 > 1" },
		},
		"another policy": {
			nil, change, func(g *gittest.Repo) {
				moveTarget(g, ".scangate.yaml", "version: 1\nlimits: {fail-on: none, max: {high: 9}}\n")
			}, 2,
			func(g *gittest.Repo, before string) string {
				return "judges it as of " + g.Hash(tracking) + ", and the other as of " + before +
					"; fix: run all shards again with one policy, for example --policy-from " + before
			},
		},
		"a policy that leaves something out": {
			nil, change, func(g *gittest.Repo) {
				moveTarget(g, ".scangate.yaml", "version: 1\ntargets: {exclude: [\"f1/**\"]}\nlimits: {fail-on: none, max: {high: 1}}\n")
			}, 2,
			func(_ *gittest.Repo, before string) string {
				return "fix: run all shards again with one policy, for example --policy-from " + before
			},
		},
		"a part of the change is merged": {
			nil, []string{"--new-from", tracking, "--policy-from", "worktree"},
			func(g *gittest.Repo) { g.Git("update-ref", tracking, "HEAD~1") }, 2,
			func(g *gittest.Repo, before string) string {
				return "it is compared with " + g.Hash("HEAD~1") + ", and the other with " + before + "; fix: run all shards again with one base"
			},
		},
		"one shard judges everything": {
			nil, []string{"--policy-from", "worktree"}, func(*gittest.Repo) {}, 2,
			func(_ *gittest.Repo, before string) string {
				return "it is compared with nothing, and the other with " + before + "; fix: run all shards again with one base, for example --new-from " + before
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := movingTarget(t)
			before := g.Hash(tracking)
			first := tt.args
			if !slices.ContainsFunc(first, func(a string) bool { return strings.HasPrefix(a, "--new") }) {
				first = append(slices.Clone(first), "--new-from", tracking)
			}
			shards := []string{shardOfRun(t, g.Dir, 1, 2, tt.host, first...)}
			tt.move(g)
			shards = append(shards, shardOfRun(t, g.Dir, 2, 2, tt.host, tt.args...))
			runOf(t, nil, append([]string{"verdict"}, shards...)...).wants(t, tt.code, tt.says(g, before))
		})
	}
}

// A failed job may be run again: its new result belongs to the others, and its old one is doubled.
func TestShardsOfSeveralAttempts(t *testing.T) {
	t.Parallel()
	tree := map[string]string{}
	for i := range 6 {
		tree[fmt.Sprintf("f%d/main.tf", i)] = bucketTF + "# alert HIGH Open port | somewhere\n"
	}
	dir := treeOf(t, tree)
	first, second := shardsOfRun(t, dir, 3), shardsOfRun(t, dir, 3)
	runOf(t, nil, "verdict", first[0], second[1], first[2]).wants(t, 1, "high 6 > 0", "6/6 answered")
	runOf(t, nil, "verdict", first[0], first[1], second[1], first[2]).wants(t, 2, "is shard 2/3, and so is")
	newer := shardOfRun(t, dir, 2, 3, func(s *cli.System) { s.Version = "1.2.4-test" })
	runOf(t, nil, "verdict", first[0], newer, first[2]).wants(t, 2, "scangate 1.2.4-test wrote it, and not 1.2.3-test; fix: run all shards with one version")
	other := shardOfRun(t, dir, 2, 3, func(s *cli.System) { s.Environ = append(s.Environ, "SCANGATE_BRANCH=topic") })
	runOf(t, nil, "verdict", first[0], other, first[2]).wants(t, 1) // the flag comes first
	keyed := shardOfRun(t, dir, 2, 3, func(s *cli.System) { s.Environ = []string{"SCANGATE_API_KEY=another-key-0123456789"} })
	runOf(t, nil, "verdict", first[0], keyed, first[2]).wants(t, 2, "forged")
}

// A scan whose id two jobs got answers neither of them, as in one run.
func TestShardsWithOneScan(t *testing.T) {
	t.Parallel()
	tree := map[string]string{}
	for i := range 6 {
		tree[fmt.Sprintf("f%d/main.tf", i)] = bucketTF
	}
	s := shardsOfRun(t, treeOf(t, tree), 2)
	withoutKey := func(s *cli.System) { s.Environ = []string{"CI=true"} }
	runOf(t, withoutKey, "verdict", s[0], s[1]).wants(t, 0, "6/6 answered")
	scan := regexp.MustCompile(`"scan-[0-9a-f]+"`)
	ids := func(path string) []string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return scan.FindAllString(string(text), -1)
	}
	shared := changed(t, s[1], ids(s[1])[0], ids(s[0])[0])
	runOf(t, withoutKey, "verdict", s[0], shared).wants(t, 3, "4/6 answered", "2 failed", "the service gave two submissions the same scan id")
}

// Whatever there is to divide, the shards are one run.
func TestShardsOfSmallPlans(t *testing.T) {
	t.Parallel()
	templates := map[string]string{"a/main.tf": bucketTF, "b/main.tf": bucketTF + "# alert HIGH Open port | somewhere\n", "c/main.tf": bucketTF}
	for name, tt := range map[string]struct {
		tree   map[string]string
		shards int
		args   []string
		code   int
		says   string
	}{
		"one of one":                  {templates, 1, nil, 1, "high 1 > 0; 3/3 answered"},
		"more shards than templates":  {templates, 40, nil, 1, "high 1 > 0; 3/3 answered"},
		"images alone":                {map[string]string{"README": "x"}, 3, []string{"--image", "nginx:1.25", "--image", "redis:7", "--fail-on", "none"}, 0, "2/2 answered"},
		"Dockerfiles alone":           {map[string]string{"a/Dockerfile": "FROM nginx:1.25\n", "b/Dockerfile": "FROM redis:7\n"}, 3, []string{"--fail-on", "none"}, 0, "4/4 answered"},
		"nothing":                     {map[string]string{"README": "x"}, 3, nil, 4, "NOTHING TO SCAN (exit 4)"},
		"nothing, which is allowed":   {map[string]string{"README": "x"}, 3, []string{"--allow-empty"}, 4, "NOTHING TO SCAN (exit 4)"},
		"everything is left out":      {templates, 2, []string{"--exclude", "**"}, 4, "NOTHING TO SCAN (exit 4)"},
		"what can't be sent":          {map[string]string{"main.bicep": "param x string\n"}, 2, nil, 4, "1 not sent"},
		"a template that is unparsed": {map[string]string{"a/main.tf": "resource \"a\" {\n", "b/main.tf": bucketTF}, 2, nil, 3, "1/2 answered, 1 by submission, 1 failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := runShards(t, treeOf(t, tt.tree), tt.shards, tt.args...)
			if diff := cmp.Diff(s.whole, s.joined); diff != "" {
				t.Errorf("(-one run +shards):\n%s", diff)
			}
			runOf(t, nil, append([]string{"verdict"}, s.shards...)...).wants(t, tt.code, tt.says)
		})
	}
	s := runShards(t, treeOf(t, map[string]string{"README": "x"}), 2)
	runOf(t, nil, append([]string{"verdict", "--allow-empty"}, s.shards...)...).wants(t, 0)
}

// Three templates among 200 shards, as many as GitLab has: 197 of them have nothing to do.
func TestManyEmptyShards(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("200 runs")
	}
	dir := treeOf(t, map[string]string{"a/main.tf": bucketTF, "b/main.tf": bucketTF, "c/main.tf": bucketTF + "# alert HIGH Open port | somewhere\n"})
	shards := shardsOfRun(t, dir, 200)
	runOf(t, nil, append([]string{"verdict"}, shards...)...).wants(t, 1, "high 1 > 0; 3/3 answered")
	r := runOf(t, nil, append([]string{"verdict"}, shards[:len(shards)/2]...)...)
	r.wants(t, 2, "missing shards: 101/200, 102/200,", "and 90 more")
}

// Without the key a forged shard can't be detected, and the verdict says so. What contradicts the
// others is refused all the same.
func TestForgedShards(t *testing.T) {
	t.Parallel()
	tree := map[string]string{}
	for i := range 6 {
		tree[fmt.Sprintf("f%d/main.tf", i)] = bucketTF + "# alert HIGH Open port | somewhere\n"
	}
	s := shardsOfRun(t, treeOf(t, tree), 2, "--max", "high=9")
	forge := func(change func(map[string]any)) string {
		var r map[string]any
		text, err := os.ReadFile(s[1])
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		text, _ = json.Marshal(r)
		path := filepath.Join(t.TempDir(), "forged.json")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	shard := func(r map[string]any) map[string]any { return r["shard"].(map[string]any) }
	for name, tt := range map[string]struct {
		change func(map[string]any)
		says   string
	}{
		"a finding is dropped":     {func(r map[string]any) { r["findings"] = r["findings"].([]any)[1:] }, "not a valid result"},
		"all findings are dropped": {func(r map[string]any) { delete(r, "findings") }, "not a valid result"},
		"a row is dropped":         {func(r map[string]any) { r["ledger"] = r["ledger"].([]any)[1:] }, "shard.rows"},
		"it is a whole run":        {func(r map[string]any) { delete(r, "shard") }, "not a valid result"},
		"no total":                 {func(r map[string]any) { delete(shard(r), "total") }, "shard.total"},
		"a negative place":         {func(r map[string]any) { shard(r)["rows"].([]any)[0] = -1 }, "shard.rows"},
		"places beyond":            {func(r map[string]any) { shard(r)["planned"] = 1 }, "shard.rows"},
		"notices beyond":           {func(r map[string]any) { shard(r)["notices"] = map[string]any{"start": 0, "end": 99} }, "shard.notices"},
		"other targets":            {func(r map[string]any) { shard(r)["targetsSHA256"] = strings.Repeat("0", 64) }, "it has another plan"},
		"another base":             {func(r map[string]any) { shard(r)["mergeBases"] = []string{"x"} }, "it is compared with x, and the other with nothing"},
		"an unknown key":           {func(r map[string]any) { shard(r)["extra"] = 1 }, "extra"},
		"another limit":            {func(r map[string]any) { r["policy"].(map[string]any)["unknownAs"] = "low" }, "not a valid result"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forged := forge(tt.change)
			withoutKey := func(s *cli.System) { s.Environ = []string{"CI=true"} }
			runOf(t, withoutKey, "verdict", s[0], forged).wants(t, 2, tt.says)
			runOf(t, nil, "verdict", s[0], forged).wants(t, 2)
		})
	}
}

// The category is that of the job that decides, unless --category gave all shards the same.
func TestCategoryOfShards(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"a/main.tf": bucketTF, "b/main.tf": bucketTF})
	job := func(name, matrix string) func(*cli.System) {
		return func(s *cli.System) {
			s.Environ = append(s.Environ, "GITHUB_ACTIONS=true", "GITHUB_WORKFLOW_REF=acme/shop/.github/workflows/gate.yml@refs/heads/main",
				"GITHUB_JOB="+name, "SCANGATE_MATRIX="+matrix)
		}
	}
	for name, tt := range map[string]struct {
		shards int
		args   []string
		want   string
	}{
		"of the job":                  {2, nil, "scangate/.github/workflows/gate.yml:scangate/"},
		"of the job, for one shard":   {1, nil, "scangate/.github/workflows/gate.yml:scangate/"},
		"--category":                  {2, []string{"--category", "network"}, "network/"},
		"--category of the one shard": {1, []string{"--category", "network"}, "network/"},
		"of the shard":                {2, []string{"--category", "scangate/.github/workflows/gate.yml:shard/"}, "scangate/.github/workflows/gate.yml:shard/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var shards []string
			for i := range tt.shards {
				shards = append(shards, shardOfRun(t, dir, i+1, tt.shards, job("shard", fmt.Sprintf(`{"shard": %d}`, i+1)), append(tt.args, "--policy-from", "worktree", "--fail-on", "none")...))
			}
			saved := filepath.Join(t.TempDir(), "whole.json")
			runOf(t, job("scangate", "null"), append([]string{"verdict", "-o", "json=" + saved}, shards...)...).wants(t, 0, "2/2 answered")
			if got := readSaved(t, saved).Category; got != tt.want {
				t.Errorf("category %q, want %q", got, tt.want)
			}
		})
	}
}
