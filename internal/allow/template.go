package allow

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// The quoted texts of HCL, and those that a variable has by default.
var (
	quoted   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"([^"\n]*)"`) })
	defaults = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bdefault\s*=\s*"([^"\n]*)"`) })
)

// readTemplate reads the images that the language of a template names, and those under keys that
// have image in their names.
func (n *named) readTemplate(content []byte) {
	file, err := template.Parse(n.path, content)
	if err != nil {
		n.unknown(0, "which images the template names")
		return
	}
	if file != nil {
		for _, i := range file.Images {
			n.addReference(i.Line, i.Ref)
		}
	}
	n.readKeys(content, isHCL(n.path))
	if !isHCL(n.path) {
		n.readDocuments(content, n.readKey)
		return
	}
	eachMatch(content, defaults(), n.addPathIn)
}

// readValues reads variables of templates: which of them become images is unknown here.
func (n *named) readValues(content []byte) {
	n.readKeys(content, isHCL(n.path))
	if isHCL(n.path) {
		eachMatch(content, quoted(), n.addPathIn)
		return
	}
	n.readDocuments(content, func(e tree.Entry) {
		n.readKey(e)
		for _, text := range texts(e.Value) {
			n.addPath(text.Range.Start, text.Text)
		}
	})
}

func (n *named) addPathIn(line int, groups [][]byte) { n.addPath(line, string(groups[1])) }

// addReference adds the image of a container. One that is not literal is not known.
func (n *named) addReference(line int, ref string) {
	if _, err := image.Parse(ref); err != nil {
		n.unknown(line, "the image "+quote(strings.Trim(ref, `"`)))
		return
	}
	n.add(line, ref)
}

// isHCL reports whether a file is Terraform's in its own syntax, in which texts are quoted.
func isHCL(file string) bool {
	ext := path.Ext(strings.ToLower(file))
	return ext == ".tf" || ext == ".tfvars"
}

// readDocuments calls read for each key of JSON or YAML, without escapes and aliases.
func (n *named) readDocuments(content []byte, read func(tree.Entry)) {
	if bytes.Contains(content, []byte("!!binary")) {
		n.unknown(0, "which images stand in binary values")
	}
	budget := tree.NewBudget(len(content))
	docs, err := tree.ReadYAML(content, budget)
	if trimmed := bytes.TrimSpace(content); len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		if asJSON, jsonErr := tree.ReadJSONStream(string(content), tree.NewBudget(len(content))); jsonErr == nil {
			docs, err = asJSON, nil
		}
	}
	if err != nil {
		n.unknown(0, "which images the file names")
		return
	}
	for _, doc := range docs.Docs {
		walk(doc, 0, read)
	}
}

// walk calls read for all entries below a value.
func walk(node *tree.Node, depth int, read func(tree.Entry)) {
	if node == nil || depth > tree.MaxDepth {
		return
	}
	for _, item := range node.Items {
		walk(item, depth+1, read)
	}
	for _, e := range node.Entries {
		read(e)
		walk(e.Value, depth+1, read)
	}
}

// readKey reads the value of a key that may hold an image or a Dockerfile.
func (n *named) readKey(e tree.Entry) {
	switch {
	case strings.EqualFold(e.Key, "dockerfile_inline"), strings.EqualFold(e.Key, "dockerfile-inline"):
		n.readDockerfile([]byte(e.Value.Scalar()), e.Line)
	case e.Key == "default" && template.IsTerraform(n.path):
		for _, text := range texts(e.Value) {
			n.addPath(text.Range.Start, text.Text)
		}
	case !isImageKey(e.Key):
	case e.Value.Is(tree.Map):
		n.readParts(e.Value)
	default:
		for _, text := range texts(e.Value) {
			n.addValue(text.Range.Start, text.Text)
		}
	}
}

// readParts reads an image that is written as a map of its parts.
func (n *named) readParts(parts *tree.Node) {
	for _, key := range []string{"repository", "name"} {
		text := parts.Get(key).Scalar()
		if text == "" {
			continue
		}
		if host := parts.Get("registry").Scalar(); host != "" {
			text = host + "/" + text
		}
		n.addValue(parts.Get(key).Range.Start, text)
	}
}

// texts are a text, or those of a list.
func texts(node *tree.Node) []*tree.Node {
	switch {
	case node.Is(tree.String):
		return []*tree.Node{node}
	case node.Is(tree.List):
		var all []*tree.Node
		for _, item := range node.Items {
			if item.Is(tree.String) {
				all = append(all, item)
			}
		}
		return all
	}
	return nil
}
