package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// outputs are the reports that a run writes: at most one on standard output, the
// others to files.
type outputs struct {
	stdout string // a format; "console" unless -o says otherwise
	files  []config.Output
	// template is what the template format writes, nil if it is not asked for.
	template *report.Template
	// beside are the other paths that the run writes to, and read are the files that it only reads.
	beside []writtenPath
	read   []string
}

// summary is the absolute path of the Markdown report, "" without one.
func (o outputs) summary() string {
	for _, f := range o.files {
		if abs, err := filepath.Abs(f.Path); err == nil && f.Format == report.Markdown && !isDevice(f.Path) {
			return abs
		}
	}
	return ""
}

// errStale means that no report was written, because stale said so. It is never shown.
var errStale = errors.New("stale")

// newOutputs checks the formats, so that a mistyped one fails before anything is
// sent. With an error it returns those that exist.
func newOutputs(wanted []config.Output) (out outputs, err error) {
	out.stdout = report.Console
	for _, o := range wanted {
		switch _, unknown := report.Lookup(o.Format); {
		case unknown != nil:
			err = cmp.Or(err, usagef("--output: %w", unknown))
		case o.Path == "":
			out.stdout = o.Format
		default:
			out.files = append(out.files, o)
		}
	}
	return out, err
}

// prepare removes the reports of an earlier run, and checks that new ones can be written: all that
// is asked for would be lost at the end.
//
// If this run is killed, or ends before it has a verdict, old reports would be taken for its own.
// A SARIF file closes or reopens alerts that this run never judged
// (https://github.com/LearningCircuit/local-deep-research/issues/4818). The files at inputs
// stay: they are what this run reads, and are replaced when the new report is whole.
//
// It touches nothing if a path is not the run's own, see [outputs.checkWritten].
func (o outputs) prepare(ctx context.Context, sys System, inputs ...string) error {
	if err := o.checkWritten(ctx, sys.Environ); err != nil {
		return err
	}
	var errs []error
	for _, f := range o.files {
		name := "--output " + f.Format + "=" + text.OneLine(f.Path)
		if !slices.ContainsFunc(inputs, func(input string) bool { return isSameFile(f.Path, input) }) {
			if err := removeFile(f.Path); err != nil {
				errs = append(errs, usagef("%s: %w", name, err))
				continue
			}
		}
		if err := cmp.Or(sys.Publisher.checkPath(f), probe(f.Path)); err != nil {
			errs = append(errs, usagef("%s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// write writes the reports to files: first each to a temporary file beside its
// place, then, when all are whole, by renaming. A run that can't write one of them
// replaces none. leftOut are the formats that must not be written for this result.
// stale may stop it with errStale before any report takes its place.
func (o outputs) write(res *result.Result, m *report.Model, opts report.Options, stale func() bool) (written []config.Output, leftOut []string, err error) {
	opts.VerdictLine = true // nothing follows a file that could say it
	var due []config.Output
	for _, f := range o.files {
		if leavesOut(f.Format, res) {
			leftOut = append(leftOut, f.Format)
			continue
		}
		due = append(due, f)
	}
	written, err = writeFiles(due, func(w io.Writer, format string) error { return m.Write(w, format, opts) }, stale)
	return written, leftOut, err
}

// writeFiles writes files as [outputs.write] says.
func writeFiles(due []config.Output, write func(w io.Writer, format string) error, stale func() bool) (written []config.Output, err error) {
	var staged []*stagedFile
	defer func() {
		for _, s := range staged {
			s.discard()
		}
	}()
	for _, f := range due {
		s, err := stage(f, func(w io.Writer) error { return write(w, f.Format) })
		if err != nil {
			return nil, unwritten(f, err, nil)
		}
		staged = append(staged, s)
	}
	if stale != nil && stale() {
		return nil, errStale
	}
	for _, s := range devicesFirst(staged) {
		if err := s.commit(); err != nil {
			return written, unwritten(s.Output, err, written)
		}
		written = append(written, s.Output)
	}
	return written, nil
}

// unwritten says which report could not be written, and which ones were written before it.
func unwritten(o config.Output, err error, written []config.Output) error {
	others := "no report was written"
	if len(written) > 0 {
		var names []string
		for _, w := range written {
			names = append(names, w.Format+"="+w.Path)
		}
		others = "written before it: " + strings.Join(names, ", ")
	}
	fix := "choose another path"
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		fix = "make room there"
	}
	return fmt.Errorf("can't write the report %s=%s: %w (%s); fix: %s", o.Format, o.Path, text.WithoutPath(err), others, fix)
}

// devicesFirst sorts the reports for devices before the others: writing to one may fail, and
// then no file takes its place.
func devicesFirst(staged []*stagedFile) []*stagedFile {
	var devices, files []*stagedFile
	for _, s := range staged {
		if s.direct != nil {
			devices = append(devices, s)
		} else {
			files = append(files, s)
		}
	}
	return append(devices, files...)
}

// leavesOut reports whether a format must not be written for a result with rows
// that have no answer, of a run that ended early, which may not even know its rows, or of a share
// of a run.
func leavesOut(format string, res *result.Result) bool {
	f, err := report.Lookup(format)
	if err != nil || !f.CompleteOnly {
		return false
	}
	if res.EndedEarly() || res.Shard != nil {
		return true
	}
	return slices.ContainsFunc(res.Ledger, unanswered)
}

// leftover is the age above which no run can still be writing a temporary file.
const leftover = time.Hour

// removeLeftovers removes what killed runs have left beside the reports of this
// one. What can't be removed does no harm.
func (o outputs) removeLeftovers(now time.Time) {
	for _, f := range o.files {
		dir := filepath.Dir(f.Path)
		entries, err := os.ReadDir(dir)
		if isDevice(f.Path) || err != nil {
			continue
		}
		for _, e := range entries {
			info, err := e.Info()
			if err == nil && info.Mode().IsRegular() && isTemporary(e.Name(), f.Path) && now.Sub(info.ModTime()) > leftover {
				_ = os.Remove(filepath.Join(dir, e.Name()))
			}
		}
	}
}

// isTemporary reports whether a name was made by tempPattern for a report.
func isTemporary(name, report string) bool {
	before, after, _ := strings.Cut(tempPattern(report), "*")
	rest, begins := strings.CutPrefix(name, before)
	random, ends := strings.CutSuffix(rest, after)
	return begins && ends && strings.Trim(random, "0123456789") == ""
}
