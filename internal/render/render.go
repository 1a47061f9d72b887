package render

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

// Tree is the files that may be rendered.
type Tree struct {
	// Files are the paths of the regular files that git tracks, sorted, relative to the root.
	Files []string
	// Root is the absolute path of the root. FS reads the files.
	Root string
	FS   fs.FS
	// Absent says why a path that is not among Files can't be rendered.
	Absent func(path string) Absence
}

// Absence is why a path is not among the files of a [Tree].
type Absence uint8

// The reasons.
const (
	// Missing: there is nothing at the path.
	Missing Absence = iota
	// Untracked: git ignores the path or does not know it.
	Untracked
	// Link: the path is a symbolic link or lies through one.
	Link
	// Elsewhere: the path belongs to another repository.
	Elsewhere
)

func (a Absence) reason() string {
	return [...]string{"does not exist", "is not tracked by git", "is a symbolic link", "belongs to another repository"}[a]
}

// Bounds are the limits of one run of a tool.
type Bounds struct {
	Time time.Duration
	// Memory and Output are in bytes. Copy is the size of the private copy.
	Memory, Output, Copy int64
}

// DefaultBounds are far above what charts and overlays of real repositories need.
func DefaultBounds() Bounds {
	return Bounds{Time: time.Minute, Memory: 1 << 30, Output: 32 << 20, Copy: 256 << 20}
}

// Options are what a [Renderer] needs.
type Options struct {
	Tree Tree
	// Env is the environment of this process. Its PATH is passed on, and nothing else.
	Env []string
	// Bounds are [DefaultBounds] outside of tests.
	Bounds Bounds
	// SettingName is what the user calls the setting that asks for a tool.
	SettingName string
}

// Renderer renders charts and overlays. It is safe for concurrent use.
type Renderer struct {
	Options
	// wrapper starts a program without network, nil where the system can't.
	wrapper func() []string
}

// New returns a Renderer.
func New(o Options) *Renderer {
	r := &Renderer{Options: o}
	r.wrapper = sync.OnceValue(r.findWrapper)
	return r
}

// Rendering is what became of a chart or an overlay. If NotSent and Fault are empty, all of
// it was rendered.
type Rendering struct {
	// Documents stand in the order of the tool, those of further values after.
	Documents []Document
	// Roots are the folders whose files decide about the result, "" for the whole tree,
	// and Files are further files.
	Roots, Files []string
	// NotSent is why it can't be rendered, if a part of it is not in the repository.
	NotSent string
	// Fault is why it does not render.
	Fault *result.Fault
	// parts are the kustomizations that were rendered.
	parts []string
	// PartOf is the overlay that it was rendered with, "" if it stands for itself.
	PartOf string
}

// Document is one YAML document, or several, from one file.
type Document struct {
	// Source is the file that findings are shown on.
	Source string
	// Name is the path that the tool gives to the file. It may exist only inside of an
	// archive.
	Name string
	Text []byte
}

// failed returns a rendering that has failed for a reason.
func failed(fix, format string, args ...any) Rendering {
	return Rendering{Fault: &result.Fault{Cause: result.CauseNotRendered, Reason: fmt.Sprintf(format, args...), Fix: fix}}
}

// errNoCopy is returned if there is no folder for temporary files.
var errNoCopy = errors.New("no private copy of its files can be made")

// fixOf returns what to do about an error, which is fix unless the machine is at fault.
func fixOf(err error, fix string) string {
	if errors.Is(err, errNoCopy) {
		return "set TMPDIR to a folder that can be written"
	}
	return fix
}

// scratch makes the private copy for one rendering. Its caller removes it.
func (r *Renderer) scratch(roots, files []string) (*scratch, error) {
	dir, err := os.MkdirTemp("", "scangate-render-")
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoCopy, err)
	}
	s := &scratch{dir: dir}
	if err := s.fill(&r.Tree, roots, files, r.Bounds.Copy); err != nil {
		return nil, errors.Join(err, s.remove())
	}
	return s, nil
}

// Charts renders the charts with these Chart.yaml files. It ends early with the cause of
// ctx's end.
func (r *Renderer) Charts(ctx context.Context, files []string) ([]Rendering, error) {
	return r.each(ctx, files, r.chart)
}

// each renders files in parallel. It waits for all programs, because they are killed when
// ctx ends.
func (r *Renderer) each(ctx context.Context, files []string, render func(context.Context, string) Rendering) ([]Rendering, error) {
	all := make([]Rendering, len(files))
	var group safe.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, file := range files {
		group.Go(func() error {
			switch {
			case !r.Tree.has(file):
				all[i] = failed("add it to git, or exclude it", "%s: it %s", file, r.Tree.Absent(file).reason())
			default:
				all[i] = render(ctx, file)
			}
			return context.Cause(ctx)
		})
	}
	return all, group.Wait()
}

// has reports whether a path is one of the files.
func (t *Tree) has(file string) bool {
	_, ok := slices.BinarySearch(t.Files, file)
	return ok
}

// below returns the files below a folder, "" for the whole tree.
func (t *Tree) below(folder string) []string {
	if folder == "" {
		return t.Files
	}
	prefix := folder + "/"
	from, _ := slices.BinarySearch(t.Files, prefix)
	to := from + sort.Search(len(t.Files)-from, func(i int) bool { return !strings.HasPrefix(t.Files[from+i], prefix) })
	return t.Files[from:to]
}

// hasFolder reports whether there are files below a folder.
func (t *Tree) hasFolder(folder string) bool { return len(t.below(folder)) > 0 }
