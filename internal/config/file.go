package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/result"
)

// FileName is the name of the config file.
const FileName = ".scangate.yaml"

// maxFileSize is in bytes; a real config file has a few kilobytes.
const maxFileSize = 1 << 20

// File is a parsed config file: raw values by dotted key, each with its origin.
type File struct {
	// Path is the path that messages show.
	Path string

	repoPath string
	values   map[string][]Value
	entries  map[string][]Entry
	paths    []pathLimit
	rules    []result.RuleSeverity
	waivers  []result.Waiver
	// waiversFile is the path of the file that holds them, if they are not in this one.
	waiversFile Value
}

// shape is what a key of the file holds.
type shape uint8

const (
	shapeScalar shape = iota
	shapeList
	// shapePairs is a mapping of any names to scalars: build-args, vars and max.
	shapePairs
	shapeSection
	// shapeExclusions is a list of patterns, each alone or in a mapping with reasons.
	shapeExclusions
	// shapeEntries is a list of mappings, whose keys depend on what they name.
	shapeEntries
	// shapeWaivers is a list of waivers, or the path of a file with such a list.
	shapeWaivers
	// shapePaths is a list of globs with limits, and shapeRules a mapping of rule ids.
	shapePaths
	shapeRules
)

// keys returns every key that the file may have: those of the settings, the sections
// around them, and the lists of entries.
func keys() map[string]shape {
	all := map[string]shape{
		"version": shapeScalar, "alerts": shapeEntries, "checks": shapeEntries,
		// The keys of one exclusion. That of images is a setting.
		"targets.exclude.files": shapeScalar, "targets.exclude.reason": shapeScalar,
		"targets.exclude.owner": shapeScalar, "targets.exclude.expires": shapeScalar,
		waiversKey: shapeWaivers,
	}
	for _, name := range waiverKeys() {
		all[join(waiversKey, name)] = shapeScalar
	}
	maps.Copy(all, limitKeys())
	for _, s := range AllSettings() {
		if s.FileKey == "" {
			continue
		}
		all[s.FileKey] = s.shape
		if section, _, ok := strings.Cut(s.FileKey, "."); ok {
			all[section] = shapeSection
		}
	}
	return all
}

// ParseFile reads a config file. path is shown in errors; repoPath is the same file
// relative to the root of the repository, or empty. All errors are of type [*Error]
// with a line, joined.
//
// An unknown key is an error: a mistyped limit that is silently skipped does not hold
// (https://github.com/aquasecurity/trivy/issues/10997).
func ParseFile(path, repoPath string, content []byte) (*File, error) {
	f, errs := parse(path, repoPath, content, keys())
	if errs == nil {
		return f, nil
	}
	if f != nil {
		errs = append(errs, f.valueErrors()...)
		slices.SortStableFunc(errs, byPlace)
	}
	return nil, errors.Join(errs...)
}

// valueErrors returns what is wrong with the values of a file without those of flags and variables.
func (f *File) valueErrors() []error {
	_, err := Resolve(Settings(Scan), nil, func(string) string { return "" }, f)
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return nil
}

// byPlace sorts errors of one file.
func byPlace(a, b error) int {
	x, isX := errors.AsType[*Error](a)
	y, isY := errors.AsType[*Error](b)
	if !isX || !isY {
		return 0
	}
	return cmp.Or(x.Origin.Line-y.Origin.Line, x.Origin.Column-y.Origin.Column)
}

// parse reads a file that may have the given keys. With errors about parts of it, it returns the
// rest.
func parse(path, repoPath string, content []byte, keys map[string]shape) (*File, []error) {
	p := &parser{
		file: &File{Path: path, repoPath: repoPath, values: map[string][]Value{}, entries: map[string][]Entry{}},
		keys: keys,
	}
	if len(content) > maxFileSize {
		return nil, []error{p.errorAt(&yaml.Node{Line: 1, Column: 1}, "the file is larger than 1 MiB, which no config file is; fix: name the right file with --config")}
	}
	doc, err := p.document(content)
	if err == nil {
		p.source = &source{lines: slices.Collect(strings.Lines(strings.TrimPrefix(string(content), "\ufeff"))), root: doc, keys: keys}
		err = p.version(doc)
	}
	if err != nil {
		return nil, []error{err}
	}
	p.section("", doc)
	return p.file, p.errs
}

