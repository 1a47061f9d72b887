package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/git/gittest"
)

const (
	goodBucket = "resource \"aws_s3_bucket\" \"b\" {\n  acl = \"private\"\n}\n"
	// publicBucket is the rule that the bad one breaks.
	publicBucket = "ensure-s3-buckets-are-not-publicly-accessible-through-their-a00a644ee852"
	badBucket    = "resource \"aws_s3_bucket\" \"b\" {\n  acl = \"public-read\"\n}\n"
)

// pullRequest is a pull request whose author makes a bucket public and wants a green build.
type pullRequest struct {
	*gittest.Repo
	t testing.TB
	// target is the tip of main.
	target string
	// env are further variables of the job, and label is one of the pull request.
	env   []string
	label string
}

// newPullRequest makes a repository with a policy, and a branch that makes the bucket public.
func newPullRequest(t *testing.T, policy string) *pullRequest {
	t.Helper()
	p := &pullRequest{Repo: gittest.New(t), t: t}
	p.Write("main.tf", goodBucket)
	if policy != "" {
		p.Write(".scangate.yaml", "version: 1\n"+policy)
	}
	p.Commit()
	p.target = p.Hash("HEAD")
	p.Git("checkout", "--quiet", "-b", "feature")
	p.Write("main.tf", badBucket)
	p.Commit()
	return p
}

// scan runs the job of the pull request, whose target the clone has.
func (p *pullRequest) scan(t *testing.T, args ...string) ran {
	t.Helper()
	event := map[string]any{
		"pull_request": map[string]any{"number": 7, "base": map[string]string{"ref": "main", "sha": p.target},
			"labels": []map[string]string{{"name": p.label}}},
		"repository": map[string]string{"default_branch": "main"},
	}
	text, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return scanOf(t, p.Dir, "embedded", func(s *cli.System) {
		s.Environ = append(append(s.Environ, gittest.Env()...), "GITHUB_ACTIONS=true", "GITHUB_EVENT_NAME=pull_request", "GITHUB_EVENT_PATH="+file,
			"GITHUB_REF=refs/pull/7/merge", "GITHUB_BASE_REF=main", "GITHUB_SERVER_URL=https://localhost:1", "GITHUB_REPOSITORY=acme/shop")
		s.Environ = append(s.Environ, p.env...)
	}, args...)
}

