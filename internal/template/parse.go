package template

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"
	"unicode/utf16"

	"github.com/scangate/scangate/internal/template/tree"
)

// maxSize bounds what is parsed. A larger file that is recognised is an error, so
// that it is never left out silently.
const maxSize = 32 << 20

// Source is a file to parse.
type Source struct {
	// Path is relative to the repository root, with slashes. It helps to
	// recognise the file; the disk is never read.
	Path    string
	Content []byte
}

// Parsed is the outcome of one Source. Both fields are nil for a file that no
// language recognises, even a broken one; Err is a *tree.SyntaxError of a recognised
// file that can't be parsed.
type Parsed struct {
	File *File
	Err  error
}

// Parse parses one file by what it holds itself.
func Parse(path string, content []byte) (*File, error) {
	p := ParseFolder([]Source{{Path: path, Content: content}})[0]
	return p.File, p.Err
}

// ParseFolder parses the files of one folder together, so that Terraform's
// variables take their values from variables.tf, terraform.tfvars and
// *.auto.tfvars, and locals from any of the files. The outcomes stand in the
// order of files. A file that can't be parsed does not affect the others.
func ParseFolder(files []Source) []Parsed {
	all := &folder{}
	for _, f := range files {
		all.inputs = append(all.inputs, &input{path: f.Path, content: plainText(f.Content), folder: all})
	}
	out := make([]Parsed, len(files))
	for i, in := range all.inputs {
		f, err := in.parse()
		out[i].File = f
		if err != nil { // a nil *tree.SyntaxError would be a non-nil error
			err.Path = in.path
			out[i].Err = err
		}
	}
	return out
}

// folder is what the languages share of the files of one folder.
type folder struct {
	inputs []*input
	// config is the folder's Terraform configuration, read when a file needs it.
	config *configuration
}

// input is a file while it is offered to the languages.
type input struct {
	path    string
	content []byte // in UTF-8, without a byte order mark
	folder  *folder
	// docs and err are the file read as JSON or YAML, once read is set.
	docs *tree.Stream
	err  *tree.SyntaxError
	read bool
}

// parse offers the file to each language in turn.
func (in *input) parse() (*File, *tree.SyntaxError) {
	for i := range languages() {
		l := &languages()[i]
		sure := l.judge(in)
		if sure == unlikely {
			continue
		}
		if len(in.content) > maxSize {
			return nil, &tree.SyntaxError{Line: 1, Msg: "larger than 32 MiB: split the template, or exclude it"}
		}
		f, err := l.parse(in)
		switch {
		case err != nil && sure == certain:
			return nil, err
		case err == nil && f != nil:
			f.Path, f.Language = in.path, l
			return f, nil
		}
	}
	return nil, nil
}

// isJSON reports whether the file is to be read as JSON alone.
func (in *input) isJSON() bool {
	switch strings.ToLower(path.Ext(in.path)) {
	case ".json":
		return true
	case ".yaml", ".yml":
		return false
	}
	return firstByte(in.content) == '{'
}

// documents reads the file as JSON or YAML, once for all languages. In a YAML
// file JSON is tried first where the text looks like it: JSON indented with tabs
// is not valid YAML, and is deployed all the same.
func (in *input) documents() (*tree.Stream, *tree.SyntaxError) {
	if in.read {
		return in.docs, in.err
	}
	in.read = true
	json := in.isJSON()
	if json || firstByte(in.content) == '{' {
		doc, err := tree.ReadJSON(in.content, 1)
		if err == nil {
			in.docs = &tree.Stream{Docs: []*tree.Node{doc}}
		}
		in.err = err
	}
	if !json && in.docs == nil {
		in.docs, in.err = tree.ReadYAML(in.content)
	}
	return in.docs, in.err
}

// document is the first document of the file, for languages with one per file.
func (in *input) document() (*tree.Node, *tree.SyntaxError) {
	s, err := in.documents()
	if err != nil || len(s.Docs) == 0 {
		return nil, err
	}
	return s.Docs[0], nil
}

// plainText removes a byte order mark and turns UTF-16, which PowerShell
// writes, into UTF-8.
func plainText(b []byte) []byte {
	if rest, ok := bytes.CutPrefix(b, []byte("\xef\xbb\xbf")); ok {
		return rest
	}
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return b
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		units = append(units, order.Uint16(b[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}
