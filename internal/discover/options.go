package discover

import (
	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/render"
	"github.com/scangate/scangate/internal/result"
)

// Options say what is looked for.
type Options struct {
	// Only holds the kinds to plan; an empty map means all. Dockerfile stands for
	// Dockerfiles and the images of their FROM lines, image for the images that a
	// flag, the config file, Compose files and manifests name, and iac for the
	// templates.
	Only map[result.Kind]bool
	// Dockerfiles are globs that replace the rule for names: what they match is a
	// Dockerfile, and nothing else is. Each must match.
	Dockerfiles []string
	// Templates are globs that narrow the IaC targets to what they match. Each must
	// match a template. Images in Compose files and manifests are found all the same.
	Templates []string
	// Images are named on the command line or in the config file.
	Images []result.NamedImage
	// CIFiles are kinds of files whose images are planned, although they are not deployed.
	CIFiles []result.CIFiles
	// Exclude leaves out files by globs (a folder stands for all that is in it), and
	// ExcludeImages leaves out images. What they match is skipped.
	Exclude, ExcludeImages []result.Exclusion
	// Own are paths of files that this program writes, relative to the root of the
	// tree. They are never read, whatever a glob or a link says.
	Own []string
	// IncludeSensitive sends files that may hold secrets as well, and those that git
	// ignores where a glob of Dockerfiles or Templates names them.
	IncludeSensitive bool
	// BuildArgs resolve FROM lines, once for each of Platforms; none is linux/amd64.
	BuildArgs []result.BuildArg
	Platforms []string
	// Vars are the values of variables in Compose, bake and Skaffold files, by name, and
	// VarSources where they are stated.
	Vars       map[string]string
	VarSources map[string]result.Origin
	// RenderHelm and RenderKustomize run these programs, and plan what they render.
	RenderHelm, RenderKustomize bool
	// Unparsed, if not nil, reports whether a Terraform file is planned by its name
	// alone, because only its existence matters. Parsing takes most of the time.
	Unparsed func(path string) bool
	// Mark is a word that is looked for in all files that are read: see [result.Content].
	Mark string
	// Names are for messages.
	Names result.Names
}

// selection is compiled Options.
type selection struct {
	Options
	dockerfiles, templates Patterns
	exclude                Exclusions
	buildArgs              buildArgs
	// platforms are not empty.
	platforms []dockerfile.Platform
}

func newSelection(o Options, under string) (*selection, error) {
	s := &selection{Options: o, buildArgs: buildArgs{all: o.BuildArgs, under: under}}
	var err error
	if err = checkRender(o, render.IsSupported); err != nil {
		return nil, err
	}
	if s.platforms, err = parsePlatforms(o); err != nil {
		return nil, err
	}
	if s.dockerfiles, err = CompilePatterns(o.Names.Dockerfile, o.Dockerfiles, under); err != nil {
		return nil, err
	}
	if s.templates, err = CompilePatterns(o.Names.Templates, o.Templates, under); err != nil {
		return nil, err
	}
	s.exclude, err = CompileExclusions(o.Exclude, o.ExcludeImages, under)
	return s, err
}

// checkRender refuses to run programs where they can't be confined.
func checkRender(o Options, isSupported bool) error {
	if isSupported || !o.RenderHelm && !o.RenderKustomize {
		return nil
	}
	tool := "kustomize"
	if o.RenderHelm {
		tool = "helm"
	}
	return &UsageError{Name: o.Names.Render, Value: tool, Msg: "programs can't be confined on this system; fix: run it on Linux or macOS, or leave it out"}
}

func (s *selection) wants(k result.Kind) bool { return len(s.Only) == 0 || s.Only[k] }

func parsePlatforms(o Options) ([]dockerfile.Platform, error) {
	if len(o.Platforms) == 0 {
		return []dockerfile.Platform{{}}, nil
	}
	all := make([]dockerfile.Platform, len(o.Platforms))
	for i, text := range o.Platforms {
		var err error
		if all[i], err = dockerfile.ParsePlatform(text); err != nil {
			return nil, &UsageError{Name: o.Names.Platform, Value: text, Msg: "must be OS/ARCH[/VARIANT], for example linux/arm64"}
		}
	}
	return all, nil
}

// wantsProjects reports whether Compose files matter: they name images, and decide how
// Dockerfiles are built.
func (s *selection) wantsProjects() bool {
	return s.wants(result.KindImage) || s.wants(result.KindDockerfile)
}