// Each branch would pass by its own policy.
func TestHostileBranches(t *testing.T) {
	t.Parallel()
	write := func(text string) func(*pullRequest) {
		return func(p *pullRequest) { p.Write(".scangate.yaml", "version: 1\n"+text); p.Commit() }
	}
	tests := map[string]struct {
		policy string
		attack func(*pullRequest)
		args   []string
	}{
		"a budget":               {"limits: {fail-on: high}\n", write("limits: {max: {critical: 9999, high: 9999}}\n"), nil},
		"a budget beside a flag": {"timeout: 9m\n", write("limits: {max: {critical: 9999, high: 9999}}\n"), []string{"--fail-on", "high"}},
		"none":                   {"limits: {fail-on: high}\n", write("limits: {fail-on: none}\n"), nil},
		"none for the default":   {"limits: {max: {low: 9}}\n", write("limits: {fail-on: none, max: {low: 9}}\n"), nil},
		"a budget for the default": {
			"limits: {max: {low: 9}}\n", write("limits: {max: {low: 9, critical: 9999, high: 9999, medium: 9999}}\n"), nil,
		},
		"an exclusion":         {"timeout: 9m\n", write("targets: {exclude: ['*.tf']}\n"), nil},
		"fewer kinds":          {"timeout: 9m\n", write("targets: {only: [image]}\n"), nil},
		"a limit of a path":    {"timeout: 9m\n", write("limits: {paths: [{path: '**', max: {critical: 99, high: 99}}]}\n"), nil},
		"a severity of a rule": {"timeout: 9m\n", write("limits: {rules: {" + publicBucket + ": {severity: info, reason: r}}}\n"), nil},
		"a waiver":             {"timeout: 9m\n", write("waivers: [{rule: " + publicBucket + ", path: main.tf, reason: r, owner: o, expires: 2999-12-31}]\n"), nil},
		"a waiver in a comment": {"timeout: 9m\n", func(p *pullRequest) {
			p.Write("main.tf", "# scangate:waive "+publicBucket+" until=2999-12-31 owner=o reason=r\n"+badBucket)
			p.Commit()
		}, nil},
		"a first policy":         {"", write("limits: {fail-on: none}\n"), nil},
		"a deleted policy":       {"limits: {max: {low: 0, medium: 0}}\n", func(p *pullRequest) { p.Git("rm", "--quiet", ".scangate.yaml"); p.Commit() }, []string{"--fail-on", "none"}},
		"a renamed policy":       {"limits: {max: {medium: 0}}\n", func(p *pullRequest) { p.Git("mv", ".scangate.yaml", "old.yaml"); p.Commit() }, []string{"--fail-on", "none"}},
		"a tag named main":       {"limits: {fail-on: high}\n", func(p *pullRequest) { write("limits: {fail-on: none}\n")(p); p.Git("tag", "main") }, nil},
		"another main":           {"limits: {fail-on: high}\n", func(p *pullRequest) { write("limits: {fail-on: none}\n")(p); p.Git("branch", "--force", "main") }, nil},
		"a branch like a commit": {"limits: {fail-on: high}\n", func(p *pullRequest) { write("limits: {fail-on: none}\n")(p); p.Git("branch", p.target) }, nil},
		"a replaced commit":      {"limits: {fail-on: high}\n", func(p *pullRequest) { write("limits: {fail-on: none}\n")(p); p.Git("replace", p.target, "HEAD") }, nil},
		"not committed":          {"limits: {fail-on: high}\n", func(p *pullRequest) { p.Write(".scangate.yaml", "version: 1\nlimits: {fail-on: none}\n") }, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPullRequest(t, tt.policy)
			tt.attack(p)
			r := p.scan(t, tt.args...)
			r.wants(t, 1, "policy: main@"+p.target[:7])
			if own := p.scan(t, append(tt.args, "--policy-from", "worktree")...); name != "a budget beside a flag" {
				own.wants(t, codeOfOwn(name), "policy: worktree by --policy-from")
			}
		})
	}
}

// codeOfOwn is the exit code of a hostile branch by its own policy.
func codeOfOwn(name string) int {
	if name == "an exclusion" || name == "fewer kinds" {
		return 4
	}
	return 0
}

// What a change tightens counts at once.
func TestTighteningCounts(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "limits: {fail-on: none}\ntargets: {exclude: [other.tf]}\n")
	p.scan(t).wants(t, 0, "policy: main@")
	p.Write(".scangate.yaml", "version: 1\nlimits: {fail-on: critical}\ntargets: {exclude: [other.tf]}\n")
	p.scan(t).wants(t, 1, "policy: main@", "tightens limits: critical any → 0")
}

// The hash lets exactly what was approved count.
func TestApproval(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "limits: {fail-on: high}\n")
	p.Write(".scangate.yaml", "version: 1\nlimits: {fail-on: none}\n")
	r := p.scan(t)
	r.wants(t, 1, "the change loosens limits: critical 0 → any", "; loosens policy: 2")
	hash := regexp.MustCompile(`--approve ([0-9a-f]{16})`).FindStringSubmatch(r.stdout + r.stderr)
	if hash == nil {
		t.Fatalf("no hash in %s", r.stdout+r.stderr)
	}
	p.scan(t, "--approve", hash[1]).wants(t, 0, "; loosens policy: 2, approved")
	p.scan(t, "--approve", hash[1], "--max", "policy-loosened=0").wants(t, 0, "; loosens policy: 2, approved")
	p.label = "scangate-approve-" + hash[1]
	p.scan(t).wants(t, 0, "; loosens policy: 2, approved")
	p.label = "scangate-approve"
	p.scan(t, "--approve", "0123456789abcdef").wants(t, 1, "; loosens policy: 2")
	p.Write(".scangate.yaml", "version: 1\nlimits: {fail-on: none, max: {low: 3}}\n")
	p.scan(t, "--approve", hash[1]).wants(t, 1)
	p.env = []string{"SCANGATE_APPROVE=" + hash[1], "SCANGATE_POLICY_FROM=worktree"}
	p.scan(t).wants(t, 1, "SCANGATE_APPROVE is not a setting", "SCANGATE_POLICY_FROM is not a setting")
}

