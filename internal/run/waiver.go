package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/seal"
	"github.com/scangate/scangate/internal/text"
)

// ResultVariable names the saved result that scangate waiver reads.
const ResultVariable = "SCANGATE_RESULT"

// defaultResult is the saved result without --result and [ResultVariable].
const defaultResult = "result.json"

// WaiverRequest is what a scangate waiver command is asked for.
type WaiverRequest struct {
	// Result is the path of a saved result, and Config that of the config file; "" finds them.
	Result, Config string
	// Fingerprints name the findings to waive, by the first digits.
	Fingerprints           []string
	Reason, Owner, Expires string
}

// AddWaivers writes an entry for each finding at the end of the list of waivers. It replaces
// entries for the same findings that have expired, or that were made for other lines, another
// severity or another number.
func AddWaivers(ctx context.Context, sys System, req WaiverRequest) error {
	path := req.ResultPath(sys)
	if req.lacksDefault(sys) {
		return usagef("%[1]s: no such file; fix: scangate scan -o json=%[1]s, then this command again", path)
	}
	res, err := readResult(sys, path, seal.Key{})
	if err != nil {
		return err
	}
	file, err := openWaiverFile(ctx, sys, req.Config)
	if err != nil {
		return err
	}
	entries, err := req.entries(sys, path, res.Findings)
	if err != nil {
		return err
	}
	replaced, err := file.replacedBy(entries, sys.Now())
	if err != nil {
		return err
	}
	content, err := policy.RemoveWaivers(file.name, file.content, func(i int) bool { return replaced[i] })
	if err == nil {
		content, err = policy.AddWaivers(file.name, content, entries)
	}
	if err != nil {
		return &UsageError{err}
	}
	if err := file.write(content); err != nil {
		return err
	}
	for _, e := range entries {
		sys.Say(fmt.Sprintf("%s: added %s: %s", file.name, e.String(), e.Comment))
	}
	return nil
}

// entries are the entries for the findings that the request names, each once. path is that of the
// saved result.
func (r WaiverRequest) entries(sys System, path string, findings []result.Finding) ([]policy.Entry, error) {
	var all []policy.Entry
	for _, prefix := range r.Fingerprints {
		f, err := findByPrefix(findings, prefix)
		if err != nil {
			return nil, usagef("%s: %w", path, err)
		}
		e, err := r.entry(sys, f)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(had policy.Entry) bool { return had.Fingerprint == e.Fingerprint }) {
			all = append(all, e)
		}
	}
	return all, nil
}

// replacedBy returns the numbers of the waivers for the same findings. One that says the same and
// has not expired is an error.
func (f *waiverFile) replacedBy(entries []policy.Entry, now time.Time) (map[int]bool, error) {
	replaced := map[int]bool{}
	for i := range f.waivers {
		w := &f.waivers[i]
		at := slices.IndexFunc(entries, func(e policy.Entry) bool { return e.Fingerprint == w.Fingerprint })
		switch {
		case at < 0:
		case !w.Expired(now) && w.Selection() == entries[at].Selection():
			return nil, usagef("%s waives the finding %s already", w.Origin.Place, w.Fingerprint)
		default:
			replaced[i] = true
		}
	}
	return replaced, nil
}

// ResultPath is the saved result that the request, the variable or the default names.
func (r WaiverRequest) ResultPath(sys System) string {
	return cmp.Or(r.Result, sys.Getenv(ResultVariable), defaultResult)
}

// lacksDefault reports whether nothing names the saved result, and the default one is not there.
func (r WaiverRequest) lacksDefault(sys System) bool {
	_, err := os.Stat(defaultResult)
	return errors.Is(err, fs.ErrNotExist) && r.Result == "" && sys.Getenv(ResultVariable) == ""
}

// shortestPrefix is the least number of digits that name a finding.
const shortestPrefix = 6

