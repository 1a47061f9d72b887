package discover

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/scangate/scangate/internal/bake"
	"github.com/scangate/scangate/internal/compose"
	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/skaffold"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
	"github.com/scangate/scangate/internal/text"
)

// classified is what a candidate is by its content. At most one of row and helper is set,
// and notSent beside a row only for the placeholders in it. Contents are not kept.
type classified struct {
	row     *result.Row
	helper  *helper
	notSent *result.NotSent
	// isRendered is set if notSent is a text that only a template engine makes a template.
	isRendered bool
	// isPart is set if notSent is a project with all such files of its folder.
	isPart bool
	// note is set for a file with the name of a Dockerfile and another content.
	note string
	// references are the images that the file names.
	references []reference
	// file is a Dockerfile that can be built.
	file *dockerfile.File
	// compose is set for a Compose file, which may be something else, too.
	compose *compose.File
	// bake and skaffold are set for the files of these tools.
	bake     *bake.File
	skaffold *skaffold.File
	// functions is set for a template with functions whose images are built from Dockerfiles.
	functions *functionFile
	// images are those that the file names, before kustomizations replace them, and
	// excluded is why they are left out, nil if they are not.
	images   []template.PlacedImage
	excluded *result.Exclusion
	// ofFolder is the path of a Terraform file about whose images its folder may decide.
	ofFolder string
	// kustomization is set for one, and chart is the Chart.yaml of a Helm chart.
	kustomization *kustomize.File
	chart         *tree.Node
	// siblings are further files that decide about the images.
	siblings []string
}

// helper is a file that is sent along with the templates of its folder.
type helper struct {
	result.Helper
	// withheld is why the file must not be sent, nil if it may be.
	withheld *result.Fault
}

// classifyAll classifies the candidates in parallel, and returns the answers in their
// order. When ctx ends it returns at once: after a signal there is no time to parse
// a huge file to its end.
func (s *selection) classifyAll(ctx context.Context, o *opener, candidates []candidate) ([]classified, error) {
	all := make([]classified, len(candidates))
	err := safe.Each(ctx, len(candidates), func(i int) { all[i] = s.classify(o, candidates[i]) })
	if err != nil {
		return nil, err // calls may still be writing to all
	}
	return all, nil
}

// classify finds out what one candidate is.
func (s *selection) classify(o *opener, c candidate) classified {
	f := s.inspect(o, c)
	if c.excluded != nil {
		f.exclude(c, c.excluded)
	}
	return f
}

// inspect decides what can be decided without the content.
func (s *selection) inspect(o *opener, c candidate) classified {
	found, err := o.stat(c.path)
	c.modified = found.modified
	var link *linkError
	switch {
	case errors.Is(err, errNotAFile), err != nil && c.bare():
		return classified{} // the name of a file without extension says nothing
	case errors.As(err, &link):
		return classified{row: skipped(c.target(0), result.CauseOutsideTree, link.reason)}
	case err != nil:
		return classified{row: unreadable(c.target(0), err)}
	case found.target != "" && s.isPlanned(o, c, found):
		return classified{}
	}
	return s.read(o, c, found.size)
}

// isPlanned reports whether the target of a link is something by its own name, so that
// the link adds nothing.
func (s *selection) isPlanned(o *opener, c candidate, link opened) bool {
	if !o.tree.Covers(link.target) {
		return false
	}
	return slices.ContainsFunc(s.candidatesNamed(link.target, make([]bool, len(s.dockerfiles))), func(own candidate) bool {
		own.path, own.modified = link.target, link.modified
		f := s.read(o, own, link.size)
		return own.kind == c.kind && !f.empty()
	})
}

// empty reports whether a file is nothing that a run deals with.
func (f *classified) empty() bool {
	isProject := f.compose != nil || f.bake != nil || f.skaffold != nil || f.functions != nil
	return f.row == nil && f.helper == nil && f.notSent == nil && len(f.images) == 0 && !isProject
}