// Loosening can be forbidden by itself.
func TestLimitOfLoosening(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "limits: {fail-on: none}\n")
	p.Write(".scangate.yaml", "version: 1\nlimits: {fail-on: none}\ntargets: {exclude: [a]}\n")
	p.scan(t).wants(t, 0, "; loosens policy: 1")
	p.scan(t, "--max", "policy-loosened=0").wants(t, 1, "policy-loosened 1 > 0")
}

// Without the target's commit there is no verdict.
func TestTargetCannotBeHad(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "")
	p.target = strings.Repeat("1", 40)
	p.scan(t).wants(t, 3, `the policy of the target branch "main"`, "contents: read", "--policy-from worktree")
	p.scan(t, "--policy-from", "worktree").wants(t, 1, "policy: worktree by --policy-from")
}

// The baseline is the target's, whoever names it.
func TestBaselineOfTheTarget(t *testing.T) {
	t.Parallel()
	const empty = "{\n  \"version\": 1,\n  \"entries\": []\n}\n"
	p := newPullRequest(t, "baseline: b.json\n")
	p.Git("checkout", "--quiet", "main")
	p.Write("b.json", empty)
	p.Commit()
	p.target = p.Hash("HEAD")
	p.Git("checkout", "--quiet", "feature")
	p.Git("merge", "--quiet", "--no-edit", "main")
	own := []string{"--policy-from", "worktree"}
	file := filepath.Join(p.Dir, "b.json")
	p.scan(t, append(own, "--write-baseline", file, "--allow-growth")...).wants(t, 0)
	p.Commit()
	p.scan(t, own...).wants(t, 0, "policy: worktree")
	r := p.scan(t)
	r.wants(t, 1, "the change loosens baseline: ", "; loosens policy: 1")
	p.scan(t, "--baseline", file).wants(t, 1, "; loosens policy: 1")
	hash := regexp.MustCompile(`--approve ([0-9a-f]{16})`).FindStringSubmatch(r.stdout + r.stderr)
	if hash == nil {
		t.Fatalf("no hash in %s", r.stdout+r.stderr)
	}
	p.scan(t, "--approve", hash[1]).wants(t, 0, "; loosens policy: 1, approved")
	p.Write("b.json", empty)
	p.scan(t, "--approve", hash[1]).wants(t, 1)
}

// A template that a template engine would have to fill in now is a target without an answer.
func TestChangeLeavesThePlan(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "limits: {fail-on: none}\n")
	p.Write("main.tf", goodBucket)
	p.Git("mv", "main.tf", "main.tf.j2")
	p.Write("other.tf", goodBucket)
	p.Commit()
	r := p.scan(t)
	r.wants(t, 3, "left the plan: ", "main.tf.j2", "restore what was scanned before this change")
	hash := regexp.MustCompile(`--approve ([0-9a-f]{16})`).FindStringSubmatch(strings.Join(strings.Fields(r.stdout+r.stderr), " "))
	if hash == nil {
		t.Fatalf("no hash in %s", r.stdout+r.stderr)
	}
	p.scan(t, "--approve", hash[1]).wants(t, 0, "1 not sent", "as approved by "+hash[1])
	p.scan(t, "--new-from", "main").wants(t, 3, "left the plan: ")
	p.scan(t, "--policy-from", "worktree").wants(t, 0, "1 not sent")
}

