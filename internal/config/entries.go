package config

import (
	"go.yaml.in/yaml/v3"
)

// Entry is one mapping of a list in the file: an alert source or a check.
type Entry struct {
	Origin Origin
	Fields []EntryField
}

// EntryField is one key of an entry. The package that knows the entry's kind checks it.
type EntryField struct {
	Key string
	// Texts holds one text for a scalar, one per item of a list, and name=value for each
	// pair of a mapping.
	Texts  []string
	Origin Origin
}

// Error returns an error about the field with index i, or about the whole entry if the
// index is out of range.
func (e Entry) Error(i int, text string) *Error {
	if i < 0 || i >= len(e.Fields) {
		return &Error{Origin: e.Origin, Text: text}
	}
	return &Error{Origin: e.Fields[i].Origin, Text: text}
}

// entries reads a list of mappings. Their values are scalars, lists of scalars, or
// mappings of scalars.
func (p *parser) entries(key string, n *yaml.Node) {
	for _, item := range p.items(key, n) {
		if item.Kind != yaml.MappingNode {
			p.fail(item, "%s: every item must be a mapping", key)
			continue
		}
		e := Entry{Origin: p.origin(key, item)}
		for name, value := range p.fields(key, item) {
			if f, ok := p.entryField(key, name, value); ok {
				e.Fields = append(e.Fields, f)
			}
		}
		p.file.entries[key] = append(p.file.entries[key], e)
	}
}

func (p *parser) entryField(key string, name, value *yaml.Node) (EntryField, bool) {
	f := EntryField{Key: name.Value, Origin: p.origin(key, name)}
	for _, s := range scalars(value) {
		if !isScalar(s.node) || s.node.Value == "" {
			p.fail(s.node, "%s: %s must have a value", key, name.Value+s.suffix)
			return f, false
		}
		f.Texts = append(f.Texts, s.prefix+s.node.Value)
	}
	if len(f.Texts) == 0 {
		p.fail(value, "%s: %s must have a value", key, name.Value)
	}
	return f, len(f.Texts) > 0
}

// scalar is a node of a value. In a mapping its text is prefixed with its name.
type scalar struct {
	prefix, suffix string
	node           *yaml.Node
}

// scalars returns the nodes of a value that must be scalars.
func scalars(value *yaml.Node) []scalar {
	var all []scalar
	switch value.Kind {
	case yaml.SequenceNode:
		for _, n := range value.Content {
			all = append(all, scalar{node: n})
		}
	case yaml.MappingNode:
		for name, n := range pairs(value) {
			all = append(all, scalar{prefix: name.Value + "=", suffix: "." + name.Value, node: n})
		}
	default:
		all = []scalar{{node: value}}
	}
	return all
}
