package discover

import (
	"path"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// candidate is one file that is a target by its name, as one kind of thing.
type candidate struct {
	path string
	kind result.Kind // KindDockerfile or KindIaC
	// name says how certain the name of a Dockerfile is.
	name nameKind
	// submodules marks the list of submodules. Their content belongs to other
	// repositories, and that it is not scanned must be seen.
	submodules bool
	// excluded is the pattern that covers the path, "" if none does.
	excluded string
}

func (c candidate) target(size int64) result.Target {
	return result.Target{Kind: c.kind, Name: c.path, Size: size}
}

// candidates picks the files that are worth reading by their names alone.
func (s *selection) candidates(names []string) ([]candidate, error) {
	var all []candidate
	used := make([]bool, len(s.dockerfiles))
	add := func(c candidate) {
		c.excluded = s.exclude.Covering(c.path)
		all = append(all, c)
	}
	for _, name := range names {
		if path.Base(name) == ".gitmodules" {
			add(candidate{path: name, kind: result.KindIaC, submodules: true})
			continue
		}
		if s.wants(result.KindDockerfile) {
			if kind := s.dockerfileKind(name, used); kind != otherName {
				add(candidate{path: name, kind: result.KindDockerfile, name: kind})
			}
		}
		if s.mayBeTemplate(name) && !s.charts.renders(name) {
			add(candidate{path: name, kind: result.KindIaC})
		}
	}
	if !s.wants(result.KindDockerfile) {
		return all, nil
	}
	return all, unusedGlob(s.Names.Dockerfile, s.dockerfiles, used,
		"matches no file here that git knows: globs are relative to the repository root or to PATH")
}

// candidateAs reports whether a file under PATH is a candidate by its own name.
func (s *selection) candidateAs(k result.Kind, file string) bool {
	if k == result.KindDockerfile {
		return s.dockerfileKind(file, make([]bool, len(s.dockerfiles))) != otherName
	}
	return s.mayBeTemplate(file)
}

// mayBeTemplate decides by the name. If templates are not asked for, those that
// may name an image are read.
func (s *selection) mayBeTemplate(file string) bool {
	wanted := s.wants(result.KindIaC) || s.wants(result.KindImage) && template.MayNameImages(file)
	return wanted && template.Candidate(file)
}

func isTerraform(file string) bool {
	return strings.HasSuffix(file, ".tf") || strings.HasSuffix(file, ".tf.json")
}

// dockerfileKind decides by the globs if there are any, else by the name.
func (s *selection) dockerfileKind(file string, used []bool) nameKind {
	switch {
	case len(s.dockerfiles) == 0:
		return dockerfileKind(file)
	case !s.IncludeSensitive && sensitive(file), !s.dockerfiles.matching(file, used):
		return otherName
	}
	return dockerfileName
}

// unusedGlob makes an error of the first glob that matched nothing: a gate must
// not pass because of a typing error.
func unusedGlob(name string, globs Patterns, used []bool, msg string) error {
	for i, p := range globs {
		if !used[i] {
			return &UsageError{Name: name, Value: p.raw, Msg: msg}
		}
	}
	return nil
}
