package discover

import (
	"bytes"
	"cmp"
	"fmt"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

const (
	// maxTemplate is the size above which only the beginning of a file is looked
	// at: enough to know what it is, and the service takes no more at once.
	maxTemplate = 8 << 20
	headSize    = 64 << 10
	// maxTerraform is the size above which a Terraform file is planned by its
	// name alone. Parsing takes a hundred times the file in memory and is done
	// only to find syntax errors early; files of that size are generated, and
	// the service finds the error too.
	maxTerraform = 64 << 10
)

func maxRead(k result.Kind) int64 {
	if k == result.KindDockerfile {
		return maxDockerfile
	}
	return maxTemplate
}

// generated plans a Terraform file that is too large to be worth parsing.
func generated(j job, size int64) found {
	t := j.target(size)
	t.Framework = template.Terraform
	return found{row: pending(t)}
}

// template plans what a file holds if it is a template. The row is made whether
// or not templates are asked for: see planned.
func (s *selection) template(j job, size int64, content []byte) found {
	t := j.target(size)
	if size > maxTemplate {
		return found{row: largeTemplate(t, content[:headSize])}
	}
	file, err := template.Parse(j.path, content)
	switch {
	case err != nil && !s.neverTemplate(j.path, content):
		return found{row: failed(t, result.CauseUnparsable, err.Error(), fixFile), values: brokenValues(j.path)}
	case file == nil:
		return found{}
	}
	t.Framework = file.Language.Framework
	var f found
	switch {
	case file.Role == template.RoleHelper:
		f.values = t.Framework
		f.helper = &result.Helper{Path: j.path, Size: size}
	case file.Role == template.RoleUnsupported:
		f.unsupported = &result.Unsupported{Path: j.path, What: file.Language.Title}
	case file.Role == template.RoleTemplate && empty(content):
		f.row = skipped(t, result.CauseEmptyContent, "the file is empty")
	case file.Role == template.RoleTemplate:
		f.row = pending(t)
	}
	if s.wants(result.KindImage) {
		f.mentions = imageMentions(file)
	}
	return f
}

// neverTemplate reports whether a file that can't be parsed would be no template
// if it could: a Compose file where images are not asked for, and what Helm
// fills in outside of its chart's templates, as tpl does with files.
func (s *selection) neverTemplate(path string, content []byte) bool {
	if template.ComposeName(path) {
		return !s.wants(result.KindImage)
	}
	return s.charts.hold(path) && bytes.Contains(content, []byte("{{"))
}

// largeTemplate judges a file by its beginning alone. What may name images and
// is too large to look for them is failed: they would be missing in silence.
func largeTemplate(t result.Target, head []byte) *result.Row {
	file, err := template.Parse(t.Name, head)
	switch {
	case file != nil && file.Role == template.RoleTemplate && !file.Language.NamesImages:
		t.Framework = file.Language.Framework
	case file == nil && err == nil || file != nil && file.Role == template.RoleUnsupported:
		return nil
	default:
		return failed(t, result.CauseTooLarge, t.Name+": larger than 8 MiB", "split the file, or exclude it")
	}
	return pending(t)
}

func imageMentions(file *template.File) []mention {
	mentions := make([]mention, 0, len(file.Images))
	for _, image := range file.Images {
		mentions = append(mentions, imageMention(file.Path, image))
	}
	return mentions
}

func imageMention(path string, image template.Image) mention {
	m := mention{
		ref: image.Ref, written: image.Ref, named: true,
		places: []result.Location{{Path: path, Line: image.Line, Block: &image.Block}},
	}
	if !image.Built && image.Unresolved != "" {
		m.ref = cmp.Or(image.Ref, image.Service, image.Unresolved)
		m.verdict = verdict{
			status: result.Failed, cause: result.CauseUnresolved,
			reason: fmt.Sprintf("%s:%d: %s has no value", path, image.Line, image.Unresolved),
			fix:    "give it a value in the file, or exclude it",
		}
		return m
	}
	err := m.normalize()
	switch {
	case image.Built:
		if m.ref == "" {
			m.ref, m.written = image.Service, image.Service
		}
		m.verdict = verdict{status: result.Skipped, cause: result.CauseBuiltHere, reason: fmt.Sprintf("service %s is built here", image.Service)}
	case err != nil:
		m.verdict = verdict{
			status: result.Failed, cause: result.CauseUnparsable,
			reason: fmt.Sprintf("%s:%d: %v", path, image.Line, err), fix: fixFile,
		}
	}
	return m
}
