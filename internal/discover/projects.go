package discover

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/bake"
	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/compose"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/skaffold"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/text"
)

// projectFiles are the files of each tool, by folder where a folder is one project.
type projectFiles struct {
	compose map[string][]compose.File
	// others are Compose files of other names, by their paths.
	others   map[string][]compose.File
	bake     map[string][]bake.File
	skaffold []skaffold.File
	// functions are the projects of templates with functions that are built.
	functions []build.Project
}

func collect(all []classified) projectFiles {
	files := projectFiles{compose: map[string][]compose.File{}, others: map[string][]compose.File{}, bake: map[string][]bake.File{}}
	for _, f := range all {
		switch {
		case f.compose != nil && template.ComposeName(f.compose.Path):
			dir := build.Folder(f.compose.Path)
			files.compose[dir] = append(files.compose[dir], *f.compose)
		case f.compose != nil:
			files.others[f.compose.Path] = []compose.File{*f.compose}
		}
		if f.bake != nil {
			dir := build.Folder(f.bake.Path)
			files.bake[dir] = append(files.bake[dir], *f.bake)
		}
		if f.skaffold != nil {
			files.skaffold = append(files.skaffold, *f.skaffold)
		}
		if f.functions != nil {
			files.functions = append(files.functions, f.functions.project())
		}
	}
	return files
}

// projects reads the projects that the classified files belong to.
func (s *selection) projects(ctx context.Context, o *opener, names []string, all []classified) ([]build.Project, error) {
	files := collect(all)
	listed := s.listedProjects(o, names)
	// What has no value in files that are listed has one where they are.
	loads := s.composeLoads(o, files.compose, files.leave(listed))
	for _, dir := range slices.Sorted(maps.Keys(files.bake)) {
		loads = append(loads, func() build.Project {
			return bake.Load(dir, files.bake[dir], bake.Options{Vars: s.Vars, Names: s.Names})
		})
	}
	projects, err := loadAll(ctx, loads)
	if err != nil {
		return nil, err
	}
	projects, err = s.withIncluded(ctx, o, files, projects)
	if err != nil {
		return nil, err
	}
	extended := map[string]bool{}
	for _, p := range projects {
		for _, file := range p.Files {
			extended[file] = true
		}
	}
	more, err := loadAll(ctx, s.composeLoads(o, files.others, extended))
	return slices.Concat(listed, projects, more, files.functions, skaffold.Load(files.skaffold, skaffold.Options{Vars: s.Vars, Read: o.readProject, Names: s.Names})), err
}

// withIncluded reads the projects again whose files are all included by others: what has no
// value there has one in such a project.
func (s *selection) withIncluded(ctx context.Context, o *opener, files projectFiles, projects []build.Project) ([]build.Project, error) {
	parts := map[string][]compose.File{}
	included := files.leave(projects)
	for dir, isPart := range included {
		if isPart {
			parts[dir] = files.compose[dir]
		}
	}
	again, err := loadAll(ctx, s.composeLoads(o, parts, included))
	if err != nil {
		return nil, err
	}
	byScope := map[string]build.Project{}
	for _, p := range again {
		byScope[p.Scope] = p
	}
	for i, p := range projects {
		if part, ok := byScope[p.Scope]; ok {
			projects[i] = part
		}
	}
	return projects, nil
}

// listedProjects reads the projects whose files stand in .env files.
func (s *selection) listedProjects(o *opener, names []string) []build.Project {
	var all []build.Project
	for _, name := range names {
		if path.Base(name) != ".env" || s.exclude.File(name) != nil {
			continue
		}
		p, ok := compose.LoadListed(build.Folder(name), compose.Options{Vars: s.Vars, Read: o.readProject, Names: s.Names})
		if ok {
			all = append(all, p)
		}
	}
	return all
}

// leave leaves the files of other names to the projects that they are a part of, and
// returns the folders whose files are all parts of such projects.
func (files projectFiles) leave(projects []build.Project) map[string]bool {
	isPart := map[string]bool{}
	for _, p := range projects {
		for _, file := range p.Included {
			delete(files.others, file)
			isPart[file] = true
		}
	}
	folders := map[string]bool{}
	for dir, own := range files.compose {
		folders[dir] = !slices.ContainsFunc(own, func(f compose.File) bool { return !isPart[f.Path] })
	}
	return folders
}

// composeLoads reads the Compose files of each key as one project, in the order of keys.
// extended are the keys of files that others extend, or list.
func (s *selection) composeLoads(o *opener, files map[string][]compose.File, extended map[string]bool) []func() build.Project {
	var loads []func() build.Project
	for _, key := range slices.Sorted(maps.Keys(files)) {
		loads = append(loads, func() build.Project {
			dir := build.Folder(files[key][0].Path)
			return compose.Load(dir, files[key], compose.Options{Vars: s.Vars, Read: o.readProject, Optional: extended[key], Names: s.Names})
		})
	}
	return loads
}

// loadAll reads projects in parallel.
func loadAll(ctx context.Context, loads []func() build.Project) ([]build.Project, error) {
	projects := make([]build.Project, len(loads))
	if err := safe.Each(ctx, len(loads), func(i int) { projects[i] = loads[i]() }); err != nil {
		return nil, err // calls may still be writing to projects
	}
	return projects, nil
}

