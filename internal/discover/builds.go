package discover

import (
	"errors"
	"fmt"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// builds is what projects declare and what became of it.
type builds struct {
	*selection
	projects []build.Project
	places   map[*build.Build]place
	// byPath are the builds of each Dockerfile.
	byPath map[string][]*build.Build
	// files are the Dockerfiles that are planned, by their paths.
	files map[string]classified
	// inline are the Dockerfiles in other files.
	inline map[*build.Build]inlineFile
	// proven are the names that are built here, by scope, and anywhere.
	proven   map[string]map[string]proof
	anywhere map[string]proof
	scopes   map[*build.Build]string
	// covered are the places of builds that are proven in one of the ways in which their
	// files are used.
	covered map[string]bool
	// makers are those that builds need, once they are asked for.
	makers map[*build.Build][]*build.Build
	// steps is what is left of maxSteps.
	steps *tree.Budget
	// used are the builds whose images their projects use.
	used map[*build.Build]bool
	// unsent are images that are built without a Dockerfile.
	unsent []result.NotSent
}

type inlineFile struct {
	file *dockerfile.File
	err  error
}

// proof says what a name is built from.
type proof struct {
	build *build.Build
	from  string
}

// reason is why an image is not asked about.
func (p proof) reason() string { return p.build.Subject + " is built here from " + p.from }

func newBuilds(s *selection, projects []build.Project, places map[*build.Build]place, dockerfiles []classified) *builds {
	b := &builds{
		selection: s, projects: projects, places: places, byPath: map[string][]*build.Build{}, files: map[string]classified{},
		inline: map[*build.Build]inlineFile{}, proven: map[string]map[string]proof{}, anywhere: map[string]proof{}, scopes: map[*build.Build]string{}, covered: map[string]bool{}, used: map[*build.Build]bool{},
		makers: map[*build.Build][]*build.Build{}, steps: tree.NewSteps(maxSteps),
	}
	for _, f := range dockerfiles {
		if f.row != nil && f.row.Target.Kind == result.KindDockerfile {
			b.files[f.row.Target.Name] = f
		}
	}
	for _, p := range projects {
		for _, one := range p.Builds {
			b.add(p.Scope, one)
		}
		for _, img := range p.Images {
			b.used[img.Build] = true
		}
	}
	return b
}

// add notes what a build produces.
func (b *builds) add(scope string, one *build.Build) {
	if b.excludes(one) {
		return
	}
	b.scopes[one] = scope
	if one.Inline != nil {
		file, err := dockerfile.Parse(one.Inline.Path, []byte(one.Inline.Text))
		b.inline[one] = inlineFile{file, err}
	} else if at := b.places[one]; at.path != "" {
		b.byPath[at.path] = append(b.byPath[at.path], one)
	}
	from, fault := b.source(one)
	if fault != nil {
		return
	}
	b.covered[declaration(scope, one)] = true
	if b.proven[scope] == nil {
		b.proven[scope] = map[string]proof{}
	}
	for _, name := range one.Names {
		p := proof{one, from}
		b.proven[scope][nameKey(name)] = p
		if ref, err := image.Parse(name); err == nil && !ref.IsOfficial() {
			b.anywhere[ref.Key()] = p
		}
	}
}

// excludes reports whether the file is excluded that declares a build.
func (b *builds) excludes(one *build.Build) bool {
	return b.exclude.File(one.Location.Path) != nil || one.Inline != nil && b.exclude.File(one.Inline.Path) != nil
}

// declaration identifies where a build is declared, whatever its file is merged with.
func declaration(scope string, b *build.Build) string {
	return fmt.Sprintf("%s\x00%s\x00%s:%d", scope, b.Subject, b.Location.Path, b.Location.Line)
}

// nameKey is equal for names of one image.
func nameKey(name string) string {
	if ref, err := image.Parse(name); err == nil {
		return ref.Key()
	}
	return name
}

// source returns the Dockerfile of a build if it is a target of the plan. Otherwise the
// fault says why nothing proves that its image is built here.
func (b *builds) source(one *build.Build) (from string, fault *result.Fault) {
	at := fmt.Sprintf("%s:%d", one.Location.Path, one.Location.Line)
	fail := func(cause result.Cause, fix, format string, args ...any) (string, *result.Fault) {
		return "", &result.Fault{Cause: cause, Reason: at + ": " + one.Subject + " " + fmt.Sprintf(format, args...), Fix: fix}
	}
	if one.Builder != "" {
		return b.withoutDockerfile(one)
	}
	for _, platform := range one.Platforms {
		if _, err := dockerfile.ParsePlatform(platform); err != nil {
			return fail(result.CauseUnparsable, fixFile, "is built for %v", err)
		}
	}
	if one.Inline != nil {
		if err := b.inline[one].err; err != nil {
			return fail(result.CauseUnparsable, fixFile, "has an inline Dockerfile: %s", inlineError(one, err))
		}
		return "the Dockerfile in " + at, nil
	}
	place := b.places[one]
	f, planned := b.files[place.path]
	switch {
	case place.err != nil:
		return fail(result.CauseUnreadable, "correct the context or the Dockerfile, or exclude the file", "is built from %s: %v", one.Dockerfiles[0], place.err)
	case !planned:
		return "", &result.Fault{Cause: result.CauseExcluded, Reason: place.path + " is left out by " + b.Names.Dockerfile}
	case f.row.Status == result.Pending:
		return place.path, nil
	case f.row.Cause == result.CauseExcluded:
		return "", &f.row.Fault
	case f.row.Status == result.Skipped:
		return fail(result.CauseUnreadable, fixFile, "is built from %s: %s", place.path, f.row.Reason)
	}
	return fail(f.row.Cause, f.row.Fix, "is built from a Dockerfile that can't be used: %s", f.row.Reason)
}

// withoutDockerfile is source for a build without a Dockerfile. Only ko needs none: it
// builds upon an image of its own choice.
func (b *builds) withoutDockerfile(one *build.Build) (from string, fault *result.Fault) {
	if one.Builder == "ko" {
		return "Go sources", nil
	}
	return "", &result.Fault{Cause: result.CauseUnresolved, Reason: one.Builder + " builds it without a Dockerfile"}
}

// inlineError is an error about an inline Dockerfile, with the line of the file.
func inlineError(b *build.Build, err error) string {
	if syntax, ok := errors.AsType[*dockerfile.SyntaxError](err); ok && syntax.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", b.Inline.Path, b.Inline.Lines[syntax.Line-1], syntax.Msg)
	}
	return err.Error()
}
