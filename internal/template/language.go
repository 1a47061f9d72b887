package template

import (
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// Language is a kind of file that scangate recognises. Each is one file of this
// package and one line of [languages].
type Language struct {
	// Framework is the language's name in result.json. Formats around another
	// language share its name: Bicep is of ARM, a Helm chart of Kubernetes.
	Framework result.Framework
	// Title is what people call it: "CloudFormation", "Helm chart".
	Title string
	// Names are the file names worth reading, in lower case: endings that begin
	// with a dot, and whole base names.
	Names []string
	// NamesImages is set for languages that may name images.
	NamesImages bool

	// sniff judges a file with one of the names by its path and bytes, without
	// parsing: most YAML and JSON files are something else. Nil means certain.
	sniff func(*input) certainty
	// parse returns nil, nil for a file that turns out to be something else.
	parse func(*input) (*File, *tree.SyntaxError)
	// kinds are the service's kind words for the language's types; see kinds.go.
	kinds string
	// clouds are the prefixes of the types that belong to a cloud.
	clouds []cloudPrefix
}

// certainty is how sure a language is of a file before it is parsed.
type certainty uint8

const (
	unlikely certainty = iota // the file is not offered to the language's parser
	possible                  // a file that can't be parsed is something else
	certain                   // a file that can't be parsed is a broken template
)

// languages is the registry. A file goes to the first language that takes it:
// those that a name decides come first, then the more certain ones by content.
var languages = sync.OnceValue(func() []Language {
	return []Language{
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

// Languages lists the template languages that scangate recognises.
func Languages() []Language { return slices.Clone(languages()) }

// Candidate reports by the name alone whether a file is worth reading.
func Candidate(path string) bool {
	return slices.ContainsFunc(languages(), func(l Language) bool { return l.named(path) })
}

// MayNameImages reports by the name alone whether a file may name images.
func MayNameImages(path string) bool {
	for _, l := range languages() {
		byNameAlone := l.sniff == nil
		if l.named(path) && (l.NamesImages || byNameAlone) {
			return l.NamesImages
		}
	}
	return false
}

// named reports whether a file has one of the language's names.
func (l *Language) named(file string) bool {
	base := strings.ToLower(path.Base(file))
	return slices.ContainsFunc(l.Names, func(name string) bool {
		if ending := name[0] == '.'; ending {
			return len(base) > len(name) && strings.HasSuffix(base, name)
		}
		return base == name
	})
}

// judge says how sure the language is of a file.
func (l *Language) judge(in *input) certainty {
	switch {
	case !l.named(in.path):
		return unlikely
	case l.sniff == nil:
		return certain
	}
	return l.sniff(in)
}

// yamlNames and dataNames are the names of files whose content decides.
func yamlNames() []string { return []string{".yaml", ".yml", ".template"} }
func dataNames() []string { return append(yamlNames(), ".json") }

// notSent is the parser of formats that the service is not known to take: their
// files are listed and not read.
func notSent(*input) (*File, *tree.SyntaxError) { return &File{Role: RoleUnsupported}, nil }
