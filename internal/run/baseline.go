package run

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/seal"
	"github.com/scangate/scangate/internal/text"
)

// checkBaseline refuses flags that contradict each other.
func checkBaseline(cfg *config.Config) error {
	switch {
	case cfg.AllowGrowth && cfg.WriteBaseline == "":
		return usagef("--allow-growth does nothing without --write-baseline; fix: leave it out, or give both")
	case cfg.WriteBaseline != "" && (cfg.NewFrom != "" || cfg.NewOnly):
		return usagef("--write-baseline: a run with --new-from or --new-only sees a part of the findings; fix: leave out one of them")
	case cfg.WriteBaseline == "":
		return nil
	}
	if err := probe(cfg.WriteBaseline); err != nil {
		return usagef("--write-baseline %s: %w", cfg.WriteBaseline, err)
	}
	if _, err := baselineAt(cfg.WriteBaseline); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return usagef("--write-baseline: %w", err)
	}
	return nil
}

// readBaseline reads the baseline that a flag, a variable or the config file names, into the
// policy. One that is missing is an error, unless this run is to write it.
func (in *inputs) readBaseline() error {
	cfg := in.cfg
	if cfg.Baseline == "" {
		return nil
	}
	origin := cfg.Origin("baseline")
	if in.isTargets() {
		b, err := in.mergedBaseline()
		if err != nil {
			return fmt.Errorf("%s: %w", origin, err)
		}
		in.setBaseline(b)
		return nil
	}
	name, read, err := in.baselineFile()
	if err != nil {
		return fmt.Errorf("%s: %w", origin, err)
	}
	b, err := parseBaseline(name, read)
	switch {
	case errors.Is(err, fs.ErrNotExist) && in.writesBaseline(name):
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: no such file; fix: record it with --write-baseline %s", origin, name)
	case err != nil:
		return fmt.Errorf("%s: %w", origin, err)
	}
	in.setBaseline(b)
	return nil
}

// setBaseline puts a baseline into the policy, if it is not nil.
func (in *inputs) setBaseline(b *result.Baseline) {
	if b != nil {
		b.MaxAge = in.cfg.MaxAge
		in.cfg.Policy.Baseline = b
	}
}

// isTargets reports whether the baseline is read from the commit that judges: not if the run is
// judged by its own, or by one outside of the tree.
func (in *inputs) isTargets() bool {
	return in.change != nil && (in.cfg.Origin("baseline").InFile() || in.inTree(in.cfg.Baseline) != "")
}

// mergedBaseline returns the baseline of the commit that judges, with what the change may say about
// it. Without one, nothing is known there: every finding is new.
func (in *inputs) mergedBaseline() (*result.Baseline, error) {
	var target *result.Baseline
	file := in.baselineIn(in.change.target, policy.ConfigPath(in.policy.Commit.Snapshot, in.location()))
	if file != "" {
		content, err := in.policy.Commit.Read(file)
		switch {
		case errors.Is(err, git.ErrNoFile):
		case errors.Is(err, git.ErrNotAFile):
			return nil, fmt.Errorf("%w; fix: commit the file itself there, or judge by another policy with %s", err, policyFromFlag)
		case err != nil:
			return nil, err
		default:
			if target, err = policy.ParseBaseline(in.policy.Judge.String()+":"+file, content); err != nil {
				return nil, err
			}
		}
	}
	judge, c := &in.policy.Judge, in.change
	c.targetKnown = target
	if judge.Waits && !judge.Approved {
		return target, nil
	}
	return policy.MergeBaseline(target, c.baseKnown, c.ownKnown, judge.Approved), nil
}

// baselineFile returns the name of the baseline for messages, and how its content is read. A path
// in the config file is relative to that file, and must not lead out of its folder: a merge request
// can edit it.
func (in *inputs) baselineFile() (name string, read func() ([]byte, error), err error) {
	file := in.cfg.Baseline
	switch {
	case !in.cfg.Origin("baseline").InFile() && in.tree.Stored() && in.inTree(file) != "":
		return file, func() ([]byte, error) { return readContent(in.tree.FS.Open(in.inTree(file))) }, nil
	case !in.cfg.Origin("baseline").InFile():
		return file, func() ([]byte, error) { return readContent(os.Open(file)) }, nil
	case !filepath.IsLocal(filepath.FromSlash(file)):
		return "", nil, fmt.Errorf("must be a path below the folder of the config file, got %q", file)
	case in.config.path != "":
		file = path.Join(path.Dir(in.config.path), filepath.ToSlash(file))
		return file, func() ([]byte, error) { return readContent(in.tree.FS.Open(file)) }, nil
	}
	file = filepath.Join(filepath.Dir(config.FilePath(in.req.Flags, in.sys.Getenv)), filepath.FromSlash(file))
	return file, func() ([]byte, error) { return readContent(os.Open(file)) }, nil
}

