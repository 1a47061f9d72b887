package discover

import (
	"path"
	"path/filepath"
	"slices"

	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/result"
)

// buildArgs are the build arguments that the user gives. under is PATH.
type buildArgs struct {
	all   []result.BuildArg
	under string
}

// of returns the arguments of a Dockerfile. One for its path wins over one for its
// folder, and that over one for every Dockerfile.
func (b buildArgs) of(file string) map[string]string {
	values, best := map[string]string{}, map[string]int{}
	for _, arg := range b.all {
		if fit := b.fit(arg, file); fit > 0 && fit >= best[arg.Name] {
			values[arg.Name], best[arg.Name] = arg.Value, fit
		}
	}
	return values
}

// isFor reports whether the user gives an argument for a Dockerfile by its path or folder.
func (b buildArgs) isFor(file, name string) bool {
	return slices.ContainsFunc(b.all, func(arg result.BuildArg) bool { return arg.Name == name && b.fit(arg, file) > 1 })
}

// fit says how closely an argument fits a Dockerfile: 0 not at all, 1 like every other,
// 2 by its folder, 3 by its path. Paths are relative to the root of the tree or to PATH.
func (b buildArgs) fit(arg result.BuildArg, file string) int {
	given := path.Clean(filepath.ToSlash(arg.Dockerfile))
	forms := []string{given, path.Join(b.under, given)}
	switch {
	case arg.Dockerfile == "":
		return 1
	case slices.Contains(forms, file):
		return 3
	case slices.Contains(forms, path.Dir(file)):
		return 2
	}
	return 0
}

// mark marks in used the arguments that a Dockerfile declares.
func (b buildArgs) mark(file string, declared []string, used []bool) {
	for i, arg := range b.all {
		if b.fit(arg, file) > 0 && (slices.Contains(declared, arg.Name) || dockerfile.IsPredefined(arg.Name)) {
			used[i] = true
		}
	}
}

// unused returns a notice for each argument that no Dockerfile uses.
func (b buildArgs) unused(used []bool) []result.Notice {
	var notices []result.Notice
	for i, arg := range b.all {
		switch {
		case used[i]:
		case arg.Dockerfile == "":
			notices = append(notices, arg.Origin.Notice("%s has no effect: no Dockerfile declares it; fix: correct the name, or remove it", arg.Name))
		default:
			notices = append(notices, arg.Origin.Notice("%s has no effect: no Dockerfile at %q declares it; fix: correct the name or the path, or remove it",
				arg.Name, arg.Dockerfile))
		}
	}
	return notices
}
