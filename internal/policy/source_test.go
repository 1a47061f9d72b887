package policy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/result"
)

// history is main with two commits, and a branch from the first one, which is checked out.
type history struct {
	*gittest.Repo
	base, tip, head string
}

func newHistory(t *testing.T) history {
	t.Helper()
	h := history{Repo: gittest.New(t)}
	h.Write(".scangate.yaml", "version: 1\ntimeout: 1m\n")
	h.Commit()
	h.base = h.Hash("HEAD")
	h.Git("checkout", "--quiet", "-b", "feature")
	h.Write(".scangate.yaml", "version: 1\ntimeout: 9m\n")
	h.Commit()
	h.head = h.Hash("HEAD")
	h.Git("checkout", "--quiet", "main")
	h.Write("other", "")
	h.Commit()
	h.tip = h.Hash("HEAD")
	h.Git("checkout", "--quiet", "feature")
	return h
}

// options are those of a run in a folder.
func options(t *testing.T, dir string, target ci.Target) policy.Options {
	t.Helper()
	repo, err := git.Open(t.Context(), dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	return policy.Options{Repo: repo, Target: target, Setting: "--policy-from", Environ: gittest.Env()}
}

func find(t *testing.T, o policy.Options) policy.Source {
	t.Helper()
	s, err := policy.Find(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func idOf(c *git.Commit) string {
	if c == nil {
		return ""
	}
	return c.ID
}

func TestFind(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	nowhere := "https://localhost:1/shop.git"
	tests := map[string]struct {
		target             ci.Target
		from               string
		name, commit, base string
	}{
		"no target":          {ci.Target{}, "", "own", "", ""},
		"the event's commit": {ci.Target{Branch: "main", URL: nowhere, Commit: h.tip}, "", "main@" + h.tip[:7], h.tip, h.base},
		"a stated base":      {ci.Target{Branch: "main", URL: nowhere, Commit: h.tip, MergeBase: h.tip}, "", "main@" + h.tip[:7], h.tip, h.tip},
		"a base that the clone lacks": {
			ci.Target{Branch: "main", URL: nowhere, Commit: h.tip, MergeBase: strings.Repeat("1", 40)}, "", "main@" + h.tip[:7], h.tip, h.tip,
		},
		"a revision":                      {ci.Target{}, "main", "main@" + h.tip[:7] + " by --policy-from", h.tip, h.base},
		"a commit":                        {ci.Target{Branch: "main"}, h.base, h.base[:7] + " by --policy-from", h.base, h.base},
		"the work tree, whatever is due":  {ci.Target{Branch: "main", URL: nowhere}, "worktree", "worktree by --policy-from", "", ""},
		"a name for a job without target": {ci.Target{Unnamed: true}, "worktree", "worktree by --policy-from", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, h.Dir, tt.target)
			o.From = tt.from
			s := find(t, o)
			if s.Judge.String() != tt.name || idOf(s.Commit) != tt.commit || idOf(s.Base) != tt.base {
				t.Errorf("judge %q, commit %s, base %s", s.Judge.String(), idOf(s.Commit), idOf(s.Base))
			}
		})
	}
}

// The merge commit that the host made names the newer tip, also in a clone without history.
func TestFindByTheMergeCommit(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	h.Git("checkout", "--quiet", "main")
	h.Git("merge", "--quiet", "--no-ff", "-m", "merge", "feature")
	merge := h.Hash("HEAD")
	target := ci.Target{Branch: "main", Commit: h.base, Merge: merge, Head: h.head}
	if s := find(t, options(t, h.Dir, target)); idOf(s.Commit) != h.tip || idOf(s.Base) != h.tip {
		t.Errorf("commit %s, base %s", idOf(s.Commit), idOf(s.Base))
	}
	target.Head = h.base // it merges something else
	if s := find(t, options(t, h.Dir, target)); idOf(s.Commit) != h.base {
		t.Errorf("commit %s", idOf(s.Commit))
	}
}

// A clone without history and without main gets the tip of main, and its files, from the host.
func TestFindFetches(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	clone := gittest.At(t, t.TempDir())
	clone.Git("clone", "--quiet", "--depth=1", "--branch=feature", "file://"+h.Dir, ".")
	target := ci.Target{Branch: "main", URL: h.Serve(nil)}
	o := options(t, clone.Dir, target)
	if _, err := policy.Find(t.Context(), o); err == nil || !strings.Contains(err.Error(), "https://") {
		t.Errorf("plain http without --policy-from: %v", err)
	}
	for from, want := range map[string]string{"main": h.tip, "refs/heads/main": h.tip, h.base: h.base} {
		o.From = from
		s := find(t, o)
		if idOf(s.Commit) != want || s.Base != s.Commit {
			t.Errorf("%s: commit %s, base %s", from, idOf(s.Commit), idOf(s.Base))
		}
		if f, err := policy.File(s.Commit, "main", policy.Location{}); f == nil || err != nil {
			t.Errorf("%s: file %v, %v", from, f, err)
		}
	}
	o.From = "absent"
	want := "--policy-from: git can't ask " + target.URL + ` for the tip of the branch "absent": there is no such branch in the repository; ` +
		"fix: fetch it, for example: git fetch --depth=1 origin main, then --policy-from FETCH_HEAD"
	if _, err := policy.Find(t.Context(), o); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if out, err := clone.Try("for-each-ref"); err != nil || strings.Contains(out, "main") {
		t.Errorf("the clone has changed: %s, %v", out, err)
	}
}

func TestFindFails(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	h.Git("branch", strings.Repeat("1", 40))
	h.Git("tag", "release", "feature")
	h.Git("tag", "both", "feature")
	h.Git("branch", "both", "main")
	h.Git("update-ref", "refs/remotes/origin/main", "feature")
	tests := map[string]struct {
		target ci.Target
		from   string
		want   string
	}{
		"no way to the host": {ci.Target{Branch: "main", URL: "https://localhost:1/shop.git", Fix: "do this"}, "", "do this"},
		"plain http":         {ci.Target{Branch: "main", URL: "http://localhost:1/shop.git", Fix: "do this"}, "", "https://"},
		// A branch of the clone is not an answer: its author may have named it.
		"no address":              {ci.Target{Branch: "main", Fix: "do this"}, "", `target branch "main"`},
		"a branch like a commit":  {ci.Target{Branch: "main", Commit: strings.Repeat("1", 40), Fix: "do this"}, "", "do this"},
		"a tag":                   {ci.Target{}, "release", "write tags/release"},
		"a tag and a branch":      {ci.Target{}, "both", "is ambiguous"},
		"no such revision":        {ci.Target{}, "absent", "git fetch"},
		"an option":               {ci.Target{}, "--help", "no such commit"},
		"a job without a target":  {ci.Target{Unnamed: true}, "", policy.ErrUnnamed.Error()},
		"a target without a name": {ci.Target{Branch: "main", Commit: "main", Fix: "do this"}, "", "do this"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, h.Dir, tt.target)
			o.From = tt.from
			s, err := policy.Find(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("commit %s, error %v", idOf(s.Commit), err)
			}
			if errors.Is(err, policy.ErrUnnamed) != tt.target.Unnamed {
				t.Errorf("ErrUnnamed: %v", err)
			}
		})
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write(".scangate.yaml", "version: 1\ntimeout: 1m\n")
	g.Write("infra/.scangate.yaml", "version: 1\ntimeout: 2m\n")
	g.Write("broken/.scangate.yaml", "version: 2\n")
	g.Write("ci/gate.yaml", "version: 1\ntimeout: 3m\n")
	g.Commit()
	o := options(t, g.Dir, ci.Target{})
	o.From = "HEAD"
	c := find(t, o).Commit
	for want, at := range map[string]policy.Location{
		".scangate.yaml":       {Under: "a/b"},
		"infra/.scangate.yaml": {Under: "infra"},
		"ci/gate.yaml":         {Under: "infra", Named: "ci/gate.yaml"},
	} {
		f, err := policy.File(c, "main", at)
		if err != nil || f == nil || f.Path != "main:"+want {
			t.Errorf("%+v: %v, %v", at, f, err)
		}
	}
	if f, err := policy.File(c, "main", policy.Location{Named: "absent.yaml"}); f != nil || err != nil {
		t.Errorf("an absent file: %v, %v", f, err)
	}
	if _, err := policy.File(c, "main", policy.Location{Under: "broken"}); err == nil || !strings.Contains(err.Error(), "main:broken/.scangate.yaml:1:") {
		t.Errorf("a broken file: %v", err)
	}
}

