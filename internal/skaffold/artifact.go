package skaffold

import (
	"fmt"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// artifact adds the build of an artifact.
func (l *loader) artifact(n, common *tree.Node) {
	image, err := l.expand(n.Get("image").Scalar())
	if err != nil || image == "" {
		why := "it names no image"
		if err != nil {
			why = err.Error()
		}
		l.leaveOut(n, "Skaffold artifact", why)
		return
	}
	rng := n.Range
	b := &build.Build{
		Name: image, Subject: fmt.Sprintf("artifact %q", image), Names: []string{image},
		Location: result.Location{Path: l.path, Line: n.Range.Start, Block: &rng},
	}
	if err := l.how(b, n, common); err != nil {
		l.leaveOut(n, "build of "+b.Subject, err.Error())
		return
	}
	l.project.Builds = append(l.project.Builds, b)
}

// how finds out how an artifact is built: with docker unless another builder is named.
func (l *loader) how(b *build.Build, n, common *tree.Node) error {
	if b.Builder = builder(n); b.Builder != "" {
		return nil
	}
	docker := n.Get("docker")
	if docker == nil {
		docker = n.Get("kaniko")
	}
	context, err := l.expand(n.Get("context").Scalar())
	if err != nil {
		return err
	}
	name, err := l.expand(docker.Get("dockerfile").Scalar())
	if err != nil {
		return err
	}
	if err := l.dockerfiles(b, context, name); err != nil {
		return err
	}
	if b.Target, err = l.expand(docker.Get("target").Scalar()); err != nil {
		return err
	}
	platforms := n.Get("platforms")
	if platforms == nil {
		platforms = common
	}
	for _, p := range platforms.All() {
		b.Platforms = append(b.Platforms, p.Scalar())
	}
	l.args(b, n, docker)
	return nil
}

// builder is the tool that builds an artifact without a Dockerfile, "" if it has one.
func builder(n *tree.Node) string {
	for _, name := range []string{"ko", "jib", "jibMaven", "jibGradle", "bazel", "buildpacks", "custom"} {
		if n.Entry(name) != nil {
			return name
		}
	}
	return ""
}

// dockerfiles sets the paths of the Dockerfile, which Skaffold looks for in the context and
// then beside its own file.
func (l *loader) dockerfiles(b *build.Build, context, name string) error {
	dir, err := build.Join(l.dir, context)
	if err != nil {
		return err
	}
	if name == "" {
		name = "Dockerfile"
	}
	inContext, err := build.Join(dir, name)
	if err != nil {
		return err
	}
	b.Dockerfiles = []string{inContext}
	if beside, err := build.Join(l.dir, name); err == nil && beside != inContext {
		b.Dockerfiles = append(b.Dockerfiles, beside)
	}
	return nil
}

// args adds the build arguments: those that are named, and the images of the artifacts that
// this one requires. One without a value is not given.
func (l *loader) args(b *build.Build, n, docker *tree.Node) {
	for _, e := range docker.Get("buildArgs").Pairs() {
		if e.Value.Kind == tree.Null {
			continue
		}
		arg := build.Arg{Name: e.Key}
		var err error
		if arg.Value, err = l.expand(e.Value.Scalar()); err != nil {
			arg.Unknown = fmt.Sprintf("%s:%d: %v", l.path, e.Line, err)
		}
		b.Args = append(b.Args, arg)
	}
	for _, r := range n.Get("requires").All() {
		if alias := r.Get("alias").Scalar(); alias != "" {
			b.Args = append(b.Args, build.Arg{Name: alias, Value: r.Get("image").Scalar()})
		}
	}
}
