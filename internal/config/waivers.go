package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// waiversKey is the key of the waivers, here and in a file of their own.
const waiversKey = "waivers"

// waiverKeys returns the keys of a waiver.
func waiverKeys() []string {
	return []string{"rule", "path", "resource", "image", "fingerprint", "severity", "max", "block", "reason", "owner", "expires"}
}

// WaiversFile returns the path of the file that holds the waivers, relative to the folder of the
// config file; "" if they stand in the config file itself.
func (f *File) WaiversFile() string { return f.waiversFile.Text }

// Waivers returns the waivers of the file, which may be nil.
func (f *File) Waivers() []result.Waiver {
	if f == nil {
		return nil
	}
	return f.waivers
}

// AddWaivers reads the content of [File.WaiversFile].
func (f *File) AddWaivers(content []byte) error {
	name := f.WaiversFile()
	repoPath := ""
	if f.repoPath != "" {
		repoPath = path.Join(path.Dir(f.repoPath), name)
	}
	own, err := ParseWaivers(path.Join(path.Dir(f.Path), name), repoPath, content)
	if err != nil {
		return err
	}
	f.waivers = own
	return nil
}

// ParseWaivers reads a file of waivers: version: 1, and their list. The parameters and errors are
// those of [ParseFile].
func ParseWaivers(path, repoPath string, content []byte) ([]result.Waiver, error) {
	keys := map[string]shape{"version": shapeScalar, waiversKey: shapeWaivers}
	for _, name := range waiverKeys() {
		keys[join(waiversKey, name)] = shapeScalar
	}
	f, errs := parse(path, repoPath, content, keys)
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	if origin := f.waiversFile.Origin; origin.Line > 0 {
		return nil, &Error{Origin: origin, Text: "must be a list"}
	}
	return f.waivers, nil
}

// readWaivers reads the waivers of a config file that names a file of their own. read returns
// the content of a file by its path.
func (f *File) readWaivers(read func(name string) ([]byte, error)) error {
	name := f.WaiversFile()
	if name == "" {
		return nil
	}
	content, err := read(filepath.FromSlash(name))
	if err != nil {
		fix := "make it readable"
		if errors.Is(err, fs.ErrNotExist) {
			fix = "create it, or list the waivers here"
		}
		return &Error{Origin: f.waiversFile.Origin, Text: fmt.Sprintf("can't read %q: %v; fix: %s", name, text.WithoutPath(err), fix)}
	}
	return f.AddWaivers(content)
}

// readWaivers reads a list of waivers, or the path of their file.
func (p *parser) readWaivers(key string, n *yaml.Node) {
	switch {
	case isScalar(n) && n.Value != "":
		if !filepath.IsLocal(filepath.FromSlash(n.Value)) {
			p.fail(n, "%s: must be a list, or the path of a file beside this one, got %q", key, n.Value)
			return
		}
		p.file.waiversFile = Value{Text: path.Clean(filepath.ToSlash(n.Value)), Origin: p.origin(key, n)}
	case n.Kind != yaml.SequenceNode:
		p.fail(n, "%s: must be a list, or the path of a file beside this one", key)
	default:
		for _, item := range n.Content {
			if item.Kind != yaml.MappingNode {
				p.fail(item, "%s: every item must be a mapping", key)
				continue
			}
			p.waiver(key, item)
		}
	}
}

func (p *parser) waiver(key string, n *yaml.Node) {
	fields, ok := p.scalarFields(key, n)
	if !ok {
		return
	}
	w := result.Waiver{
		Rule: fields.text("rule"), Path: fields.text("path"), Resource: fields.text("resource"),
		Image: fields.text("image"), Fingerprint: fields.text("fingerprint"), Block: fields.text("block"),
		Reason: fields.line("reason"), Owner: fields.line("owner"), Expires: fields.text("expires"),
		Origin: p.origin(key, n).Plain(),
	}
	for _, name := range waiverKeys() {
		if fields[name] == nil {
			continue
		}
		if err := setWaiverField(&w, name, fields.text(name)); err != nil {
			p.fail(fields[name], "%s: %s", join(key, name), err)
			return
		}
	}
	switch field, text := w.Fault(); {
	case text == "":
		p.file.waivers = append(p.file.waivers, w)
	case fields[field] == nil:
		p.fail(n, "%s: must have %s; fix: add what is missing, or let scangate waiver add write the entry", key, fields.missing(field))
	default:
		p.fail(fields[field], "%s: %s", join(key, field), text)
	}
}

// setWaiverField reads the fields that are not texts, and checks patterns.
func setWaiverField(w *result.Waiver, name, text string) error {
	switch name {
	case "severity":
		severity, err := result.ParseSeverity(text)
		w.Severity = &severity
		return err
	case "max":
		n, err := result.ParseCount(text)
		w.Max = &n
		return err
	case "path", "resource":
		if _, ok := glob.Compile(text, ""); !ok {
			return fmt.Errorf("must be a glob, for example infra/**/*.tf, got %q", text)
		}
	case "image":
		if _, ok := image.ParsePattern(text); !ok {
			return fmt.Errorf("must be a repository, an image or a glob, got %q", text)
		}
	}
	return nil
}
