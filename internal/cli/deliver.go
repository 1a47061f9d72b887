package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
)

// deliver writes the reports, tells the host, prints the verdict line and sets
// the exit code. A report that can't be written is never a pass, and no output of
// the host says so.
func (a *app) deliver(ctx context.Context, cfg *config.Config, out *outputs, res *result.Result, verdict gate.Verdict) error {
	opts := reportOptions(cfg)
	out.sweep(a.sys.Now())
	left, err := out.write(res, opts)
	if errors.Is(err, errStale) {
		return err
	}
	if err == nil {
		err = a.print(cfg, out, res, opts)
	}
	if len(left) > 0 {
		a.complain(fmt.Sprintf("%s: not written, because some targets have no answer: an upload would close alerts that nobody looked at",
			strings.Join(left, ", ")))
	}
	err = a.tellGitHub(ctx, cfg, out, res, err)
	if err == nil || verdict.ExitCode() != exitOK {
		err = errors.Join(err, a.setOutputs(string(res.Verdict.Outcome), verdict.ExitCode()))
	}
	if err != nil {
		return a.undelivered(verdict, err)
	}
	a.verdictLine(verdict.Line())
	a.code = verdict.ExitCode()
	return nil
}

// reportOptions are what the reports are asked for.
func reportOptions(cfg *config.Config) report.Options {
	return report.Options{MinSeverity: cfg.MinSeverity, Verbose: cfg.Verbose, Category: cfg.Category, Profile: cfg.SARIFProfile}
}

// undelivered ends a run whose reports could not be written: with its own exit
// code where it failed anyway, as incomplete where it would have passed.
func (a *app) undelivered(verdict gate.Verdict, err error) error {
	if verdict.ExitCode() == exitOK {
		return incompleteError{fmt.Errorf("%w; the verdict would have been %s", err, verdict.Line())}
	}
	a.complain("error: " + strings.ReplaceAll(err.Error(), "\n", "; "))
	a.verdictLine(verdict.Line())
	a.code = verdict.ExitCode()
	return nil
}

// print writes the report for standard output. The console's bytes are for
// people and are neutralised; a machine format escapes by itself.
func (a *app) print(cfg *config.Config, out *outputs, res *result.Result, opts report.Options) error {
	if out.stdout == report.Console {
		if cfg.Quiet {
			return nil
		}
		opts.Color, opts.Width = a.color(cfg), a.sys.Width
	} else if out.leaveOut(out.stdout, res) {
		a.complain(out.stdout + ": not written, because some targets have no answer")
		return nil
	}
	w := bufio.NewWriter(a.sys.Stdout)
	err := a.grouped(w, out, func() error { return report.Write(w, out.stdout, res, opts) })
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return fmt.Errorf("can't write to standard output: %w", err)
	}
	return nil
}

// color decides by --no-color and NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE,
// then whether a person watches (https://no-color.org).
func (a *app) color(cfg *config.Config) bool {
	off := cfg.NoColor || a.sys.Getenv("NO_COLOR") != ""
	force := first(a.sys.Getenv("FORCE_COLOR"), a.sys.Getenv("CLICOLOR_FORCE"))
	return console.UseColor(off, force, a.sys.StdoutTerminal && a.sys.Getenv("TERM") != "dumb")
}
