package git

import (
	"errors"
	"os/exec"
	"strings"
)

// ErrNotRepository is returned by [Open] if neither the folder nor one above it
// holds a .git entry. Only then may the tree be walked without git.
var ErrNotRepository = errors.New("not inside a git repository")

// ErrNotFetched means that a partial clone has the id of a content, and not the content.
var ErrNotFetched = errors.New("this clone lacks its content")

// NotFetched is the error of a file that can't be read because of [ErrNotFetched].
func NotFetched(file string) error {
	return &Error{What: "read " + file, Err: ErrNotFetched, Fix: "fetch it: git fetch --refetch --no-filter"}
}

// Error says that there is a repository about which git can't answer. The caller
// must not walk the tree instead, because that would include ignored files.
type Error struct {
	// What was asked, for example "list the files of /src/shop".
	What string
	// Stderr is the beginning of git's standard error, if it ran.
	Stderr string
	// Fix says what to do next.
	Fix string
	// Err is the cause.
	Err error
}

// Error returns what failed, git's reason, and the fix.
func (e *Error) Error() string {
	reason := e.Stderr
	if reason == "" && e.Err != nil {
		reason = e.Err.Error()
	}
	text := "git can't " + e.What + ": " + reason
	if e.Fix != "" {
		text += "; fix: " + e.Fix
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fix proposes the next step for a failure of git in the repository root.
func fix(root, stderr string, err error) string {
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "install git, and put it on PATH"
	case strings.Contains(stderr, "dubious ownership"), strings.Contains(stderr, "unsafe repository"):
		return "git config --global --add safe.directory '" + root + "'"
	case strings.Contains(stderr, "promisor remote"):
		return "fetch what this partial clone lacks: git fetch --refetch --filter=blob:none " +
			"(or, for everything, git fetch --refetch --no-filter)"
	default:
		return "repair the repository; git -C '" + root + "' status says more"
	}
}

// firstLines joins the first three lines of git's standard error.
func firstLines(stderr []byte) string {
	const maxLines, maxBytes = 3, 500
	lines := strings.SplitN(strings.TrimSpace(string(stderr)), "\n", maxLines+1)
	text := strings.Join(lines[:min(len(lines), maxLines)], " ")
	return strings.TrimPrefix(text[:min(len(text), maxBytes)], "fatal: ")
}
