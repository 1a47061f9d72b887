package discover

import (
	"slices"

	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
)

// Options say what is looked for.
type Options struct {
	// Only holds the kinds to plan; an empty map means all. Dockerfile stands
	// for Dockerfiles and the images of their FROM lines, image for the images
	// that a flag, the config file, Compose files and manifests name, and iac
	// for the templates.
	Only map[result.Kind]bool
	// Dockerfiles are globs that take the place of the rule for names: what
	// they match is a Dockerfile, and nothing else is. Each must match.
	Dockerfiles []string
	// Templates are globs that narrow the IaC targets to what they match. Each
	// must match a template. Images in Compose files and manifests are found
	// all the same.
	Templates []string
	// Images are named on the command line or in the config file.
	Images []NamedImage
	// Exclude holds globs over paths (a folder stands for all that is in it)
	// and patterns over image references. What they match is skipped.
	Exclude []string
	// Own are paths, relative to the root of the tree, of files that this
	// program writes: they are not looked at, whatever a glob or a link says.
	Own []string
	// IncludeSensitive sends files that may hold secrets as well, and those that
	// git ignores where a glob of Dockerfiles or Templates names them.
	IncludeSensitive bool
	// Since holds the files of the commits where a change began: only targets that
	// differ from one of them are planned. Empty plans everything. A tree without
	// git can't have them.
	Since []*git.Snapshot
	// Before is what the config file asked for at those commits where it was
	// another one.
	Before []Before
	// BuildArgs and Platform resolve FROM lines.
	BuildArgs map[string]string
	Platform  string
}

// NamedImage is an image that the user names.
type NamedImage struct {
	Ref string
	// Location is its place in the config file of the tree, nil for a flag and for
	// a file elsewhere: what no change can touch is always planned.
	Location *result.Location
}

// selection is Options made ready to match.
type selection struct {
	Options
	dockerfiles, templates, exclude []pattern
	charts                          charts
	build                           dockerfile.Options
	change                          *change
}

func newSelection(o Options, under string) (*selection, error) {
	s := &selection{Options: o, build: dockerfile.Options{BuildArgs: o.BuildArgs, Platform: o.Platform}}
	if _, err := dockerfile.ParsePlatform(o.Platform); err != nil {
		return nil, &UsageError{What: "--platform", Value: o.Platform, Msg: "want os/architecture[/variant], for example linux/arm64"}
	}
	var err error
	if s.dockerfiles, err = compile("--dockerfile", o.Dockerfiles, under); err != nil {
		return nil, err
	}
	if s.templates, err = compile("--iac", o.Templates, under); err != nil {
		return nil, err
	}
	if s.exclude, err = compile("--exclude", o.Exclude, under); err != nil {
		return nil, err
	}
	s.Before = slices.Clone(o.Before)
	for i := range s.Before {
		b := &s.Before[i]
		if b.exclude, err = compile("--exclude", b.Exclude, under); err != nil {
			b.Unknown = true // the file was broken
		}
	}
	return s, nil
}

// others leaves this program's own files out of a list.
func (o Options) others(files []string) []string {
	if len(o.Own) == 0 {
		return files
	}
	return slices.DeleteFunc(files, func(file string) bool { return slices.Contains(o.Own, file) })
}

func (s *selection) wants(k result.Kind) bool { return len(s.Only) == 0 || s.Only[k] }
