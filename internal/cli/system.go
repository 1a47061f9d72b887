package cli

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/scangate/scangate/internal/run"
)

// System is what a command reads from, writes to and is interrupted by. Tests make their own.
type System struct {
	run.System
	// Signals delivers SIGINT, SIGTERM and SIGHUP between Listen and Release: before,
	// and from the first one on, they have their default effect, so that a second
	// one ends the process at once.
	Signals         <-chan os.Signal
	Listen, Release func()
}

// OS returns the System of this process. version is what the linker set, or empty.
func OS(version string) System {
	signals := make(chan os.Signal, 1)
	// A closed pipe on standard output is an error of the write, which the run
	// reports. By default the signal would end the process.
	signal.Ignore(syscall.SIGPIPE)
	width, height := sizeOf(os.Stdout)
	environ := os.Environ()
	if !takesSequences(os.Stdout) || !takesSequences(os.Stderr) {
		environ = append(environ, "TERM=dumb") // the last one of a name counts
	}
	return System{
		System: run.System{
			Stdin: os.Stdin, Stdout: standardOutput(), Stderr: os.Stderr,
			StdoutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
			StderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
			Width:          width,
			Height:         height,
			StderrSize:     func() (int, int) { return sizeOf(os.Stderr) },
			Environ:        environ,
			Now:            time.Now,
			Version:        version,
		},
		Signals: signals,
		Listen:  func() { signal.Notify(signals, endingSignals()...) },
		Release: func() { signal.Stop(signals) },
	}
}

// sizeOf returns the columns and lines of a terminal, 0 if they are not known.
func sizeOf(f *os.File) (columns, lines int) {
	columns, lines, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0, 0
	}
	return columns, lines
}

// endingSignals are the signals that end a run in order. SIGHUP is not among them where the
// process was started to ignore it, as nohup does.
func endingSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}