func TestJudgeNames(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("1a2b3c4d", 5)
	got := []string{
		(&result.Judge{Name: "own"}).String(), (&result.Judge{Name: "main", Commit: id}).String(),
		(&result.Judge{Name: "origin/main", Commit: id, Setting: "--policy-from"}).String(), (&result.Judge{Setting: "--config"}).String(),
	}
	want := []string{"own", "main@1a2b3c4", "origin/main@1a2b3c4 by --policy-from", "by --config"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Where jobs of the host can't fetch, the clone's tracking branch names the tip. No branch and no
// tag of the clone does.
func TestFindByTheTrackingBranch(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	target := ci.Target{Branch: "main", Tracked: true, Fix: "fetch it"}
	_, err := policy.Find(t.Context(), options(t, h.Dir, target))
	if err == nil || !strings.Contains(err.Error(), `the policy of the target branch "main" judges this change, and can't be read: `+
		"the clone lacks refs/remotes/origin/main; fix: fetch it") {
		t.Errorf("error %v", err)
	}
	h.Git("update-ref", "refs/remotes/origin/main", h.tip)
	h.Git("tag", "origin/main", h.head)
	h.Git("tag", "refs/remotes/origin/main", h.head)
	if s := find(t, options(t, h.Dir, target)); idOf(s.Commit) != h.tip || idOf(s.Base) != h.base {
		t.Errorf("commit %s, base %s", idOf(s.Commit), idOf(s.Base))
	}
	// What the host states is newer than what the clone tracks.
	target.Abbreviated = h.base[:12]
	if s := find(t, options(t, h.Dir, target)); idOf(s.Commit) != h.base {
		t.Errorf("commit %s", idOf(s.Commit))
	}
}
