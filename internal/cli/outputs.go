package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
)

// outputs are the reports that a run writes: at most one on standard output,
// the others to files.
type outputs struct {
	stdout string // a format; "console" unless -o says otherwise
	files  []config.Output
	// stale is asked, if set, when all reports are whole and before any takes
	// its place: whether what they say has become wrong meanwhile.
	stale func() bool
	// written are those of files that this run has written.
	written []config.Output
}

// errStale means that no report was written, because stale said so.
var errStale = errors.New("overtaken by a signal")

// newOutputs checks the formats, so that a mistyped one fails before anything
// is sent, and removes what an upload must not find if this run fails: a SARIF
// file of an earlier run closes or reopens alerts that nobody looked at
// (https://github.com/LearningCircuit/local-deep-research/issues/4818).
func newOutputs(wanted []config.Output) (*outputs, error) {
	out := &outputs{stdout: report.Console}
	for _, o := range wanted {
		format, err := report.Lookup(o.Format)
		if err != nil {
			return nil, usagef("--output: %w", err)
		}
		if o.Path == "" {
			out.stdout = o.Format
			continue
		}
		if format.RemoveOld {
			if err := removeOld(o.Path); err != nil {
				return nil, usagef("--output %s: can't remove the file of an earlier run: %w", o.Format, err)
			}
		}
		out.files = append(out.files, o)
	}
	return out, nil
}

// write writes all reports: first each to a temporary file beside its place,
// then, when all are whole, by renaming. A run that can't write one of them
// replaces none. It returns the formats that were left out because a row has no
// answer.
func (o *outputs) write(res *result.Result, opts report.Options) (left []string, err error) {
	var staged []*stagedFile
	var formats []config.Output
	defer func() {
		for _, s := range staged {
			s.discard()
		}
	}()
	for _, f := range o.files {
		if o.leaveOut(f.Format, res) {
			left = append(left, f.Format)
			continue
		}
		opts.VerdictLine = true // nothing follows a file that could say it
		s, err := stage(f.Path, func(w io.Writer) error { return report.Write(w, f.Format, res, opts) })
		if err != nil {
			return left, fmt.Errorf("can't write the %s report: %w", f.Format, err)
		}
		staged, formats = append(staged, s), append(formats, f)
	}
	if o.stale != nil && o.stale() {
		return left, errStale
	}
	for i, s := range staged {
		if err := s.commit(); err != nil {
			return left, fmt.Errorf("can't write a report: %w", err)
		}
		o.written = append(o.written, formats[i])
	}
	return left, nil
}

// leaveOut reports whether a format must not be written for a result with rows
// that have no answer, or of a run that was interrupted: it may not even know
// its rows.
func (o *outputs) leaveOut(format string, res *result.Result) bool {
	f, err := report.Lookup(format)
	if err != nil || !f.CompleteOnly {
		return false
	}
	if res.Interrupted != 0 {
		return true
	}
	for _, row := range res.Ledger {
		if row.Status == result.Failed || row.Status == result.Pending {
			return true
		}
	}
	return false
}
