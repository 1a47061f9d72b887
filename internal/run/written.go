package run

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/template"
)

// writtenKind is what a run writes to a path.
type writtenKind uint8

const (
	writtenReport writtenKind = iota
	// writtenBaseline is tracked on purpose, and replaces only a baseline: see checkBaseline.
	writtenBaseline
	// writtenState replaces nothing but a resume state: see package state.
	writtenState
	// writtenFolder is a folder that is new or empty.
	writtenFolder
)

// writtenPath is a path that a run writes to.
type writtenPath struct {
	// asks is what asks for it, for messages.
	asks string
	path string
	kind writtenKind
	// real is the absolute path. Links of its folders are resolved, and it itself is not: what is
	// written takes the place of a link.
	real string
}

func newWritten(asks, path string, kind writtenKind) writtenPath {
	return writtenPath{asks: asks + path, path: path, kind: kind, real: realPath(path)}
}

// writtenBeside are the paths of the other settings that make a run write.
func writtenBeside(cfg *config.Config) []writtenPath {
	var all []writtenPath
	for _, w := range []struct {
		setting, path string
		kind          writtenKind
	}{
		{"write-baseline", cfg.WriteBaseline, writtenBaseline},
		{"state", cfg.State, writtenState},
		{"trace-dir", cfg.TraceDir, writtenFolder},
	} {
		if w.path != "" {
			all = append(all, newWritten(cfg.Origin(w.setting).String()+" ", w.path, w.kind))
		}
	}
	return all
}

// readOnly are the files that settings name and that a run only reads.
func readOnly(sys System, req Request, cfg *config.Config) []string {
	files := []string{config.FilePath(req.Flags, sys.Getenv), cfg.APIKeyFile, cfg.CAFile, cfg.Baseline}
	return slices.DeleteFunc(files, func(file string) bool { return file == "" || file == cfg.WriteBaseline })
}

// written are all paths that the run writes to, without devices.
func (o outputs) written() []writtenPath {
	var all []writtenPath
	for _, f := range o.files {
		all = append(all, newWritten("--output "+f.Format+"=", f.Path, writtenReport))
	}
	return slices.DeleteFunc(slices.Concat(all, o.beside), func(w writtenPath) bool { return isDevice(w.path) })
}

// checkWritten refuses paths where the run would destroy what is not its own: what git tracks,
// git's own files, the config file, a target, or what it writes itself. It touches nothing, and
// comes before all that does. A target that is gone would be missing in the plan without a word.
func (o outputs) checkWritten(ctx context.Context, environ []string) error {
	all := o.written()
	for i, w := range all {
		if why := cmpOr(w.isGits, w.isConfig, func() string { return w.isRead(o.read) }, w.isTarget); why != "" {
			return usagef("%s: %s; fix: name another file", w.asks, why)
		}
		for _, other := range all[:i] {
			if w.collides(other) {
				return usagef("%s and %s: one would destroy the other; fix: give each a path of its own", other.asks, w.asks)
			}
		}
	}
	return checkUntracked(ctx, environ, all)
}

// cmpOr returns the first text that is not empty, and asks no further.
func cmpOr(texts ...func() string) string {
	for _, text := range texts {
		if t := text(); t != "" {
			return t
		}
	}
	return ""
}

