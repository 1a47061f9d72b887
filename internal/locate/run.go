package locate

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// run is the memory of one call of Place.
type run struct {
	ctx         context.Context // of this one call: it ends the reading of files
	read        func(string) ([]byte, error)
	summaries   map[string]summary
	templates   map[string]bool // the paths that have a row in the ledger
	images      map[string]*result.Target
	dockerfiles *pathIndex
	stages      map[string][]stage
}

// summary is what all alerts with the same summary have in common.
type summary struct{ text, rule string }

func newRun(ctx context.Context, src Source) *run {
	r := &run{
		ctx:       ctx,
		read:      src.Read,
		summaries: map[string]summary{},
		templates: map[string]bool{},
		images:    map[string]*result.Target{},
		stages:    map[string][]stage{},
	}
	var dockerfiles []string
	for i := range src.Targets {
		t := &src.Targets[i]
		switch t.Kind {
		case result.KindIaC:
			r.templates[t.Name] = true
		case result.KindImage:
			r.images[t.Name] = t
		case result.KindDockerfile:
			dockerfiles = append(dockerfiles, t.Name)
		}
	}
	r.dockerfiles = newPathIndex(dockerfiles)
	return r
}

func (r *run) summary(raw string) summary {
	s, known := r.summaries[raw]
	if !known {
		s = summary{text: oneLine(raw), rule: RuleID(raw)}
		r.summaries[raw] = s
	}
	return s
}

func (r *run) newSubmission(sub *result.Submission) *submission {
	return &submission{
		run:        r,
		files:      map[string]*source{},
		id:         sub.ID,
		alerts:     sub.Alerts,
		paths:      newPathIndex(sub.Paths),
		found:      map[string]pathMatch{},
		candidates: map[candidateKey][]result.Location{},
		folders:    map[string]map[string]bool{},
	}
}

// source is a file of the repository as findings see it.
type source struct {
	names *nameIndex
	// note says why the file has no resources to match, "" if it has.
	note       string
	lines      []string
	attributes map[int]*attributeIndex
}

// file returns a file of the submission. The first file of a folder has all of
// the folder read and parsed, once: a name may be a variable's value, which stands
// in another file.
func (s *submission) file(name string) *source {
	if s.files[name] == nil {
		s.loadFolder(path.Dir(name))
	}
	return s.files[name]
}

func (s *submission) loadFolder(dir string) {
	var read []template.Source
	for _, p := range s.paths.paths {
		if path.Dir(p) != dir {
			continue
		}
		content, err := s.run.content(p)
		if err != nil {
			s.files[p] = newSource("the file can't be read to find the line: " + err.Error())
			continue
		}
		read = append(read, template.Source{Path: p, Content: content})
	}
	for i, parsed := range template.ParseFolder(read) {
		s.files[read[i].Path] = parsedSource(read[i].Content, parsed)
	}
}

func newSource(note string) *source {
	return &source{note: note, names: newNameIndex(nil), attributes: map[int]*attributeIndex{}}
}

func parsedSource(content []byte, p template.Parsed) *source {
	var broken *tree.SyntaxError
	switch {
	case errors.As(p.Err, &broken):
		return newSource(fmt.Sprintf("the file can't be parsed to find the line (line %d: %s)", broken.Line, broken.Msg))
	case p.Err != nil:
		return newSource("the file can't be parsed to find the line: " + p.Err.Error())
	case p.File == nil:
		return newSource("the file is no template that is known here")
	}
	s := newSource("")
	s.names = newNameIndex(p.File.Resources)
	s.lines = strings.Split(string(content), "\n")
	return s
}

// errNoReader is what a Source without Read answers.
var errNoReader = errors.New("no files at hand")

func (r *run) content(path string) ([]byte, error) {
	if err := context.Cause(r.ctx); err != nil {
		return nil, fmt.Errorf("the run was cut short: %w", err)
	}
	if r.read == nil {
		return nil, errNoReader
	}
	return r.read(path)
}

// attribute returns the line of the attribute that the text of a reference
// quotes, 0 if there is none.
func (s *source) attribute(resource int, seg *segment) int {
	if seg.shared {
		return 0
	}
	res := &s.names.resources[resource]
	quotes := foreign(quotesIn(seg.prose), res, seg)
	if len(quotes) == 0 {
		return 0
	}
	ix, known := s.attributes[resource]
	if !known {
		ix = newAttributeIndex(res, s.lines)
		s.attributes[resource] = ix
	}
	return ix.line(quotes)
}
