package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/safe"
)

// maxNodes bounds the values of a document: aliases of aliases make a few lines worth
// billions of them.
const maxNodes = 1_000_000

// withoutData returns a stream of YAML documents without the values of ConfigMaps and
// Secrets, at any depth. A text that holds none is returned as it is, and one without a
// document as nil.
func withoutData(text []byte) (out []byte, err error) {
	panicked := safe.Do(func() error { out, err = prune(text); return nil })
	return out, errors.Join(panicked, err)
}

func prune(text []byte) ([]byte, error) {
	docs, err := documents(text)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	if !slices.ContainsFunc(docs, func(doc *yaml.Node) bool { return mayHoldData(doc, 0) }) {
		return text, nil
	}
	var out bytes.Buffer
	for _, doc := range docs {
		p := pruner{budget: maxNodes}
		clean := p.copy(doc, 0)
		if p.budget <= 0 {
			return nil, errors.New("the document is too large, or too deep")
		}
		encoded, err := yaml.Marshal(clean)
		if err != nil {
			return nil, err
		}
		if out.Len() > 0 {
			out.WriteString("---\n")
		}
		out.Write(encoded)
	}
	return out.Bytes(), nil
}

// documents returns the roots of the documents that have content.
func documents(text []byte) ([]*yaml.Node, error) {
	var docs []*yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		switch {
		case errors.Is(err, io.EOF):
			return docs, nil
		case err != nil:
			return nil, fmt.Errorf("read YAML: %w", err)
		case len(doc.Content) > 0 && doc.Content[0].Tag != "!!null":
			docs = append(docs, doc.Content[0])
		}
	}
}

// maxDepth is that of package tree.
const maxDepth = 500

// mayHoldData reports whether a ConfigMap or Secret is in a document.
func mayHoldData(n *yaml.Node, depth int) bool {
	if depth > maxDepth || n.Kind == yaml.AliasNode || isData(n) {
		return true // aliases are expanded before they are judged
	}
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return mayHoldData(c, depth+1) })
}

// isData reports whether a mapping is a ConfigMap or Secret, or a list of them.
func isData(n *yaml.Node) bool {
	n = resolve(n)
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		key, value := resolve(n.Content[i]).Value, resolve(n.Content[i+1])
		switch {
		case strings.EqualFold(key, "kind") && slices.Contains([]string{"ConfigMap", "Secret", "ConfigMapList", "SecretList"}, value.Value):
			return true
		case key == "<<" && (isData(value) || value.Kind == yaml.SequenceNode && slices.ContainsFunc(value.Content, isData)):
			return true
		}
	}
	return false
}

// resolve returns what an alias stands for.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// pruner copies trees without data.
type pruner struct{ budget int }

// copy copies a value with its aliases expanded. Of a ConfigMap or Secret it keeps what
// identifies it.
func (p *pruner) copy(n *yaml.Node, depth int) *yaml.Node {
	n = resolve(n)
	if p.budget--; p.budget <= 0 || depth > maxDepth {
		p.budget = 0
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
	}
	out := &yaml.Node{Kind: n.Kind, Style: n.Style, Tag: n.Tag, Value: n.Value}
	if n.Kind != yaml.MappingNode {
		for _, child := range n.Content {
			out.Content = append(out.Content, p.copy(child, depth+1))
		}
		return out
	}
	keeps := func(string) bool { return true }
	if isData(n) {
		keeps = isIdentity
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := resolve(n.Content[i]), n.Content[i+1]
		if !keeps(key.Value) {
			continue
		}
		kept := p.copy(value, depth+1)
		if key.Value == "metadata" && isData(n) {
			removeKey(kept, "annotations")
		}
		out.Content = append(out.Content, p.copy(key, depth+1), kept)
	}
	return out
}

// isIdentity reports whether a field of a ConfigMap or Secret is kept.
func isIdentity(key string) bool {
	return slices.Contains([]string{"apiVersion", "kind", "metadata", "type", "immutable"}, key)
}

// removeKey removes a key from a mapping. Annotations may hold the data once more.
func removeKey(n *yaml.Node, name string) {
	for i := len(n.Content) - 2; n.Kind == yaml.MappingNode && i >= 0; i -= 2 {
		if n.Content[i].Value == name || n.Content[i].Value == "<<" {
			n.Content = slices.Delete(n.Content, i, i+2)
		}
	}
}
