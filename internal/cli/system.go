package cli

import (
	"context"
	"io"
	"math"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"
)

// System is the world outside: what a command reads from and writes to. Tests
// make their own.
type System struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// StdoutTerminal and StderrTerminal say whether a person watches; Width is
	// the terminal's, in columns, 0 if unknown.
	StdoutTerminal, StderrTerminal bool
	Width                          int
	// Environ holds NAME=value strings, as os.Environ returns them.
	Environ []string
	Now     func() time.Time
	// Signals delivers SIGINT and SIGTERM between Listen and Release: before, and
	// from the first one on, they have their default effect, so that a second one
	// ends the process at once.
	Signals         <-chan os.Signal
	Listen, Release func()
	// Dial replaces the network, in tests; nil otherwise.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Version is the release's version, empty for a build from source.
	Version string
}

// OS returns the real world. version is what the linker set, or empty.
func OS(version string) System {
	signals := make(chan os.Signal, 1)
	// A reader of standard output that goes away is an error of the write, which
	// is told and counts, and not the end of the process.
	signal.Ignore(syscall.SIGPIPE)
	width, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		width = 0
	}
	return System{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		StdoutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		StderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		Width:          width,
		Environ:        os.Environ(),
		Now:            time.Now,
		Signals:        signals,
		Listen:         func() { signal.Notify(signals, os.Interrupt, syscall.SIGTERM) },
		Release:        func() { signal.Stop(signals) },
		Version:        version,
	}
}

// Getenv looks a variable up in Environ; the last one of a name counts.
func (s System) Getenv(name string) string {
	for i := len(s.Environ) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(s.Environ[i], "="); ok && k == name {
			return v
		}
	}
	return ""
}

// interrupted is the cause with which a signal cancels a run.
type interrupted struct {
	code int
	name string
}

func (i interrupted) Error() string { return "interrupted by " + i.name }

// withSignals returns a context that the first signal cancels, with an
// interrupted as its cause. After it, a second signal ends the process at once.
func (s System) withSignals(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if s.Listen != nil {
		s.Listen()
	}
	go func() {
		select {
		case sig := <-s.Signals:
			cancel(signalCause(sig))
		case <-ctx.Done():
		}
		if s.Release != nil {
			s.Release()
		}
	}()
	return ctx, func() { cancel(nil) }
}

func signalCause(sig os.Signal) interrupted {
	if sig == syscall.SIGTERM {
		return interrupted{code: exitTerminate, name: "SIGTERM"}
	}
	return interrupted{code: exitInterrupt, name: "SIGINT"}
}

// frugalHeap is what discovery may take before its garbage is collected sooner.
const frugalHeap = 64 << 20

// frugal bounds the memory of what makes much garbage and keeps little, as
// parsing a gigabyte of templates does, until end is called. A limit that the
// user has set with GOMEMLIMIT stands.
func frugal() (end func()) {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return func() {}
	}
	debug.SetMemoryLimit(frugalHeap)
	return func() { debug.SetMemoryLimit(math.MaxInt64) }
}