// readContent reads a regular file to just beyond the size of the largest baseline. Its parameters
// are the results of opening the file.
func readContent[F fs.File](f F, err error) ([]byte, error) {
	switch {
	case errors.Is(err, git.ErrNotFetched):
		return nil, git.NotFetched("the baseline")
	case err != nil:
		return nil, fmt.Errorf("can't read the baseline: %w", text.WithoutPath(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("can't read the baseline: not a regular file; fix: name a file that scangate scan --write-baseline wrote")
	}
	content, err := io.ReadAll(io.LimitReader(f, policy.MaxBaseline+1))
	if err != nil {
		return nil, fmt.Errorf("can't read the baseline: %w", err)
	}
	return content, nil
}

// writesBaseline reports whether the run is to write the baseline that it reads.
func (in *inputs) writesBaseline(name string) bool {
	if in.cfg.WriteBaseline == "" {
		return false
	}
	if in.cfg.Origin("baseline").InFile() && in.config.path != "" {
		return in.inTree(in.cfg.WriteBaseline) == name
	}
	return filepath.Clean(in.cfg.WriteBaseline) == filepath.Clean(name)
}

func parseBaseline(name string, read func() ([]byte, error)) (*result.Baseline, error) {
	content, err := read()
	if err != nil {
		return nil, err
	}
	return policy.ParseBaseline(name, content)
}

// baselineAt reads the baseline that a flag names.
func baselineAt(file string) (*result.Baseline, error) {
	return parseBaseline(file, func() ([]byte, error) { return readContent(os.Open(file)) })
}

// setGone notes which files of a baseline's entries there are no more, and which were moved.
func (in *inputs) setGone(b *result.Baseline) {
	if b == nil || in.tree == nil || in.req.AlertsOnly {
		return
	}
	b.Gone, b.Moved = nil, in.moved
	seen := map[string]bool{"": true}
	for i := range b.Entries {
		file := b.Entries[i].Path
		if seen[file] {
			continue
		}
		seen[file] = true
		if _, err := fs.Stat(in.tree.FS, file); errors.Is(err, fs.ErrNotExist) {
			b.Gone = append(b.Gone, file)
		}
	}
}

// recordBaseline writes the baseline of --write-baseline, made of a result that was judged, and
// puts it into the result's policy. The error is a [*UsageError] for one that would grow. The note
// says why nothing was written, for a result that is not complete.
func (r reporter) recordBaseline(res *result.Result) (note string, err error) {
	file := r.cfg.WriteBaseline
	if slices.ContainsFunc(res.Ledger, unanswered) || res.EndedEarly() {
		return "--write-baseline " + file + ": not written: " + gapOf(res) +
			"; fix: follow the fixes of the report, or copy its exclude entries to targets.exclude in the config file, and run it again", nil
	}
	before, err := r.baselineBefore(res)
	if err != nil {
		return "", err
	}
	counts := gate.CountsOf(stampsOf(res))
	found := gate.Compare(res.Ledger, res.Findings, before, res.Change, counts)
	entries, grown := gate.Record(res.Findings, before, found, result.DayOf(res.Finished), counts)
	if len(grown) > 0 && before.File != "" && !r.cfg.AllowGrowth {
		return "", growth(res, before, grown)
	}
	next := &result.Baseline{File: file, Entries: entries, MaxAge: r.cfg.MaxAge}
	if err := writeBaseline(next); err != nil {
		return "", err
	}
	r.setGone(next)
	res.Policy.Baseline = next
	r.sys.Say(recorded(next, found, grown))
	return "", nil
}

// recorded says what was written.
func recorded(b *result.Baseline, found gate.Comparison, grown []int) string {
	text := fmt.Sprintf("--write-baseline %s: %d entries; %d entries fixed, %d findings added", b.File, len(b.Entries), len(found.Fixed), len(grown))
	if n := len(found.Unseen); n > 0 {
		text += fmt.Sprintf(", %d entries kept in places that this run did not look at", n)
	}
	return text
}

// baselineBefore is the baseline that the new one is compared with: the file that it replaces, else
// the one in use, else none. Its File is "" for none.
func (r reporter) baselineBefore(res *result.Result) (*result.Baseline, error) {
	b, err := baselineAt(r.cfg.WriteBaseline)
	switch {
	case err == nil:
		r.setGone(b)
		return b, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, usagef("--write-baseline: %w", err)
	case res.Policy.Baseline != nil:
		return res.Policy.Baseline, nil
	}
	return &result.Baseline{}, nil
}

// maxGrown is how many findings a message about growth names.
const maxGrown = 5

func growth(res *result.Result, before *result.Baseline, grown []int) error {
	var names []string
	for _, i := range grown[:min(len(grown), maxGrown)] {
		f := &res.Findings[i]
		where := f.Target
		if f.Placed() {
			where = fmt.Sprintf("%s:%d", f.Locations[0].Path, f.Locations[0].Line)
		}
		names = append(names, fmt.Sprintf("%s %s (%s)", f.Severity, f.Rule, where))
	}
	if more := len(grown) - maxGrown; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return usagef("%s may only shrink, and lacks %d findings: %s; fix: fix or waive them, or add --allow-growth", before.File, len(grown), strings.Join(names, ", "))
}

// writeBaseline replaces the file as a whole.
func writeBaseline(b *result.Baseline) error {
	content := policy.FormatBaseline(b.Entries)
	_, err := writeFiles([]config.Output{{Format: "baseline", Path: b.File}}, func(w io.Writer, _ string) error {
		_, err := w.Write(content)
		return err
	}, nil)
	return err
}

func stampsOf(res *result.Result) []result.Stamp {
	stamps := make([]result.Stamp, len(res.Findings))
	for i := range res.Findings {
		stamps[i] = res.Findings[i].Stamp
	}
	return stamps
}

// setDelta compares a result with an earlier one or, if that is nil, with its baseline.
func setDelta(res *result.Result, earlier *result.Baseline) {
	var states []result.State
	switch b := res.Policy.Baseline; {
	case earlier != nil:
		res.Delta, states = gate.Diff(earlier, res)
	case b != nil:
		found := gate.Compare(res.Ledger, res.Findings, b, res.Change, nil)
		res.Delta, states = gate.Delta(res.Findings, b, found, res.Change)
	default:
		return
	}
	for i := range states {
		res.Findings[i].Delta = states[i]
	}
}

// readEarlier reads the result of --compare.
func readEarlier(sys System, cfg *config.Config) (*result.Baseline, error) {
	if cfg.Compare == "" {
		return nil, nil //nolint:nilnil // there is nothing to compare with
	}
	s, err := readResult(sys, cfg.Compare, seal.Key{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Origin("compare"), err)
	}
	return s.asEarlier(cfg.Compare)
}

// asEarlier is what is needed of a result to compare another one with it.
func (s saved) asEarlier(path string) (*result.Baseline, error) {
	if err := s.requireWhole(path); err != nil {
		return nil, err
	}
	return gate.Earlier(s.Result, path), nil
}

// ownBaseline gives a saved policy the baseline and the ages of the command line.
func ownBaseline(p *result.Policy, cfg *config.Config) error {
	if cfg.Baseline != "" {
		b, err := baselineAt(cfg.Baseline)
		if err != nil {
			return usagef("%s: %w", cfg.Origin("baseline"), err)
		}
		b.MaxAge = cfg.MaxAge
		p.Baseline = b
		return nil
	}
	if p.Baseline == nil || len(cfg.MaxAge) == 0 {
		return nil
	}
	b := *p.Baseline
	b.MaxAge = maps.Clone(cfg.MaxAge)
	for severity, days := range p.Baseline.MaxAge {
		if own, ok := b.MaxAge[severity]; !ok || days < own {
			b.MaxAge[severity] = days
		}
	}
	p.Baseline = &b
	return nil
}
