package config

import (
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/result"
)

// The keys of limits that only the file states.
const (
	pathsKey = "limits.paths"
	rulesKey = "limits.rules"
)

// limitKeys returns the keys of these limits.
func limitKeys() map[string]shape {
	return map[string]shape{
		pathsKey: shapePaths, pathsKey + ".path": shapeScalar, pathsKey + ".max": shapePairs,
		rulesKey: shapeRules, rulesKey + ".severity": shapeScalar, rulesKey + ".reason": shapeScalar,
	}
}

// pathLimit is one limit of an entry of limits.paths. Its value is NAME=N.
type pathLimit struct {
	path string
	Value
}

// addFileLimits adds the limits that only the file states.
func (c *Config) addFileLimits(f *File) []error {
	var errs []error
	for _, l := range f.paths {
		if err := addLimit(c.source(l.Origin), l.path, l.Text, l.Origin.Plain()); err != nil {
			errs = append(errs, &Error{Origin: l.Origin, Text: err.Error()})
		}
	}
	if len(f.rules) > 0 {
		c.source(Origin{layer: layerFile}).Rules = f.rules
	}
	return errs
}

// readPaths reads the list of paths with their limits.
func (p *parser) readPaths(key string, n *yaml.Node) {
	for _, item := range p.items(key, n) {
		if item.Kind != yaml.MappingNode {
			p.fail(item, "%s: every item must be a mapping with path and max", key)
			continue
		}
		p.readPath(key, item)
	}
}

func (p *parser) readPath(key string, n *yaml.Node) {
	var path, limits *yaml.Node
	for name, value := range p.fields(key, n) {
		switch name.Value {
		case "path":
			path = value
		case "max":
			limits = value
		default:
			p.unknown(join(key, name.Value), name)
			return
		}
	}
	switch {
	case path == nil || limits == nil:
		p.fail(n, "%s: must have path and max", key)
	case !isScalar(path):
		p.fail(path, "%s.path: must be a single value", key)
	case limits.Kind != yaml.MappingNode || len(limits.Content) == 0:
		p.fail(limits, "%s.max: must be a mapping with at least one limit", key)
	default:
		p.readPathMax(key, path, limits)
	}
}

func (p *parser) readPathMax(key string, path, limits *yaml.Node) {
	if _, ok := glob.Compile(path.Value, ""); !ok {
		p.fail(path, "%s.path: %s is not a valid glob", key, strconv.Quote(path.Value))
		return
	}
	for name, value := range p.fields(key+".max", limits) {
		if !isScalar(value) {
			p.fail(value, "%s.max: %s must have a single value", key, name.Value)
			continue
		}
		v := Value{Text: name.Value + "=" + value.Value, Origin: p.origin(key, name)}
		p.file.paths = append(p.file.paths, pathLimit{path.Value, v})
	}
}

// readRules reads the severities of rules.
func (p *parser) readRules(key string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		p.fail(n, "%s: must be a mapping of rule ids", key)
		return
	}
	for rule, value := range p.fields(key, n) {
		if value.Kind != yaml.MappingNode {
			p.fail(value, "%s: %s must be a mapping with severity and reason", key, rule.Value)
			continue
		}
		p.readRule(key, rule, value)
	}
}

func (p *parser) readRule(key string, rule, n *yaml.Node) {
	fields, ok := p.scalarFields(key, n)
	if !ok {
		return
	}
	r := result.RuleSeverity{Rule: rule.Value, Reason: fields.line("reason"), Origin: p.origin(key, rule).Plain()}
	if fields["severity"] != nil {
		severity, err := result.ParseSeverity(fields.text("severity"))
		if err != nil {
			p.fail(fields["severity"], "%s.severity: %s", key, err)
			return
		}
		r.Severity = severity
	}
	switch field, text := r.Fault(); {
	case text == "":
		p.file.rules = append(p.file.rules, r)
	case field == "rule":
		p.fail(rule, "%s: %s", key, text)
	case fields[field] == nil:
		p.fail(n, "%s: %s must have severity and reason", key, rule.Value)
	default:
		p.fail(fields[field], "%s.%s: %s", key, field, text)
	}
}
