package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

const (
	// exitAfterCancel is how long git may take to exit after its context has ended.
	exitAfterCancel = 500 * time.Millisecond
	// outputAfterExit is how long the output of a git that has exited may take to
	// arrive: on a busy machine, this process may not run for seconds.
	outputAfterExit = time.Minute
)

// findGit finds the git command on the PATH of env. Relative entries are skipped:
// they would let the checkout bring its own git.
func findGit(env []string) (string, error) {
	for _, dir := range filepath.SplitList(lookup(env, "PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if path, err := exec.LookPath(filepath.Join(dir, "git")); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("git: %w", exec.ErrNotFound)
}

// lookup returns the last value of a variable in env. On Windows, Path is PATH.
func lookup(env []string, name string) string {
	for i := len(env) - 1; i >= 0; i-- {
		key, value, _ := strings.Cut(env[i], "=")
		if key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// passedOn lists the variables of the caller that git needs: to find its programs,
// libraries and config files, and a place for temporary files. No other variable is passed
// on: a program that git starts, such as a filter of the repository's config, could read a
// secret in it.
func passedOn() []string {
	return []string{
		"PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
		"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH",
		// Windows
		"SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "HOMEDRIVE", "HOMEPATH",
		"APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)",
	}
}

// childEnv returns what git needs of env, and the variables that keep git quiet, offline
// and in one language. Variables that point to another repository are not passed on.
func childEnv(env []string) []string {
	out := make([]string, 0, 32)
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		if runtime.GOOS == "windows" {
			name = strings.ToUpper(name)
		}
		if slices.Contains(passedOn(), name) {
			out = append(out, kv)
		}
	}
	return append(out,
		"LC_ALL=C",
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_LITERAL_PATHSPECS=1",
		"GIT_NO_LAZY_FETCH=1",
		// .git/info/grafts would give commits other parents, and change where a change began.
		"GIT_GRAFT_FILE="+os.DevNull,
		// "none" is not a protocol, so that this list allows none: nothing is fetched,
		// whatever the repository's config allows.
		"GIT_ALLOW_PROTOCOL=none",
	)
}

// hardened returns the options before every subcommand. They use -c, because git
// before 2.31 silently ignores GIT_CONFIG_COUNT, which has the same scope.
func (r *Repo) hardened() []string {
	dir := []string{"-C", r.root}
	if r.bare {
		dir = append(dir, "--git-dir", r.root) // safe.bareRepository may forbid to find it
	}
	return append(dir,
		"--no-pager",
		"--no-replace-objects",
		"-c", "safe.directory="+filepath.ToSlash(r.root),
		"-c", "core.fsmonitor=false",
		"-c", "core.hooksPath=/dev/null",
		"-c", "log.showSignature=false",
		"-c", "advice.graftFileDeprecated=false", // a hint on standard error looks like a reason
	)
}

// run runs a git command in the repository root and returns its output. what
// completes "git can't …" in an error.
func (r *Repo) run(ctx context.Context, what string, args ...string) ([]byte, error) {
	out, _, err := r.exec(ctx, what, args...)
	return out, err
}

// exec is run that returns the standard error too.
func (r *Repo) exec(ctx context.Context, what string, args ...string) (out []byte, stderr string, err error) {
	cmd := r.command(ctx, args...)
	var b bytes.Buffer
	cmd.Stderr = &b
	if out, err = cmd.Output(); err != nil {
		return nil, b.String(), r.failure(ctx, what, &b, err)
	}
	return out, b.String(), nil
}

// stream is run for an output that read reads while git writes it. It stops git when read fails.
func (r *Repo) stream(ctx context.Context, what string, read func(out io.Reader) error, args ...string) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	cmd := r.command(running, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return r.failure(ctx, what, &stderr, err)
	}
	wrong := read(out)
	if wrong != nil {
		stop()
	}
	return r.failure(ctx, what, &stderr, errors.Join(wrong, cmd.Wait()))
}

// failure is the error of a git command, nil if it has not failed.
func (r *Repo) failure(ctx context.Context, what string, stderr *bytes.Buffer, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("git: %s: %w", what, context.Cause(ctx))
	}
	return &Error{What: what, Stderr: firstLines(stderr.Bytes()), Fix: fix(r.root, stderr.String(), err), Err: err}
}

// command prepares a git command in the repository root. It is killed when ctx ends.
func (r *Repo) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, r.git, append(r.hardened(), args...)...)
	cmd.Env = r.env
	cmd.WaitDelay = outputAfterExit
	cmd.Cancel = func() error {
		cmd.WaitDelay = exitAfterCancel // read after Cancel, by the same goroutine
		return cmd.Process.Kill()
	}
	return cmd
}

// query is run for a question that may have no answer: it returns "" then.
func (r *Repo) query(ctx context.Context, what string, args ...string) (string, error) {
	out, err := r.run(ctx, what, args...)
	if noAnswer(err) {
		return "", nil
	}
	return strings.TrimSuffix(string(out), "\n"), err
}

// noAnswer reports whether git exited with status 1 and without a message, which
// is its way to answer "none".
func noAnswer(err error) bool {
	var failed *Error
	var exit *exec.ExitError
	return errors.As(err, &failed) && failed.Stderr == "" && errors.As(err, &exit) && exit.ExitCode() == 1
}
