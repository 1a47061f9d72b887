package discover

import (
	"path"
	"strings"
)

// nameKind is what the name of a file says about Dockerfiles.
type nameKind uint8

const (
	otherName nameKind = iota
	dockerfileName
	// uncertainName is a Dockerfile if it can be read as one: Dockerfile.md is
	// mostly prose, and dockerfile.go a program.
	uncertainName
	// dockerfileTemplate becomes a Dockerfile once a program has filled it in.
	dockerfileTemplate
)

// dockerfileKind judges the name of a file by the conventions: Dockerfile and
// Containerfile, alone, before a dot or as the extension, in any case.
func dockerfileKind(name string) nameKind {
	name = strings.ToLower(path.Base(name))
	word, ext, dotted := strings.Cut(name, ".")
	switch {
	case strings.HasSuffix(name, ".dockerignore"), strings.HasSuffix(name, ".containerignore"):
		return otherName
	case word != "dockerfile" && word != "containerfile":
		return extensionKind(name)
	case !dotted:
		return dockerfileName
	}
	switch ext[strings.LastIndexByte(ext, '.')+1:] {
	case "j2", "jinja", "jinja2", "erb", "tmpl", "tpl", "template", "tt", "mustache", "hbs", "ejs", "in", "m4", "gotmpl":
		return dockerfileTemplate
	case "md", "markdown", "rst", "adoc", "txt", "html", "json", "yaml", "yml", "toml", "xml", "csv", "svg", "png", "lock", "snap", "diff", "patch",
		"go", "py", "js", "mjs", "cjs", "ts", "tsx", "jsx", "rb", "java", "kt", "rs", "c", "h", "cc", "cpp", "cs", "php", "lua", "vim", "el", "sh", "ps1":
		return uncertainName
	}
	return dockerfileName
}

func extensionKind(name string) nameKind {
	switch path.Ext(name) {
	case ".dockerfile", ".containerfile":
		return dockerfileName
	}
	return otherName
}
