package locate

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// run is the memory of one call of Place.
type run struct {
	ctx         context.Context // of this one call: it ends the reading of files
	read        func(string) ([]byte, error)
	files       map[string]*source
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
		files:     map[string]*source{},
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

// enter begins a submission, and forgets the files of the one before: together,
// the trees of a large repository's templates are many times its size.
func (r *run) enter(sub *result.Submission) *submission {
	clear(r.files)
	return &submission{
		run:        r,
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

// file reads and parses a file once.
func (r *run) file(path string) *source {
	s, known := r.files[path]
	if !known {
		s = r.load(path)
		r.files[path] = s
	}
	return s
}

func (r *run) load(path string) *source {
	s := &source{names: newNameIndex(nil), attributes: map[int]*attributeIndex{}}
	content, err := r.content(path)
	if err != nil {
		s.note = "the file can't be read to find the line: " + err.Error()
		return s
	}
	f, err := template.Parse(path, content)
	var broken *template.SyntaxError
	switch {
	case errors.As(err, &broken):
		s.note = fmt.Sprintf("the file can't be parsed to find the line (line %d: %s)", broken.Line, broken.Msg)
	case err != nil:
		s.note = "the file can't be parsed to find the line: " + err.Error()
	case f == nil:
		s.note = "the file is no template that is known here"
	default:
		s.names = newNameIndex(f.Resources)
		s.lines = strings.Split(string(content), "\n")
	}
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
	if seg.muddled {
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
