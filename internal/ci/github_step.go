package ci

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sethvargo/go-githubactions"
)

// Step is the step of a GitHub Actions job that runs the program. It writes all commands to the
// runner but annotations, which are a report (https://docs.github.com/actions, "Workflow
// commands").
//
// The library writes any text and panics on errors. So nothing is called whose variable is unset,
// no output holds a line break, and panics become errors.
type Step struct {
	getenv func(string) string
}

// OnGitHub returns the step that runs the program, nil outside GitHub Actions. The step keeps
// getenv.
func OnGitHub(getenv func(string) string) *Step {
	if !isSet("GITHUB_ACTIONS")(getenv) {
		return nil
	}
	return &Step{getenv}
}

// InAction reports whether the step belongs to a composite action, as those of action.yml do. Only
// these have the variable (https://docs.github.com/actions, "Variables reference").
func (s *Step) InAction() bool { return s.getenv("GITHUB_ACTION_PATH") != "" }

// action is the library, writing commands to w. By default it uses the environment and the standard
// output of the process.
func (s *Step) action(w io.Writer) *githubactions.Action {
	return githubactions.New(githubactions.WithWriter(w), githubactions.WithGetenv(s.getenv))
}

// guard turns a panic of the library, which means that a write failed, into an error.
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

// Group makes the log fold what is written to w until EndGroup. The title must be a constant: it is
// not escaped.
func (s *Step) Group(w io.Writer, title string) error {
	return guard(func() { s.action(w).Group(title) })
}

// EndGroup ends the group.
func (s *Step) EndGroup(w io.Writer) error {
	return guard(func() { s.action(w).EndGroup() })
}

// InWorkspace returns a path inside the job's workspace relative to it, with slashes. Later steps
// start there, whatever this step's working directory is, and may see the workspace in another
// place if this step runs in a container. Other paths become absolute.
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

// Folder returns an existing folder relative to the job's workspace, with slashes. It returns ""
// for the workspace itself and for a folder outside it.
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

// below returns path relative to folder, with slashes, if it is inside.
func below(folder, path string) (string, bool) {
	rel, err := filepath.Rel(folder, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(os.PathSeparator)) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// resolved follows the symlinks in path. A path that does not exist is returned as it is.
func resolved(path string) string {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		return to
	}
	return path
}
