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
		Names:  []string{".tf", ".tf.json", ".tfvars", ".tfvars.json"},
		parse:  parseTerraform,
		kinds:  terraformKinds,
		clouds: []cloudPrefix{{"aws_", "aws"}, {"azurerm_", "azure"}, {"azuread_", "azure"}, {"google_", "gcp"}, {"kubernetes_", ""}},
	}
}

// parseTerraform lists the blocks of a file, with the values that its folder
// gives to variables and locals.
func parseTerraform(in *input) (*File, *tree.SyntaxError) {
	if in.folder.module == nil {
		in.folder.module = readModule(in.folder.inputs)
	}
	m := in.folder.module
	f := m.files[in]
	switch {
	case f.err != nil:
		return nil, f.err
	case f.isVars():
		return &File{Role: RoleHelper}, nil
	case f.doc != nil:
		return &File{Role: RoleTemplate, Resources: m.jsonResources(f.doc)}, nil
	}
	return &File{Role: RoleTemplate, Resources: m.resources(f)}, nil
}

// terraformFile is a Terraform file that is read and not evaluated. One of body,
// doc and err is set.
type terraformFile struct {
	path    string
	content []byte
	body    *hclsyntax.Body // native syntax
	doc     *tree.Node      // JSON syntax
	err     *tree.SyntaxError
}

func readTerraform(path string, content []byte) *terraformFile {
	f := &terraformFile{path: path, content: content}
	if strings.HasSuffix(strings.ToLower(path), ".json") {
		f.doc, f.err = tree.ReadJSON(content, 1)
	} else {
		f.body, f.err = parseHCL(path, content)
	}
	return f
}

// isVars reports whether the file sets variables and declares nothing.
func (f *terraformFile) isVars() bool {
	name := strings.ToLower(f.path)
	return strings.HasSuffix(name, ".tfvars") || strings.HasSuffix(name, ".tfvars.json")
}

// settings lists what a .tfvars file sets, in the order of the file.
func (f *terraformFile) settings() []tree.Entry {
	if f.doc != nil {
		return f.doc.Entries
	}
	e := &evaluator{mod: newModule(), src: f.content}
	return e.body(&hclsyntax.Body{Attributes: f.body.Attributes}, result.Range{Start: 1, End: 1}).Entries
}

// readModule reads the Terraform files of a folder: first their declarations, and
// then the values in the order in which Terraform loads them.
func readModule(inputs []*input) *module {
	m := newModule()
	language := terraform()
	var vars []*terraformFile
	for _, in := range inputs {
		if !language.hasName(in.name) || len(in.content) > maxSize {
			continue
		}
		f := readTerraform(in.path, in.content)
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
		for _, v := range f.settings() {
			m.setVar(v.Key, v.Value)
		}
	}
	return m
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
