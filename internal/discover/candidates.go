package discover

import (
	"path"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/bake"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// candidate is a file that may be a target by its name.
type candidate struct {
	path string
	kind result.Kind // KindDockerfile or KindIaC
	// name is what the name says about Dockerfiles, for KindDockerfile.
	name nameKind
	// engine is set if the name says that a template engine fills in the file.
	engine bool
	// isOfChart is set for what lies in the templates of a Helm chart.
	isOfChart bool
	// excluded covers the path, nil if nothing does.
	excluded *result.Exclusion
	// modified is that of [result.Content], once the file is looked at.
	modified time.Time
}

func (c candidate) target(size int64) result.Target {
	return result.Target{Kind: c.kind, Name: c.path, Size: size}
}

// bare reports whether the name says nothing about the file.
func (c candidate) bare() bool {
	if c.kind == result.KindDockerfile {
		return c.name == bareName
	}
	return c.engine || dockerfileKind(c.path) == bareName
}

// candidates picks the files that may be targets by their names.
func (s *selection) candidates(names []string) ([]candidate, error) {
	var all []candidate
	used := make([]bool, len(s.dockerfiles))
	known := chartsNamed(names)
	for _, name := range names {
		for _, c := range s.candidatesNamed(name, used) {
			c.path, c.excluded, c.isOfChart = name, s.exclude.File(name), known.render(name)
			all = append(all, c)
		}
	}
	if !s.wants(result.KindDockerfile) {
		return all, nil
	}
	return all, unusedGlob(s.Names.Dockerfile, s.dockerfiles, used,
		"matches no file that may be sent; fix: "+globHint)
}

// candidatesNamed returns what a file may be by its name: a Dockerfile, a template,
// both, or nothing.
func (s *selection) candidatesNamed(name string, used []bool) []candidate {
	var all []candidate
	if s.wants(result.KindDockerfile) {
		if kind := s.dockerfileKind(name, used); kind != otherName {
			all = append(all, candidate{kind: result.KindDockerfile, name: kind})
		}
	}
	switch rest, engine := template.WithoutEngine(name); {
	case s.mayBeTemplate(name), s.mayBeBake(name):
		all = append(all, candidate{kind: result.KindIaC})
	case engine && s.mayBeTemplate(rest):
		all = append(all, candidate{kind: result.KindIaC, engine: true})
	}
	return all
}

// mayBeTemplate decides by the name. If templates are not asked for, those that
// may name an image or a Dockerfile are read.
func (s *selection) mayBeTemplate(file string) bool {
	wanted := s.wants(result.KindIaC) || s.wantsProjects() && template.MayNameImages(file)
	return wanted && template.Candidate(file) && !isDockerfile(strings.ToLower(path.Base(file)))
}

// mayBeBake reports by the name whether a file may be a bake file that matters.
func (s *selection) mayBeBake(file string) bool { return s.wantsProjects() && bake.MayBe(file) }

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

// unusedGlob returns an error for the first glob that matched nothing: a gate must
// not pass because of a typing error.
func unusedGlob(name string, globs Patterns, used []bool, msg string) error {
	for i, p := range globs {
		if !used[i] {
			return &UsageError{Name: name, Value: p.Raw, Msg: msg}
		}
	}
	return nil
}
