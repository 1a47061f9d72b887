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
	// with a dot, whole base names, and noExtension.
	Names []string
	// NamesImages is set for languages that may name images.
	NamesImages bool
	// Folder is set if the files of a folder are one project, which is listed once.
	Folder bool

	// sniff reports by the path and the bytes of a file with one of the names whether
	// it is worth parsing: most YAML and JSON files are something else. What it accepts
	// and can't be parsed is an error. Nil accepts all.
	sniff func(*input) bool
	// parse returns nil, nil for a file that turns out to be something else.
	parse func(*input) (*File, *tree.SyntaxError)
	// kinds are the service's kind words for the language's types; see kinds.go.
	kinds string
	// clouds are the prefixes of types that belong to a cloud.
	clouds []cloudPrefix
}

// languages is the registry. A file belongs to the first language that accepts it,
// so the order is from certain to uncertain: recognised by name, then by content.
var languages = sync.OnceValue(func() []*Language {
	return []*Language{
		terraform(),
		terraformStack(),
		packer(),
		nomad(),
		waypoint(),
		terragrunt(),
		openTofu(),
		bicep(),
		compose(),
		arm(),
		cloudFormation(),
		kubernetes(),
		tanka(),
		kustomize(),
		helmChart(),
		ansible(),
		ansibleVault(),
		ansibleVariables(),
		serverless(),
		pulumi(),
		terraformPlan(),
		awsCDK(),
		terraformCDK(),
		taskDefinition(),
		containerGroup(),
		copilot(),
		packerJSON(),
		nomadJSON(),
		jsonnet(),
		helmfile(),
	}
})

// Languages lists the languages in the order of the registry.
func Languages() []*Language { return slices.Clone(languages()) }

// anyLanguage has the names of all languages, each once.
var anyLanguage = sync.OnceValue(func() *Language {
	all := &Language{}
	for _, l := range languages() {
		all.Names = append(all.Names, l.Names...)
	}
	slices.Sort(all.Names)
	all.Names = slices.Compact(all.Names)
	return all
})

// extensions are those of the names of all languages, and of texts for template engines.
var extensions = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, name := range slices.Concat(anyLanguage().Names, engineSuffixes()) {
		all[path.Ext(name)] = true // none for noExtension
	}
	return all
})

// CandidateExtension reports whether [Candidate] accepts a name with an extension, or
// [WithoutEngine] takes one off. The extension is in lower case, "" for none.
func CandidateExtension(ext string) bool { return extensions()[ext] }

// Candidate reports by the name alone whether a file is worth reading.
func Candidate(path string) bool { return anyLanguage().hasName(nameOf(path)) }

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

// noExtension stands in [Language.Names] for all names without a dot.
const noExtension = "no extension"

// hasName reports whether a name is one of the language.
func (l *Language) hasName(name string) bool {
	return slices.ContainsFunc(l.Names, func(own string) bool {
		switch {
		case own == noExtension:
			return !strings.Contains(name, ".")
		case own[0] == '.':
			return strings.HasSuffix(name, own)
		}
		return name == own
	})
}

// mayRead reports whether a file may be in the language.
func (l *Language) mayRead(in *input) bool {
	return l.hasName(in.name) && (l.sniff == nil || l.sniff(in))
}

// dataNames are the names of YAML and JSON files of any kind. Tools go by the content
// too: kubectl takes YAML from a file named .json.
func dataNames() []string {
	return []string{".yaml", ".yml", ".json", ".jsonc", ".template", noExtension}
}