// findByPrefix returns the finding whose fingerprint begins with the digits.
func findByPrefix(findings []result.Finding, prefix string) (*result.Finding, error) {
	if len(prefix) < shortestPrefix || !result.IsFingerprint((prefix + strings.Repeat("0", 32))[:max(32, len(prefix))]) {
		return nil, fmt.Errorf("%q is not a fingerprint; fix: write at least %d of its hexadecimal digits", prefix, shortestPrefix)
	}
	var found *result.Finding
	for i := range findings {
		switch f := &findings[i]; {
		case !strings.HasPrefix(f.Fingerprint, prefix):
		case found != nil && found.Fingerprint != f.Fingerprint:
			return nil, fmt.Errorf("%q is the beginning of several fingerprints: %s and %s; fix: write more digits", prefix, found.Fingerprint, f.Fingerprint)
		default:
			found = f
		}
	}
	if found == nil {
		return nil, fmt.Errorf("no finding has the fingerprint %q; fix: copy it from the report of this result", prefix)
	}
	return found, nil
}

// entry is the entry that waives a finding. Of an image it waives no more vulnerabilities than
// there are now.
func (r WaiverRequest) entry(sys System, f *result.Finding) (policy.Entry, error) {
	severity := f.Severity.Known()
	e := policy.Entry{
		Waiver: result.Waiver{
			Rule: f.Rule, Fingerprint: f.Fingerprint, Severity: &severity, Block: f.Block,
			Reason: text.Fold(r.Reason), Owner: text.Fold(r.Owner), Expires: r.Expires,
		},
		Comment: commentOf(f),
	}
	if f.Image != "" || f.Count > 1 {
		e.Max = &f.Count
	}
	switch field, wrong := e.Fault(); {
	case wrong != "": // the finding is valid
		return e, usagef("--%s: %s; fix: give --reason WHY --owner WHO --expires DAY", field, wrong)
	case e.Expired(sys.Now()):
		return e, usagef("--expires: %s is in the past; fix: name a later day", r.Expires)
	}
	return e, nil
}

