package discover

import (
	"maps"
	"slices"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
)

// bases are the images that all Dockerfiles build upon.
func (b *builds) bases() []reference {
	var all []reference
	for _, path := range slices.Sorted(maps.Keys(b.files)) {
		f := b.files[path]
		if f.file == nil {
			continue
		}
		from := b.basesOf(dockerfileText{path: path, file: f.file}, b.byPath[path])
		if by := b.exclude.File(path); by != nil {
			for i := range from {
				from[i].exclude(by)
			}
		}
		all = append(all, from...)
	}
	for _, p := range b.projects {
		for _, one := range p.Builds {
			if in := b.inline[one]; in.file != nil {
				all = append(all, b.basesOf(dockerfileText{one.Inline.Path, in.file, one.Inline.Lines}, []*build.Build{one})...)
			}
		}
	}
	return all
}

// basesOf returns the images of a Dockerfile. What a build makes of the same name may be
// used instead of the image of a registry, but only if there is none.
func (b *builds) basesOf(d dockerfileText, builds []*build.Build) []reference {
	all := b.fromLines(d, builds, b.steps)
	for i := range all {
		if r := &all[i]; r.status == result.Pending {
			r.builtFrom = b.madeFor(d.path, builds, r.name)
		}
	}
	return all
}

// madeFor returns from what an image is built here that the builds of a Dockerfile need, ""
// if nothing proves that. Builds that need each other prove nothing: the first of them takes
// the image of a registry.
func (b *builds) madeFor(path string, builds []*build.Build, name string) string {
	found := b.anywhere[nameKey(name)]
	if own := b.provenFor(builds, name); own.build != nil {
		found = own
	}
	if found.build == nil || b.places[found.build].path == path {
		return ""
	}
	for _, one := range builds {
		if b.needs(found.build, one, map[*build.Build]bool{}) {
			return ""
		}
	}
	return found.from
}

// provenFor returns the proof that every one of the builds finds in its project.
func (b *builds) provenFor(builds []*build.Build, name string) (found proof) {
	key := nameKey(name)
	for _, one := range builds {
		if found = b.proven[b.scopes[one]][key]; found.build == nil || !b.steps.Spend(1) {
			return proof{}
		}
	}
	return found
}

// needs reports whether a build is another one, or needs an image that it makes. Builds of
// one Dockerfile are the same here.
func (b *builds) needs(one, other *build.Build, seen map[*build.Build]bool) bool {
	if one == other || one.Inline == nil && b.places[one].path == b.places[other].path {
		return true
	}
	if !b.steps.Spend(1) {
		return true // then it proves nothing
	}
	if seen[one] {
		return false
	}
	seen[one] = true
	for _, maker := range b.makersFor(one) {
		if b.needs(maker, other, seen) {
			return true
		}
	}
	return false
}

// makersFor returns the builds of the project that make images which a build uses.
func (b *builds) makersFor(one *build.Build) []*build.Build {
	if known, ok := b.makers[one]; ok {
		return known
	}
	var all []*build.Build
	for _, name := range b.imagesOf(one) {
		if maker := b.proven[b.scopes[one]][nameKey(name)].build; maker != nil {
			all = append(all, maker)
		}
	}
	b.makers[one] = all
	return all
}

// imagesOf returns the names of the images that a build uses.
func (b *builds) imagesOf(one *build.Build) []string {
	d := dockerfileText{path: b.places[one].path, file: b.files[b.places[one].path].file}
	if in, ok := b.inline[one]; ok {
		d.path, d.file = one.Inline.Path, in.file
	}
	if d.file == nil {
		return nil
	}
	var names []string
	for _, r := range b.fromLines(d, []*build.Build{one}, b.steps) {
		names = append(names, r.name)
	}
	return names
}
