package discover

import (
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template"
)

// mayMatter reports by the name whether any part of discovery looks at a file: as a Dockerfile, a
// template, a part of a project or of a chart, or a CI file. It is for lists in which most files
// can be skipped by their names, and decides nothing else.
func mayMatter(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	ext := path.Ext(base)
	if template.CandidateExtension(ext) || ext == ".env" {
		return true
	}
	lower := strings.ToLower(base)
	return holdsDockerfile(lower) || template.CandidateExtension(strings.ToLower(ext)) || inTemplates(name)
}

// inTemplates reports whether a file lies where a chart has its templates.
func inTemplates(name string) bool {
	return strings.Contains(name, "/templates/") || strings.HasPrefix(name, "templates/")
}

// holdsDockerfile reports whether the word stands in a name in lower case.
func holdsDockerfile(name string) bool {
	return strings.Contains(name, "erfile") && // most names lack both
		(strings.Contains(name, "dockerfile") || strings.Contains(name, "containerfile"))
}

// nameKind is what the name of a file says about Dockerfiles.
type nameKind uint8

const (
	otherName nameKind = iota
	// dockerfileName follows the conventions: Dockerfile and Containerfile, alone, before
	// a dot or as the extension, in any case.
	dockerfileName
	// likelyName holds the word elsewhere: Dockerfile-prod, ProdDockerfile.
	likelyName
	// foreignName holds the word and has the extension of something else: Dockerfile.md is
	// mostly prose, and dockerfile.go a program.
	foreignName
	// engineName becomes a Dockerfile once a program has filled it in.
	engineName
	// bareName has no extension and does not hold the word.
	bareName
)

// dockerfileKind judges the name of a file.
func dockerfileKind(name string) nameKind {
	name = strings.ToLower(path.Base(name))
	word, _, dotted := strings.Cut(name, ".")
	ext := path.Ext(name)
	switch {
	case strings.HasSuffix(name, ".dockerignore"), strings.HasSuffix(name, ".containerignore"):
		return otherName
	case !holdsDockerfile(name):
		if !dotted {
			return bareName
		}
		return otherName
	case isEngineSuffix(ext):
		return engineName
	case slices.Contains(foreignExtensions(), ext):
		return foreignName
	case isDockerfile(word), isDockerfile(strings.TrimPrefix(ext, ".")):
		return dockerfileName
	}
	return likelyName
}

func isDockerfile(word string) bool { return word == "dockerfile" || word == "containerfile" }

// isEngineSuffix reports whether a program must fill in files with the extension.
func isEngineSuffix(ext string) bool {
	if _, known := template.WithoutEngine("x" + ext); known {
		return true
	}
	switch ext {
	case ".template", ".tt", ".mustache", ".hbs", ".ejs", ".in", ".m4":
		return true
	}
	return false
}

// foreignExtensions are those of prose, data and programs about Dockerfiles.
func foreignExtensions() []string {
	return []string{
		".md", ".mdx", ".markdown", ".rst", ".adoc", ".txt", ".html", ".json", ".jsonc", ".yaml", ".yml", ".toml", ".xml", ".csv", ".svg",
		".png", ".gif", ".jpg", ".lock", ".snap", ".diff", ".patch", ".log", ".go", ".py", ".pyi", ".ipynb", ".js", ".mjs", ".cjs", ".ts", ".mts",
		".tsx", ".jsx", ".vue", ".rb", ".java", ".kt", ".kts", ".groovy", ".scala", ".swift", ".dart", ".rs", ".zig", ".c", ".h", ".cc", ".cpp",
		".hpp", ".cs", ".fs", ".php", ".pl", ".pm", ".lua", ".vim", ".el", ".ex", ".exs", ".erl", ".hs", ".ml", ".r", ".jl", ".sql", ".sh", ".bash",
		".zsh", ".fish", ".ps1", ".bat", ".cmd", ".css", ".scss", ".tf", ".tofu", ".hcl", ".bicep", ".cue", ".nix", ".rego", ".sublime-syntax",
	}
}
