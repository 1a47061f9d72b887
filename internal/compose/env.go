package compose

import (
	"path"
	"strings"

	"github.com/scangate/scangate/internal/secret"
)

// projectName is the variable that Compose sets itself.
const projectName = "COMPOSE_PROJECT_NAME"

// env holds the variables of a project: those that the user gives, those of the
// including file, those of .env files, and the name of the project. The environment of
// the process is not a part of it, because a change could have it sent.
type env struct {
	vars    map[string]string
	outer   *env
	values  map[string]setting
	project string
	// ignored is a .env file that git ignores, "" if there is none.
	ignored string
	// use is called for each value that is found, and the file it is from, "" for the user.
	use func(name, value, file string)
}

func (e *env) find(name string) (value string, ok bool, why string) {
	if value, ok = e.vars[name]; ok {
		e.use(name, value, "")
		return value, true, ""
	}
	if e.outer != nil {
		if value, ok, why = e.outer.find(name); ok || why != "" {
			return value, ok, why
		}
	}
	if s, has := e.values[name]; has {
		if value, ok, why = s.get(); ok {
			e.use(name, value, s.file)
		}
		return value, ok, why
	}
	if name == projectName && e.project != "" {
		return e.project, true, ""
	}
	return "", false, ""
}

// read adds the values of a .env file. Those that may be credentials are not used,
// because an image's name is sent.
func (e *env) read(file, content string) *dotenvError {
	values, err := parseDotenv(content, func(name string) (value string, ok bool, why string) {
		value, ok, why = e.find(name)
		if !ok && why == "" && secret.IsCredentialVariable(name) {
			why = unused(file)
		}
		return value, ok, why
	})
	if e.values == nil {
		e.values = map[string]setting{}
	}
	for name, s := range values {
		if secret.IsCredentialVariable(name) {
			s = setting{err: &unsetError{name: name, why: unused(file)}}
		}
		s.file = file
		e.values[name] = s
	}
	return err
}

func unused(file string) string { return "a value in " + file + " may be a credential and is not used" }

// defaultProject is the name of a project in a folder, as Compose makes it. It is
// unknown for the top folder, which each checkout may name as it likes.
func defaultProject(dir string) string {
	if dir == "" {
		return ""
	}
	return normalizeProject(path.Base(dir))
}

func normalizeProject(name string) string {
	kept := strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	return strings.TrimLeft(kept, "_-")
}