type parser struct {
	file   *File
	keys   map[string]shape
	errs   []error
	source *source
}

func (p *parser) origin(key string, n *yaml.Node) Origin {
	return Origin{
		layer: layerFile, Name: p.file.Path, Key: key, Line: n.Line, Column: n.Column, repoPath: p.file.repoPath, source: p.source,
	}
}

func (p *parser) errorAt(n *yaml.Node, format string, args ...any) error {
	return &Error{Origin: p.origin("", n), Text: fmt.Sprintf(format, args...)}
}

func (p *parser) fail(n *yaml.Node, format string, args ...any) {
	p.errs = append(p.errs, p.errorAt(n, format, args...))
}

// document parses the YAML and returns its top mapping.
func (p *parser) document(content []byte) (*yaml.Node, error) {
	if line, column := invalidUTF8(content); line > 0 {
		return nil, p.errorAt(&yaml.Node{Line: line, Column: column}, "the text is not UTF-8; fix: save the file as UTF-8")
	}
	dec := yaml.NewDecoder(bytes.NewReader(content))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return nil, p.syntaxError(content, err)
	}
	switch err := dec.Decode(&second); {
	case err == nil:
		return nil, p.errorAt(&second, "a second YAML document; fix: keep one document in the file")
	case !errors.Is(err, io.EOF):
		return nil, p.syntaxError(content, err)
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, p.errorAt(root, "must be a mapping that starts with version: 1")
	}
	if n := unknownTag(root); n != nil {
		return nil, p.errorAt(n, "an unknown YAML tag stands before this value; fix: remove the word that begins with an exclamation mark, or quote the value")
	}
	return root, nil
}

// unknownTag returns the first node whose tag is not one of YAML's own, nil if there is none.
func unknownTag(n *yaml.Node) *yaml.Node {
	known := []string{"!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq", "!!timestamp", "!!merge", "!!binary"}
	if n.Kind != yaml.AliasNode && !slices.Contains(known, n.ShortTag()) {
		return n
	}
	for _, child := range n.Content {
		if found := unknownTag(child); found != nil {
			return found
		}
	}
	return nil
}

// pairs returns the names and values of a mapping.
func pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(name, value *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// fields returns the pairs of a mapping without duplicates, and reports those.
func (p *parser) fields(section string, n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(name, value *yaml.Node) bool) {
		seen := map[string]bool{}
		for name, value := range pairs(n) {
			if seen[name.Value] {
				p.fail(name, "duplicate key %q; fix: remove one of the two", join(section, name.Value))
				continue
			}
			seen[name.Value] = true
			if !yield(name, value) {
				return
			}
		}
	}
}

// section reads the mapping at a key; the top of the file has the key "".
func (p *parser) section(key string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		p.fail(n, "%s: must be a mapping, as in {NAME: VALUE}", key)
		return
	}
	for name, value := range p.fields(key, n) {
		p.value(join(key, name.Value), name, value)
	}
}

// value reads the value of a key by the key's shape.
func (p *parser) value(key string, name, value *yaml.Node) {
	s, ok := p.keys[key]
	if !ok {
		p.unknown(key, name)
		return
	}
	if value.Kind == yaml.AliasNode {
		p.fail(value, "%s: YAML aliases are not supported; fix: write the value out", key)
		return
	}
	switch s {
	case shapeSection:
		p.section(key, value)
	case shapeList:
		p.list(key, value)
	case shapePairs:
		p.pairs(key, value)
	case shapeExclusions:
		p.exclusions(key, value)
	case shapeEntries:
		p.entries(key, value)
	case shapePaths:
		p.readPaths(key, value)
	case shapeRules:
		p.readRules(key, value)
	case shapeWaivers:
		p.readWaivers(key, value)
	default:
		p.scalar(key, value)
	}
}

