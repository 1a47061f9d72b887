package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/hook"
)

// Hook scans what git tells one of its hooks: the index before a commit, and what each ref of a
// push adds. remote is the name of the remote, for pre-push. What the request asks for comes first.
//
// The ending is the worst of all refs; each has a line of its own if there are several.
func Hook(ctx context.Context, sys System, req Request, name hook.Name, remote string) (Ending, error) {
	repo, err := openHere(ctx, sys)
	if err != nil {
		return Ending{}, err
	}
	h := hooked{sys: sys, repo: repo, req: req, name: name, remote: remote}
	if name == hook.PreCommit || name == hook.PreMergeCommit {
		return h.commit(ctx)
	}
	if len(req.Flags["api-key-stdin"]) > 0 || sys.Getenv("SCANGATE_API_KEY_STDIN") != "" {
		return Ending{}, usagef("--api-key-stdin: git tells the hook on standard input what is pushed; fix: use --api-key-file")
	}
	updates, err := hook.ReadUpdates(name, sys.Stdin)
	if err != nil {
		return Ending{}, &UsageError{err}
	}
	return h.push(ctx, updates)
}

// openHere opens the repository of the current folder, in which git runs its hooks.
func openHere(ctx context.Context, sys System) (*git.Repo, error) {
	repo, _, err := git.OpenStored(ctx, ".", sys.Environ)
	if errors.Is(err, git.ErrNotRepository) {
		return nil, usagef("the current folder is not in a git repository; fix: run it in one")
	}
	return repo, err
}

// hooked is one run of a hook.
type hooked struct {
	sys    System
	repo   *git.Repo
	req    Request
	name   hook.Name
	remote string
}

// with returns the request with flags that were not given. What variables say of the base and the
// index is for other runs.
func (h hooked) with(flags map[string]string) Request {
	req := h.req
	req.Flags = map[string][]string{"new-only": {"false"}, "staged": {"false"}}
	for name, value := range flags {
		if value != "" {
			req.Flags[name] = []string{value}
		}
	}
	if h.req.Flags["new-only"] != nil {
		delete(req.Flags, "new-from")
	}
	maps.Copy(req.Flags, h.req.Flags)
	return req
}

// commit scans what is to be committed. The first commit of a repository is scanned as a whole. The
// pre-commit framework runs the same hook for pushes, and by hand, and says so in variables
// (https://pre-commit.com/#pre-push).
func (h hooked) commit(ctx context.Context) (Ending, error) {
	env := h.sys.Getenv
	if pushed := cmp.Or(env("PRE_COMMIT_TO_REF"), env("PRE_COMMIT_LOCAL_BRANCH")); pushed != "" {
		return Scan(ctx, h.sys, h.with(map[string]string{
			"commit": pushed, "new-from": env("PRE_COMMIT_FROM_REF"), "branch": hook.Update{Ref: env("PRE_COMMIT_REMOTE_BRANCH")}.Short(),
		}))
	}
	if env("PRE_COMMIT") != "" && env("GIT_INDEX_FILE") == "" {
		return Scan(ctx, h.sys, h.req) // by hand: everything that is checked out
	}
	head, err := h.repo.CommitOf(ctx, "HEAD")
	if err != nil {
		return Ending{}, err
	}
	return Scan(ctx, h.sys, h.with(map[string]string{"staged": "true", "new-from": head}))
}

// push scans what each ref gets.
func (h hooked) push(ctx context.Context, updates []hook.Update) (Ending, error) {
	updates = slices.DeleteFunc(updates, func(u hook.Update) bool {
		return u.New == "" || strings.HasPrefix(u.Ref, "refs/notes/")
	})
	if len(updates) == 0 {
		return Ending{Line: "NOT SCANNED (exit 0): the push brings no commit"}, nil
	}
	var worst Ending
	for i, u := range updates {
		h.sys.Say(fmt.Sprintf("%s: commit %.12s", u.Ref, u.New))
		ending, err := h.update(ctx, u)
		if err != nil {
			return Ending{}, err
		}
		if i == 0 || isWorse(ending.Code, worst.Code) {
			worst = ending
		}
		if len(updates) > 1 {
			h.sys.SayEnding(ending)
		}
	}
	if len(updates) > 1 {
		worst.Line += fmt.Sprintf("; the worst of %d refs", len(updates))
	}
	return worst, nil
}

// isWorse orders exit codes: signal, 1, 3, 5, 4, 0.
func isWorse(a, b int) bool {
	rank := func(code int) int { return slices.Index([]int{0, 4, 5, 3, 1}, code) }
	return b < 128 && (a > 128 || rank(a) > rank(b))
}

