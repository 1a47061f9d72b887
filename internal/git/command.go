package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// exitAfterCancel is how long git may take to end once its context has.
const exitAfterCancel = time.Second

// lookGit finds the git command on the PATH of env. Relative entries are passed
// over: they would let the checkout bring its own git.
func lookGit(env []string) (string, error) {
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

// lookup returns the last value of name in env. Windows doesn't tell Path from
// PATH.
func lookup(env []string, name string) string {
	for i := len(env) - 1; i >= 0; i-- {
		key, value, _ := strings.Cut(env[i], "=")
		if key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// childEnv is env without what speaks of another repository, and with what
// keeps git quiet, offline and in one language. The user's own config files
// stay where they say they are.
func childEnv(env []string) []string {
	keep := map[string]bool{
		"GIT_CONFIG_GLOBAL": true, "GIT_CONFIG_SYSTEM": true, "GIT_CONFIG_NOSYSTEM": true, "GIT_EXEC_PATH": true,
	}
	out := make([]string, 0, len(env)+8)
	for _, kv := range env {
		key, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(strings.ToUpper(key), "GIT_") && !keep[key] {
			continue
		}
		out = append(out, kv)
	}
	return append(out,
		"LC_ALL=C",
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_LITERAL_PATHSPECS=1",
		"GIT_NO_LAZY_FETCH=1",
		// A list with no protocol in it: nothing may be fetched, whatever the
		// repository's config allows.
		"GIT_ALLOW_PROTOCOL=none",
	)
}

// hardened returns the settings that precede every subcommand. They are given
// as -c and not through GIT_CONFIG_COUNT, which has the same scope, because git
// before 2.31 would ignore the latter in silence.
func hardened(root string) []string {
	return []string{
		"-C", root,
		"--no-pager",
		"--no-replace-objects",
		"-c", "safe.directory=" + filepath.ToSlash(root),
		"-c", "core.fsmonitor=false",
		"-c", "core.hooksPath=/dev/null",
		"-c", "log.showSignature=false",
	}
}

// run runs one git command in the repository root and returns its output. what
// is for the error's text.
func (r *Repo) run(ctx context.Context, what string, args ...string) ([]byte, error) {
	out, _, err := r.hear(ctx, what, args...)
	return out, err
}

// hear is run that also returns what git said beside its output.
func (r *Repo) hear(ctx context.Context, what string, args ...string) (out []byte, said string, err error) {
	return r.talk(ctx, what, "", args...)
}

// talk is hear for a command that reads its standard input.
func (r *Repo) talk(ctx context.Context, what, stdin string, args ...string) (out []byte, said string, err error) {
	cmd := exec.CommandContext(ctx, r.git, append(hardened(r.root), args...)...)
	cmd.Env = r.env
	cmd.Stdin = strings.NewReader(stdin)
	cmd.WaitDelay = exitAfterCancel
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err = cmd.Output()
	if err == nil {
		return out, stderr.String(), nil
	}
	if ctx.Err() != nil {
		return nil, "", fmt.Errorf("git: %s: %w", what, context.Cause(ctx))
	}
	failed := &Error{What: what, Stderr: firstLines(stderr.Bytes()), Fix: fix(r.root, stderr.String(), err), Err: err}
	return nil, stderr.String(), failed
}

// ask is run for a question whose answer may be "none", which git says with
// exit status 1 and no words.
func (r *Repo) ask(ctx context.Context, what string, args ...string) (string, error) {
	out, err := r.run(ctx, what, args...)
	if noAnswer(err) {
		return "", nil
	}
	return strings.TrimSuffix(string(out), "\n"), err
}

func noAnswer(err error) bool {
	var failed *Error
	var exit *exec.ExitError
	return errors.As(err, &failed) && failed.Stderr == "" && errors.As(err, &exit) && exit.ExitCode() == 1
}