// builds finds out how the classified Dockerfiles are built, and returns those that only
// a project makes Dockerfiles.
func (s *selection) builds(ctx context.Context, o *opener, names []string, all []classified) (*builds, []classified, error) {
	if !s.wantsProjects() {
		return newBuilds(s, nil, nil, nil), nil, nil
	}
	projects, err := s.projects(ctx, o, names, all)
	if err != nil {
		return nil, nil, err
	}
	isTarget := map[string]bool{}
	for _, f := range all {
		if f.row != nil && f.row.Target.Kind == result.KindDockerfile {
			isTarget[f.row.Target.Name] = true
		}
	}
	at := o.places(projects, isTarget)
	candidates := s.undeclared(at, isTarget)
	more, err := s.classifyAll(ctx, o, candidates)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range candidates {
		isTarget[c.path] = true
	}
	for i, f := range all {
		if f.notSent != nil && isTarget[f.notSent.Path] {
			all[i].notSent = nil // a project makes it a Dockerfile
		}
	}
	return newBuilds(s, projects, at, append(all[:len(all):len(all)], more...)), more, nil
}

// repositories are the folders that belong to other repositories.
func repositories(files Files) []string {
	var folders []string
	for _, n := range files.Elsewhere {
		folders = append(folders, n.Path)
	}
	return folders
}

// readProject reads a file that a project names.
func (o *opener) readProject(file string) ([]byte, error) {
	found, err := o.locate(file)
	switch {
	case err != nil:
		return nil, err
	case found.size > template.MaxSize:
		return nil, fmt.Errorf("it is larger than %d MiB", template.MaxSize>>20)
	}
	content, err := o.read(found.target, found.size, template.MaxSize)
	return content, text.WithoutPath(err)
}

// locate finds the file of the tree at a path that a project names, through links if need
// be. It fails with the errors of package build, and for what is not a file.
func (o *opener) locate(file string) (opened, error) {
	if !fs.ValidPath(file) || file == "." {
		return opened{}, build.ErrOutside
	}
	target, n, err := o.tree.resolve(file)
	switch {
	case errors.Is(err, errOutside):
		return opened{}, build.ErrOutside
	case err != nil:
		return opened{}, text.WithoutPath(err)
	case o.isOthers(file) || n.kind != isMissing && o.isOthers(target):
		return opened{}, build.ErrRepository
	case n.kind == isMissing:
		return opened{}, build.ErrMissing
	case n.kind != isRegular:
		return opened{}, errors.New("it is not a file")
	}
	known, err := o.known()
	switch {
	case err != nil:
		return opened{}, err
	case !known.has(target):
		return opened{}, build.ErrIgnored
	case n.onDisk:
		return opened{size: n.size, target: target}, nil
	}
	size, err := o.tree.storedSize(o.tree.stored[target])
	return opened{size: size, target: target}, text.WithoutPath(err)
}

// isOthers reports whether a path lies in another repository.
func (o *opener) isOthers(file string) bool {
	return slices.ContainsFunc(o.repositories, func(folder string) bool {
		return file == folder || strings.HasPrefix(file, folder+"/")
	})
}

// place is where the Dockerfile of a build is, or why it is nowhere.
type place struct {
	path string
	// missed are the paths where it might have been first.
	missed []string
	err    error
}

// places finds the Dockerfiles of the builds. isTarget reports whether a path is one by
// its own name, so that a link is not resolved to a second one.
func (o *opener) places(projects []build.Project, isTarget map[string]bool) map[*build.Build]place {
	at := map[*build.Build]place{}
	for _, p := range projects {
		for _, b := range p.Builds {
			if len(b.Dockerfiles) > 0 {
				at[b] = o.place(b.Dockerfiles, isTarget)
			}
		}
	}
	return at
}

// place returns the first of the paths that there is, or else why the first one can't be
// read.
func (o *opener) place(paths []string, isTarget map[string]bool) place {
	var first error
	for i, file := range paths {
		if isTarget[file] {
			return place{path: file, missed: paths[:i]}
		}
		found, err := o.locate(file)
		if err == nil {
			return place{path: found.target, missed: paths[:i]}
		}
		if first == nil {
			first = err
		}
	}
	return place{err: first, missed: paths}
}

// undeclared returns the candidates that only a project makes Dockerfiles, each once.
func (s *selection) undeclared(at map[*build.Build]place, isTarget map[string]bool) []candidate {
	var more []candidate
	for _, p := range at {
		if p.err != nil || isTarget[p.path] || s.leavesOut(p.path) {
			continue
		}
		more = append(more, candidate{path: p.path, kind: result.KindDockerfile, excluded: s.exclude.File(p.path)})
	}
	slices.SortFunc(more, func(a, b candidate) int { return strings.Compare(a.path, b.path) })
	return slices.CompactFunc(more, func(a, b candidate) bool { return a.path == b.path })
}

// leavesOut reports whether the user's globs leave a Dockerfile out.
func (s *selection) leavesOut(file string) bool {
	return len(s.dockerfiles) > 0 && !s.dockerfiles.matching(file, make([]bool, len(s.dockerfiles)))
}
