package compose

import (
	"path"
	"strings"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// The variables that say which files form a project, instead of those of its folder.
const (
	listVariable      = "COMPOSE_FILE"
	separatorVariable = "COMPOSE_PATH_SEPARATOR"
)

// LoadListed reads the files that the .env file of a folder lists as one project, merged in
// their order. ok is false if it lists none. The folder of the first file is that of the
// project, and may have a .env file, too.
func LoadListed(dir string, o Options) (p build.Project, ok bool) {
	l := newLoader(dir, nil, o)
	outer := &env{vars: l.Vars, use: l.use}
	dotenv := path.Join(dir, ".env")
	l.readDotenv(outer, dotenv)
	value, ok, why := outer.find(listVariable)
	switch {
	case why != "":
		n := l.listNode(dir, outer, "")
		l.fail(dotenv, n.location(), l.unknown(n, &unsetError{name: listVariable, why: why}))
		return l.finish(), true
	case !ok || value == "":
		return build.Project{}, false
	}
	files := l.listed(value, dir, outer)
	if len(files) == 0 {
		return l.finish(), true
	}
	home := build.Folder(files[0])
	l.project.Scope = scopeOf(home)
	e := outer
	if home != dir {
		e = &env{vars: l.Vars, outer: outer, use: l.use}
		l.readDotenv(e, path.Join(home, ".env"))
	}
	l.setProject(e, home, files)
	l.project.Included = append(l.project.Included, files...)
	view{loader: l, model: l.model(files, home, e, nil), env: e, dir: home, optional: o.Optional}.evaluate()
	return l.finish(), true
}

// listed returns the files of a list that can be read. Others are noted at its line.
func (l *loader) listed(list, dir string, e *env) []string {
	var files []string
	for _, name := range strings.Split(list, separatorOf(list, e)) {
		n := l.listNode(dir, e, name)
		switch name {
		case "":
		case "-":
			l.leaveOut(n.location(), "Compose "+listVariable+" -", "it is what another program prints")
		default:
			if file, ok := l.follow(n, dir, listVariable); ok {
				files = append(files, file)
			}
		}
	}
	return files
}

// listNode returns the node of a text in the list of a .env file.
func (l *loader) listNode(dir string, e *env, text string) *node {
	src := &source{path: path.Join(dir, ".env"), dir: dir, env: e}
	line := l.lineOf(src.path)
	return &node{kind: tree.String, src: src, rng: result.Range{Start: line, End: line}, raw: strings.ReplaceAll(text, "$", "$$")}
}

// separatorOf returns what separates the files of a list: by default the sign of the system
// that the list was written for.
func separatorOf(list string, e *env) string {
	if separator, ok, _ := e.find(separatorVariable); ok && separator != "" {
		return separator
	}
	if strings.Contains(list, ";") {
		return ";"
	}
	return ":"
}

// lineOf returns the line of a .env file with the list, the first one if it is not there.
func (l *loader) lineOf(dotenv string) int {
	content, err := l.Read(dotenv)
	if err != nil {
		return 1
	}
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		if strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "export ")), listVariable) {
			return number
		}
	}
	return 1
}
