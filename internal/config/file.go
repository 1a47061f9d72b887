package config

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// FileName is the config file's name.
const FileName = ".scangate.yaml"

// maxFileSize bounds the config file; a real one has a few kilobytes.
const maxFileSize = 1 << 20

// File is a parsed config file: raw values by dotted key, each with its place.
type File struct {
	// Path is the path as people know it.
	Path string

	repoPath string
	values   map[string][]Value
	entries  map[string][]Entry
}

// shape says what a key of the file holds.
type shape uint8

const (
	shapeScalar shape = iota
	shapeList
	// shapePairs is a mapping of free names to scalars: build-args and max.
	shapePairs
	shapeSection
	// shapeEntries is a list of mappings, whose keys depend on what they name.
	shapeEntries
)

// keys are all keys that the file may have. Everything else is an error: a
// mistyped key that is silently skipped is a limit that silently does not hold
// (https://github.com/aquasecurity/trivy/issues/10997).
func keys() map[string]shape {
	return map[string]shape{
		"version":            shapeScalar,
		"timeout":            shapeScalar,
		"targets":            shapeSection,
		"targets.only":       shapeList,
		"targets.images":     shapeList,
		"targets.exclude":    shapeList,
		"targets.build-args": shapePairs,
		"iac":                shapeSection,
		"iac.policy":         shapeScalar,
		"iac.save-results":   shapeScalar,
		"limits":             shapeSection,
		"limits.fail-on":     shapeScalar,
		"limits.max":         shapePairs,
		"alerts":             shapeEntries,
		"checks":             shapeEntries,
	}
}

// ParseFile reads a config file. path is shown in errors; repoPath is the same
// file relative to the repository root, or empty. All errors are of type
// [*Error] with line and column, joined.
func ParseFile(path, repoPath string, content []byte) (*File, error) {
	p := &parser{
		file: &File{Path: path, repoPath: repoPath, values: map[string][]Value{}, entries: map[string][]Entry{}},
		keys: keys(),
	}
	if len(content) > maxFileSize {
		return nil, p.errorAt(&yaml.Node{Line: 1, Column: 1}, "the file is larger than 1 MiB")
	}
	doc, err := p.document(content)
	if err != nil {
		return nil, err
	}
	p.section("", doc)
	if p.errs == nil {
		p.version(doc)
	}
	if err := errors.Join(p.errs...); err != nil {
		return nil, err
	}
	return p.file, nil
}

type parser struct {
	file *File
	keys map[string]shape
	errs []error
}

func (p *parser) source(key string, n *yaml.Node) Source {
	return Source{Origin: FromFile, Name: p.file.Path, Key: key, Line: n.Line, Column: n.Column, repoPath: p.file.repoPath}
}

func (p *parser) errorAt(n *yaml.Node, format string, args ...any) error {
	return &Error{Source: p.source("", n), Text: fmt.Sprintf(format, args...)}
}

func (p *parser) fail(n *yaml.Node, format string, args ...any) {
	p.errs = append(p.errs, p.errorAt(n, format, args...))
}

// document parses the YAML and returns its one mapping.
func (p *parser) document(content []byte) (*yaml.Node, error) {
	dec := yaml.NewDecoder(strings.NewReader(string(content)))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return nil, p.syntaxError(err)
	}
	switch err := dec.Decode(&second); {
	case err == nil:
		return nil, p.errorAt(&second, "a second document; the file holds one")
	case !errors.Is(err, io.EOF):
		return nil, p.syntaxError(err)
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, p.errorAt(root, "the file must hold a mapping that starts with version: 1")
	}
	return root, nil
}

// syntaxError gives the YAML library's error the form path:line. The library
// names no column, and the line within its text ("yaml: line 3: did not find …").
func (p *parser) syntaxError(err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	at := &yaml.Node{Line: 1, Column: 1}
	if msg == "EOF" {
		return p.errorAt(at, "the file is empty; it must start with version: 1")
	}
	var line int
	if n, _ := fmt.Sscanf(msg, "line %d:", &line); n == 1 {
		at.Line, at.Column = line, 0
		_, msg, _ = strings.Cut(msg, ": ")
	}
	return p.errorAt(at, "not valid YAML: %s", msg)
}

