package discover

import (
	"path"
	"strings"

	"github.com/scangate/scangate/internal/template"
)

// NamesTarget reports by the name alone whether a file is meant as a template or a Dockerfile. It
// is certain: a name that other files have too, as data.json or README, does not count.
func NamesTarget(file string) bool {
	switch dockerfileKind(file) {
	case dockerfileName, likelyName, engineName:
		return true
	case otherName, foreignName, bareName:
	}
	rest, _ := template.WithoutEngine(file)
	name := strings.ToLower(path.Base(rest))
	switch {
	case template.IsTerraform(rest):
		return true
	case !strings.Contains(name, "."), path.Ext(name) == ".json":
		return false
	}
	return template.Candidate(rest)
}

// HoldsTemplate reports whether the content of a file is that of a template.
func HoldsTemplate(file string, content []byte) bool {
	if !template.Candidate(file) || len(content) > template.MaxSize {
		return false
	}
	found, err := template.Parse(file, content)
	return found != nil || err != nil
}
