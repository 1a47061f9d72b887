package discover

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
)

// declared lists the builds of projects whose Dockerfiles were found, each once: a build may
// be the same in several of the ways in which its files are used.
func (b *builds) declared() []result.Build {
	known := map[string]bool{}
	var all []result.Build
	for _, p := range b.projects {
		for _, one := range p.Builds {
			at := b.places[one]
			if at.err != nil || b.excludes(one) {
				continue
			}
			declared := asDeclared(one, at.path)
			if text := fmt.Sprint(declared); !known[text] {
				known[text] = true
				all = append(all, declared)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b result.Build) int {
		return cmp.Or(cmp.Compare(a.Location.Path, b.Location.Path), cmp.Compare(a.Location.Line, b.Location.Line))
	})
	return all
}

func asDeclared(b *build.Build, dockerfile string) result.Build {
	at := b.Location
	at.Block = nil // a pointer, and no part of what is declared
	declared := result.Build{
		Subject: b.Subject, Location: at, Dockerfile: dockerfile, Target: b.Target,
		Platforms: b.Platforms, Contexts: b.Contexts, Names: b.Names,
	}
	for _, arg := range b.Args {
		declared.Args = append(declared.Args, result.DeclaredArg(arg))
	}
	return declared
}

// variables lists what the projects used, each variable and value once.
func (b *builds) variables() []result.Variable {
	var all []result.Variable
	for _, p := range b.projects {
		all = append(all, p.Variables...)
	}
	slices.SortFunc(all, func(a, b result.Variable) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.From, b.From), cmp.Compare(a.Value, b.Value))
	})
	return slices.Compact(all)
}
