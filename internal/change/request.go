package change

import (
	"maps"
	"slices"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
)

// request is what a config asks for. By asking for more than at a base, a change
// brings targets whose files are the same.
type request struct {
	// unknown: the config can't be read. It may have asked for nothing.
	unknown bool
	only    map[result.Kind]bool
	exclude discover.Exclusions
	// patterns are those of exclude.
	patterns  []string
	ciFiles   []result.CIFiles
	images    []string
	buildArgs []result.BuildArg
	vars      map[string]string
	platforms []string
}

// excludedImage distinguishes patterns of images from those of files.
const excludedImage = "image "

func newRequest(cfg *config.Config, under string) request {
	exclude, err := discover.CompileExclusions(cfg.Exclude, cfg.ExcludeImages, under)
	if err != nil {
		return request{unknown: true}
	}
	r := request{
		only: cfg.Only, exclude: exclude, ciFiles: cfg.CIFiles, buildArgs: cfg.BuildArgs, vars: cfg.Vars, platforms: cfg.Platforms,
	}
	for _, e := range cfg.Exclude {
		r.patterns = append(r.patterns, e.Pattern)
	}
	for _, e := range cfg.ExcludeImages {
		r.patterns = append(r.patterns, excludedImage+e.Pattern)
	}
	for _, named := range cfg.Images {
		r.images = append(r.images, named.Ref)
	}
	return r
}

// lacks reports whether targets of a kind were left out.
func (r request) lacks(k result.Kind) bool {
	return r.unknown || !r.only[k]
}

// leavesOut reports whether a file was left out.
func (r request) leavesOut(k result.Kind, file string) bool {
	return r.lacks(k) || r.exclude.File(file) != nil
}

// leavesOutImage reports whether an image was left out, whatever names it.
func (r request) leavesOutImage(t *result.Target) bool {
	return t.Named && r.lacks(result.KindImage) || r.exclude.Image(t.Name) != nil
}

// buildsLike reports whether both give Dockerfiles the same arguments, which choose
// the images that they build upon. Their order does not matter.
func (r request) buildsLike(now request) bool {
	return !r.unknown && slices.Equal(r.platforms, now.platforms) && maps.Equal(argValues(r.buildArgs), argValues(now.buildArgs))
}

// plansLike reports whether both plan the same targets of the same files, besides images that they
// name themselves.
func (r request) plansLike(now request) bool {
	return r.buildsLike(now) && r.hasVars(now) && maps.Equal(r.only, now.only) &&
		slices.Equal(r.patterns, now.patterns) && slices.Equal(r.ciFiles, now.ciFiles)
}

// argValues are the values of build arguments, without their sources.
func argValues(args []result.BuildArg) map[result.BuildArg]string {
	values := map[result.BuildArg]string{}
	for _, arg := range args {
		values[result.BuildArg{Dockerfile: arg.Dockerfile, Name: arg.Name}] = arg.Value
	}
	return values
}

// hasVars reports whether both give variables the same values.
func (r request) hasVars(now request) bool { return !r.unknown && maps.Equal(r.vars, now.vars) }

// configAtBases loads the config as of each merge base where it differs from now.
// An unreadable one yields unknown, which counts every target as touched.
func configAtBases(tree *discover.Tree, bases []*git.Snapshot, o Options) ([]request, error) {
	var all []request
	for _, base := range bases {
		file := configAt(base, tree.Under, o)
		if file == o.ConfigPath && (file == "" || tree.Same(base, file)) {
			continue
		}
		r, err := requestAt(tree, base, file, o)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// requestAt returns what a config file of a base asked for. A link is unreadable.
func requestAt(tree *discover.Tree, base *git.Snapshot, file string, o Options) (request, error) {
	unknown := request{unknown: true}
	var parsed *config.File
	if id, ok := base.Blob(file); ok {
		content, ok, err := tree.Object(id)
		if err != nil || !ok {
			return unknown, err
		}
		if parsed, err = config.ParseFile(file, file, content); err != nil {
			return unknown, nil
		}
	}
	cfg, err := o.Resolve(parsed)
	if err != nil {
		return unknown, nil
	}
	return newRequest(cfg, tree.Under), nil
}

// configAt returns the path of the config file that applied at a base, "" if there was none, or if
// the user names one elsewhere.
func configAt(base *git.Snapshot, under string, o Options) string {
	switch {
	case !o.ConfigNamed:
		return config.PathIn(under, "", base.Lacks)
	case o.ConfigPath == "":
		return ""
	}
	return config.PathIn(under, o.ConfigPath, base.Lacks)
}
