package cli

import (
	"context"
	"io"
	"net"
	"os"
	"os/signal"
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
