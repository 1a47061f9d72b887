package template

import (
	"bytes"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// The names of template engines.
const (
	goEngine       = "Go template"
	helmEngine     = "Helm template"
	jinjaEngine    = "Jinja template"
	mustacheEngine = "Mustache template"
	erbEngine      = "ERB template"
	cookiecutter   = "cookiecutter template"

	terraformEngine = "Terraform template"
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
	switch path.Ext(strings.ToLower(name)) {
	case ".tmpl", ".tpl", ".gotmpl":
		return goEngine
	case ".tftpl":
		return terraformEngine
	case ".erb":
		return erbEngine
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
// nothing to take out, and then there are no texts.
func WithoutActions(name string, content []byte) (engine string, texts iter.Seq[[]byte]) {
	actions := findActions(content)
	if len(actions) > 0 {
		engine = engineOf(name, actions)
	}
	return engine, takeOut(content, actions, wordFor(content))
}

// filled returns the file that a text becomes once its template engine has filled it in,
// nil if it is not a text for one, or if what remains without the actions can't be parsed.
// If the text itself is broken, what remains need not be recognised: the words of a
// language are in it.
func (in *input) filled(broken bool) *File {
	engine, texts := WithoutActions(in.path, in.content)
	if broken && in.isGenerated(engine) {
		return in.unread(engine)
	}
	isData := false
	for text := range texts {
		rest := single(RawFile{Path: in.path, Content: text})
		if f := rest.filledBy(engine); f != nil {
			return f
		}
		isData = isData || rest.isData()
		if !broken {
			return nil // the other texts are for actions that are not values
		}
	}
	if !isData {
		return nil
	}
	return in.unread(engine)
}

// maxFilled is the size in bytes above which what remains of a template of a chart is not
// parsed: it would only tell whether Helm can render the chart, which is not sent. Files of that
// size are generated, and take most of the time of a chart.
const maxFilled = 64 << 10

// isGenerated reports whether a text for an engine is a template of a chart that no person wrote.
func (in *input) isGenerated(engine string) bool {
	return in.isOfChart && engine == helmEngine && len(in.content) > maxFilled
}

// unread returns the file that a text for an engine may become, nil if it has no words of a
// language.
func (in *input) unread(engine string) *File {
	i := slices.IndexFunc(languages(), func(l *Language) bool { return l.mayRead(in) })
	if i < 0 {
		return nil
	}
	return &File{Path: in.path, Language: languages()[i], Role: RoleUnsupported, Engine: engine}
}

// filledBy returns the file that a text is once an engine has filled it in, nil if it can't
// be parsed.
func (in *input) filledBy(engine string) *File {
	f, err := in.parseAs()
	if err != nil || f == nil {
		return nil
	}
	return &File{Path: in.path, Language: f.Language, Role: RoleUnsupported, Engine: engine, Resources: f.Resources}
}

// isData reports whether a text is JSON or YAML, and not empty.
func (in *input) isData() bool {
	docs, err := in.documents()
	return err == nil && len(docs.Docs) > 0
}

// isDeployable reports whether a document of a text for a template engine is an object
// without actions. kubectl deploys it, whatever the other documents are.
func (in *input) isDeployable() bool {
	return in.docs != nil && slices.ContainsFunc(in.docs.Docs, func(doc *tree.Node) bool {
		return isObject(doc) && !strings.Contains(doc.Get("metadata", "name").Scalar(), "{{") && !hasOddKey(doc, 0)
	})
}

// hasOddKey reports whether a key is not a text, which {{ x }} without quotes is.
func hasOddKey(n *tree.Node, depth int) bool {
	if depth > tree.MaxDepth {
		return true
	}
	return slices.ContainsFunc(n.Entries, func(e tree.Entry) bool { return e.Key == "" || hasOddKey(e.Value, depth+1) }) ||
		slices.ContainsFunc(n.Items, func(item *tree.Node) bool { return hasOddKey(item, depth+1) })
}

// isAllActions reports whether a template engine has nothing but actions to fill in.
func (in *input) isAllActions() bool {
	_, texts := WithoutActions(in.path, in.content)
	for text := range texts {
		return firstContent(text) == nil
	}
	return false
}

// fill returns the file that one of several texts is.
func fill(path, engine string, texts iter.Seq[[]byte]) *File {
	for text := range texts {
		if f := single(RawFile{Path: path, Content: text}).filledBy(engine); f != nil {
			return f
		}
	}
	return nil
}

// ParseFilled reads a file whose name says that a template engine fills it in, such as
// main.tf.tmpl. It returns nil for what does not become a template or a project.
func ParseFilled(path string, content []byte) *File {
	rest, _ := WithoutEngine(path)
	engine, texts := WithoutActions(path, content)
	if engine == "" {
		engine, texts = engineOf(path, nil), slices.Values([][]byte{content})
	}
	f := fill(rest, engine, texts)
	if f == nil || f.Language.Framework == Terraform && len(f.Resources) == 0 {
		return nil
	}
	f.Path = path
	return f
}

// needsEngine reports whether a file that can be parsed may be a text for a template
// engine nevertheless: {{ x }} without quotes is a map, an object whose version is an
// action is not an object, and none can be deployed whose name is an action.
func (in *input) needsEngine(f *File) bool {
	switch {
	case !bytes.Contains(in.content, []byte("{{")):
		return false
	case f == nil: // docs are those of a language that found its words
		return in.docs != nil && (in.docs.MapAsKey || slices.ContainsFunc(in.docs.Docs, hasActionNear))
	case f.Role != RoleTemplate && f.Role != RoleCompose:
		return false
	case in.docs != nil && in.docs.MapAsKey:
		return true
	}
	isDeployable := func(r Resource) bool { return !strings.Contains(r.Name, "{{") }
	return f.Language.Framework == Kubernetes && !slices.ContainsFunc(f.Resources, isDeployable)
}

// hasActionNear reports whether there is an action where languages look for their own words:
// a type of CloudFormation is three levels deep, and so is the kind of an object in a list.
func hasActionNear(doc *tree.Node) bool { return hasAction(doc, 3) }

func hasAction(n *tree.Node, levels int) bool {
	if levels == 0 || len(n.Items) == 0 && len(n.Entries) == 0 {
		return strings.Contains(n.Text, "{{")
	}
	return slices.ContainsFunc(n.Items, func(item *tree.Node) bool { return hasAction(item, levels-1) }) ||
		slices.ContainsFunc(n.Entries, func(e tree.Entry) bool { return hasAction(e.Value, levels-1) })
}

// wordFor is a word that can stand for the output of an action in a text. It is a value in
// JSON, and elsewhere a name and a version of an API.
func wordFor(content []byte) string {
	if c := firstByte(content); c == '{' && !bytes.HasPrefix(bytes.TrimSpace(content), []byte("{{")) || c == '[' {
		return "0"
	}
	return "v1"
}
