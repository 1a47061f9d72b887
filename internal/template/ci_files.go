package template

import (
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// IsCIFile reports whether a path is that of a file of one of the kinds.
func IsCIFile(file string, kinds []result.CIFiles) bool {
	return slices.ContainsFunc(kinds, func(kind result.CIFiles) bool { return isCIFile(file, kind) })
}

func isCIFile(file string, kind result.CIFiles) bool {
	switch kind {
	case result.GitHubFiles:
		return isWorkflow(file)
	case result.GitLabFiles:
		return isPipeline(file)
	case result.DevContainerFiles:
		return isDevContainer(file)
	}
	return false
}

// CIImages returns the images of a file that [IsCIFile] accepts.
func CIImages(file string, content []byte) ([]Image, error) {
	doc, err := single(RawFile{Path: file, Content: content}).document()
	if err != nil {
		err.Path = file
		return nil, err
	}
	var all []Image
	add := func(ref, block *tree.Node, text string) {
		text = strings.TrimPrefix(text, "docker://")
		if _, err := image.Parse(text); text != "" && (err == nil || image.Placeholder(text) != "") {
			all = append(all, newImage(text, ref, block.Range, ""))
		}
	}
	switch {
	case isWorkflow(file):
		workflowImages(doc, add)
	case isPipeline(file):
		pipelineImages(doc, add)
	default:
		imageOrName(doc.Get("image"), "", add)
	}
	return all, nil
}

func isYAML(file string) bool {
	ext := strings.ToLower(path.Ext(file))
	return ext == ".yml" || ext == ".yaml"
}

// isWorkflow accepts the workflows and the actions of GitHub.
func isWorkflow(file string) bool {
	stem := strings.TrimSuffix(path.Base(file), path.Ext(file))
	return isYAML(file) && (strings.HasSuffix("/"+path.Dir(file), "/.github/workflows") || stem == "action")
}

func workflowImages(doc *tree.Node, add func(ref, block *tree.Node, text string)) {
	steps := func(list *tree.Node) {
		for _, step := range list.All() {
			if uses := step.Get("uses"); strings.HasPrefix(uses.Str(), "docker://") {
				add(uses, step, uses.Text)
			}
		}
	}
	for _, e := range doc.Get("jobs").Pairs() {
		job := e.Value
		for _, c := range append([]tree.Entry{{Value: job.Get("container")}}, job.Get("services").Pairs()...) {
			imageOrName(c.Value, "image", add)
		}
		steps(job.Get("steps"))
	}
	steps(doc.Get("runs", "steps"))
	if ref := doc.Get("runs", "image"); strings.HasPrefix(ref.Str(), "docker://") {
		add(ref, ref, ref.Text)
	}
}

// imageOrName adds an image that is a text, or the value of a key of a map.
func imageOrName(n *tree.Node, key string, add func(ref, block *tree.Node, text string)) {
	if n.Is(tree.Map) {
		imageOrName(n.Get(key), "", add)
		return
	}
	if n.Str() != "" {
		add(n, n, n.Text)
	}
}

func isPipeline(file string) bool {
	return isYAML(file) && strings.HasSuffix(strings.TrimSuffix(file, path.Ext(file)), ".gitlab-ci")
}

func pipelineImages(doc *tree.Node, add func(ref, block *tree.Node, text string)) {
	values := scope{}
	for _, v := range doc.Get("variables").Pairs() {
		value := v.Value
		if value.Is(tree.Map) {
			value = value.Get("value")
		}
		if text, ok := value.Literal(); ok {
			values["${"+v.Key+"}"], values["$"+v.Key] = text, text
		}
	}
	found := func(ref, block *tree.Node, text string) { add(ref, block, values.resolve(text)) }
	jobs := append([]tree.Entry{{Value: doc}}, doc.Pairs()...)
	for _, job := range jobs {
		if !job.Value.Is(tree.Map) {
			continue
		}
		imageOrName(job.Value.Get("image"), "name", found)
		for _, service := range job.Value.Get("services").All() {
			imageOrName(service, "name", found)
		}
	}
}

func isDevContainer(file string) bool {
	base := path.Base(file)
	return base == "devcontainer.json" || base == ".devcontainer.json"
}
