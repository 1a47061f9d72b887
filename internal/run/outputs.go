package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
)

// outputs are the reports that a run writes: at most one on standard output, the
// others to files.
type outputs struct {
	stdout string // a format; "console" unless -o says otherwise
	files  []config.Output
}

// errStale means that no report was written, because stale said so.
var errStale = errors.New("overtaken by a signal")

// newOutputs checks the formats, so that a mistyped one fails before anything is
// sent, and removes what an upload must not find if this run fails: a SARIF file
// of an earlier run closes or reopens alerts that this run never judged
// (https://github.com/LearningCircuit/local-deep-research/issues/4818).
func newOutputs(wanted []config.Output) (outputs, error) {
	out := outputs{stdout: report.Console}
	for _, o := range wanted {
		format, err := report.Lookup(o.Format)
		if err != nil {
			return out, usagef("--output: %w", err)
		}
		if o.Path == "" {
			out.stdout = o.Format
			continue
		}
		if format.RemoveOld {
			if err := removeOld(o.Path); err != nil {
				return out, usagef("--output %s: can't remove the file of an earlier run: %w", o.Format, err)
			}
		}
		out.files = append(out.files, o)
	}
	return out, nil
}

// write writes the reports to files: first each to a temporary file beside its
// place, then, when all are whole, by renaming. A run that can't write one of them
// replaces none. leftOut are the formats that must not be written for this result.
// stale may stop it with errStale before any report takes its place.
func (o outputs) write(res *result.Result, m *report.Model, opts report.Options, stale func() bool) (written []config.Output, leftOut []string, err error) {
	var staged []*stagedFile
	defer func() {
		for _, s := range staged {
			s.discard()
		}
	}()
	opts.VerdictLine = true // nothing follows a file that could say it
	var due []config.Output
	for _, f := range o.files {
		if leavesOut(f.Format, res) {
			leftOut = append(leftOut, f.Format)
			continue
		}
		s, err := stage(f.Path, func(w io.Writer) error { return m.Write(w, f.Format, opts) })
		if err != nil {
			return nil, leftOut, fmt.Errorf("can't write the %s report: %w", f.Format, err)
		}
		staged, due = append(staged, s), append(due, f)
	}
	if stale != nil && stale() {
		return nil, leftOut, errStale
	}
	for i, s := range staged {
		if err := s.commit(); err != nil {
			return due[:i], leftOut, fmt.Errorf("can't write a report: %w", err)
		}
	}
	return due, leftOut, nil
}

// leavesOut reports whether a format must not be written for a result with rows
// that have no answer, or of a run that was interrupted: it may not even know its
// rows.
func leavesOut(format string, res *result.Result) bool {
	f, err := report.Lookup(format)
	if err != nil || !f.CompleteOnly {
		return false
	}
	if res.Interrupted != 0 {
		return true
	}
	return slices.ContainsFunc(res.Ledger, func(row result.Row) bool { return row.Unanswered() })
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
