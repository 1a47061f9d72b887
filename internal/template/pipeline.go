package template

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

const (
	// maxIncludes is how many files a GitLab pipeline may include
	// (https://docs.gitlab.com/ci/yaml/#include).
	maxIncludes = 150
	// maxReads is how many files all pipelines of a tree may read.
	maxReads = 20_000
)

// IsPipeline reports whether a path is that of a GitLab pipeline.
func IsPipeline(file string) bool {
	return isYAML(file) && strings.HasSuffix(strings.TrimSuffix(file, path.Ext(file)), ".gitlab-ci")
}

// Pipeline is what a GitLab pipeline is made of.
type Pipeline struct {
	Images []PlacedImage
	// Files are those that were read, and Bad the errors of those that can't be: a
	// [*tree.SyntaxError], or that of the reader.
	Files []string
	Bad   map[string]error
	// Elsewhere are the includes that name no file of the tree, by the files with them.
	Elsewhere map[string][]string
}

// PipelineTree is the tree that a pipeline is in.
type PipelineTree struct {
	// Read returns a file, and Match the paths that a glob fits.
	Read  func(path string) ([]byte, error)
	Match func(glob string) []string
	reads int
}

// ReadPipeline reads a GitLab pipeline with the files that it includes. Variables of the
// including file win.
func ReadPipeline(file string, t *PipelineTree) *Pipeline {
	r := pipelineReader{PipelineTree: t, Pipeline: &Pipeline{Bad: map[string]error{}, Elsewhere: map[string][]string{}}}
	r.file(file, scope{})
	return r.Pipeline
}

type pipelineReader struct {
	*PipelineTree
	*Pipeline
}

// file reads a file once. outer are the values that the including files give.
func (r *pipelineReader) file(file string, outer scope) {
	if slices.Contains(r.Files, file) {
		return
	}
	r.Files = append(r.Files, file)
	r.reads++
	content, err := r.Read(file)
	if err != nil {
		r.Bad[file] = err
		return
	}
	stream, syntax := single(RawFile{Path: file, Content: content}).documents()
	if syntax != nil {
		syntax.Path = file
		r.Bad[file] = syntax
		return
	}
	values := scope{}
	for _, doc := range stream.Docs {
		values.addInputs(doc.Get("spec", "inputs"))
		values.addVariables(doc.Get("variables"))
	}
	maps.Copy(values, outer)
	for _, doc := range stream.Docs {
		r.images(file, doc, values)
		for _, include := range doc.Get("include").All() {
			r.include(file, include, values)
		}
		for _, job := range doc.Pairs() {
			for _, include := range job.Value.All("trigger", "include") {
				r.include(file, include, values)
			}
		}
	}
}

// include reads what an entry includes.
func (r *pipelineReader) include(file string, entry *tree.Node, values scope) {
	local := entry
	if entry.Is(tree.Map) {
		local = entry.Get("local")
	}
	found := false
	for _, item := range local.All() {
		if text := item.Str(); text != "" && !strings.Contains(text, "://") {
			r.local(file, item, entry, values)
			found = true
		}
	}
	if found {
		return
	}
	for _, key := range []string{"project", "remote", "template", "component"} {
		if text := entry.Get(key).Str(); text != "" {
			r.elsewhere(file, entry, key+" "+text)
			return
		}
	}
	if entry.Get("artifact") == nil { // else a job makes it
		r.elsewhere(file, entry, entry.Str())
	}
}

// local reads the files of the tree that an entry includes.
func (r *pipelineReader) local(file string, name, entry *tree.Node, values scope) {
	files := r.Match(strings.TrimPrefix(path.Clean("/"+values.resolve(name.Text)), "/"))
	if len(files) == 0 || len(r.Files)+len(files) > maxIncludes || r.reads > maxReads {
		r.elsewhere(file, name, name.Text)
		return
	}
	inner := maps.Clone(values)
	for _, input := range entry.Get("inputs").Pairs() {
		if text, ok := input.Value.Literal(); ok {
			inner["$[[inputs."+input.Key+"]]"] = values.resolve(text)
		}
	}
	for _, included := range files {
		r.file(included, inner)
	}
}

func (r *pipelineReader) elsewhere(file string, n *tree.Node, what string) {
	r.Elsewhere[file] = append(r.Elsewhere[file], fmt.Sprintf("line %d: %s", n.Range.Start, Reference(what)))
}

// images adds the images of a document.
func (r *pipelineReader) images(file string, doc *tree.Node, values scope) {
	var all []Image
	add := addIfImage(&all)
	jobs := append([]tree.Entry{{Value: doc}}, doc.Pairs()...)
	for _, job := range jobs {
		if !job.Value.Is(tree.Map) {
			continue
		}
		own := maps.Clone(values)
		own.addVariables(job.Value.Get("variables"))
		found := func(ref, block *tree.Node, text string) { add(ref, block, own.resolve(text)) }
		imageOrName(job.Value.Get("image"), "name", found)
		for _, service := range job.Value.Get("services").All() {
			imageOrName(service, "name", found)
		}
	}
	for _, i := range all {
		r.Images = append(r.Images, PlacedImage{file, i})
	}
}

// addVariables adds the variables of a pipeline or a job.
func (s scope) addVariables(variables *tree.Node) {
	for _, v := range variables.Pairs() {
		value := v.Value
		if value.Is(tree.Map) {
			value = value.Get("value")
		}
		if text, ok := value.Literal(); ok {
			s["${"+v.Key+"}"], s["$"+v.Key] = text, text
		}
	}
}

// addInputs adds the defaults of inputs.
func (s scope) addInputs(inputs *tree.Node) {
	for _, input := range inputs.Pairs() {
		if text, ok := input.Value.Get("default").Literal(); ok {
			s["$[[inputs."+input.Key+"]]"] = text
		}
	}
}
