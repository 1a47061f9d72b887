package config

import (
	"errors"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
)

// excludedImages is the key of the images among the entries of targets.exclude.
const excludedImages = "targets.exclude.images"

// why is what an exclusion of the file states beside its pattern.
type why struct{ reason, owner, expires string }

// addExclusion adds a pattern of files. Package discover checks it.
func addExclusion(c *Config, v Value) error {
	if err := checkGlob(v.Text); err != nil {
		return err
	}
	c.Exclude = append(c.Exclude, v.exclusion())
	return nil
}

// addGlob appends a glob to a list.
func addGlob(field func(*Config) *[]string) func(*Config, Value) error {
	return func(c *Config, v Value) error {
		if err := checkGlob(v.Text); err != nil {
			return err
		}
		*field(c) = append(*field(c), v.Text)
		return nil
	}
}

func checkGlob(text string) error {
	if text == "" {
		return errEmpty
	}
	if _, ok := glob.Compile(text, ""); !ok {
		return errors.New(strconv.Quote(text) + " is not a valid glob; fix: write one such as infra/**/*.tf")
	}
	return nil
}

// addImageExclusion adds a pattern of images. A glob needs a reason, because it leaves
// out images that were not meant.
func addImageExclusion(c *Config, v Value) error {
	pattern, ok := image.ParsePattern(v.Text)
	switch {
	case !ok:
		return errors.New("must be a repository, an image or a glob, got " + strconv.Quote(v.Text))
	case pattern.IsGlob() && v.why.reason == "":
		return errors.New(strconv.Quote(v.Text) + " is a glob, which needs a reason; fix: name a repository, " +
			"or write in the config file: targets.exclude: [{images: " + strconv.Quote(v.Text) + ", reason: WHY}]")
	}
	c.ExcludeImages = append(c.ExcludeImages, v.exclusion())
	return nil
}

// addAllowedRegistry adds a pattern of the only images that may be scanned.
func addAllowedRegistry(c *Config, v Value) error {
	if _, ok := image.ParseAllowed(v.Text); !ok {
		return errors.New("must be a registry, a repository, an image or a glob, for example registry.acme.example/team/**, got " + strconv.Quote(v.Text))
	}
	c.AllowRegistries = append(c.AllowRegistries, v.Text)
	return nil
}

func (v Value) exclusion() result.Exclusion {
	return result.Exclusion{Pattern: v.Text, Reason: v.why.reason, Owner: v.why.owner, Expires: v.why.expires, Origin: v.Origin.Plain()}
}

// exclusions reads the entries of targets.exclude: a pattern of files, or a mapping with
// files or images.
func (p *parser) exclusions(key string, n *yaml.Node) {
	for _, item := range p.items(key, n) {
		switch {
		case item.Kind == yaml.MappingNode:
			p.exclusion(key, item)
		case !isScalar(item) || item.Value == "":
			p.fail(item, "%s: every item must be a pattern of files, or a mapping with files or images", key)
		default:
			p.add(key, item, item.Value)
		}
	}
}

// exclusion reads a mapping with either files or images.
func (p *parser) exclusion(key string, n *yaml.Node) {
	fields, ok := p.scalarFields(key, n)
	files, images := fields["files"], fields["images"]
	switch {
	case !ok:
		return
	case (files == nil) == (images == nil):
		p.fail(n, "%s: must have either files or images", key)
		return
	case files == nil:
		p.file.add(excludedImages, p.exclusionValue(key, images, fields))
	default:
		p.file.add(key, p.exclusionValue(key, files, fields))
	}
}

func (p *parser) exclusionValue(key string, pattern *yaml.Node, fields scalarFields) Value {
	return Value{
		Text: pattern.Value, Origin: p.origin(key, pattern),
		why: why{reason: fields.line("reason"), owner: fields.line("owner"), expires: fields.line("expires")},
	}
}