// commentOf says what a finding is, on one line.
func commentOf(f *result.Finding) string {
	parts := []string{f.Image, f.Resource, f.Summary}
	if f.Placed() {
		parts = slices.Insert(parts, 0, fmt.Sprintf("%s:%d", f.Locations[0].Path, f.Locations[0].Line))
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return text.Truncate(text.OneLine(strings.Join(parts, ": ")), 90)
}

// waiverFile is the file that holds the waivers: the config file, or the one that it names.
type waiverFile struct {
	// path is where it is, and name what messages show.
	path, name string
	content    []byte
	mode       fs.FileMode
	waivers    []result.Waiver
}

// openWaiverFile reads the waivers. Without a config file they are to be in a new one at the top of
// the tree.
func openWaiverFile(ctx context.Context, sys System, named string) (*waiverFile, error) {
	path := named
	var file *config.File
	var err error
	if named != "" {
		if file, err = config.Read(named, named, ""); err != nil {
			err = &UsageError{err}
		}
	} else {
		path, file, err = nearestConfig(ctx, sys)
	}
	switch {
	case err != nil:
		return nil, err
	case file == nil:
		return &waiverFile{path: path, name: config.FileName, content: []byte(policy.NewWaiverFile), mode: 0o644}, nil
	}
	f := &waiverFile{path: path, name: file.Path, waivers: file.Waivers()}
	if own := file.WaiversFile(); own != "" {
		f.path, f.name = filepath.Join(filepath.Dir(path), filepath.FromSlash(own)), filepath.ToSlash(filepath.Join(filepath.Dir(file.Path), own))
	}
	return f, f.read()
}

// nearestConfig reads the config file for a scan of the current folder. Without one, path is where
// it would be.
func nearestConfig(ctx context.Context, sys System) (path string, file *config.File, err error) {
	in := inputs{sys: sys, req: Request{Path: "."}}
	if err := in.openTree(ctx); err != nil {
		return "", nil, err
	}
	defer in.close()
	file, err = in.findConfig()
	if err != nil {
		return "", nil, &UsageError{err}
	}
	return filepath.Join(in.tree.Root, filepath.FromSlash(cmp.Or(in.config.path, config.FileName))), file, nil
}

// read reads the content. A link is followed, so that the file itself is replaced.
func (f *waiverFile) read() error {
	path, err := filepath.EvalSymlinks(f.path)
	if err != nil {
		return err
	}
	f.path = path
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f.mode = info.Mode().Perm()
	f.content, err = os.ReadFile(path)
	return err
}

// write replaces the file at once.
func (f *waiverFile) write(content []byte) error {
	s, err := stage(config.Output{Path: f.path}, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		return fmt.Errorf("can't write %s: %w", f.name, err)
	}
	defer s.discard()
	if err := errors.Join(os.Chmod(s.temp, f.mode), s.commit()); err != nil {
		return fmt.Errorf("can't write %s: %w", f.name, err)
	}
	return nil
}

// open reads the waivers of the config file, and what the saved result says of them.
func (r WaiverRequest) open(ctx context.Context, sys System) (*waiverFile, waiverStates, error) {
	file, err := openWaiverFile(ctx, sys, r.Config)
	if err != nil {
		return nil, waiverStates{}, err
	}
	states, err := r.states(sys)
	return file, states, err
}

// ListWaivers prints the waivers of the config file, and what the saved result says of them. Of
// those in comments it prints the ones that the result knows.
func ListWaivers(ctx context.Context, sys System, req WaiverRequest) error {
	file, states, err := req.open(ctx, sys)
	if err != nil {
		return err
	}
	all := slices.Clone(file.waivers)
	for _, w := range states.waivers {
		if w.Lines != nil {
			all = append(all, w)
		}
	}
	for i := range all {
		w := &all[i]
		fmt.Fprintf(sys.Out, "%s: %s\n    %s\n    until %s, %s: %s\n", w.Origin.Place, w.Rule, w.Selection(), w.Expires, w.Owner, w.Reason)
		switch c, known := states.of(w); {
		case w.Expired(sys.Now()):
			fmt.Fprintln(sys.Out, "    expired: its findings count again")
		case known:
			fmt.Fprintf(sys.Out, "    %s in %s\n", c.Text(), req.ResultPath(sys))
		}
	}
	if len(all) == 0 {
		sys.Say(file.name + ": no waivers")
	}
	return nil
}

// PruneWaivers removes the waivers that have expired, and those that the saved result shows to be
// unused.
func PruneWaivers(ctx context.Context, sys System, req WaiverRequest) error {
	file, states, err := req.open(ctx, sys)
	if err != nil {
		return err
	}
	removed := map[int]string{}
	for i := range file.waivers {
		w := &file.waivers[i]
		c, _ := states.of(w)
		switch {
		case w.Expired(sys.Now()):
			removed[i] = "expired on " + w.Expires
		case c.State == result.WaiverUnused:
			removed[i] = "covers no finding"
		}
	}
	if len(removed) == 0 {
		sys.Say(file.name + ": no waiver to remove")
		return nil
	}
	content, err := policy.RemoveWaivers(file.name, file.content, func(i int) bool { return removed[i] != "" })
	if err != nil {
		return &UsageError{err}
	}
	if err := file.write(content); err != nil {
		return err
	}
	for i := range file.waivers {
		if why := removed[i]; why != "" {
			sys.Say(fmt.Sprintf("%s: removed %s: %s", file.waivers[i].Origin.Place, file.waivers[i].Rule, why))
		}
	}
	return nil
}

// waiverStates are the waivers of a saved result, and what became of them.
type waiverStates struct {
	waivers []result.Waiver
	checks  []result.WaiverCheck
}

// of returns what became of a waiver, if the result knows it. Its place may have moved since.
func (s waiverStates) of(w *result.Waiver) (result.WaiverCheck, bool) {
	if i := slices.IndexFunc(s.waivers, func(o result.Waiver) bool { return o.Same(w) }); i >= 0 {
		return s.checks[i], true
	}
	return result.WaiverCheck{}, false
}

// states reads the saved result, which need not exist unless it is named.
func (r WaiverRequest) states(sys System) (waiverStates, error) {
	if r.lacksDefault(sys) {
		return waiverStates{}, nil
	}
	res, err := readResult(sys, r.ResultPath(sys), seal.Key{})
	if err != nil {
		return waiverStates{}, err
	}
	return waiverStates{res.Policy.Waivers, res.Verdict.Waivers}, nil
}
