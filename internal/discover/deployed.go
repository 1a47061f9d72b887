package discover

import (
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
)

// settle decides about the images of manifests: those that a project deploys with what it
// builds, and others of the same names.
func (b *builds) settle(all []classified) {
	b.deploy(all)
	for i := range all {
		for j := range all[i].references {
			r := &all[i].references[j]
			r.builtFrom = b.anywhere[nameKey(r.name)].from
		}
	}
}

// deploy decides about the images of manifests that a project deploys.
func (b *builds) deploy(all []classified) {
	scopes := b.made()
	for _, p := range b.projects {
		made := scopes[p.Scope]
		for i := range all {
			f := &all[i]
			if len(made) > 0 && len(f.references) > 0 && deploys(p, f.references[0].places[0].Path) {
				f.references = b.replaced(f.references, made)
			}
		}
	}
}

// replaced returns references as they are once the tool has put in what it builds: such an
// image is built here, or not sent if it is unknown from what.
func (b *builds) replaced(references []reference, made map[string]*build.Build) []reference {
	var all []reference
	for _, r := range references {
		one := made[repository(&r)]
		if one == nil {
			all = append(all, r)
			continue
		}
		switch from, fault := b.source(one); {
		case fault == nil:
			r.skip(result.CauseBuiltHere, proof{one, from}.reason())
		case one.Builder != "":
			b.unsent = append(b.unsent, result.NotSent{Path: r.places[0].Path, What: "image " + r.written, Why: one.Subject + ": " + fault.Reason})
			continue
		}
		all = append(all, r)
	}
	return all
}

// repository is the repository of an image that is to be asked about and has no digest.
func repository(r *reference) string {
	ref, err := image.Parse(r.name)
	if err != nil || r.status != result.Pending || ref.Digest != "" {
		return ""
	}
	return ref.Name()
}

// made are the builds by their scopes and the repositories of their images.
func (b *builds) made() map[string]map[string]*build.Build {
	scopes := map[string]map[string]*build.Build{}
	for _, p := range b.projects {
		if scopes[p.Scope] == nil {
			scopes[p.Scope] = map[string]*build.Build{}
		}
		for _, one := range p.Builds {
			for _, name := range one.Names {
				if ref, err := image.Parse(name); err == nil && !b.excludes(one) {
					scopes[p.Scope][ref.Name()] = one
				}
			}
		}
	}
	return scopes
}

// deploys reports whether a file is one of the manifests of a project.
func deploys(p build.Project, file string) bool {
	return slices.ContainsFunc(p.Manifests, func(glob string) bool {
		fits, err := doublestar.Match(glob, file)
		return glob == file || err == nil && fits
	})
}
