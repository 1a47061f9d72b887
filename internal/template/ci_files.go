package template

import (
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// IsCIFile reports whether a path is that of a file of one of the kinds that stands alone:
// for those of GitLab see [IsPipeline].
func IsCIFile(file string, kinds []result.CIFiles) bool {
	return slices.ContainsFunc(kinds, func(kind result.CIFiles) bool { return isCIFile(file, kind) })
}

func isCIFile(file string, kind result.CIFiles) bool {
	switch kind {
	case result.GitHubFiles:
		return isWorkflow(file)
	case result.DevContainerFiles:
		return isDevContainer(file)
	}
	return false
}

// CIImages returns the images of a file that [IsCIFile] accepts. The error is a
// [*tree.SyntaxError].
func CIImages(file string, content []byte) ([]Image, error) {
	doc, err := single(RawFile{Path: file, Content: content}).document()
	if err != nil {
		err.Path = file
		return nil, err
	}
	var all []Image
	add := addIfImage(&all)
	if isWorkflow(file) {
		workflowImages(doc, add)
	} else {
		imageOrName(doc.Get("image"), "", add)
	}
	return all, nil
}

// addIfImage returns a function that adds a text to a list if it may be an image.
func addIfImage(all *[]Image) func(ref, block *tree.Node, text string) {
	return func(ref, block *tree.Node, text string) {
		text = strings.TrimPrefix(text, "docker://")
		if _, err := image.Parse(text); text != "" && (err == nil || image.Placeholder(text) != "") {
			*all = append(*all, newImage(text, ref, block.Range, ""))
		}
	}
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

func isDevContainer(file string) bool {
	base := path.Base(file)
	return base == "devcontainer.json" || base == ".devcontainer.json"
}
