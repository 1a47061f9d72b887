package discover

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
)

// unusedExclusions returns a notice for each exclusion that fits nothing: a typing error
// in one would be silent. rows are those of the whole plan.
func (p *plan) unusedExclusions(ctx context.Context, t *Tree, files Files, rows []result.Row) ([]result.Notice, error) {
	unused := p.exclude.unusedFiles(files)
	if len(unused) > 0 && t.Repo != nil && t.Under != "" {
		// The config file may be for more than PATH.
		err := t.all(ctx, func(entry git.Entry) {
			unused = slices.DeleteFunc(unused, func(e fileExclusion) bool { return e.Covers(entry.Path) })
		})
		if err != nil {
			return nil, err
		}
	}
	var notices []result.Notice
	for _, e := range unused {
		notices = append(notices, e.Origin.Notice("%q matches no file, and excludes nothing; fix: %s", e.Exclusion.Pattern, p.fileHint(e, rows)))
	}
	if !p.wants(result.KindDockerfile) || !p.wants(result.KindImage) {
		return notices, nil // some images are not known
	}
	for i, e := range p.exclude.images {
		if !p.images.used[i] {
			notices = append(notices, e.Origin.Notice("%q matches no image, and excludes nothing; fix: %s", e.Exclusion.Pattern, p.imageHint(e, files)))
		}
	}
	return notices, nil
}

// has reports whether a path of a list, which an exclusion may name, is what is looked for.
func (f Files) has(is func(path string) bool) bool {
	return slices.ContainsFunc(f.Names, is) || slices.ContainsFunc(f.Unreadable, is) ||
		slices.ContainsFunc(f.Elsewhere, func(n result.NotSent) bool { return is(n.Path) })
}

// unusedFiles returns the exclusions of files that cover none of the paths of a list.
func (x Exclusions) unusedFiles(files Files) []fileExclusion {
	return slices.DeleteFunc(slices.Clone(x.files), func(e fileExclusion) bool { return files.has(e.Covers) })
}

// fileHint is the likely fix of an exclusion of files that matches none.
func (p *plan) fileHint(e fileExclusion, rows []result.Row) string {
	images, _ := image.ParsePattern(e.Exclusion.Pattern) // an invalid one matches nothing
	switch {
	case slices.ContainsFunc(rows, func(r result.Row) bool { return r.Target.Kind == result.KindImage && images.Matches(r.Target.Name) }):
		return "it matches an image: exclude that with " + p.Names.ExcludeImage
	case strings.Contains(e.Raw, ",") && !strings.Contains(e.Raw, "{"):
		return "a comma does not separate patterns: give each one by itself"
	case strings.Contains(e.Raw, `\`):
		return "a backslash does not separate folders: write slashes"
	}
	return "write it relative to the repository root or to PATH, or remove it"
}

// imageHint is the likely fix of an exclusion of images that matches none.
func (p *plan) imageHint(e imageExclusion, files Files) string {
	file, ok := glob.Compile(e.Exclusion.Pattern, "")
	switch {
	case ok && slices.ContainsFunc(files.Names, file.Covers):
		return "it matches a file: exclude that with " + p.Names.Exclude
	case strings.Contains(e.Exclusion.Pattern, ",") && !e.IsGlob():
		return "a comma does not separate images: give each one by itself"
	}
	return "write the whole repository, for example registry.acme.example/team/app, or remove it"
}

// unusedVars returns a notice for each variable that no project uses.
func (p *plan) unusedVars() []result.Notice {
	if !p.wantsProjects() {
		return nil
	}
	var notices []result.Notice
	for _, name := range slices.Sorted(maps.Keys(p.VarSources)) {
		isUsed := func(v result.Variable) bool { return v.Name == name && v.From == p.Names.Var }
		if !slices.ContainsFunc(p.variables, isUsed) {
			notices = append(notices, p.VarSources[name].Notice("%s has no effect: no Compose, bake or Skaffold file uses it; fix: correct the name, or remove it", name))
		}
	}
	return notices
}
