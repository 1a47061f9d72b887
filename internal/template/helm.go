package template

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// helmTemplate is the language of manifests that Helm has to render. Most can't be
// parsed; the others have {{ }} in a key, a name or an image.
func helmTemplate() *Language {
	return &Language{Framework: Kubernetes, Title: "Helm template", Names: yamlNames(), sniff: sniffHelmTemplate, parse: parseHelmTemplate}
}

func sniffHelmTemplate(in *input) certainty {
	if in.under("templates") && in.hasActions() && sniffKubernetes(in) == certain {
		return certain
	}
	return unlikely
}

func parseHelmTemplate(in *input) (*File, *tree.SyntaxError) {
	s, err := in.documents()
	if err != nil || s.MapAsKey {
		return notSent(in)
	}
	f, err := objects(s.Docs, in.folder.budget)
	if f == nil {
		return nil, err
	}
	isAction := func(text string) bool { return strings.Contains(text, "{{") }
	if slices.ContainsFunc(f.Resources, func(r Resource) bool { return isAction(r.Name) }) ||
		slices.ContainsFunc(f.Images, func(i Image) bool { return isAction(i.Ref) }) {
		return notSent(in)
	}
	return nil, nil
}