// section walks the keys of a mapping below prefix.
func (p *parser) section(prefix string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		p.fail(n, "%s must be a mapping", prefix)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key := join(prefix, name.Value)
		if seen[name.Value] {
			p.fail(name, "%s is given twice", key)
			continue
		}
		seen[name.Value] = true
		p.entry(key, name, value)
	}
}

func (p *parser) entry(key string, name, value *yaml.Node) {
	s, ok := p.keys[key]
	if !ok {
		p.unknown(key, name)
		return
	}
	if value.Kind == yaml.AliasNode {
		p.fail(value, "%s: aliases are not read here; write the value out", key)
		return
	}
	switch s {
	case shapeSection:
		p.section(key, value)
	case shapeList:
		p.list(key, value)
	case shapePairs:
		p.pairs(key, value)
	case shapeEntries:
		p.entries(key, value)
	default:
		p.scalar(key, value)
	}
}

func (p *parser) scalar(key string, n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		p.fail(n, "%s must be a single value", key)
		return
	}
	if n.Value == "" {
		return // an empty policy name is the default, as in the reference
	}
	p.add(key, n, n.Value)
}

func (p *parser) list(key string, n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		p.fail(n, "%s must be a list", key)
		return
	}
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode || item.Tag == "!!null" || item.Value == "" {
			p.fail(item, "%s: every item must be a single value", key)
			continue
		}
		p.add(key, item, item.Value)
	}
}

// pairs stores name=value for each entry, the form that the flags take.
func (p *parser) pairs(key string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		p.fail(n, "%s must be a mapping", key)
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if value.Kind != yaml.ScalarNode || value.Tag == "!!null" {
			p.fail(value, "%s: %s must have a single value", key, name.Value)
			continue
		}
		p.add(key, name, name.Value+"="+value.Value)
	}
}

func (p *parser) add(key string, n *yaml.Node, text string) {
	p.file.values[key] = append(p.file.values[key], Value{Text: text, Source: p.source(key, n)})
}

// version demands version: 1, so that a later format can't be misread.
func (p *parser) version(root *yaml.Node) {
	vs := p.file.values["version"]
	if len(vs) == 0 {
		p.fail(root, "version is missing; the file must start with version: 1")
		return
	}
	if vs[0].Text != "1" {
		p.errs = append(p.errs, &Error{Source: vs[0].Source, Text: fmt.Sprintf("%q is not a version that this scangate reads; it reads 1", vs[0].Text)})
	}
}

// unknown explains why a key is refused: because it is not for the file, or
// because nobody knows it.
func (p *parser) unknown(key string, n *yaml.Node) {
	if s, ok := commandLineOnly(n.Value); ok {
		p.fail(n, "%s can't be set in the config file, because a merge request could change it; use --%s or SCANGATE_%s",
			key, s.Name, strings.ReplaceAll(strings.ToUpper(s.Name), "-", "_"))
		return
	}
	text := fmt.Sprintf("unknown key %q", key)
	if near := nearest(key, p.keys); near != "" {
		text += fmt.Sprintf("; did you mean %s?", near)
	} else {
		text += "; known here: " + strings.Join(siblings(key, p.keys), ", ")
	}
	p.fail(n, "%s", text)
}

// commandLineOnly finds the setting that a key would mean and that the file may
// not say. Credentials of any spelling count as the key's flags.
func commandLineOnly(word string) (Setting, bool) {
	word = strings.ReplaceAll(strings.ToLower(word), "_", "-")
	if word == "api-key" || word == "key" || word == "apikey" || word == "token" {
		word = "api-key-file"
	}
	for _, s := range ScanSettings() {
		if s.FileKey == "" && s.Name == word {
			return s, true
		}
	}
	return Setting{}, false
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}

// siblings are the known keys of the section that key stands in.
func siblings(key string, known map[string]shape) []string {
	section := key[:strings.LastIndex(key, ".")+1]
	var out []string
	for k := range known {
		if rest, ok := strings.CutPrefix(k, section); ok && !strings.Contains(rest, ".") {
			out = append(out, rest)
		}
	}
	slices.Sort(out)
	return out
}