func TestPolicyFromAnotherFile(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "limits: {fail-on: none}\n")
	outside := filepath.Join(t.TempDir(), "gate.yaml")
	if err := os.WriteFile(outside, []byte("version: 1\nlimits: {fail-on: high}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.scan(t, "--config", outside).wants(t, 1, "policy: by --config")
	p.env = []string{"GITHUB_EVENT_NAME=workflow_run"}
	p.scan(t, "--config", outside).wants(t, 1, "policy: by --config")
	p.scan(t).wants(t, 2, "--policy-from")
	p.scan(t, "--config", filepath.Join(p.Dir, ".scangate.yaml")).wants(t, 2, "--policy-from")
}

// A waiver in a comment of a change says when it counts.
func TestWaiverInACommentOfAChange(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "timeout: 9m\n")
	p.Write("main.tf", "# scangate:waive "+publicBucket+" until=2999-12-31 owner=o reason=r\n"+badBucket)
	p.Commit()
	p.scan(t).wants(t, 1, "main.tf:1: scangate:waive: "+publicBucket+" counts once it is merged into main")
}

// approval returns the hash that a run prints.
func approval(t *testing.T, r ran) string {
	t.Helper()
	hash := regexp.MustCompile(`--approve ([0-9a-f]{16})`).FindStringSubmatch(strings.Join(strings.Fields(r.stdout+r.stderr), " "))
	if hash == nil {
		t.Fatalf("no hash in %s", r.stdout+r.stderr)
	}
	return hash[1]
}

// One hash approves everything that a change loosens: in the config file, in the baseline, in
// comments, and in the plan.
func TestOneApprovalForEverything(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "limits: {fail-on: high}\n")
	p.Git("checkout", "--quiet", "main")
	p.Write("app.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
	p.Commit()
	p.target = p.Hash("HEAD")
	p.Git("checkout", "--quiet", "feature")
	p.Git("merge", "--quiet", "--no-edit", "main")
	p.Write(".scangate.yaml", "version: 1\nlimits: {fail-on: high, max: {not-sent: 3}}\ntargets: {exclude: [third_party]}\n")
	p.Write("main.tf", "# scangate:waive "+publicBucket+" until=2999-12-31 owner=o reason=r\n"+badBucket)
	p.Git("mv", "app.yaml", "app.yaml.j2")
	p.Write("app.yaml.j2", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ name }}}\n")
	p.Commit()
	r := p.scan(t)
	r.wants(t, 1, "app.yaml.j2 left the plan: ", "main.tf waives "+publicBucket, "loosens policy: 2")
	hash := approval(t, r)
	if strings.Count(r.stdout+r.stderr, "scangate-approve-") != strings.Count(r.stdout+r.stderr, "scangate-approve-"+hash) {
		t.Errorf("several hashes in %s", r.stdout+r.stderr)
	}
	p.scan(t, "--approve", hash).wants(t, 0, "1 waived", "1 not sent", "loosens policy: 2, approved")
	p.label = "scangate-approve-" + hash
	p.scan(t).wants(t, 0, "1 waived", "1 not sent", "loosens policy: 2, approved")
	p.Write("main.tf", "# scangate:waive "+publicBucket+" until=2999-12-31 owner=o reason=other\n"+badBucket)
	p.scan(t).wants(t, 1)
	p.Write("main.tf", "\n\n# scangate:waive "+publicBucket+" until=2999-12-31 owner=o reason=r\n"+badBucket)
	p.scan(t).wants(t, 0, "1 waived")
}

// The run says which findings each loosening covers, and what they cover together.
func TestWhatALooseningCovers(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "limits: {fail-on: high}\n")
	file := filepath.Join(t.TempDir(), "result.json")
	p.Write(".scangate.yaml", "version: 1\nlimits: {fail-on: high, max: {critical: 1}}\ntargets: {exclude: [main.tf, 'x/**']}\n"+
		"waivers: [{rule: "+publicBucket+", path: main.tf, reason: r, owner: o, expires: 2999-12-31}]\nbaseline: b.json\n")
	p.scan(t, "--policy-from", "worktree", "--config", filepath.Join(p.Dir, ".scangate.yaml"), "--write-baseline", filepath.Join(p.Dir, "b.json"), "--allow-empty")
	r := p.scan(t, "-o", "json="+file)
	r.wants(t, 1, "loosens policy: 4")
	res := readSaved(t, file)
	want := map[string]int{"critical 0 → 1": 1, `excludes "main.tf"`: 1, `excludes "x/**"`: 0, "waives " + publicBucket + " until 2999-12-31 (o): r": 1}
	for _, d := range res.Judge.Differences {
		n, asked := want[d.Text]
		if asked && len(d.Covers) != n || len(d.Covers) > 0 && d.Covers[0] != res.Judge.Covers[0] {
			t.Errorf("%s covers %v", d.Text, d.Covers)
		}
		delete(want, d.Text)
	}
	if len(want) != 0 || len(res.Judge.Covers) != 1 {
		t.Errorf("%v is missing, all cover %v", want, res.Judge.Covers)
	}
	hash := approval(t, r)
	p.scan(t, "--approve", hash, "--allow-empty").wants(t, 0, "loosens policy: 4, approved")
}

