package discover

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
)

// declared lists the builds of projects whose Dockerfiles were found, each once: a build may
// be the same in several of the ways in which its files are used.
func (b *builds) declared() []result.Build {
	all := map[string]result.Build{}
	for _, p := range b.projects {
		for _, one := range p.Builds {
			if at := b.places[one]; at.err == nil && !b.excludes(one) {
				declared := asDeclared(one, at.path)
				all[fmt.Sprint(declared)] = declared
			}
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b result.Build) int {
		return cmp.Or(
			cmp.Compare(a.Location.Path, b.Location.Path), cmp.Compare(a.Location.Line, b.Location.Line),
			cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)),
		)
	})
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
