package template

import (
	"bytes"
	"encoding/binary"
	"path"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/template/tree"
)

// MaxSize is the largest file in bytes that is parsed. A larger one is an error if
// it is recognised: it must not be missing from the plan.
const MaxSize = 32 << 20

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

// ParseInChart is [Parse] for a template of a Helm chart. If it is large, it is not made sure that
// it can be parsed once Helm has filled it in.
func ParseInChart(path string, content []byte) (*File, error) {
	in := single(RawFile{Path: path, Content: content})
	in.isOfChart = true
	p := in.outcome()
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
		out[i] = in.outcome()
	}
	return out
}

// outcome is what a caller gets of a file.
func (in *input) outcome() Parsed {
	f, err := in.parse()
	if err == nil { // a nil *tree.SyntaxError would be a non-nil error
		return Parsed{File: f}
	}
	err.Path = in.path
	err.Locate(in.content)
	return Parsed{f, err}
}

// single is a file without the others of its folder.
func single(f RawFile) *input {
	all := &folder{budget: tree.NewBudget(len(f.Content))}
	all.inputs = []*input{newInput(f, all)}
	return all.inputs[0]
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
	// isOfChart is set for a template of a Helm chart.
	isOfChart bool
	// search reports whether a function accepts a part of the content without escapes.
	search func(accepts func(part []byte) bool) bool
	// hidesKeys is set where any key may be hidden.
	hidesKeys bool
	folder    *folder
	// docs and err are the outcome of reading the file as JSON or YAML, if read.
	docs *tree.Stream
	err  *tree.SyntaxError
	read bool
}

// parse returns the file in the first language that accepts it, or as a text for a
// template engine. What was read for it is dropped, and paid back if nothing of it is in
// the file.
func (in *input) parse() (*File, *tree.SyntaxError) {
	before := *in.folder.budget
	f, err := in.parseOrFill()
	if f == nil && err == nil {
		*in.folder.budget = before
	}
	in.docs = nil
	return f, err
}

func (in *input) parseOrFill() (*File, *tree.SyntaxError) {
	f, err := in.parseAs()
	if err != nil && err.TooLarge {
		return nil, err
	}
	if err != nil || in.needsEngine(f) {
		if filled := in.filled(err != nil); filled != nil {
			filled.Deployable = in.isDeployable()
			return filled, nil
		}
	}
	if err != nil && (in.isAllActions() || !strings.Contains(in.name, ".") && !in.isText()) {
		return nil, nil
	}
	return f, err
}

// parseAs returns the file in the first language that accepts it, else the error of the
// first one that can't parse it. A Compose file may hold what another tool deploys, too.
// An error is Compose's only if no other language tried.
func (in *input) parseAs() (*File, *tree.SyntaxError) {
	var compose *File
	var failed *tree.SyntaxError
	for _, l := range languages() {
		f, err := l.read(in)
		switch {
		case err != nil && err.TooLarge: // what is not read may be a template
			return nil, err
		case err != nil:
			if failed == nil || failed.Language == ComposeTitle {
				failed = err
			}
		case f == nil:
		case f.Role == RoleCompose:
			compose = f
		case compose != nil:
			f.Compose = compose.Compose
			return f, nil
		default:
			return f, nil
		}
	}
	if compose != nil {
		return compose, nil
	}
	return nil, failed
}

// read returns a file in the language, nil for every other one.
func (l *Language) read(in *input) (*File, *tree.SyntaxError) {
	switch {
	case !l.mayRead(in):
		return nil, nil
	case len(in.content) > MaxSize:
		return nil, &tree.SyntaxError{Line: 1, Msg: "larger than 32 MiB", TooLarge: true}
	}
	f, err := l.parse(in)
	switch {
	case err != nil:
		as := *err // the error of documents is that of all languages
		as.Language = l.Title
		return nil, &as
	case f != nil:
		f.Path, f.Language = in.path, l
	}
	return f, nil
}

func newInput(f RawFile, all *folder) *input {
	in := &input{path: f.Path, name: nameOf(f.Path), content: plainText(f.Content), folder: all}
	words := withoutEscapes(in.content)
	in.search = func(accepts func([]byte) bool) bool { return accepts(words) }
	in.hidesKeys = hidesKeys(in.content)
	return in
}

// documents reads the file as JSON or YAML, once for all languages. What looks like
// JSON is first read as JSON: tools deploy JSON that is indented with tabs, which is not
// valid YAML. What can't be read as JSON may be YAML, whatever its name is.
func (in *input) documents() (*tree.Stream, *tree.SyntaxError) {
	if in.read {
		return in.docs, in.err
	}
	in.read = true
	before := *in.folder.budget
	if in.looksLikeJSON() {
		in.docs, in.err = tree.ReadJSONStream(string(in.content), in.folder.budget)
		if in.err == nil || in.err.TooLarge {
			return in.docs, in.err
		}
	}
	*in.folder.budget = before
	docs, err := tree.ReadYAML(in.content, in.folder.budget)
	if err != nil {
		*in.folder.budget = before
	}
	if in.err == nil || len(docs.Docs) > 0 {
		in.docs = docs
	}
	if err == nil || in.err == nil || err.TooLarge {
		in.err = err
	}
	return in.docs, in.err
}

func (in *input) looksLikeJSON() bool {
	switch path.Ext(in.name) {
	case ".json", ".jsonc":
		return true
	}
	return firstByte(in.content) == '{' && !bytes.HasPrefix(bytes.TrimSpace(in.content), []byte("{{"))
}

// document returns the first document that is not null, nil without one.
func (in *input) document() (*tree.Node, *tree.SyntaxError) {
	return in.documentThat(func(doc *tree.Node) bool { return doc.Kind != tree.Null })
}

// documentThat returns the first document that a language takes for its own, nil without
// one: which of them a tool deploys is its own affair.
func (in *input) documentThat(is func(*tree.Node) bool) (*tree.Node, *tree.SyntaxError) {
	s, err := in.documents()
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(s.Docs, is); i >= 0 {
		return s.Docs[i], nil
	}
	return nil, nil
}

// plainText removes a byte order mark and converts UTF-16, which PowerShell writes, and
// Latin-1 to UTF-8.
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
	case utf8.Valid(b):
		return b
	default:
		return fromLatin1(b)
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		units = append(units, order.Uint16(b[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// fromLatin1 converts the bytes that are not UTF-8. The control characters among them,
// which no reader takes, become replacement characters.
func fromLatin1(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/8)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 && b[0] >= 0xA0 {
			r = rune(b[0])
		}
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	return out
}