// isScalar reports whether a node holds a single value that is not null.
func isScalar(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag != "!!null" }

// scalar stores a single value. An empty one means the default, as at the service.
func (p *parser) scalar(key string, n *yaml.Node) {
	if !isScalar(n) {
		p.fail(n, "%s: must be a single value, as in %s: VALUE", key, lastPart(key))
		return
	}
	if n.Value != "" {
		p.add(key, n, n.Value)
	}
}

// items returns the items of a list, and reports any other value.
func (p *parser) items(key string, n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		p.fail(n, "%s: must be a list, as in [A, B]", key)
		return nil
	}
	return n.Content
}

func (p *parser) list(key string, n *yaml.Node) {
	for _, item := range p.items(key, n) {
		if !isScalar(item) || item.Value == "" {
			p.fail(item, "%s: every item must be a single value", key)
			continue
		}
		p.add(key, item, item.Value)
	}
}

// pairs stores name=value for each pair, as the flags take it.
func (p *parser) pairs(key string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		p.fail(n, "%s: must be a mapping, as in {NAME: VALUE}", key)
		return
	}
	for name, value := range p.fields(key, n) {
		if !isScalar(value) {
			p.fail(value, "%s: %s must have a single value", key, name.Value)
			continue
		}
		p.add(key, name, name.Value+"="+value.Value)
	}
}

func (p *parser) add(key string, n *yaml.Node, text string) {
	p.file.add(key, Value{Text: text, Origin: p.origin(key, n)})
}

func (f *File) add(key string, v Value) { f.values[key] = append(f.values[key], v) }

// version requires version: 1. It is asked first: in another version, other keys may be right.
func (p *parser) version(root *yaml.Node) error {
	for name, value := range pairs(root) {
		if name.Value != "version" {
			continue
		}
		if isScalar(value) && value.Value != "1" {
			return p.errorAt(value, "version: must be 1, got %q; fix: write version: 1, or use a scangate that reads this version", value.Value)
		}
		return nil
	}
	p.fail(root, "version is missing; fix: start the file with version: 1")
	return nil
}

// unknown reports a key that the file can't have, and what was probably meant.
func (p *parser) unknown(key string, n *yaml.Node) {
	if s, ok := commandLineOnly(n.Value); ok {
		use := "--" + s.Name
		if !s.FlagOnly && !s.NoVariable {
			use += " or " + s.Variable()
		}
		p.fail(n, "%s can't be set in the config file, which a merge request can change; fix: use %s", key, use)
		return
	}
	if near := nearest(key, p.keys); near != "" {
		p.fail(n, "unknown key %q; did you mean %q?", key, near)
		return
	}
	if !isName(n.Value) {
		key = join(strings.TrimSuffix(strings.TrimSuffix(key, n.Value), "."), hidden)
	}
	p.fail(n, "unknown key %q; fix: use one of %s", key, strings.Join(siblings(key, p.keys), ", "))
}

// isName reports whether a key looks like a name. Others may be a secret that was meant for the
// value, as in {token 8f14e45f}.
func isName(key string) bool {
	const longest, mostDigits = 30, 3
	digits := 0
	for _, r := range key {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("_-<", r) && (r|0x20 < 'a' || r|0x20 > 'z'):
			return false
		}
	}
	return len(key) <= longest && digits <= mostDigits
}

// commandLineOnly returns the setting that a key means and that the file can't set.
// Any spelling of a credential counts as --api-key-file.
func commandLineOnly(word string) (Setting, bool) {
	word = strings.ReplaceAll(strings.ToLower(word), "_", "-")
	if slices.Contains([]string{"api-key", "key", "apikey", "token"}, word) {
		word = "api-key-file"
	}
	for _, s := range AllSettings() {
		if s.FileKey == "" && s.Name == word {
			return s, true
		}
	}
	return Setting{}, false
}

// join returns the dotted key of a name in a section; the top section is "".
func join(section, name string) string {
	if section == "" {
		return name
	}
	return section + "." + name
}

// siblings returns the known keys in the section of a key.
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
