package config

import (
	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/result"
)

// Entry is one mapping of a list in the file: an alert source or a check.
type Entry struct {
	Source Source
	Fields []EntryField
}

// EntryField is one key of an entry. What it may hold depends on the source that
// the entry names, and is judged by who knows the sources.
type EntryField struct {
	Key string
	// Texts are the values: one for a scalar, each of a list, and name=value for
	// each of a mapping.
	Texts  []string
	Source Source
}

// Location is where the entry stands in the repository; nil where the file isn't
// part of it.
func (e Entry) Location() *result.Location { return e.Source.location() }

// Error makes an error of the field with index i, or of the whole entry where
// there is none.
func (e Entry) Error(i int, text string) *Error {
	if i < 0 || i >= len(e.Fields) {
		return &Error{Source: e.Source, Text: text}
	}
	return &Error{Source: e.Fields[i].Source, Text: text}
}

// entries reads a list of mappings whose values are scalars, lists of scalars or
// mappings to scalars.
func (p *parser) entries(key string, n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		p.fail(n, "%s must be a list", key)
		return
	}
	for _, item := range n.Content {
		if item.Kind != yaml.MappingNode {
			p.fail(item, "%s: every item must be a mapping", key)
			continue
		}
		e := Entry{Source: p.source(key, item)}
		seen := map[string]bool{}
		for i := 0; i+1 < len(item.Content); i += 2 {
			name, value := item.Content[i], item.Content[i+1]
			if seen[name.Value] {
				p.fail(name, "%s: %s is given twice", key, name.Value)
			}
			seen[name.Value] = true
			if f, ok := p.entryField(key, name, value); ok {
				e.Fields = append(e.Fields, f)
			}
		}
		p.file.entries[key] = append(p.file.entries[key], e)
	}
}

func (p *parser) entryField(key string, name, value *yaml.Node) (EntryField, bool) {
	f := EntryField{Key: name.Value, Source: p.source(key, name)}
	for _, part := range parts(value) {
		prefix, n := part.prefix, part.node
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Value == "" {
			p.fail(n, "%s: %s%s must have a value", key, name.Value, dotted(prefix))
			return f, false
		}
		f.Texts = append(f.Texts, prefix+n.Value)
	}
	if len(f.Texts) == 0 {
		p.fail(value, "%s: %s must have a value", key, name.Value)
	}
	return f, len(f.Texts) > 0
}

type part struct {
	prefix string
	node   *yaml.Node
}

// parts are the scalars that a value should consist of.
func parts(value *yaml.Node) []part {
	var all []part
	switch value.Kind {
	case yaml.SequenceNode:
		for _, n := range value.Content {
			all = append(all, part{"", n})
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(value.Content); i += 2 {
			all = append(all, part{value.Content[i].Value + "=", value.Content[i+1]})
		}
	default:
		all = []part{{"", value}}
	}
	return all
}

func dotted(prefix string) string {
	if prefix == "" {
		return ""
	}
	return "." + prefix[:len(prefix)-1]
}
