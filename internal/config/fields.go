package config

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/result"
)

// scalarFields are the values of a mapping that holds single values, by their names.
type scalarFields map[string]*yaml.Node

// scalarFields reads a mapping at a key. ok is false if it reported an error.
func (p *parser) scalarFields(key string, n *yaml.Node) (fields scalarFields, ok bool) {
	before := len(p.errs)
	fields = scalarFields{}
	for name, value := range p.fields(key, n) {
		path := join(key, name.Value)
		_, known := p.keys[path]
		switch {
		case !known:
			p.unknown(path, name)
		case !isScalar(value) || strings.TrimSpace(value.Value) == "":
			p.fail(value, "%s: must have a single value", path)
		case name.Value == "expires" && !result.IsDay(value.Value):
			p.fail(value, "%s: must be a day, for example 2027-01-31, got %q", path, value.Value)
		default:
			fields[name.Value] = value
		}
	}
	return fields, len(p.errs) == before
}

// text is the value of a field, "" without one.
func (f scalarFields) text(name string) string {
	if f[name] == nil {
		return ""
	}
	return f[name].Value
}

// line is the value of a field on one line.
func (f scalarFields) line(name string) string {
	return strings.Join(strings.Fields(f.text(name)), " ")
}

// missing lists the fields that every waiver has and this one lacks, the given one first.
func (f scalarFields) missing(first string) string {
	names := []string{first}
	for _, name := range []string{"rule", "reason", "owner", "expires"} {
		if f[name] == nil && name != first {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
