package compose

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/template/tree"
)

// build adds the build of a service, and returns nil if it can't be followed.
func (s service) build(declared, named *node) *build.Build {
	b := &build.Build{Name: s.id(), Subject: s.subject(), Location: s.place(declared), Optional: s.optional}
	if hasContexts := s.contexts(b, declared); !s.dockerfile(b, declared) || !hasContexts || !s.platforms(b, declared) {
		return nil
	}
	target, err := declared.get("target").value()
	if err != nil {
		s.fault(declared, s.unknown(declared.get("target"), err))
		return nil
	}
	b.Target = target
	s.args(b, declared)
	s.names(b, declared, named)
	s.project.Builds = append(s.project.Builds, b)
	return b
}

// dockerfile finds the Dockerfile: the one in the file, or the one that is named
// relative to the context.
func (s service) dockerfile(b *build.Build, declared *node) bool {
	context, dir := ".", s.dir
	if n := declared.get("context"); n != nil {
		text, err := n.value()
		if err != nil {
			s.fault(n, s.unknown(n, err))
			return false
		}
		context, dir = text, n.src.dir
	}
	named, inline := declared.get("dockerfile"), declared.get("dockerfile_inline")
	text, err := named.value()
	switch {
	case err != nil:
		s.fault(named, s.unknown(named, err))
		return false
	case text != "" && inline != nil:
		s.fault(inline, unparsable(s.reason(inline, "it has a dockerfile and a dockerfile_inline, of which Compose allows one")))
		return false
	case inline != nil:
		return s.inline(b, inline)
	case build.IsRemote(context) || build.IsRemote(text):
		return s.elsewhere(declared, remote)
	}
	if dir, err = build.Join(dir, context); err == nil {
		b.Dockerfiles, err = build.DockerfilesIn(dir, text)
	}
	if err != nil {
		return s.elsewhere(declared, err.Error())
	}
	return true
}

// elsewhere notes that what is built is not in the tree.
func (s service) elsewhere(n *node, why string) bool {
	if !s.optional {
		s.leaveOut(s.place(n), "build of "+s.subject(), why)
	}
	return false
}

func (s service) reason(n *node, msg string) string {
	at := n.location()
	return fmt.Sprintf("%s:%d: %s: %s", at.Path, at.Line, s.subject(), msg)
}

// inline reads a Dockerfile in a Compose file. Variables are replaced line by line, so
// that one without a value only matters where the Dockerfile needs it.
func (s service) inline(b *build.Build, n *node) bool {
	const perLine = 4 // of the values, because an instruction takes more
	in := &build.Inline{Path: n.src.path}
	file, lines := s.lines(n.src.path), strings.Split(n.raw, "\n")
	if !s.spend(perLine*len(lines), n) {
		return false
	}
	var text []string
	for i, raw := range lines {
		line, err := expand(raw, n.src.env.find)
		if err != nil {
			line = raw
		}
		if unset, ok := errors.AsType[*unsetError](err); ok {
			b.Args = append(b.Args, build.Arg{Name: unset.name, Unknown: s.unknown(n, err).Reason})
		}
		text = append(text, line)
		in.Lines = append(in.Lines, build.LineOf(file, n.rng.Start, i, raw))
	}
	in.Text = strings.Join(text, "\n")
	b.Inline = in
	return true
}

// lines returns the lines of a file, none if it can't be read.
func (s service) lines(file string) []string {
	lines, known := s.sources[file]
	if !known {
		if content, err := s.read(file); err == nil {
			lines = strings.Split(string(content), "\n")
		}
		s.sources[file] = lines
	}
	return lines
}

// args adds the build arguments. One without a value comes from the variables.
func (s service) args(b *build.Build, declared *node) {
	args := declared.get("args")
	if args == nil {
		return
	}
	for _, e := range args.entries {
		arg := build.Arg{Name: e.key}
		if e.value.kind == tree.Null {
			value, ok, why := s.env.find(e.key)
			if !ok && why == "" {
				continue // not given
			}
			arg.Value, arg.Unknown = value, why
		} else if value, err := e.value.value(); err != nil {
			arg.Unknown = s.unknown(e.value, err).Reason
		} else {
			arg.Value = value
		}
		b.Args = append(b.Args, arg)
	}
}

// contexts adds the additional contexts, and the images among them.
func (s service) contexts(b *build.Build, declared *node) bool {
	contexts := declared.get("additional_contexts")
	if contexts == nil {
		return true
	}
	for _, e := range contexts.entries {
		text, err := e.value.value()
		if err != nil {
			s.fault(e.value, s.unknown(e.value, err))
			return false
		}
		b.Contexts = append(b.Contexts, e.key)
		other, isService := strings.CutPrefix(text, "service:")
		ref, isImage := strings.CutPrefix(text, "docker-image://")
		switch {
		case isService && s.model.get("services", other, "build") == nil:
			s.fault(e.value, unparsable(s.reason(e.value, fmt.Sprintf("service %q is a context of it and is not built", other))))
			return false
		case isImage:
			s.project.Images = append(s.project.Images, build.Image{Name: s.id(), Subject: s.subject(), Location: s.place(e.value), Ref: ref, Base: true})
		case build.IsRemote(text):
			s.leaveOut(s.place(e.value), fmt.Sprintf("context %s of %s", e.key, s.subject()), remote)
		}
	}
	return true
}

// platforms adds the platforms that are built for.
func (s service) platforms(b *build.Build, declared *node) bool {
	list := declared.get("platforms").list()
	if n := s.node.get("platform"); n != nil && len(list) == 0 {
		list = []*node{n}
	}
	for _, n := range list {
		text, err := n.value()
		if err != nil {
			s.fault(n, s.unknown(n, err))
			return false
		}
		b.Platforms = append(b.Platforms, text)
	}
	return true
}

// names adds the references that the image gets. Those with a variable that has no
// value are as written: the same text is the same image elsewhere in the project.
func (s service) names(b *build.Build, declared, named *node) {
	if named == nil && s.env.project != "" {
		b.Names = []string{s.env.project + "-" + s.name, s.env.project + "_" + s.name}
	}
	tags := declared.get("tags")
	if tags != nil && !s.spend(tags.size(), tags) {
		tags = nil
	}
	for _, n := range append(slices.Clone(tags.list()), named) {
		if n == nil {
			continue
		}
		text, err := n.value()
		if err != nil {
			text = n.raw
		}
		b.Names = append(b.Names, text)
	}
}
