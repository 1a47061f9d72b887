package template

import (
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// Language is a language, or a format in a language, whose files scangate
// recognises. To add one, write its file and add a line to [languages].
type Language struct {
	// Framework is the name in result.json. Formats that are built on a language
	// share its name: Bicep has that of ARM, a Helm chart that of Kubernetes. It is
	// empty for other formats that the service is not known to take.
	Framework result.Framework
	// Title is what people call it: "CloudFormation", "Helm chart".
	Title string
	// Names are the file names worth reading, in lower case: endings that begin
	// with a dot, and whole base names.
	Names []string
	// NamesImages is set for languages that may name images.
	NamesImages bool

	// sniff judges a file with one of the names by its path and bytes. It does not
	// parse, because most YAML and JSON files are something else. Nil is certain.
	sniff func(*input) certainty
	// parse returns nil, nil for a file that turns out to be something else.
	parse func(*input) (*File, *tree.SyntaxError)
	// kinds are the service's kind words for the language's types; see kinds.go.
	kinds string
	// clouds are the prefixes of types that belong to a cloud.
	clouds []cloudPrefix
}

// certainty is how sure a language is of a file before it is parsed.
type certainty uint8

const (
	unlikely certainty = iota // the file is not parsed as this language
	possible                  // if it can't be parsed, it is something else
	certain                   // if it can't be parsed, it is a broken template
)

// languages is the registry. A file belongs to the first language that accepts it,
// so the order is from certain to uncertain: recognised by name, then by content.
var languages = sync.OnceValue(func() []*Language {
	return []*Language{
		terraform(),
		terragrunt(),
		openTofu(),
		bicep(),
		helmChart(),
		kustomize(),
		compose(),
		arm(),
		cloudFormation(),
		helmTemplate(),
		kubernetes(),
		ansible(),
		ansibleVariables(),
	}
})

// Languages lists the languages in the order of the registry.
func Languages() []*Language { return slices.Clone(languages()) }

// Candidate reports by the name alone whether a file is worth reading.
func Candidate(path string) bool {
	name := nameOf(path)
	return slices.ContainsFunc(languages(), func(l *Language) bool { return l.hasName(name) })
}

// MayNameImages reports by the name alone whether a file may name images.
func MayNameImages(path string) bool {
	name := nameOf(path)
	for _, l := range languages() {
		byNameAlone := l.sniff == nil
		if l.hasName(name) && (l.NamesImages || byNameAlone) {
			return l.NamesImages
		}
	}
	return false
}

// nameOf is the base name of a file in lower case, the form of Language.Names.
func nameOf(file string) string { return strings.ToLower(path.Base(file)) }

// hasName reports whether a name is one of the language.
func (l *Language) hasName(name string) bool {
	return slices.ContainsFunc(l.Names, func(own string) bool {
		if own[0] == '.' {
			return len(name) > len(own) && strings.HasSuffix(name, own)
		}
		return name == own
	})
}

// judge returns how sure the language is of a file.
func (l *Language) judge(in *input) certainty {
	switch {
	case !l.hasName(in.name):
		return unlikely
	case l.sniff == nil:
		return certain
	}
	return l.sniff(in)
}

// yamlNames are the names of YAML files of any kind, dataNames those of YAML and
// JSON files.
func yamlNames() []string { return []string{".yaml", ".yml", ".template"} }
func dataNames() []string { return append(yamlNames(), ".json") }

// notSent is the parser of formats that the service is not known to take.
func notSent(*input) (*File, *tree.SyntaxError) { return &File{Role: RoleUnsupported}, nil }
