package template

import (
	"path"
	"strings"
)

// syntax is what a file's name says about how to read it.
type syntax uint8

const (
	syntaxNone syntax = iota
	syntaxTerraform
	syntaxTerraformJSON
	syntaxVars
	syntaxVarsJSON
	syntaxYAML
	syntaxJSON
	syntaxEither // .template: CloudFormation in JSON or YAML
	syntaxBicep
	syntaxTerragrunt
	syntaxTofu
)

// suffixes is searched in order: the longer endings stand first.
func suffixSyntax(name string) syntax {
	for _, s := range []struct {
		suffix string
		syntax syntax
	}{
		{".tf.json", syntaxTerraformJSON}, {".tfvars.json", syntaxVarsJSON},
		{".tf", syntaxTerraform}, {".tfvars", syntaxVars}, {".tofu", syntaxTofu},
		{".yaml", syntaxYAML}, {".yml", syntaxYAML}, {".json", syntaxJSON},
		{".template", syntaxEither}, {".bicep", syntaxBicep},
	} {
		if strings.HasSuffix(name, s.suffix) && name != s.suffix {
			return s.syntax
		}
	}
	return syntaxNone
}

func nameSyntax(p string) syntax {
	name := strings.ToLower(path.Base(p))
	switch name {
	case "terragrunt.hcl":
		return syntaxTerragrunt
	case "kustomization":
		return syntaxYAML
	}
	return suffixSyntax(name)
}

// Candidate reports by the name alone whether a file is worth reading.
func Candidate(path string) bool { return nameSyntax(path) != syntaxNone }

// inFolder reports whether one of the folders of p has the name.
func inFolder(p, name string) bool {
	dir := "/" + path.Dir(p) + "/"
	return strings.Contains(dir, "/"+name+"/")
}

// ComposeName reports whether a file has one of the names that docker compose
// and its users give.
func ComposeName(p string) bool {
	name := strings.ToLower(path.Base(p))
	stem, ok := strings.CutSuffix(name, ".yaml")
	if !ok {
		stem, ok = strings.CutSuffix(name, ".yml")
	}
	if !ok {
		return false
	}
	return stem == "compose" || strings.HasPrefix(stem, "compose.") ||
		strings.HasPrefix(stem, "docker-compose") || strings.HasSuffix(stem, ".compose")
}

// unsupportedName tells the files whose name alone says that they are something
// the service is not known to take.
func unsupportedName(p string) string {
	switch strings.ToLower(path.Base(p)) {
	case "chart.yaml":
		return "Helm chart"
	case "kustomization.yaml", "kustomization.yml", "kustomization":
		return "Kustomize overlay"
	}
	return ""
}

// ansibleVars tells the variable files that only Ansible keeps in such folders.
func ansibleVars(p string) bool {
	if inFolder(p, "group_vars") || inFolder(p, "host_vars") {
		return true
	}
	parts := strings.Split(p, "/")
	for i := 0; i+3 < len(parts); i++ {
		if parts[i] == "roles" && (parts[i+2] == "vars" || parts[i+2] == "defaults") {
			return true
		}
	}
	return false
}

// ansibleTasks tells the folders that hold lists of tasks.
func ansibleTasks(p string) bool {
	return inFolder(p, "tasks") || inFolder(p, "handlers") || inFolder(p, "roles")
}
