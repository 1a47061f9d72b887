package run

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// System is what a run reads from and writes to.
type System struct {
	Stdin io.Reader
	// Stdout and Stderr are the process's streams as they are: machine formats
	// escape by themselves.
	Stdout, Stderr io.Writer
	// StdoutTerminal and StderrTerminal say whether a person watches; Width and Height are the
	// terminal's of standard output, in columns and lines, 0 if unknown.
	StdoutTerminal, StderrTerminal bool
	Width, Height                  int
	// StderrSize returns the present size of the terminal of standard error; nil if unknown.
	StderrSize func() (columns, lines int)
	// Environ holds NAME=value strings, as os.Environ returns them.
	Environ []string
	Now     func() time.Time
	// Dial replaces the network, in tests; nil otherwise.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Version is the program's version.
	Version string
	// JSONLog makes a JSON object of each line on standard error.
	JSONLog bool

	// Connect sets the fields below. Out and Err neutralise what they write to Stdout
	// and Stderr, for people.
	Out, Err  *console.Writer
	Publisher *Publisher
	requests  *transport.IDs
	// secrets are masked in all that Out and Err write, and in results.
	secrets *credentials
}

// Connect sets the fields that follow from the others.
func (s *System) Connect() {
	s.Out, s.Err = console.NewWriter(s.Stdout), console.NewWriter(s.Stderr)
	if s.JSONLog {
		s.Err = console.NewLogWriter(s.Stderr, s.Now)
	}
	s.requests = transport.NewIDs()
	s.secrets = newCredentials(*s)
	s.Out.Masks(s.secrets.Mask)
	s.Err.Masks(s.secrets.Mask)
	s.Out.SharesScreen(s.Err)
	s.Publisher = newPublisher(*s)
}

// tool names the program in what it writes.
func (s System) tool() result.Tool { return result.Tool{Name: "scangate", Version: s.Version} }

// Getenv looks a variable up in Environ; the last one of a name counts.
func (s System) Getenv(name string) string {
	for i := len(s.Environ) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(s.Environ[i], "="); ok && k == name {
			return v
		}
	}
	return ""
}

// Say prints one line for people on standard error. Its errors are dropped: there is no
// other place to report them.
func (s System) Say(line string) {
	s.Err.Say(line)
}

func (s System) warnf(format string, args ...any) {
	s.Err.Log(slog.LevelWarn, fmt.Sprintf(format, args...))
}

// color decides whether standard output gets colours (see [console.UseColor]).
func (s System) color(cfg *config.Config) bool {
	return console.UseColor(cfg.NoColor, s.Getenv, s.draws(s.StdoutTerminal))
}

// colorErr decides the same for standard error.
func (s System) colorErr(cfg *config.Config) bool {
	return console.UseColor(cfg.NoColor, s.Getenv, s.draws(s.StderrTerminal))
}

// draws reports whether a stream is a terminal that takes escape sequences.
func (s System) draws(terminal bool) bool { return terminal && s.Getenv("TERM") != "dumb" }

// links decides whether places on standard output are links.
func (s System) links() bool { return s.StdoutTerminal && console.TakesLinks(s.Getenv) }

// SayEnding prints the verdict on standard error, in its colour where a person watches.
func (s System) SayEnding(e Ending) {
	if s.Err.Records() {
		level := slog.LevelInfo
		if e.Code != 0 {
			level = slog.LevelError
		}
		s.Err.Log(level, e.Line, slog.Int("exit", e.Code))
		return
	}
	report.WriteVerdict(s.Err, e.Line, e.Color)
}

// live reports whether progress is shown in a live area: where a person watches. Screen readers
// read what is redrawn again and again, so that ACCESSIBLE asks for the lines of a log
// (https://github.com/charmbracelet/huh).
func (s System) live() bool {
	return s.draws(s.StderrTerminal) && !s.JSONLog && s.Getenv("CI") == "" && s.Getenv("ACCESSIBLE") == ""
}

// logger writes requests to standard error with --debug, and nothing otherwise.
func (s System) logger(cfg *config.Config) *slog.Logger {
	if !cfg.Debug {
		return slog.New(slog.DiscardHandler)
	}
	return s.Err.Logger()
}

// transport is what the clients of all services have in common. The authorities are
// those of the system without --ca-file.
func (s System) transport(cfg *config.Config) (transport.Config, error) {
	c := transport.Config{UserAgent: "scangate/" + s.Version, Dial: s.Dial, Log: s.logger(cfg), IDs: s.requests, Now: s.Now}
	if cfg.CAFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(cfg.CAFile)
	if err != nil {
		return c, usagef("%s: %q: %w; fix: give a file with certificates in PEM", cfg.Origin("ca-file"), cfg.CAFile, plainCause(err))
	}
	if c.RootCAs, err = transport.LoadCAs(pem); err != nil {
		return c, usagef("%s: %q: %w", cfg.Origin("ca-file"), cfg.CAFile, err)
	}
	return c, nil
}
