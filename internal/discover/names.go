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
	// doubtfulName is a Dockerfile if it can be read as one: Dockerfile.md is
	// mostly prose, and dockerfile.go a program.
	doubtfulName
	// dockerfileTemplate becomes a Dockerfile only after some program has
	// filled it in.
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
		return doubtfulName
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

// sensitive reports whether a name is one of those under which secrets are
// kept. Such files are never read, whatever a glob says. A Dockerfile needs no
// such rule: what can't be read as one is not sent.
func sensitive(name string) bool {
	name = strings.ToLower(name)
	base := path.Base(name)
	switch {
	case strings.HasSuffix(base, ".tfstate"), strings.Contains(base, ".tfstate."),
		base == ".env", strings.HasPrefix(base, ".env."), strings.HasSuffix(base, ".env"),
		strings.HasPrefix(base, "kubeconfig"), strings.HasSuffix(base, ".kubeconfig"), strings.HasSuffix(name, ".kube/config"),
		base == ".netrc", base == ".npmrc", base == ".pypirc", base == ".pgpass", base == ".git-credentials",
		strings.HasSuffix(name, ".aws/credentials"), strings.HasSuffix(name, ".docker/config.json"):
		return true
	case strings.HasPrefix(base, "id_rsa"), strings.HasPrefix(base, "id_dsa"), strings.HasPrefix(base, "id_ecdsa"), strings.HasPrefix(base, "id_ed25519"):
		return !strings.HasSuffix(base, ".pub")
	}
	switch path.Ext(base) {
	case ".pem", ".key", ".p8", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk":
		return true
	}
	return false
}