// isGits says that a path is among git's own files.
func (w writtenPath) isGits() string {
	const why = "git keeps its own files there"
	if slices.ContainsFunc(strings.Split(filepath.ToSlash(w.real), "/"), func(name string) bool { return strings.EqualFold(name, ".git") }) {
		return why
	}
	first := filepath.Base(w.real)
	for dir := filepath.Dir(w.real); ; dir = filepath.Dir(dir) {
		if git.IsBare(dir) && !missing(filepath.Join(dir, first)) && isGitName(first) {
			return why
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
		first = filepath.Base(dir)
	}
}

// isGitName reports whether git has such an entry in its folder. A hook of a bare repository runs
// there, and may well write its reports beside them.
func isGitName(name string) bool {
	return slices.Contains([]string{
		"HEAD", "config", "config.worktree", "description", "hooks", "index", "info", "logs", "modules", "objects", "packed-refs", "refs",
		"shallow", "worktrees",
	}, name)
}

func (w writtenPath) isConfig() string {
	if filepath.Base(w.path) == config.FileName {
		return "this is the name of the config file"
	}
	return ""
}

// isRead says that the run reads a file.
func (w writtenPath) isRead(files []string) string {
	if w.kind == writtenBaseline {
		return "" // a run may well replace the baseline that it reads
	}
	for _, file := range files {
		if samePath(w.real, realPath(file)) {
			return "the run reads this file"
		}
	}
	return ""
}

// isTarget says that there is a file that a scan would look at, by its name or, for names that
// reports have too, by its content.
func (w writtenPath) isTarget() string {
	info, err := os.Lstat(w.path)
	if w.kind != writtenReport || err != nil || info.IsDir() {
		return ""
	}
	name := filepath.ToSlash(w.real)
	if discover.NamesTarget(name) {
		return "there is a file with the name of a template or Dockerfile, and a report would replace it"
	}
	if info, err = os.Stat(w.path); err != nil || !info.Mode().IsRegular() || info.Size() > template.MaxSize {
		return ""
	}
	content, err := os.ReadFile(w.path)
	if err == nil && discover.HoldsTemplate(path.Base(name), content) {
		return "this is a template, and a report would replace it"
	}
	return ""
}

// collides reports whether two paths are one, or a file is to be a folder for the other.
func (w writtenPath) collides(other writtenPath) bool {
	return samePath(w.real, other.real) ||
		w.kind != writtenFolder && below(w.real, other.real) != "" ||
		other.kind != writtenFolder && below(other.real, w.real) != ""
}

// checkUntracked refuses what the index of the repository has that a path lies in: such a file is
// not of an earlier run.
func checkUntracked(ctx context.Context, environ []string, all []writtenPath) error {
	repos := map[string]*git.Repo{}
	for _, w := range all {
		if w.kind == writtenBaseline {
			continue
		}
		if err := w.checkUntracked(ctx, environ, repos); err != nil {
			return early(ctx, err)
		}
	}
	return nil
}

// checkUntracked refuses a path that its repository tracks. repos are those that are open, by
// folder.
func (w writtenPath) checkUntracked(ctx context.Context, environ []string, repos map[string]*git.Repo) (err error) {
	folder := existing(filepath.Dir(w.real))
	repo := repos[folder]
	if repo == nil {
		repo, err = git.Open(ctx, folder, environ)
	}
	if err == nil {
		repos[folder] = repo
		err = w.checkIn(ctx, repo)
	}
	_, unknown := errors.AsType[*git.Error](err)
	if errors.Is(err, git.ErrNotRepository) || unknown && missing(w.path) {
		return nil // there is nothing to lose
	}
	return err
}

// checkIn refuses a path that a repository tracks.
func (w writtenPath) checkIn(ctx context.Context, repo *git.Repo) error {
	own := below(repo.Root(), w.real)
	switch {
	case own == "" || own == ".":
		return nil
	case foldsCase(repo.Root()):
		own = "" // git compares letter by letter
	}
	tracked, err := repo.Tracked(ctx, own)
	if err != nil {
		return err
	}
	for _, file := range tracked {
		entry := filepath.Join(repo.Root(), filepath.FromSlash(file))
		if samePath(entry, w.real) || w.kind != writtenFolder && below(w.real, entry) != "" {
			return usagef("%s: git tracks this file, and the run would replace it; fix: name another file", w.asks)
		}
	}
	return nil
}

// realPath returns the absolute path of what lies at a path, without following it itself.
func realPath(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	dir := filepath.Dir(abs)
	there := existing(dir)
	resolved, err := filepath.EvalSymlinks(there)
	if err != nil {
		return abs
	}
	rest, err := filepath.Rel(there, abs)
	if err != nil {
		return abs
	}
	return filepath.Join(resolved, rest)
}

// existing returns the nearest folder at or above dir that exists.
func existing(dir string) string {
	for missing(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	return dir
}

// samePath reports whether two real paths are of one file. The file system decides about the case
// of letters.
func samePath(a, b string) bool {
	if a == b || !strings.EqualFold(a, b) {
		return a == b
	}
	return foldsCase(existing(filepath.Dir(a)))
}

// foldsCase reports whether a folder is the same however its letters are written.
func foldsCase(dir string) bool {
	upper, lower := strings.ToUpper(dir), strings.ToLower(dir)
	return upper != lower && isSameFile(dir, upper) && isSameFile(dir, lower)
}
