package template

import (
	"bytes"
	"encoding/binary"
	"path"
	"unicode/utf16"

	"github.com/scangate/scangate/internal/template/tree"
)

// maxSize is the largest file in bytes that is parsed. A larger one is an error if
// it is recognised: it must not be missing from the plan.
const maxSize = 32 << 20

// RawFile is a file to parse.
type RawFile struct {
	// Path is relative to the repository root, with slashes. Names and folders help
	// to recognise a file; nothing is read from disk.
	Path    string
	Content []byte
}

// Parsed is the outcome for a RawFile. Both fields are nil for a file that no
// language recognises. Err is a [*tree.SyntaxError] if a recognised file can't be
// parsed, or is beyond a bound of this package.
type Parsed struct {
	File *File
	Err  error
}

// Parse parses a file without the others of its folder.
func Parse(path string, content []byte) (*File, error) {
	p := ParseFolder([]RawFile{{Path: path, Content: content}})[0]
	return p.File, p.Err
}

// ParseFolder parses the files of one folder together: the values of Terraform's
// variables and locals come from any of them, such as variables.tf and
// terraform.tfvars. The outcomes are in the order of files. A file that can't be
// parsed does not affect the others. What is made of all of them together stays
// within the [tree.Budget] for their size.
func ParseFolder(files []RawFile) []Parsed {
	all := &folder{}
	size := 0
	for _, f := range files {
		all.inputs = append(all.inputs, newInput(f, all))
		size += len(f.Content)
	}
	all.budget = tree.NewBudget(size)
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

// folder is the files of one folder and what languages read from all of them.
type folder struct {
	inputs []*input
	budget *tree.Budget
	// module is the Terraform module, nil until a file of it is parsed.
	module *module
}

// input is a file that is offered to the languages.
type input struct {
	path    string
	name    string // see nameOf
	content []byte // in UTF-8, without a byte order mark
	isJSON  bool   // the file can only be JSON
	folder  *folder
	// docs and err are the outcome of reading the file as JSON or YAML, if read.
	docs *tree.Stream
	err  *tree.SyntaxError
	read bool
}

// parse returns the file in the first language that accepts it. What was read for it
// is dropped, and paid back if nothing of it is in the file.
func (in *input) parse() (*File, *tree.SyntaxError) {
	before := *in.folder.budget
	f, err := in.parseAs()
	if f == nil && err == nil {
		*in.folder.budget = before
	}
	in.docs = nil
	return f, err
}

// parseAs tries the languages. A Compose file may hold what another tool deploys, too.
func (in *input) parseAs() (*File, *tree.SyntaxError) {
	var compose *File
	for _, l := range languages() {
		sure := l.judge(in)
		if sure == unlikely {
			continue
		}
		if len(in.content) > maxSize {
			return nil, &tree.SyntaxError{Line: 1, Msg: "larger than 32 MiB", TooLarge: true}
		}
		f, err := l.parse(in)
		switch {
		case err != nil && (sure == certain || err.TooLarge): // what is not read may be a template
			return nil, err
		case err != nil || f == nil:
			continue
		}
		f.Path, f.Language = in.path, l
		if f.Role == RoleCompose {
			compose = f
			continue
		}
		if compose != nil {
			f.Compose = compose.Compose
		}
		return f, nil
	}
	return compose, nil
}

func newInput(f RawFile, all *folder) *input {
	in := &input{path: f.Path, name: nameOf(f.Path), content: plainText(f.Content), folder: all}
	switch path.Ext(in.name) {
	case ".yaml", ".yml":
	case ".json":
		in.isJSON = true
	default:
		in.isJSON = firstByte(in.content) == '{'
	}
	return in
}

// documents reads the file as JSON or YAML, once for all languages. A YAML file
// that looks like JSON is first read as JSON: tools deploy JSON that is indented
// with tabs, which is not valid YAML.
func (in *input) documents() (*tree.Stream, *tree.SyntaxError) {
	if in.read {
		return in.docs, in.err
	}
	in.read = true
	before := *in.folder.budget
	if in.isJSON || firstByte(in.content) == '{' {
		doc, err := tree.ReadJSON(string(in.content), 1, in.folder.budget)
		if err == nil {
			in.docs = &tree.Stream{Docs: []*tree.Node{doc}}
		}
		in.err = err
	}
	if in.isJSON || in.docs != nil || in.err != nil && in.err.TooLarge {
		return in.docs, in.err
	}
	*in.folder.budget = before
	if in.docs, in.err = tree.ReadYAML(in.content, in.folder.budget); in.err != nil {
		*in.folder.budget = before
	}
	return in.docs, in.err
}

// document returns the first document of the file, for languages with one per file.
func (in *input) document() (*tree.Node, *tree.SyntaxError) {
	s, err := in.documents()
	if err != nil || len(s.Docs) == 0 {
		return nil, err
	}
	return s.Docs[0], nil
}

// plainText removes a byte order mark and converts UTF-16, which PowerShell writes,
// to UTF-8.
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