// read decides by the content.
func (s *selection) read(o *opener, c candidate, size int64) classified {
	if c.name == bareName && size > headSize && !o.beginsAsBuild(c.path, size) {
		return classified{} // programs and archives have such names, too
	}
	if c.kind == result.KindIaC && c.bare() && size > headSize && !o.beginsAsTemplate(c.path, size) {
		return classified{}
	}
	o.parsing.enter(size)
	defer o.parsing.leave(size)
	terraform := c.kind == result.KindIaC && isTerraform(c.path)
	if terraform && size > maxTerraform && !s.wants(result.KindImage) {
		return s.withhold(o, c, size, nil, byName(c, size, template.Terraform))
	}
	content, err := o.read(c.path, size, maxRead(c.kind))
	if filter, ok := errors.AsType[*filterError](err); ok {
		return s.filtered(o, c, filter)
	}
	if err != nil {
		return classified{row: unreadable(c.target(size), err)}
	}
	f := s.decide(o, c, size, content)
	o.contents.note(c, size, content, &f)
	return f
}

// decide decides by the content, or its beginning.
func (s *selection) decide(o *opener, c candidate, size int64, content []byte) classified {
	terraform := c.kind == result.KindIaC && isTerraform(c.path)
	switch {
	case isPointer(content):
		return pointer(c, size)
	case terraform && size > maxTerraform && !template.MayHoldImages(content):
		return s.withhold(o, c, size, content, byName(c, size, template.Terraform))
	case terraform && s.Unparsed != nil && s.Unparsed(c.path) && !empty(content):
		return byName(c, size, template.Terraform)
	case c.kind == result.KindDockerfile:
		return s.withhold(o, c, size, content, s.dockerfile(c, size, content))
	case size > template.MaxSize:
		return o.tooLarge(c, size, content)
	case c.engine:
		return s.engineText(c.path, content)
	}
	if size > maxDefinition && template.IsDefinition(c.path, content) {
		return s.withhold(o, c, size, content, byName(c, size, template.Kubernetes))
	}
	return s.withhold(o, c, size, content, s.template(c, size, content))
}

// withhold decides whether a file that is to be sent may be. content is its beginning,
// or all of it.
func (s *selection) withhold(o *opener, c candidate, size int64, content []byte, f classified) classified {
	if f.helper == nil && (f.row == nil || f.row.Status != result.Pending) {
		return f
	}
	fault, err := s.withheld(o, c, size, content)
	switch {
	case err != nil:
		f.row, f.helper = unreadable(c.target(size), err), nil
	case f.helper != nil:
		f.helper.withheld = fault
	case fault != nil:
		f.row = failed(f.row.Target, *fault)
	}
	return f
}

// exclude skips what the file is, and the images that it names.
func (f *classified) exclude(c candidate, by *result.Exclusion) {
	switch {
	case f.row != nil:
		f.row = new(by.Skip(f.row.Target))
	case f.notSent != nil:
		f.row = new(by.Skip(c.target(0)))
	}
	f.excluded = by
	f.helper, f.notSent, f.kustomization, f.chart = nil, nil, nil, nil
}

func pending(t result.Target) *result.Row { return &result.Row{Target: t} }

func skipped(t result.Target, cause result.Cause, reason string) *result.Row {
	return &result.Row{Target: t, Status: result.Skipped, Fault: result.Fault{Cause: cause, Reason: reason}}
}

func failed(t result.Target, fault result.Fault) *result.Row {
	return &result.Row{Target: t, Status: result.Failed, Fault: fault}
}

func unreadable(t result.Target, err error) *result.Row {
	err = text.WithoutPath(err)
	fix := "make it readable, or exclude it"
	failure, known := errors.AsType[*git.Error](err)
	switch {
	case known && failure.Fix != "":
		fix = failure.Fix + ", or exclude it"
		err = &git.Error{What: failure.What, Stderr: failure.Stderr, Err: failure.Err}
	case errors.Is(err, git.ErrEncoding):
		fix = "store it as UTF-8, UTF-16 or UTF-32, scan the work tree without --commit and --staged, or exclude it"
	case errors.Is(err, errLeftOut):
		fix = "check it out with git sparse-checkout add or disable, or exclude it"
	case errors.Is(err, git.ErrNotFetched):
		fix = "fetch it with git fetch --refetch --no-filter, or exclude it"
	}
	return failed(t, result.Fault{Cause: result.CauseUnreadable, Reason: t.Name + ": " + err.Error(), Fix: fix})
}

func empty(content []byte) bool { return len(bytes.TrimSpace(content)) == 0 }
