package template

import (
	"path"
	"strings"
)

// The names of template engines.
const (
	goEngine       = "Go template"
	helmEngine     = "Helm template"
	jinjaEngine    = "Jinja template"
	mustacheEngine = "Mustache template"
	erbEngine      = "ERB template"
	cookiecutter   = "cookiecutter template"
)

// engineOf names the template engine of a text by its actions, and where they leave it
// open by the name of the file.
func engineOf(name string, actions []action) string {
	title := ""
	for _, a := range actions {
		switch inside := strings.TrimLeft(a.inside, "-+~ \t\r\n"); {
		case strings.HasPrefix(inside, "cookiecutter."):
			return cookiecutter
		case strings.Contains(a.inside, ".Values.") || strings.Contains(a.inside, ".Release.") || strings.Contains(a.inside, ".Chart."):
			return helmEngine
		case title == "":
			title = engineOfAction(a, inside)
		}
	}
	if title != "" {
		return title
	}
	switch path.Ext(name) {
	case ".tmpl", ".tpl", ".gotmpl":
		return goEngine
	}
	return jinjaEngine
}

// engineOfAction returns "" for an action that several engines have, such as {{ name }}.
func engineOfAction(a action, inside string) string {
	switch {
	case a.open == "<%":
		return erbEngine
	case a.open != "{{":
		return jinjaEngine
	case a.kind != output, strings.HasPrefix(inside, "include "), strings.HasPrefix(inside, "template "):
		if strings.HasPrefix(inside, "/*") || inside != "" && strings.IndexByte("#/^!", inside[0]) < 0 {
			return goEngine
		}
		return mustacheEngine
	case strings.HasPrefix(inside, "."), strings.HasPrefix(inside, "$"):
		return goEngine
	case strings.HasPrefix(inside, ">"), strings.HasPrefix(inside, "{"):
		return mustacheEngine
	}
	return ""
}

// engineSuffixes are how the names of texts for template engines end.
func engineSuffixes() []string {
	return []string{".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".gotmpl", ".tftpl", ".erb"}
}

// WithoutEngine cuts off the ending of a name that says that a template engine fills in
// the file.
func WithoutEngine(name string) (rest string, found bool) {
	for _, suffix := range engineSuffixes() {
		if len(name) > len(suffix) && strings.EqualFold(name[len(name)-len(suffix):], suffix) {
			return name[:len(name)-len(suffix)], true
		}
	}
	return name, false
}

// WithoutActions names the template engine that a text is for, and returns what remains
// of the text without the engine's actions, in several ways: a text is a template of
// some language if one of them is a file in that language. engine is "" if there is
// nothing to take out.
func WithoutActions(name string, content []byte) (engine string, texts [][]byte) {
	word := wordFor(content)
	actions := findActions(content)
	if len(actions) == 0 {
		return "", nil
	}
	return engineOf(name, actions), takeOut(content, actions, word)
}

// wordFor is a word that an output can stand for in a text: in JSON, a number.
func wordFor(content []byte) string {
	if c := firstByte(content); c == '{' || c == '[' {
		return "0"
	}
	return "x"
}
