package template

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// Terraform is the framework of Terraform configurations.
const Terraform result.Framework = "terraform"

func terraform() Language {
	return Language{
		Framework: Terraform, Title: "Terraform",
		Names:  []string{".tf", ".tf.json", ".tfvars", ".tfvars.json"},
		parse:  parseTerraform,
		kinds:  terraformKinds,
		clouds: []cloudPrefix{{"aws_", "aws"}, {"azurerm_", "azure"}, {"azuread_", "azure"}, {"google_", "gcp"}, {"kubernetes_", ""}},
	}
}

// parseTerraform evaluates a file with the values that its folder gives.
func parseTerraform(in *input) (*File, *tree.SyntaxError) {
	config := in.folder.terraform()
	f := config.files[in]
	switch {
	case f.err != nil:
		return nil, f.err
	case f.isVars():
		return &File{Role: RoleHelper}, nil
	case f.doc != nil:
		return terraformJSONFile(f.doc, config.module), nil
	}
	return terraformFile(f.body, &evaluator{mod: config.module, src: in.content}), nil
}

// configuration is all Terraform files of a folder: Terraform reads them as one.
type configuration struct {
	files  map[*input]*terraformSource
	module *module
}

// terraform reads the folder's configuration once.
func (f *folder) terraform() *configuration {
	if f.config != nil {
		return f.config
	}
	f.config = &configuration{files: map[*input]*terraformSource{}, module: newModule()}
	language := terraform()
	var read []*terraformSource
	for _, in := range f.inputs {
		if language.named(in.path) && len(in.content) <= maxSize {
			t := readTerraform(in.path, in.content)
			f.config.files[in] = t
			if t.err == nil {
				read = append(read, t)
			}
		}
	}
	f.config.module.load(read)
	return f.config
}

// terraformSource is a Terraform file that is read and not yet evaluated. One of
// body, doc and err is set.
type terraformSource struct {
	path    string
	content []byte
	body    *hclsyntax.Body // native syntax
	doc     *tree.Node      // JSON syntax
	err     *tree.SyntaxError
}

func readTerraform(path string, content []byte) *terraformSource {
	t := &terraformSource{path: path, content: content}
	if strings.HasSuffix(strings.ToLower(path), ".json") {
		t.doc, t.err = tree.ReadJSON(content, 1)
	} else {
		t.body, t.err = parseHCL(path, content)
	}
	return t
}

// isVars reports whether the file sets variables and declares nothing.
func (t *terraformSource) isVars() bool {
	name := strings.ToLower(t.path)
	return strings.HasSuffix(name, ".tfvars") || strings.HasSuffix(name, ".tfvars.json")
}

// values lists the settings of a .tfvars file in the order of the file.
func (t *terraformSource) values() []tree.Entry {
	if t.doc != nil {
		return t.doc.Entries
	}
	e := &evaluator{mod: newModule(), src: t.content}
	return e.body(&hclsyntax.Body{Attributes: t.body.Attributes}, result.Range{Start: 1, End: 1}, 0).Entries
}

// load takes in the declarations, and then the values in the order in which
// Terraform loads them.
func (m *module) load(files []*terraformSource) {
	var vars []*terraformSource
	for _, t := range files {
		switch {
		case t.isVars():
			if loadOrder(t.path) != "" {
				vars = append(vars, t)
			}
		case t.doc != nil:
			m.declareJSON(t.doc)
		default:
			m.declare(t.body, t.content)
		}
	}
	slices.SortStableFunc(vars, func(a, b *terraformSource) int { return strings.Compare(loadOrder(a.path), loadOrder(b.path)) })
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
