package bake

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
)

// target is a target whose declarations are merged.
type target struct {
	*set
	declared merging
	name     string
	out      *build.Build
	err      error
}

// resolve returns a target with its build, or why it can't be followed.
func (s *set) resolve(name string) target {
	parts := s.parts[name]
	t := target{set: s, declared: s.merged[name], name: name}
	t.out = &build.Build{Name: path.Join(s.dir, name), Subject: fmt.Sprintf("target %q", name), Location: parts[len(parts)-1].at}
	t.err = t.declared.err
	for _, step := range []func() error{t.dockerfile, t.stage, t.platforms, t.args, t.contexts} {
		if t.err == nil {
			t.err = step()
		}
	}
	t.tags()
	return t
}

// add adds the build of a target to the project.
func (s *set) add(t target) {
	t.out.Optional = s.inherited[t.name] && !s.meant[t.name] && !s.lenient
	switch {
	case t.err == nil:
		s.Builds = append(s.Builds, t.out)
	case !t.out.Optional:
		s.leaveOut(t.out.Location, t.name, t.err)
	}
}

// leaveOut notes that a target can't be followed.
func (p *project) leaveOut(at result.Location, name string, err error) {
	why := fmt.Sprintf("line %d: %v", at.Line, err)
	if unset, ok := errors.AsType[*unsetError](err); ok {
		why += fmt.Sprintf("; fix: %s %s=VALUE", p.names.Var, unset.name)
	}
	p.NotSent = append(p.NotSent, result.NotSent{Path: at.Path, What: fmt.Sprintf("bake target %q", name), Why: why})
}

// attribute returns the text of an attribute, "" if there is none.
func (t target) attribute(name string) (string, error) {
	d, ok := t.find(t.declared, name)
	if !ok {
		return "", nil
	}
	text, err := "", d.err
	if err == nil {
		text, err = asText(d.value)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return text, nil
}

// dockerfile finds the Dockerfile: the one in the file, or the one that is named relative
// to the context. A context is relative to the folder in which bake is called: here that
// of the file, or else the top one.
func (t target) dockerfile() error {
	inline, err := t.attribute("dockerfile-inline")
	if err != nil {
		return err
	}
	if inline != "" {
		t.out.Inline = t.inline(inline)
		return nil
	}
	context, err := t.attribute("context")
	if err != nil {
		return err
	}
	name, err := t.attribute("dockerfile")
	if err != nil {
		return err
	}
	if build.IsRemote(context) || build.IsRemote(name) {
		return errRemote
	}
	return t.paths(strings.TrimPrefix(context, "cwd://"), strings.TrimPrefix(name, "cwd://"))
}

var errRemote = errors.New("nothing is fetched from elsewhere")

// paths sets the paths at which the Dockerfile may be.
func (t target) paths(context, name string) error {
	var first error
	for _, dir := range []string{t.dir, ""} {
		at, err := build.Join(dir, context)
		var files []string
		if err == nil {
			files, err = build.DockerfilesIn(at, name)
		}
		if err != nil && first == nil {
			first = err
		}
		if err == nil && !slices.Contains(t.out.Dockerfiles, files[0]) {
			t.out.Dockerfiles = append(t.out.Dockerfiles, files...)
		}
	}
	if len(t.out.Dockerfiles) == 0 {
		return first
	}
	return nil
}

// inline returns the Dockerfile in the file.
func (t target) inline(text string) *build.Inline {
	d, _ := t.find(t.declared, "dockerfile-inline")
	return build.NewInline(d.in.at.Path, t.sources[d.in.at.Path], text, max(d.in.at.Line, d.expr.Range().Start.Line))
}

func (t target) stage() (err error) {
	t.out.Target, err = t.attribute("target")
	return err
}

func (t target) platforms() error {
	d, ok := t.find(t.declared, "platforms")
	if !ok {
		return nil
	}
	all, err := d.texts()
	if err != nil {
		return fmt.Errorf("platforms: %w", err)
	}
	t.out.Platforms = all
	return nil
}

// args adds the build arguments. One whose value is null is not given.
func (t target) args() error {
	pairs, err := t.pairs(t.declared, "args")
	for _, p := range pairs {
		v, err := t.value(p.expr, p.in.in)
		if err == nil && v.IsNull() {
			continue
		}
		arg := build.Arg{Name: p.key}
		if err == nil {
			arg.Value, err = asText(v)
		}
		if err != nil {
			arg.Unknown = fmt.Sprintf("%s:%d: %v", p.in.at.Path, p.line(), err)
		}
		t.out.Args = append(t.out.Args, arg)
	}
	return err
}

// line is the line of the value of a pair.
func (p pair) line() int { return max(p.in.at.Line, p.expr.Range().Start.Line) }

// contexts adds the additional contexts, and the images among them.
func (t target) contexts() error {
	pairs, err := t.pairs(t.declared, "contexts")
	if err != nil {
		return err
	}
	for _, p := range pairs {
		text, err := t.text(p.expr, p.in.in)
		if err != nil {
			return fmt.Errorf("context %s: %w", p.key, err)
		}
		if text == "" {
			continue
		}
		t.out.Contexts = append(t.out.Contexts, p.key)
		at := p.in.at
		at.Line = p.line()
		if other, isTarget := strings.CutPrefix(text, "target:"); isTarget {
			t.meant[other] = true
			continue
		}
		switch ref, isImage := strings.CutPrefix(text, "docker-image://"); {
		case isImage:
			t.Images = append(t.Images, build.Image{Ref: ref, Name: t.out.Name, Subject: t.out.Subject, Location: at, Base: true})
		case build.IsRemote(text):
			t.NotSent = append(t.NotSent, result.NotSent{Path: at.Path, What: "context " + p.key + " of " + t.out.Subject, Why: errRemote.Error()})
		}
	}
	return nil
}

// tags adds the references that the image gets. Those that can't be known prove nothing.
func (t target) tags() {
	d, ok := t.find(t.declared, "tags")
	if !ok {
		return
	}
	list, ok := d.expr.(*hclsyntax.TupleConsExpr)
	if !ok {
		if all, err := d.texts(); err == nil {
			t.out.Names = all
		}
		return
	}
	for _, one := range list.Exprs {
		if text, err := t.text(one, d.in.in); err == nil {
			t.out.Names = append(t.out.Names, text)
		}
	}
}
