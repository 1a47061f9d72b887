package template

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scangate/scangate/internal/template/tree"
)

// Declaration is what a Terraform file means to the others of its folder, which
// are one configuration.
type Declaration struct {
	// Blocks holds each block by its type and labels, for example "locals" or
	// "resource.aws_s3_bucket.logs"; equal ones together.
	Blocks map[string]Block
	// Defines holds what other files can name: type.name of a resource or data
	// source, module.name.
	Defines map[string]bool
	// Opaque: the file may name what Names doesn't show, because letters in it are
	// written as escapes.
	Opaque bool
}

// Block is one block of a Terraform file, or several of one name.
type Block struct {
	// texts are their sources; in the JSON syntax that of the whole file.
	texts []string
	// Names holds each two words of Text that a dot joins, and what it defines.
	Names map[string]bool
	// Shared: the whole folder reads it, without a name that would tell where.
	Shared bool
}

// Same reports whether two blocks have the same source.
func (b Block) Same(other Block) bool { return slices.Equal(b.texts, other.texts) }

// IsTerraform reports by the name whether a file is a part of a Terraform
// configuration; a file of variables is none.
func IsTerraform(path string) bool {
	l := terraform()
	return l.named(path) && !(&terraformSource{path: path}).isVars()
}

// Declare reads a Terraform file. It fails with a *tree.SyntaxError.
func Declare(path string, content []byte) (*Declaration, error) {
	t := readTerraform(path, plainText(content))
	if t.err != nil {
		t.err.Path = path
		return nil, t.err
	}
	d := &Declaration{
		Blocks: map[string]Block{}, Defines: map[string]bool{},
		Opaque: bytes.Contains(bytes.ToLower(t.content), []byte(`\u`)),
	}
	if t.doc != nil {
		d.readJSON(t)
		return d, nil
	}
	for _, b := range t.body.Blocks {
		text := t.content[b.TypeRange.Start.Byte:b.CloseBraceRange.End.Byte]
		tokens, _ := hclsyntax.LexConfig(text, path, hcl.Pos{Line: 1, Column: 1}) // it has been parsed
		d.add(b.Type, b.Labels, strings.ReplaceAll(string(text), "\r\n", "\n"), names{}).addTokens(tokens)
	}
	return d, nil
}

// add takes in a block, and returns the set of its names: n, or that of the
// blocks of the same name before it.
func (d *Declaration) add(typ string, labels []string, text string, n names) names {
	key := blockKey(typ, labels)
	b := d.Blocks[key]
	if b.Names == nil {
		b.Names = n
	}
	b.texts = append(b.texts, text)
	name := strings.Join(labels, ".")
	switch typ {
	case "variable", "locals", "provider", "terraform":
		b.Shared = true
	case "module":
		name = typ + "." + name
		fallthrough
	case "resource", "data", "ephemeral":
		d.Defines[name], b.Names[name] = true, true
	}
	d.Blocks[key] = b
	return b.Names
}

func blockKey(typ string, labels []string) string {
	return strings.Join(append([]string{typ}, labels...), ".")
}

// readJSON takes in the blocks of a file in the JSON syntax. All have the text of
// the whole file, so that all change together; its names are the first one's.
func (d *Declaration) readJSON(t *terraformSource) {
	n, text := names{}, string(t.content)
	n.addTree(t.doc)
	depth := map[string]int{"resource": 2, "data": 2, "ephemeral": 2, "locals": 0, "terraform": 0}
	for _, e := range t.doc.Entries {
		labels, known := depth[e.Key]
		if !known {
			labels = 1
		}
		for _, group := range e.Value.All() {
			d.addBelow(e.Key, nil, group, labels, text, n)
		}
	}
}

// addBelow walks down the labels of a JSON block.
func (d *Declaration) addBelow(typ string, labels []string, at *tree.Node, depth int, text string, n names) {
	if depth == 0 {
		if len(d.Blocks) > 0 {
			n = names{}
		}
		if _, known := d.Blocks[blockKey(typ, labels)]; !known {
			d.add(typ, labels, text, n)
		}
		return
	}
	for _, e := range at.Entries {
		for _, below := range e.Value.All() {
			d.addBelow(typ, append(slices.Clone(labels), e.Key), below, depth-1, text, n)
		}
	}
}

// names is a set of references.
type names map[string]bool

// addTokens takes in the references among tokens. Comments and line breaks may
// stand between their parts.
func (n names) addTokens(tokens hclsyntax.Tokens) {
	var first string
	dotted := false
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenComment, hclsyntax.TokenNewline:
			continue
		case hclsyntax.TokenDot:
			dotted = first != ""
			continue
		case hclsyntax.TokenIdent:
			if dotted {
				n[first+"."+string(t.Bytes)] = true
			}
			first = string(t.Bytes)
		default:
			first = ""
			n.addText(string(t.Bytes))
		}
		dotted = false
	}
}

// chain is words that dots join, with blanks around them or without. It is
// compiled when it is first needed: most runs don't.
var chain = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[\pL\pN_-]+(?:\s*\.\s*[\pL\pN_-]+)+`)
})

// addText takes in the references in a text: depends_on may quote them.
func (n names) addText(text string) {
	for _, found := range chain().FindAllString(text, -1) {
		parts := strings.Split(found, ".")
		for i := range parts[1:] {
			n[strings.TrimSpace(parts[i])+"."+strings.TrimSpace(parts[i+1])] = true
		}
	}
}

// addTree takes in the references in the keys and strings of a JSON tree.
func (n names) addTree(t *tree.Node) {
	if t.Kind == tree.String {
		tokens, _ := hclsyntax.LexTemplate([]byte(t.Text), "", hcl.Pos{Line: 1, Column: 1})
		n.addTokens(tokens)
	}
	for _, item := range t.Items {
		n.addTree(item)
	}
	for _, e := range t.Entries {
		n.addText(e.Key)
		n.addTree(e.Value)
	}
}
