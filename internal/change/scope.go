package change

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/template"
)

// Scope is what a change touches. It is made by [Since].
type Scope struct {
	tree   *discover.Tree
	bases  []*git.Snapshot
	record result.Change
	// mergeBases are the commits of bases.
	mergeBases []string

	now request
	// before are the requests of the bases where the config differs from now.
	before []request
	// configPath is the config file. Which of its images are touched is in named.
	configPath string
	// named holds the images that are named by a flag, or newly by the config file.
	named map[string]bool

	// listed are the files under PATH.
	listed map[string]bool
	// differs holds the files that have been compared with the bases.
	differs map[string]bool

	// plan is that of [Options], and imagesBefore what the files of every base named by it.
	plan         func(context.Context, *discover.Tree, discover.Files, func(string) bool) (*result.Plan, error)
	imagesBefore map[namedAt]bool

	// siblings are those of the plan.
	siblings map[string][]string

	// folders are those in which every template is touched, and armFolders those in
	// which every ARM template is.
	folders, armFolders map[string]bool
	// active are the folders with a touched file that may be a template.
	active map[string]bool
}

func newScope(tree *discover.Tree, files discover.Files, bases []*git.Snapshot, before []request, o Options) *Scope {
	s := &Scope{
		tree: tree, bases: bases, before: before, now: newRequest(o.Config, tree.Under), configPath: o.ConfigPath, plan: o.Plan,
		named: map[string]bool{}, listed: make(map[string]bool, len(files.Names)), differs: map[string]bool{},
		folders: map[string]bool{}, armFolders: map[string]bool{}, active: map[string]bool{},
	}
	for _, name := range files.Names {
		s.listed[name] = true
	}
	for _, n := range files.Elsewhere {
		s.listed[n.Path] = true
	}
	for _, named := range o.Config.Images {
		isNew := func(r request) bool { return !slices.Contains(r.images, named.Ref) }
		if full, err := image.Normalize(named.Ref); err == nil {
			s.named[full] = s.named[full] || named.Location == nil || slices.ContainsFunc(before, isNew)
		}
	}
	return s
}

// compareTemplates compares the files that may touch other files: those that are
// templates by their name, now or at a base.
func (s *Scope) compareTemplates(ctx context.Context) error {
	var files []string
	for file := range s.listed {
		if template.Candidate(file) {
			files = append(files, file)
		}
	}
	for _, base := range s.bases {
		for _, file := range base.Files() {
			if template.Candidate(file) && !s.listed[file] {
				files = append(files, file)
			}
		}
	}
	if err := s.compare(ctx, files); err != nil {
		return err
	}
	for _, file := range files {
		if s.differs[file] || s.newlyAsked(result.KindIaC, file) || s.newlyExcluded(file) {
			s.touch(file)
		}
	}
	return nil
}

// touch notes what a touched file touches besides itself.
func (s *Scope) touch(file string) {
	folder := path.Dir(file)
	s.active[folder] = true
	if s.now.exclude.File(file) != nil && !s.newlyExcluded(file) {
		return
	}
	switch name := strings.ToLower(file); {
	case strings.HasSuffix(name, ".tf"), strings.HasSuffix(name, ".tf.json"), isVariableFile(name):
		s.folders[folder] = true
	case strings.HasSuffix(name, ".json"), strings.HasSuffix(name, ".jsonc"):
		s.armFolders[folder] = true // it may hold parameters, or has held some
	}
}

// compare compares files with the bases, in parallel.
func (s *Scope) compare(ctx context.Context, files []string) error {
	files = slices.DeleteFunc(slices.Clone(files), func(file string) bool {
		_, known := s.differs[file]
		return known
	})
	slices.Sort(files)
	files = slices.Compact(files)
	differs := make([]bool, len(files))
	err := safe.Each(ctx, len(files), func(i int) { differs[i] = s.differsFromABase(files[i]) })
	if err != nil {
		return err
	}
	for i, file := range files {
		s.differs[file] = differs[i]
	}
	return nil
}

func (s *Scope) differsFromABase(file string) bool {
	if s.tree.Covers(file) && !s.listed[file] {
		return true // it is deleted, or git ignores it now
	}
	return slices.ContainsFunc(s.bases, func(base *git.Snapshot) bool { return !s.tree.Same(base, file) })
}

// touched reports whether a file differs from a base. In doubt it does.
func (s *Scope) touched(file string) bool {
	differs, known := s.differs[file]
	return differs || !known
}

// newlyAsked reports whether a file was left out at a base.
func (s *Scope) newlyAsked(k result.Kind, file string) bool {
	return slices.ContainsFunc(s.before, func(r request) bool { return r.leavesOut(k, file) })
}

// newlyExcluded reports whether a file is excluded that was not at a base.
func (s *Scope) newlyExcluded(file string) bool {
	asked := func(r request) bool { return r.unknown || r.exclude.File(file) == nil }
	return slices.ContainsFunc(s.before, asked) && s.now.exclude.File(file) != nil
}

// buildDiffers reports whether Dockerfiles were built with other arguments at a base.
func (s *Scope) buildDiffers() bool {
	return slices.ContainsFunc(s.before, func(r request) bool { return !r.buildsLike(s.now) })
}

// varsDiffer reports whether variables had other values at a base.
func (s *Scope) varsDiffer() bool {
	return slices.ContainsFunc(s.before, func(r request) bool { return !r.hasVars(s.now) })
}

// MergeBases returns the full hashes of the commits at which the change began: several in a
// criss-cross history, and at least one.
func (s *Scope) MergeBases() []string { return s.mergeBases }

// Unparsed reports whether nothing in the folder of a template is touched, so that the
// template is neither planned nor sent along. It is for [discover.Options].
func (s *Scope) Unparsed(file string) bool {
	return !s.active[path.Dir(file)]
}