// A target without a policy says so, and how to adopt one.
func TestTargetWithoutAPolicy(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "")
	p.scan(t).wants(t, 1, "policy: main@")
	p.Write(".scangate.yaml", "version: 1\nlimits: {fail-on: none}\n")
	r := p.scan(t)
	r.wants(t, 1, "policy: main has no policy: defaults, flags and variables judge this change",
		"fix: merge .scangate.yaml and its baseline into main before the workflow, or let them count now: --approve ")
	p.scan(t, "--approve", approval(t, r)).wants(t, 0, "loosens policy: 2, approved")
}

// Adoption needs one request: config, baseline and workflow together, with one approval.
func TestAdoptionInOneRequest(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "")
	p.Write(".scangate.yaml", "version: 1\nbaseline: b.json\n")
	p.scan(t, "--policy-from", "worktree", "--write-baseline", filepath.Join(p.Dir, "b.json")).wants(t, 0)
	p.Commit()
	r := p.scan(t)
	r.wants(t, 1, "main has no policy", "the change loosens baseline: ", "all of it covers the finding ")
	p.scan(t, "--approve", approval(t, r)).wants(t, 0, "no new findings", " known")
}

// Fewer entries of the baseline count at once, unless the change adds others.
func TestFewerEntriesOfTheBaseline(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "baseline: b.json\n")
	file := filepath.Join(p.Dir, "b.json")
	own := []string{"--policy-from", "worktree"}
	p.scan(t, append(own, "--write-baseline", file)...).wants(t, 0)
	full, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p.Git("checkout", "--quiet", "main")
	p.Write("b.json", string(full))
	p.Commit()
	p.target = p.Hash("HEAD")
	p.Git("checkout", "--quiet", "feature")
	p.Git("merge", "--quiet", "--no-edit", "main")
	p.scan(t).wants(t, 0, " known")
	lines := strings.SplitAfter(string(full), "\n")
	var fewer []string
	for _, line := range lines {
		if !strings.Contains(line, publicBucket) {
			fewer = append(fewer, line)
		}
	}
	p.Write("b.json", strings.Replace(strings.Join(fewer, ""), "},\n  ]", "}\n  ]", 1))
	p.scan(t).wants(t, 1, "the change tightens baseline: 1 entries removed, or cover less")
	p.Write(".scangate.yaml", "version: 1\nbaseline: b.json\ntargets: {exclude: [x]}\n")
	p.scan(t).wants(t, 0, "after the merge, with the exclusions, waivers or entries of the baseline that it adds")
}

// explain says what the change changes in the policy, and which findings that covers.
func TestExplainTheJudge(t *testing.T) {
	t.Parallel()
	p := newPullRequest(t, "limits: {fail-on: high}\n")
	p.Write(".scangate.yaml", "version: 1\nlimits: {fail-on: high, max: {critical: 1}}\n")
	file := filepath.Join(t.TempDir(), "result.json")
	p.scan(t, "-o", "json="+file).wants(t, 1)
	runOf(t, nil, "explain", file).wants(t, 0, "policy: main@", "limits: critical 0 → 1", "covers 8155271a8a60", "would let all of this count")
	runOf(t, nil, "explain", file, "8155271a8a60").wants(t, 0, "critical 0 → 1, which covers it")
}
