package discover

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// functionFile is a template of AWS SAM and its functions whose images `sam build` makes.
type functionFile struct {
	path      string
	functions []template.ImageFunction
}

// project returns what the file declares.
func (f *functionFile) project() build.Project {
	p := build.Project{Scope: "sam:" + f.path, Files: []string{f.path}}
	for _, function := range f.functions {
		b, err := f.build(function)
		if err != nil {
			p.NotSent = append(p.NotSent, result.NotSent{Path: f.path, What: "build of " + b.Subject, Why: fmt.Sprintf("line %d: %v", b.Location.Line, err)})
			continue
		}
		p.Builds = append(p.Builds, b)
		p.Images = append(p.Images, build.Image{Name: b.Name, Subject: b.Subject, Location: b.Location, Build: b})
	}
	return p
}

// build returns how the image of a function is built. The context is relative to the template, and
// the Dockerfile to the context.
func (f *functionFile) build(function template.ImageFunction) (*build.Build, error) {
	dir := build.Folder(f.path)
	b := &build.Build{
		Name: path.Join(dir, function.Name), Subject: fmt.Sprintf("function %q", function.Name),
		Location: result.Location{Path: f.path, Line: function.Range.Start, Block: &function.Range},
		Args:     f.args(function.Metadata.Get("DockerBuildArgs")), Target: function.Metadata.Get("DockerBuildTarget").Scalar(),
	}
	context, dockerfile := function.Metadata.Get("DockerContext").Scalar(), function.Metadata.Get("Dockerfile").Scalar()
	if context == "" || dockerfile == "" {
		return b, errors.New("the values of Dockerfile and DockerContext are not in the file")
	}
	dir, err := build.Join(dir, context)
	if err != nil {
		return b, err
	}
	if b.Dockerfiles, err = build.DockerfilesIn(dir, dockerfile); err != nil {
		return b, err
	}
	if tag, known := tagOf(function.Metadata); known {
		b.Names = []string{strings.ToLower(function.Name) + ":" + tag}
	}
	switch function.Architecture {
	case "arm64":
		b.Platforms = []string{"linux/arm64"}
	case "x86_64":
		b.Platforms = []string{"linux/amd64"}
	}
	return b, nil
}

// tagOf returns the tag of the image, false if it is not known.
func tagOf(metadata *tree.Node) (string, bool) {
	tag := metadata.Get("DockerTag")
	if tag == nil {
		return "latest", true
	}
	return tag.Literal()
}

// args returns the build arguments.
func (f *functionFile) args(declared *tree.Node) []build.Arg {
	var args []build.Arg
	for _, e := range declared.Pairs() {
		value, known := e.Value.Literal()
		arg := build.Arg{Name: e.Key, Value: value}
		if !known {
			arg.Unknown = fmt.Sprintf("%s:%d: the value of %s is not in the file", f.path, e.Line, e.Key)
		}
		args = append(args, arg)
	}
	return args
}
