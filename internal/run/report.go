package run

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/seal"
)

// reporter writes the reports of one result.
type reporter struct {
	sys     System
	cfg     *config.Config
	outputs outputs
	// seal is the key that result.json is sealed with, if any.
	seal seal.Key
	// folder is where the result's paths begin, relative to the repository.
	folder string
	// root is the absolute folder that the result's paths are relative to, with slashes; "" if it
	// is not known.
	root string
	// earlier is the result of --compare, nil without it.
	earlier *result.Baseline
	// setGone notes which files of a baseline's entries there are no more.
	setGone func(*result.Baseline)
	// stale is asked, if set, when all reports are whole and before any takes its
	// place: whether what they say has become wrong meanwhile.
	stale func() bool
}

// report writes the reports and shows the result on the host. A report that can't
// be written, or a panic, is never a pass, and no output of the host says so.
func (r reporter) report(ctx context.Context, res *result.Result, verdict gate.Verdict) (Ending, error) {
	err := safe.Do(func() error { return r.write(ctx, res) })
	if errors.Is(err, errStale) {
		return Ending{}, err
	}
	if _, ok := errors.AsType[*safe.PanicError](err); ok {
		err = fmt.Errorf("%s; fix: %s", r.sys.mask(err.Error()), safe.Fix)
	}
	if err == nil || verdict.ExitCode() != gate.ExitPass {
		err = errors.Join(err, r.sys.Publisher.setOutputs(string(res.Verdict.Outcome), verdict.ExitCode()))
	}
	ending := Ending{Code: verdict.ExitCode(), Line: verdict.Line(), Color: r.sys.colorErr(r.cfg)}
	switch {
	case err == nil:
		return ending, nil
	case ending.Code == gate.ExitPass:
		return Ending{}, lostPass(err, ending.Line)
	}
	r.sys.Err.Log(slog.LevelError, "error: "+strings.ReplaceAll(err.Error(), "\n", "; "))
	return ending, nil
}

// lostPass says what verdict was lost by err, before the fix of err.
func lostPass(err error, verdict string) error {
	what, fix, ok := strings.Cut(err.Error(), "; fix: ")
	if ok {
		fix = "; fix: " + fix
	}
	return fmt.Errorf("%s; the verdict would have been %s%s", what, verdict, fix)
}

// write writes the reports to files and standard output, and to the pages of the host.
func (r reporter) write(ctx context.Context, res *result.Result) error {
	r.outputs.removeLeftovers(r.sys.Now())
	m := report.New(res, r.cfg.MinSeverity)
	written, leftOut, err := r.outputs.write(res, m, r.options(), r.stale)
	if errors.Is(err, errStale) {
		return err
	}
	if err == nil || r.outputs.stdout == report.Console { // people see what no file has
		err = errors.Join(err, r.print(res, m))
	}
	if len(leftOut) > 0 {
		r.sys.Say(notWritten(leftOut, res))
	}
	return r.sys.Publisher.show(ctx, r, res, m, written, err)
}

// notWritten explains which reports are missing, and why.
func notWritten(formats []string, res *result.Result) string {
	return strings.Join(formats, ", ") + ": not written: " + gapOf(res) + ", and an upload would close alerts that are still open"
}

// gapOf says why a result is not complete.
func gapOf(res *result.Result) string {
	if res.Shard != nil {
		return "this is one of several shards"
	}
	if res.EndedEarly() && !slices.ContainsFunc(res.Ledger, unanswered) {
		return "the run ended early"
	}
	return "some targets have no answer"
}

func unanswered(row result.Row) bool { return row.Unanswered() }

// options are what the reports are asked for.
func (r reporter) options() report.Options {
	return report.Options{
		Verbose: r.cfg.Verbose, Category: r.cfg.Category, UploadNames: r.uploadNames(), Profile: r.cfg.SARIFProfile, Seal: r.seal, LeftOut: r.sys.Say, Template: r.outputs.template,
	}
}

// print writes the report for standard output. The console's bytes are for people
// and are neutralised; a machine format escapes by itself.
func (r reporter) print(res *result.Result, m *report.Model) error {
	opts := r.options()
	opts.Summary = r.outputs.summary()
	if r.outputs.stdout == report.Console {
		if r.cfg.Quiet {
			return nil
		}
		opts.Color, opts.Width, opts.Height = r.sys.color(r.cfg), r.sys.Width, r.sys.Height
		opts.Links, opts.Root = r.sys.links(), r.root
	} else if leavesOut(r.outputs.stdout, res) {
		r.sys.Say(r.outputs.stdout + ": not written: " + gapOf(res))
		return nil
	}
	w := bufio.NewWriter(r.sys.Stdout)
	err := r.sys.Publisher.grouped(w, r.outputs, func() error { return m.Write(w, r.outputs.stdout, opts) })
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return NotPrinted(err)
	}
	return nil
}
