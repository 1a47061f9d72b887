package discover

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/bake"
	"github.com/scangate/scangate/internal/compose"
	"github.com/scangate/scangate/internal/kustomize"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/skaffold"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

const (
	// headSize is how much of a file tells whether it is text of some kind.
	headSize = 64 << 10
	maxBake  = 64 << 10
	// maxTerraform is the size above which a Terraform file is planned by its name
	// alone. Parsing takes a hundred times the file in memory, and only finds syntax
	// errors early. Files of that size are generated, and the service finds the
	// error too.
	maxTerraform = 64 << 10
	// maxDefinition is the same for a file with one CustomResourceDefinition.
	maxDefinition = 64 << 10
)

func maxRead(k result.Kind) int64 {
	if k == result.KindDockerfile {
		return maxDockerfile
	}
	return template.MaxSize
}

// byName plans a file without parsing it.
func byName(c candidate, size int64, framework result.Framework) classified {
	t := c.target(size)
	t.Framework = framework
	return classified{row: pending(t)}
}

// template plans a file if it is a template, whether or not templates are asked for:
// see plan.wanted.
func (s *selection) template(c candidate, size int64, content []byte) classified {
	t := c.target(size)
	file, err := s.parse(c, content)
	switch {
	case file == nil && s.wantsProjects() && bake.IsConfig(c.path, content):
		return bakeFile(t, content)
	case file == nil && s.isSkaffold(content):
		return classified{skaffold: &skaffold.File{Path: c.path, Content: content}}
	case err != nil && !s.isUnwanted(err):
		return classified{row: unparsable(t, err)}
	case file == nil:
		return classified{}
	}
	t.Framework = file.Language.Framework
	var f classified
	switch {
	case file.Role == template.RoleHelper:
		f.helper = &helper{Helper: result.Helper{Path: c.path, Size: size}}
	case file.Role == template.RoleUnsupported:
		return s.unsupported(file)
	case file.Role == template.RoleTemplate && empty(content):
		f.row = skipped(t, result.CauseEmptyContent, "the file is empty")
	case file.Role == template.RoleTemplate:
		f.row = pending(t)
	}
	if file.Compose != nil && s.wantsProjects() {
		f.compose = &compose.File{Path: c.path, Docs: file.Compose}
	}
	if s.isSkaffold(content) {
		f.skaffold = &skaffold.File{Path: c.path, Content: content}
	}
	if len(file.Functions) > 0 && s.wantsProjects() {
		f.functions = &functionFile{c.path, file.Functions}
	}
	if s.wants(result.KindImage) {
		f.images = placed(file)
		if file.OfFolder {
			f.ofFolder = file.Path
		}
	}
	return f
}

// parse parses a file, or as much of it as the plan needs.
func (s *selection) parse(c candidate, content []byte) (*template.File, error) {
	if file := template.PlainTerraform(c.path, content, s.wants(result.KindImage)); file != nil {
		return file, nil
	}
	if c.isOfChart {
		return template.ParseInChart(c.path, content)
	}
	return template.Parse(c.path, content)
}

