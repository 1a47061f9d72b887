package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/text"
)

const (
	// exitAfterKill is how long a tool that was killed may keep its output open.
	exitAfterKill = time.Second
	// shownError is how many characters of a tool's message are shown.
	shownError = 600
	// keptError is how many bytes of a tool's messages are kept.
	keptError = 64 << 10
)

// deadProxy is an address at which nothing answers. Programs that may reach the network
// are sent there.
const deadProxy = "http://127.0.0.1:9"

// toolError is why a tool failed.
type toolError struct {
	// reason is one sentence.
	reason string
	// stderr is what the tool says, with the paths of the repository.
	stderr string
}

func (e *toolError) Error() string { return e.reason }

// find finds a program on the PATH, "" if there is none. One that git tracks is skipped: a
// change could bring its own.
func (r *Renderer) find(name string) string {
	for _, dir := range filepath.SplitList(r.path()) {
		program, err := exec.LookPath(filepath.Join(dir, name))
		if err != nil || r.brings(program) {
			continue
		}
		return program
	}
	return ""
}

// path is the PATH of this process, without relative folders.
func (r *Renderer) path() string {
	for i := len(r.Env) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(r.Env[i], "PATH="); ok {
			absolute := slices.DeleteFunc(filepath.SplitList(value), func(dir string) bool { return !filepath.IsAbs(dir) })
			return strings.Join(absolute, string(filepath.ListSeparator))
		}
	}
	return ""
}

// brings reports whether a program is a file of the tree.
func (r *Renderer) brings(program string) bool {
	resolved, err := filepath.EvalSymlinks(program)
	if err != nil {
		return true
	}
	for _, place := range []string{program, resolved} {
		rel, err := filepath.Rel(r.Tree.Root, place)
		if err == nil && r.Tree.has(filepath.ToSlash(rel)) {
			return true
		}
	}
	return false
}

// findWrapper returns the command that starts a program without network, and kills what it
// leaves. Where users may not make namespaces, there is none.
func (r *Renderer) findWrapper() []string {
	unshare := r.find("unshare")
	if unshare == "" {
		return nil
	}
	for _, options := range [][]string{{"-rnpf", "--kill-child"}, {"-rn"}} {
		wrapper := append([]string{unshare}, options...)
		if r.works(append(wrapper, "true")) {
			return wrapper
		}
	}
	return nil
}

// works reports whether a command succeeds.
func (r *Renderer) works(line []string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), r.Bounds.Time)
	defer cancel()
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Env = []string{"PATH=" + r.path()}
	return cmd.Run() == nil
}

// run runs a program in the copy and returns its output.
func (r *Renderer) run(ctx context.Context, s *scratch, program ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Bounds.Time)
	defer cancel()
	line := append(r.wrapper(), limited(r.Bounds.Memory, program)...)
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Dir, cmd.Env = s.tree(), r.environment(s)
	out := &boundedBuffer{max: r.Bounds.Output, full: cancel}
	messages := &boundedBuffer{max: keptError}
	cmd.Stdout, cmd.Stderr = out, messages
	inGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = exitAfterKill
	err := cmd.Run()
	if cmd.Process != nil {
		_ = killGroup(cmd) // what the tool has left
	}
	stderr := strings.ReplaceAll(messages.kept.String(), s.tree()+"/", "")
	switch {
	case out.exceeded:
		return nil, &toolError{reason: fmt.Sprintf("its output is larger than %d MiB", r.Bounds.Output>>20)}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, &toolError{reason: fmt.Sprintf("it was not done after %v", r.Bounds.Time)}
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil && !errors.Is(err, exec.ErrWaitDelay): // which is about what it has left
		return nil, &toolError{reason: r.sentence(stderr, err), stderr: stderr}
	}
	return out.kept.Bytes(), nil
}

// sentence returns what a tool says, or how it ended.
func (r *Renderer) sentence(stderr string, err error) string {
	if strings.Contains(stderr, "out of memory") {
		return fmt.Sprintf("it needs more than %d MiB of memory", r.Bounds.Memory>>20)
	}
	if _, after, found := strings.Cut("\n"+stderr, "\nError: "); found {
		stderr = after // without warnings
	}
	said := text.OneLine(strings.TrimSuffix(strings.TrimSpace(stderr), adviceOfHelm))
	if said == "" {
		return err.Error()
	}
	return text.Truncate(said, shownError)
}

// adviceOfHelm is about a flag that the user does not give.
const adviceOfHelm = "Use --debug flag to render out invalid YAML"

// environment is all that a tool gets to know of this machine.
func (r *Renderer) environment(s *scratch) []string {
	env := []string{"PATH=" + r.path(), "HOME=" + s.home(), "TMPDIR=" + s.temp()}
	for _, name := range []string{"http_proxy", "https_proxy", "all_proxy"} {
		env = append(env, name+"="+deadProxy, strings.ToUpper(name)+"="+deadProxy)
	}
	return env
}

// limited returns the command that runs a program with at most so many bytes of memory.
func limited(memory int64, program []string) []string {
	set := "ulimit -d " + strconv.FormatInt(memory>>10, 10) + ` && exec "$@"`
	return append([]string{"/bin/sh", "-c", set, "sh"}, program...)
}

// boundedBuffer keeps the first bytes that are written to it. It must not embed the buffer,
// whose ReadFrom knows no bound.
type boundedBuffer struct {
	kept bytes.Buffer
	max  int64
	// full is called when more is written, if it is not nil.
	full     func()
	exceeded bool
}

// Write keeps what fits and drops the rest.
func (b *boundedBuffer) Write(p []byte) (int, error) {
	room := b.max - int64(b.kept.Len())
	if int64(len(p)) <= room {
		return b.kept.Write(p)
	}
	b.exceeded = true
	if b.full != nil {
		b.full()
	}
	b.kept.Write(p[:room])
	return len(p), nil
}
