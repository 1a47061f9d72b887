package template

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// kustomizeGroup is the API group of Kustomize's files.
const kustomizeGroup = "kustomize.config.k8s.io"

// KustomizeTitle is the title of kustomizations.
const KustomizeTitle = "Kustomize overlay"

// kustomize recognises overlays by their name or their API version.
func kustomize() *Language {
	return &Language{
		Framework: Kubernetes, Title: KustomizeTitle,
		Names: dataNames(), NamesImages: true,
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

func sniffKustomize(in *input) bool { return isKustomizeName(in.name) || in.has(kustomizeGroup) }

// parseKustomize accepts by the API version, and any map in a file of Kustomize's own
// name: there the version may be missing.
func parseKustomize(in *input) (*File, *tree.SyntaxError) {
	s, err := in.documents()
	if err != nil {
		return nil, err
	}
	byName := isKustomizeName(in.name)
	if !slices.ContainsFunc(s.Docs, func(doc *tree.Node) bool { return isKustomization(doc) || byName && len(doc.Pairs()) > 0 }) {
		return nil, nil
	}
	return &File{Role: RoleUnsupported, Doc: s.Docs[0]}, nil
}

func isKustomization(doc *tree.Node) bool {
	return strings.HasPrefix(doc.Get("apiVersion").Str(), kustomizeGroup+"/")
}