// isSkaffold reports whether a file is one of Skaffold that matters.
func (s *selection) isSkaffold(content []byte) bool {
	return s.wantsProjects() && skaffold.IsConfig(content)
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

// notSent lists a file of a format that the service is not known to take.
func (s *selection) notSent(file *template.File) classified {
	n := &result.NotSent{Path: file.Path, What: file.Language.Title, Why: "the service is not known to take this format" + s.renderHint(file)}
	if file.Engine == "" || file.Language.Folder {
		return classified{notSent: n, isPart: file.Language.Folder}
	}
	n.What, n.Why = file.Engine, fmt.Sprintf("it is %s once a template engine has filled it in", file.Language.Title)
	if file.Deployable {
		n.Why += "; a document of it can be deployed as it is"
	}
	return classified{notSent: n, isRendered: !file.Deployable}
}

// renderHint says how to have a chart or an overlay rendered. Libraries and components are
// rendered with what uses them, and nothing is fetched.
func (s *selection) renderHint(file *template.File) string {
	switch {
	case file.Engine != "":
		return ""
	case path.Base(file.Path) == "Chart.yaml" && file.Doc.Get("type").Str() != "library":
		return "; " + s.Names.Render + " helm scans what it renders"
	case kustomize.IsName(file.Path) && kustomize.Read(file.Path, file.Doc).Standalone:
		return "; " + s.Names.Render + " kustomize scans what it renders"
	}
	return ""
}

// unsupported is a file of a format that is not sent, and what it says about images.
func (s *selection) unsupported(file *template.File) classified {
	f := s.notSent(file)
	if !s.wants(result.KindImage) {
		return f
	}
	f.images = placed(file)
	switch {
	case file.Doc == nil:
	case file.Language.Title == template.KustomizeTitle:
		f.kustomization = new(kustomize.Read(file.Path, file.Doc))
	case file.Language.Title == template.ChartTitle:
		f.chart = file.Doc
	}
	return f
}

// engineText decides about a file whose name says that a template engine fills it in.
func (s *selection) engineText(path string, content []byte) classified {
	if file := template.ParseFilled(path, content); file != nil {
		return s.notSent(file)
	}
	if dockerfileKind(path) == otherName && beginsAsDockerfile(content) {
		return classified{notSent: filledDockerfile(path, content)}
	}
	return classified{}
}

// isUnwanted reports whether a file that can't be parsed can only be a Compose file, and
// neither images nor Dockerfiles are asked for.
func (s *selection) isUnwanted(err error) bool {
	syntax, ok := errors.AsType[*tree.SyntaxError](err)
	return ok && syntax.Language == template.ComposeTitle && !s.wantsProjects()
}

// tooLarge decides about a file that is too large to be parsed by the words in it. head
// is its beginning.
func (o *opener) tooLarge(c candidate, size int64, head []byte) classified {
	if c.engine || !template.MayBe(c.path, head, func(accepts func([]byte) bool) bool { return o.search(c.path, accepts) }) {
		return classified{}
	}
	return classified{row: failed(c.target(size), result.Fault{
		Cause: result.CauseTooLarge, Reason: c.path + ": larger than 32 MiB", Fix: "split the file, or exclude it",
	})}
}

// beginsAsTemplate reports by the beginning of a large file without extension whether it
// may be a template. One that can't be read may.
func (o *opener) beginsAsTemplate(file string, size int64) bool {
	head, err := o.read(file, size, headSize)
	return err != nil || template.MayBe(file, head, func(accepts func([]byte) bool) bool { return accepts(head) })
}

// search reports whether a function accepts a part of a file. Parts overlap. What can't
// be read may be anything.
func (o *opener) search(file string, accepts func(part []byte) bool) bool {
	const overlap = 1 << 10
	f, err := o.tree.FS.Open(file)
	if err != nil {
		return true
	}
	defer f.Close()
	part := make([]byte, 0, 1<<20)
	for {
		n, err := io.ReadFull(f, part[len(part):cap(part)])
		part = part[:len(part)+n]
		if accepts(part) {
			return true
		}
		if err != nil {
			return !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
		}
		part = part[:copy(part, part[len(part)-overlap:])]
	}
}

// imageLine is the reference of a line in a manifest.
func imageLine(path string, image template.Image) reference {
	r := reference{
		name: image.Ref, written: image.Ref, named: true,
		places: []result.Location{{Path: path, Line: image.Line, Block: &image.Block}},
	}
	if strings.HasPrefix(image.Ref, "ko://") {
		r.skip(result.CauseBuiltHere, "ko builds it from the Go package")
		return r
	}
	if err := r.normalize(); err != nil {
		r.fail(result.CauseUnparsable, fmt.Sprintf("%s:%d: %v", path, image.Line, err), fixFile)
	}
	if image.Built {
		r.skip(result.CauseBuiltHere, "the file that uses it builds it")
	}
	return r
}
