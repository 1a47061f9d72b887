package git

import (
	"errors"
	"os/exec"
	"strings"
)

// ErrNotRepository is returned by [Open] where neither the folder nor one above
// it holds a .git entry. Walking the tree without git is right then, and only
// then.
var ErrNotRepository = errors.New("not inside a git repository")

// Error says that there is a repository about which git can't answer. The
// caller must not walk the tree instead: ignored files would be taken for known
// ones.
type Error struct {
	// What was asked, for example "list files of /src/shop".
	What string
	// Stderr is the first lines of git's own words, if it ran.
	Stderr string
	// Fix says what to do next.
	Fix string
	// Err is the cause.
	Err error
}

// Error says what failed, git's reason, and what to do.
func (e *Error) Error() string {
	reason := e.Stderr
	if reason == "" && e.Err != nil {
		reason = e.Err.Error()
	}
	text := "git can't " + e.What + ": " + reason
	if e.Fix != "" {
		text += "; " + e.Fix
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fix proposes the next step for a failure of git in the repository root.
func fix(root, stderr string, err error) string {
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "install git and put it on PATH"
	case strings.Contains(stderr, "dubious ownership"), strings.Contains(stderr, "unsafe repository"):
		return "run: git config --global --add safe.directory '" + root + "'"
	case strings.Contains(stderr, "promisor remote"):
		return "this clone was made without what is needed, and nothing is fetched here: git fetch --refetch --filter=blob:none (or, for all of it, git fetch --refetch --no-filter)"
	default:
		return "see what this says: git -C '" + root + "' status"
	}
}

// firstLines shortens git's words to what helps: three lines at most, joined.
func firstLines(stderr []byte) string {
	const maxLines, maxBytes = 3, 500
	lines := strings.SplitN(strings.TrimSpace(string(stderr)), "\n", maxLines+1)
	text := strings.Join(lines[:min(len(lines), maxLines)], " ")
	return strings.TrimPrefix(text[:min(len(text), maxBytes)], "fatal: ")
}
