package template

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// kustomizeGroup is the API group of Kustomize's files.
const kustomizeGroup = "kustomize.config.k8s.io"

// kustomize recognises overlays by their name or their API version.
func kustomize() *Language {
	return &Language{
		Framework: Kubernetes, Title: "Kustomize overlay",
		Names: append(dataNames(), "kustomization"), NamesImages: true,
		sniff: sniffKustomize, parse: parseKustomize,
	}
}

func isKustomizeName(name string) bool {
	switch name {
	case "kustomization.yaml", "kustomization.yml", "kustomization":
		return true
	}
	return false
}

func sniffKustomize(in *input) certainty {
	switch {
	case isKustomizeName(in.name):
		return certain
	case in.has(kustomizeGroup):
		return possible
	}
	return unlikely
}

// parseKustomize does not accept a file of another name that holds Kubernetes
// objects beside the overlay.
func parseKustomize(in *input) (*File, *tree.SyntaxError) {
	if isKustomizeName(in.name) {
		return notSent(in)
	}
	s, err := in.documents()
	if err != nil || slices.ContainsFunc(s.Docs, isObject) || !slices.ContainsFunc(s.Docs, isKustomization) {
		return nil, err
	}
	return notSent(in)
}

func isKustomization(doc *tree.Node) bool {
	return strings.HasPrefix(doc.Get("apiVersion").Str(), kustomizeGroup+"/")
}
