package discover

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"

	"github.com/scangate/scangate/internal/bake"
	"github.com/scangate/scangate/internal/compose"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

const (
	// maxTemplate is the size above which only the beginning of a file is read:
	// enough to know what it is, and the service takes no more at once.
	maxTemplate = 8 << 20
	headSize    = 64 << 10
	maxBake     = 64 << 10
	// maxTerraform is the size above which a Terraform file is planned by its name
	// alone. Parsing takes a hundred times the file in memory, and only finds syntax
	// errors early. Files of that size are generated, and the service finds the
	// error too.
	maxTerraform = 64 << 10
)

func maxRead(k result.Kind) int64 {
	if k == result.KindDockerfile {
		return maxDockerfile
	}
	return maxTemplate
}

// byName plans a Terraform file without parsing it.
func byName(c candidate, size int64) classified {
	t := c.target(size)
	t.Framework = template.Terraform
	return classified{row: pending(t)}
}

// template plans a file if it is a template, whether or not templates are asked for:
// see plan.wanted.
func (s *selection) template(c candidate, size int64, content []byte) classified {
	t := c.target(size)
	if s.isBake(c.path) {
		return bakeFile(t, content)
	}
	if size > maxTemplate {
		return classified{row: largeTemplate(t, content[:headSize])}
	}
	file, err := template.Parse(c.path, content)
	switch {
	case err != nil && !s.neverTemplate(c.path, content):
		return classified{row: unparsable(t, err)}
	case file == nil:
		return classified{}
	}
	t.Framework = file.Language.Framework
	var f classified
	switch {
	case file.Role == template.RoleHelper:
		f.helper = &helper{Helper: result.Helper{Path: c.path, Size: size}}
	case file.Role == template.RoleUnsupported && s.charts.vendors(c.path):
	case file.Role == template.RoleUnsupported:
		f.notSent = &result.NotSent{Path: c.path, What: file.Language.Title, Why: "the service is not known to take this format"}
	case file.Role == template.RoleTemplate && empty(content):
		f.row = skipped(t, result.CauseEmptyContent, "the file is empty")
	case file.Role == template.RoleTemplate:
		f.row = pending(t)
	}
	if file.Compose != nil && s.wantsProjects() {
		f.compose = &compose.File{Path: c.path, Docs: file.Compose}
	}
	if s.wants(result.KindImage) {
		for _, image := range file.Images {
			f.references = append(f.references, imageLine(file.Path, image))
		}
	}
	return f
}

// unparsable is the row of a recognised file that can't be parsed, or is beyond a bound.
func unparsable(t result.Target, err error) *result.Row {
	if syntax, ok := errors.AsType[*tree.SyntaxError](err); ok && syntax.TooLarge {
		return failed(t, result.Fault{Cause: result.CauseTooLarge, Reason: err.Error(), Fix: "split the file, or exclude it"})
	}
	return failed(t, result.Fault{Cause: result.CauseUnparsable, Reason: err.Error(), Fix: fixFile})
}

// bakeFile is a bake file of a size that a person may have written.
func bakeFile(t result.Target, content []byte) classified {
	if t.Size > maxBake {
		return classified{row: failed(t, result.Fault{Cause: result.CauseTooLarge, Reason: t.Name + ": larger than 64 KiB", Fix: "split the file, or exclude it"})}
	}
	return classified{bake: &bake.File{Path: t.Name, Content: content}}
}

// neverTemplate reports whether a file that can't be parsed is not a template in any
// case: a Compose file if neither images nor Dockerfiles are asked for, and a file of a
// chart that Helm renders from outside its templates folder, as tpl does.
func (s *selection) neverTemplate(path string, content []byte) bool {
	if template.ComposeName(path) {
		return !s.wantsProjects()
	}
	return s.charts.Contain(path) && bytes.Contains(content, []byte("{{"))
}

// largeTemplate decides by the beginning of a file. One that may name images fails,
// because images in the rest of it would be missed.
func largeTemplate(t result.Target, head []byte) *result.Row {
	file, err := template.Parse(t.Name, head)
	switch {
	case file != nil && file.Role == template.RoleTemplate && !file.Language.NamesImages:
		t.Framework = file.Language.Framework
	case file == nil && err == nil || file != nil && file.Role == template.RoleUnsupported:
		return nil
	default:
		return failed(t, result.Fault{Cause: result.CauseTooLarge, Reason: t.Name + ": larger than 8 MiB", Fix: "split the file, or exclude it"})
	}
	return pending(t)
}

// imageLine is the reference of a line in a manifest.
func imageLine(path string, image template.Image) reference {
	r := reference{
		name: image.Ref, written: image.Ref, named: true,
		places: []result.Location{{Path: path, Line: image.Line, Block: &image.Block}},
	}
	if image.Unresolved != "" {
		r.name = cmp.Or(image.Ref, image.Container, image.Unresolved)
		r.fail(result.CauseUnresolved, fmt.Sprintf("%s:%d: %s has no value", path, image.Line, image.Unresolved),
			"give it a value in the file, or exclude it")
		return r
	}
	if err := r.normalize(); err != nil {
		r.fail(result.CauseUnparsable, fmt.Sprintf("%s:%d: %v", path, image.Line, err), fixFile)
	}
	return r
}
