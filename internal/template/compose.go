package template

import (
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// Compose is the framework of Compose files.
const Compose result.Framework = "compose"

// ComposeTitle is the title of Compose.
const ComposeTitle = "Compose"

func compose() *Language {
	return &Language{
		Framework: Compose, Title: ComposeTitle, Names: []string{".yaml", ".yml", ".json"}, NamesImages: true,
		sniff: sniffCompose, parse: parseCompose,
	}
}

// sniffCompose decides by the name or the lines that a Compose file of another name has.
func sniffCompose(in *input) bool {
	return ComposeName(in.path) || in.has("services") && (in.has("image") || in.has("build")) && (in.hasLine("services") || isJSON(in.name))
}

func isJSON(name string) bool { return strings.HasSuffix(name, ".json") }

// ComposeName reports whether a file has a name that docker compose looks for, or
// one that its users commonly give.
func ComposeName(file string) bool {
	name := strings.ToLower(path.Base(file))
	ext := path.Ext(name)
	if ext != ".yaml" && ext != ".yml" {
		return false
	}
	stem := strings.TrimSuffix(name, ext)
	return stem == "compose" || strings.HasPrefix(stem, "compose.") ||
		strings.HasPrefix(stem, "docker-compose") || strings.HasSuffix(stem, ".compose")
}

// parseCompose returns nil for a file without services and includes, and for one of
// another name that may be another tool's. Package compose reads the documents.
func parseCompose(in *input) (*File, *tree.SyntaxError) {
	s, err := in.documents()
	accepts := isCompose
	if !ComposeName(in.path) {
		accepts = isComposeByContent
	}
	if err != nil && isJSON(in.name) {
		return nil, tooLarge(err) // many other files have such words
	}
	if err != nil || !slices.ContainsFunc(s.Docs, accepts) {
		return nil, err
	}
	return &File{Role: RoleCompose, Compose: s.Docs}, nil
}

// isCompose reports whether docker compose may take a document.
func isCompose(doc *tree.Node) bool {
	if doc.Get("include").Is(tree.List) || doc.Get("include").Is(tree.String) {
		return true
	}
	return len(doc.Get("services").Pairs()) > 0 || IsFirstCompose(doc)
}

// IsFirstCompose reports whether a document is in the first format of Compose, whose
// services are the top-level keys.
func IsFirstCompose(doc *tree.Node) bool {
	if !doc.Is(tree.Map) || doc.Get("version") != nil || doc.Get("services") != nil {
		return false
	}
	for _, e := range doc.Entries {
		if !e.Value.Is(tree.Map) || e.Value.Get("image") == nil && e.Value.Get("build") == nil {
			return false
		}
	}
	return len(doc.Entries) > 0
}
