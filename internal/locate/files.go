package locate

import (
	"errors"
	"fmt"
	"path"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// file is a template, or a file of values, that references are matched against.
type file struct {
	// names has no resources if note says why.
	names *nameIndex
	note  string
	lines lineIndex
	// hashes are those of the blocks that were asked for.
	hashes map[result.Range]string
	// attributes are made when a quote asks for them, by the resource's number. They
	// share the budget of the submission.
	attributes map[int]*attributeIndex
	budget     *tree.Budget
}

// file returns a file of the submission. It reads and parses all files of its
// folder, once: what a resource is called may be the value of a variable, which
// another file sets.
func (m *matcher) file(name string) *file {
	if m.files[name] == nil {
		m.loadFolder(path.Dir(name))
	}
	return m.files[name]
}

func (m *matcher) loadFolder(dir string) {
	var sources []template.RawFile
	for _, p := range m.paths.paths {
		if path.Dir(p) != dir {
			continue
		}
		content, err := m.read(p)
		if err != nil {
			m.files[p] = unknownFile("the line is unknown: the file can't be read: " + err.Error())
			continue
		}
		sources = append(sources, template.RawFile{Path: p, Content: content})
	}
	for i, parsed := range template.ParseFolder(sources) {
		m.files[sources[i].Path] = newFile(sources[i].Content, parsed, m.budget)
	}
}

func newFile(content []byte, p template.Parsed, budget *tree.Budget) *file {
	var syntax *tree.SyntaxError
	switch {
	case errors.As(p.Err, &syntax):
		return unknownFile(fmt.Sprintf("the line is unknown: the file can't be parsed: line %d: %s", syntax.Line, syntax.Msg))
	case p.Err != nil:
		return unknownFile("the line is unknown: the file can't be parsed: " + p.Err.Error())
	case p.File == nil:
		return unknownFile("the line is unknown: no template language recognises the file")
	}
	return &file{
		names:      newNameIndex(p.File.Resources),
		lines:      indexLines(content),
		hashes:     map[result.Range]string{},
		attributes: map[int]*attributeIndex{},
		budget:     budget,
	}
}

// unknownFile is a file whose resources are unknown for the reason in note.
func unknownFile(note string) *file {
	return &file{names: newNameIndex(nil), note: note}
}

// quotedLine returns the line of the attribute that the prose of a segment quotes, 0
// if it quotes none.
func (f *file) quotedLine(resource int, seg *segment) int {
	if seg.shared {
		return 0
	}
	res := &f.names.resources[resource]
	quotes := withoutNames(quotesIn(seg.prose), res, seg)
	if len(quotes) == 0 {
		return 0
	}
	ix, known := f.attributes[resource]
	if !known {
		ix = newAttributeIndex(res, f.lines, f.budget)
		f.attributes[resource] = ix
	}
	return ix.line(quotes)
}
