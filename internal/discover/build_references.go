package discover

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// references are the images that projects name, and those of FROM lines.
func (b *builds) references() []reference {
	var all []reference
	for _, p := range b.projects {
		for _, img := range p.Images {
			if r, ok := b.reference(p.Scope, img); ok {
				all = append(all, r)
			}
		}
		all = append(all, b.broken(p)...)
	}
	if b.wants(result.KindDockerfile) {
		all = append(all, b.bases()...)
	}
	return all
}

// broken are the rows of builds whose Dockerfile can't be used and whose image the project
// does not use.
func (b *builds) broken(p build.Project) []reference {
	var all []reference
	for _, one := range p.Builds {
		if b.used[one] || b.notFollowed(one) != "" {
			continue
		}
		r, ok := b.reference(p.Scope, build.Image{Name: one.Name, Subject: one.Subject, Location: one.Location, Build: one})
		if ok && r.status == result.Failed {
			all = append(all, r)
		}
	}
	return all
}

// reference returns the row of an image, false if it needs none.
func (b *builds) reference(scope string, img build.Image) (reference, bool) {
	img.Ref = template.Reference(img.Ref)
	name := cmp.Or(img.Ref, img.Name)
	r := reference{name: name, written: name, from: img.Base, named: !img.Base, places: []result.Location{img.Location}}
	if img.Ref != "" {
		r.normalizeIfPossible()
	}
	by := b.exclude.File(img.Location.Path)
	isBuilt := img.Build != nil && !b.excludes(img.Build)
	known, here := b.proven[scope][nameKey(img.Ref)]
	switch isUse := img.Ref != "" && !isBuilt; {
	case isUse && img.Base && !b.wants(result.KindDockerfile), isUse && !img.Base && !b.wants(result.KindImage):
		return r, false
	case by != nil:
		r.exclude(by)
	case isBuilt:
		return b.built(scope, r, img)
	case here && img.Ref != "" && !img.Pulled && !img.Base:
		r.skip(result.CauseBuiltHere, known.reason())
	case img.Fault.Reason != "":
		r.status, r.fault = result.Failed, img.Fault
	case !img.Base && image.Placeholder(img.Ref) != "":
		return r, false // see elsewhere
	default:
		b.ask(&r)
		if !img.Pulled {
			r.builtFrom = b.anywhere[nameKey(r.name)].from
		}
	}
	return r, true
}

// ask completes the name of an image that the service is asked about.
func (b *builds) ask(r *reference) {
	if err := r.normalize(); err != nil {
		r.fail(result.CauseUnparsable, fmt.Sprintf("%s:%d: %v", r.places[0].Path, r.places[0].Line, err), fixFile)
	}
}

// built returns the row of an image that its own build produces.
func (b *builds) built(scope string, r reference, img build.Image) (reference, bool) {
	from, fault := b.source(img.Build)
	missing := b.places[img.Build].err
	switch {
	case fault == nil:
		r.skip(result.CauseBuiltHere, proof{img.Build, from}.reason())
		return r, b.wants(result.KindImage)
	case img.Build.Optional, missing != nil && b.covered[declaration(scope, img.Build)]:
		return r, false
	case fault.Cause == result.CauseExcluded && img.Ref != "":
		b.ask(&r)
		return r, b.wants(result.KindImage)
	case fault.Cause == result.CauseExcluded:
		r.skip(fault.Cause, fault.Reason)
		r.excluded = b.exclude.File(b.places[img.Build].path)
		return r, b.wants(result.KindImage)
	case build.IsElsewhere(missing):
		return r, false // see notSent
	}
	r.name, r.written, r.places = img.Name, img.Name, []result.Location{img.Build.Location}
	r.status, r.fault = result.Failed, *fault
	return r, true
}

// placeholders lists the images of a project that still have a placeholder, by their files.
func (b *builds) placeholders(p build.Project) []result.NotSent {
	open := map[string][]string{}
	for _, img := range p.Images {
		r, isRow := b.reference(p.Scope, img)
		part := image.Placeholder(r.written)
		if isRow || part == "" || img.Base || img.Build != nil || !b.wants(result.KindImage) {
			continue
		}
		line := fmt.Sprintf("line %d: %s", img.Location.Line, shown(part))
		if file := img.Location.Path; !slices.Contains(open[file], line) {
			open[file] = append(open[file], line)
		}
	}
	var all []result.NotSent
	for _, file := range slices.Sorted(maps.Keys(open)) {
		all = append(all, placeholdersIn(file, open[file]))
	}
	return all
}

// elsewhere lists what projects name and what lies elsewhere.
func (b *builds) elsewhere() []result.NotSent {
	all := slices.Clone(b.unsent)
	for _, p := range b.projects {
		all = append(all, p.NotSent...)
		all = append(all, b.placeholders(p)...)
		for _, one := range p.Builds {
			if why := b.notFollowed(one); why != "" && !one.Optional && !b.excludes(one) {
				all = append(all, result.NotSent{Path: one.Location.Path, What: "build of " + one.Subject, Why: why})
			}
		}
	}
	return slices.DeleteFunc(all, func(n result.NotSent) bool { return b.exclude.File(n.Path) != nil })
}

// notFollowed is why a build is not sent: its Dockerfile is not part of the repository, or it
// has none; or it is missing, and the project does not use the image. It is "" otherwise.
func (b *builds) notFollowed(one *build.Build) string {
	if one.Builder != "" {
		if _, fault := b.withoutDockerfile(one); fault != nil {
			return fault.Reason
		}
	}
	switch err := b.places[one].err; {
	case build.IsElsewhere(err):
		return err.Error()
	case err != nil && !b.used[one]:
		return fmt.Sprintf("%s: %v", one.Dockerfiles[0], err)
	}
	return ""
}

// siblings are the files that decide about a project, for each file that belongs to it.
func (b *builds) siblings() map[string][]string {
	all := map[string][]string{}
	for _, p := range b.projects {
		members, files := slices.Clone(p.Files), slices.Clone(p.Files)
		for _, one := range p.Builds {
			at := b.places[one]
			files = append(files, at.missed...)
			if at.path != "" {
				members = append(members, at.path)
			}
		}
		for _, member := range members {
			if all[member] == nil {
				all[member] = files // shared, because a project may have thousands of files
				continue
			}
			all[member] = slices.Concat(all[member], files)
		}
	}
	return all
}
