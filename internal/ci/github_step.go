package ci

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sethvargo/go-githubactions"
)

// Step is the step of a GitHub Actions job that runs the program: the one typed
// way to its runner, so that nothing else writes commands
// (https://docs.github.com/actions, "Workflow commands").
//
// The library writes what it is given and panics where it can't. Its traps are
// closed here: no variable, no call; no text without console.Clean; no output
// with a line break; no panic that gets out.
type Step struct {
	getenv func(string) string
}

// OnGitHub returns the step that runs the program; nil anywhere else. getenv is
// kept.
func OnGitHub(getenv func(string) string) *Step {
	if !isSet("GITHUB_ACTIONS")(getenv) {
		return nil
	}
	return &Step{getenv}
}

// InAction reports whether the step is one of a composite action's own, as those
// of this repository's action.yml are: the variable is set for them alone
// (https://docs.github.com/actions, "Variables reference").
func (s *Step) InAction() bool { return s.getenv("GITHUB_ACTION_PATH") != "" }

// action is the library, writing commands to w. Its own default for both is the
// process's.
func (s *Step) action(w io.Writer) *githubactions.Action {
	return githubactions.New(githubactions.WithWriter(w), githubactions.WithGetenv(s.getenv))
}

// guard makes an error of the library's panic: that of a write that failed.
func guard(call func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
			if cause, ok := v.(error); ok {
				err = cause
			}
		}
	}()
	call()
	return nil
}

// Group has the log fold what is written to w until EndGroup. The title is ours
// and constant.
func (s *Step) Group(w io.Writer, title string) error {
	return guard(func() { s.action(w).Group(title) })
}

// EndGroup ends the group.
func (s *Step) EndGroup(w io.Writer) error {
	return guard(func() { s.action(w).EndGroup() })
}

// InWorkspace returns path relative to the job's workspace, with slashes, where
// it lies in it: later steps start there, whatever this step's working directory
// is, and may see the workspace in another place, if this one runs in a
// container. Other paths become absolute.
func (s *Step) InWorkspace(path string) string {
	workspace := s.getenv("GITHUB_WORKSPACE")
	abs, err := filepath.Abs(path)
	if workspace == "" || err != nil {
		return path
	}
	if rel, ok := below(workspace, abs); ok {
		return rel
	}
	// A folder may have two names: /tmp on macOS is /private/tmp.
	if rel, ok := below(resolved(workspace), filepath.Join(resolved(filepath.Dir(abs)), filepath.Base(abs))); ok {
		return rel
	}
	return abs
}

// Folder returns where an existing folder lies in the job's workspace, with
// slashes; "" for the workspace itself, and for one that is not in it.
func (s *Step) Folder(path string) string {
	workspace := s.getenv("GITHUB_WORKSPACE")
	if workspace == "" {
		return ""
	}
	rel, ok := below(resolved(workspace), resolved(path))
	if !ok || rel == "." {
		return ""
	}
	return rel
}

// below returns path relative to folder, with slashes, if it lies in it.
func below(folder, path string) (string, bool) {
	rel, err := filepath.Rel(folder, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(os.PathSeparator)) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// resolved follows the links in path, as far as there is one.
func resolved(path string) string {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		return to
	}
	return path
}
