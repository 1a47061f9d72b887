package template

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// Terraform is the framework of Terraform configurations.
const Terraform result.Framework = "terraform"

func terraform() *Language {
	return &Language{
		Framework: Terraform, Title: "Terraform",
		Names: []string{".tf", ".tf.json", ".tfvars", ".tfvars.json"}, NamesImages: true,
		parse:  parseTerraform,
		kinds:  terraformKinds,
		clouds: []cloudPrefix{{"aws_", "aws"}, {"azurerm_", "azure"}, {"azuread_", "azure"}, {"google_", "gcp"}, {"kubernetes_", ""}},
	}
}

// IsTerraform reports whether a path is that of a file of a Terraform module.
func IsTerraform(file string) bool { return terraform().hasName(nameOf(file)) }

// parseTerraform lists the blocks of a file, with the values that its folder
// gives to variables and locals.
func parseTerraform(in *input) (*File, *tree.SyntaxError) {
	if in.folder.module == nil {
		in.folder.module = readModule(in.folder)
	}
	m := in.folder.module
	f := m.files[in]
	switch {
	case f.err != nil:
		return nil, f.err
	case f.doc != nil && isOthers(f.doc):
		return nil, nil
	case f.isVars():
		return &File{Role: RoleHelper}, nil
	}
	l := newListing(in.folder.budget)
	if f.doc != nil {
		m.listJSON(l, f.doc)
	} else if err := m.list(l, f); err != nil {
		return nil, err
	}
	l.resourceImages()
	l.file.OfFolder = m.asked && slices.ContainsFunc(l.file.Resources, func(r Resource) bool { return imageKeys(r.Type) != nil })
	return l.outcome()
}

// PlainTerraform returns a Terraform file without what is in it, if it is certain that it can be
// parsed, and that it names no image unless images is false. That is much faster than [Parse]. It
// returns nil for every other file, whether it can be parsed or not. What the expressions in the
// file come to is not looked at, and so not bounded.
func PlainTerraform(file string, content []byte, images bool) *File {
	name := nameOf(file)
	f := &File{Path: file, Role: RoleTemplate}
	switch path.Ext(name) {
	case ".tf":
	case ".tfvars":
		f.Role = RoleHelper
	default:
		return nil
	}
	text := plainText(content)
	if images && f.Role == RoleTemplate && MayHoldImages(text) {
		return nil
	}
	if _, ok := plainHCL(text); !ok {
		return nil
	}
	f.Language = languages()[slices.IndexFunc(languages(), func(l *Language) bool { return l.hasName(name) })]
	return f
}

// terraformFile is a Terraform file that is not evaluated. One of pieces, doc and err
// is set; an empty file has none.
type terraformFile struct {
	path    string
	content []byte
	pieces  []piece    // native syntax
	doc     *tree.Node // JSON syntax
	err     *tree.SyntaxError
}

func (m *module) read(path string, content []byte) *terraformFile {
	f := &terraformFile{path: path, content: content}
	if strings.HasSuffix(strings.ToLower(path), ".json") {
		f.doc, f.err = tree.ReadJSON(string(content), 1, m.values)
	} else {
		f.pieces, f.err = m.split(path, content, pieceSize)
	}
	return f
}

// isVars reports whether the file sets variables and declares nothing.
func (f *terraformFile) isVars() bool {
	name := strings.ToLower(f.path)
	return strings.HasSuffix(name, ".tfvars") || strings.HasSuffix(name, ".tfvars.json")
}

// settings lists what a .tfvars file sets, in the order of the file.
func (m *module) settings(f *terraformFile) []tree.Entry {
	if f.doc != nil {
		return f.doc.Entries
	}
	e := &evaluator{mod: newModule(m.values), src: f.content} // it refers to nothing
	var all []tree.Entry
	for i := range f.pieces {
		p := &f.pieces[i]
		body, err := p.parse(f.path)
		if err != nil {
			continue // it could be parsed before
		}
		if !m.values.Spend(len(body.Attributes)) { // the variables that are set
			return nil
		}
		lines := result.Range{Start: p.start.Line, End: p.start.Line}
		all = append(all, e.body(&hclsyntax.Body{Attributes: body.Attributes}, lines).Entries...)
	}
	return all
}

// readModule reads the Terraform files of a folder: first their declarations, and
// then the values in the order in which Terraform loads them.
func readModule(all *folder) *module {
	m := newModule(all.budget)
	language := terraform()
	var vars []*terraformFile
	for _, in := range overridesLast(all.inputs) {
		if !language.hasName(in.name) || len(in.content) > MaxSize {
			continue
		}
		f := m.read(in.path, in.content)
		m.files[in] = f
		switch {
		case f.err != nil:
		case f.isVars():
			vars = append(vars, f)
		case f.doc != nil:
			m.declareJSON(f.doc)
		default:
			m.declare(f)
		}
	}
	vars = slices.DeleteFunc(vars, func(f *terraformFile) bool { return loadOrder(f.path) == "" })
	slices.SortStableFunc(vars, func(a, b *terraformFile) int { return cmp.Compare(loadOrder(a.path), loadOrder(b.path)) })
	for _, f := range vars {
		for _, v := range m.settings(f) {
			m.setVar(v.Key, v.Value)
		}
		if m.values.Exceeded() {
			f.err = m.values.Err(1, 0)
		}
	}
	return m
}

// overridesLast returns the files in the order in which Terraform reads their declarations.
func overridesLast(inputs []*input) []*input {
	isOverride := func(in *input) bool {
		name, _, _ := strings.Cut(in.name, ".tf")
		return name == "override" || strings.HasSuffix(name, "_override")
	}
	all := slices.DeleteFunc(slices.Clone(inputs), isOverride)
	for _, in := range inputs {
		if isOverride(in) {
			all = append(all, in)
		}
	}
	return all
}

// loadOrder is a sort key for the .tfvars files that Terraform loads by itself,
// "" for those that are named on its command line.
func loadOrder(file string) string {
	name := path.Base(file)
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
