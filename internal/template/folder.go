package template

import (
	"path"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/result"
)

// Source is a file to parse.
type Source struct {
	// Path is relative to the repository root, with slashes.
	Path    string
	Content []byte
}

// Parsed is what became of a Source: File is nil for a file that is nothing of
// ours, Err is a *SyntaxError or nil.
type Parsed struct {
	File *File
	Err  error
}

// ParseFolder parses the files of one folder together, so that Terraform's
// variables take their values from variables.tf, terraform.tfvars and
// *.auto.tfvars, and locals from any of the files. The answers stand in the
// order of files. A file that can't be parsed leaves the others as they are.
func ParseFolder(files []Source) []Parsed {
	out := make([]Parsed, len(files))
	m := newModule()
	terraform := make([]*terraformSource, len(files))
	for i, f := range files {
		s := nameSyntax(f.Path)
		if s != syntaxTerraform && s != syntaxTerraformJSON && s != syntaxVars && s != syntaxVarsJSON {
			out[i].File, out[i].Err = Parse(f.Path, f.Content)
			continue
		}
		t, err := readTerraform(s, Source{f.Path, plainText(f.Content)})
		if err != nil {
			err.Path = f.Path
			out[i].Err = err
			continue
		}
		terraform[i] = t
	}
	m.load(terraform)
	for i, t := range terraform {
		if t != nil {
			out[i].File = t.file(m)
		}
	}
	return out
}

// parseAlone parses a Terraform file by what stands in itself.
func parseAlone(f Source) (*File, error) {
	p := ParseFolder([]Source{f})[0]
	return p.File, p.Err
}

// terraformSource is a Terraform file read and not yet evaluated.
type terraformSource struct {
	Source
	syntax syntax
	body   *hclsyntax.Body // native syntax
	doc    *Node           // JSON syntax
}

func readTerraform(s syntax, f Source) (*terraformSource, *SyntaxError) {
	if err := tooLarge(f.Content); err != nil {
		return nil, err
	}
	t := &terraformSource{Source: f, syntax: s}
	var err *SyntaxError
	if s == syntaxTerraform || s == syntaxVars {
		t.body, err = parseHCL(f.Path, f.Content)
	} else {
		t.doc, err = parseJSON(f.Content, 1)
	}
	return t, err
}

func (t *terraformSource) isVars() bool {
	return t.syntax == syntaxVars || t.syntax == syntaxVarsJSON
}

// values lists the settings of a .tfvars file in the order of the file.
func (t *terraformSource) values() []Entry {
	if t.doc != nil {
		return t.doc.Entries
	}
	e := &evaluator{mod: newModule(), src: t.Content}
	return e.body(&hclsyntax.Body{Attributes: t.body.Attributes}, result.Range{Start: 1, End: 1}, 0).Entries
}

// load takes in the declarations, and then the values in the order in which
// Terraform loads them.
func (m *module) load(files []*terraformSource) {
	var vars []*terraformSource
	for _, t := range files {
		switch {
		case t == nil:
		case t.isVars():
			if loadOrder(t.Path) != "" {
				vars = append(vars, t)
			}
		case t.doc != nil:
			m.declareJSON(t.doc)
		default:
			m.declare(t.body, t.Content)
		}
	}
	sort.SliceStable(vars, func(i, j int) bool { return loadOrder(vars[i].Path) < loadOrder(vars[j].Path) })
	for _, t := range vars {
		for _, v := range t.values() {
			m.setVar(v.Key, v.Value)
		}
	}
}

// loadOrder is a sort key for the files that Terraform loads by itself, "" for
// those that a person must name.
func loadOrder(p string) string {
	name := path.Base(p)
	switch {
	case name == "terraform.tfvars":
		return "1"
	case name == "terraform.tfvars.json":
		return "2"
	case strings.HasSuffix(name, ".auto.tfvars"), strings.HasSuffix(name, ".auto.tfvars.json"):
		return "3" + name
	}
	return ""
}

func (t *terraformSource) file(m *module) *File {
	switch {
	case t.isVars():
		return &File{Path: t.Path, Role: RoleHelper, Framework: result.Terraform, Params: t.values()}
	case t.doc != nil:
		return terraformJSONFile(t.Path, t.doc, m)
	}
	return terraformFile(t.Path, t.body, &evaluator{mod: m, src: t.Content})
}