// update scans what one ref gets.
func (h hooked) update(ctx context.Context, u hook.Update) (Ending, error) {
	base, err := h.base(ctx, u)
	if err != nil {
		return Ending{}, err
	}
	flags := map[string]string{"commit": u.New, "new-from": base, "branch": u.Short()}
	if h.name == hook.PreReceive {
		// Not that of the ref: a first push could loosen it for the second.
		head, err := h.repo.CommitOf(ctx, "HEAD")
		if err != nil {
			return Ending{}, err
		}
		if head == "" {
			h.sys.Say("HEAD of this repository names no commit: the push is judged by its own policy; fix: git symbolic-ref HEAD refs/heads/BRANCH")
		}
		flags["policy-from"] = head
	}
	return Scan(ctx, h.sys, h.with(flags))
}

// base returns the commit that a push is compared with, "" if there is none: then everything is
// scanned, as for a history of its own. Why else a comparison fails, the scan tells.
func (h hooked) base(ctx context.Context, u hook.Update) (string, error) {
	start, err := h.start(ctx, u)
	if start == "" || err != nil {
		return "", err
	}
	_, err = h.repo.Judging(u.New, u.New).MergeBase(ctx, start)
	if errors.Is(err, git.ErrUnrelated) {
		h.sys.Say(fmt.Sprintf("%.12s has no commit in common with %.12s: everything is scanned", u.New, start))
		return "", nil
	}
	return start, nil
}

// start returns the commit that a push starts from, "" if that is not known. For a new ref, and for
// a commit that this clone lacks, it is the default branch of the receiver.
func (h hooked) start(ctx context.Context, u hook.Update) (string, error) {
	if u.Old != "" {
		if id, err := h.repo.CommitOf(ctx, u.Old); id != "" || err != nil {
			return id, err
		}
	}
	head := "HEAD"
	if h.name == hook.PrePush {
		head = "refs/remotes/" + h.remote + "/HEAD"
	}
	id, err := h.repo.CommitOf(ctx, head)
	if id == "" && err == nil && h.name == hook.PrePush {
		remote := h.remote
		if strings.ContainsAny(remote, "/:") { // git push ADDRESS
			remote = "NAME, and push to a remote by its name"
		}
		h.sys.Say("the default branch of the remote is unknown: everything is scanned; fix: git remote set-head -a " + remote)
	}
	return id, err
}

// InstallHooks installs hooks of the repository of the current folder. Without names, they are
// those that git runs there: there are no commits in a bare repository, and it receives pushes.
func InstallHooks(ctx context.Context, sys System, names []hook.Name) error {
	repo, err := openHere(ctx, sys)
	if err != nil {
		return err
	}
	switch {
	case len(names) > 0:
	case repo.Bare():
		names = []hook.Name{hook.PreReceive}
	default:
		names = []hook.Name{hook.PreCommit, hook.PreMergeCommit, hook.PrePush}
	}
	folder, err := hooksFolder(ctx, repo, names)
	if err != nil {
		return err
	}
	var foreign []error
	for _, name := range names {
		foreign = append(foreign, hook.Check(folder, name))
	}
	if err := errors.Join(foreign...); err != nil {
		return notInstalled(err)
	}
	for _, name := range names {
		path, err := hook.Install(folder, name)
		if err != nil {
			return notInstalled(err)
		}
		sys.Say("installed " + path)
	}
	return nil
}

func notInstalled(err error) error {
	if errors.Is(err, hook.ErrForeign) {
		return &UsageError{err}
	}
	return fmt.Errorf("can't install the hook: %w; fix: make its folder writable, or name another one: git config core.hooksPath FOLDER", err)
}

func hooksFolder(ctx context.Context, repo *git.Repo, names []hook.Name) (string, error) {
	folder, shared, err := repo.HooksFolder(ctx)
	if err == nil && shared {
		err = usagef("core.hooksPath is %s, which other repositories use too; fix: call scangate hook %s \"$@\" from the hook there", folder, names[0])
	}
	return folder, err
}

// UninstallHooks removes the hooks that [InstallHooks] installed, and leaves those of others.
func UninstallHooks(ctx context.Context, sys System, names []hook.Name) error {
	repo, err := openHere(ctx, sys)
	if err != nil {
		return err
	}
	folder, err := hooksFolder(ctx, repo, names)
	if err != nil {
		return err
	}
	for _, name := range names {
		path, removed, err := hook.Uninstall(folder, name)
		switch {
		case errors.Is(err, hook.ErrForeign):
			sys.Say("left " + err.Error())
		case err != nil:
			return fmt.Errorf("can't remove the hook: %w; fix: remove it by hand", err)
		case removed:
			sys.Say("removed " + path)
		}
	}
	return nil
}
