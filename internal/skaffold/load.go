package skaffold

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// Options are what a project gets besides its files.
type Options struct {
	// Vars are the variables that the user gives.
	Vars map[string]string
	// Read returns a file of the tree. Its error is one of package build, or says what
	// else is wrong.
	Read func(path string) ([]byte, error)
	// Names are for messages.
	Names result.Names
}

// File is a file that [IsConfig] recognises.
type File struct {
	Path    string
	Content []byte
}

// Load reads all Skaffold files of a tree. Each is a project, and those that require each
// other have one scope.
func Load(files []File, o Options) []build.Project {
	var projects []build.Project
	scopes := newScopes(files)
	for _, f := range files {
		l := &loader{Options: o, path: f.Path, dir: build.Folder(f.Path), scopes: scopes, kustomized: map[string]bool{}}
		l.project.Files = []string{f.Path}
		l.read(f.Content)
		projects = append(projects, l.project)
	}
	for i, f := range files {
		projects[i].Scope = "skaffold:" + scopes.of(f.Path)
	}
	return projects
}

// loader reads one file.
type loader struct {
	Options
	path, dir string
	project   build.Project
	scopes    scopes
	// given are the images that releases give to their charts.
	given []build.Image
	// kustomized are the folders whose kustomization was read.
	kustomized map[string]bool
}

func (l *loader) read(content []byte) {
	s, err := tree.ReadYAML(content, tree.NewBudget(len(content)))
	if err != nil {
		err.Path = l.path
		l.project.Images = []build.Image{{
			Name: l.path, Subject: l.path, Location: result.Location{Path: l.path, Line: max(1, err.Line)},
			Fault: result.Fault{Cause: result.CauseUnparsable, Reason: err.Error(), Fix: "fix the file, or exclude it"},
		}}
		return
	}
	for _, doc := range s.Docs {
		if !strings.HasPrefix(doc.Get("apiVersion").Scalar(), "skaffold/") {
			continue
		}
		for _, r := range doc.Get("requires").All() {
			l.require(r)
		}
		platforms := doc.Get("build", "platforms")
		l.pipeline(doc, platforms)
		for _, p := range doc.Get("profiles").All() {
			l.pipeline(p, platforms)
			for _, patch := range p.Get("patches").All() {
				l.patch(patch, p.Get("name").Scalar(), platforms)
			}
		}
	}
	for _, i := range l.given {
		if !l.isUnsent(i.Ref) {
			l.project.Images = append(l.project.Images, i)
		}
	}
}

// require joins the scopes of two files.
func (l *loader) require(n *tree.Node) {
	to := n.Get("path")
	if to == nil {
		if n.Get("git") != nil || n.Get("googleCloudStorage") != nil {
			l.leaveOut(n, "Skaffold file of another repository", "nothing is fetched from elsewhere")
		}
		return
	}
	file, err := build.Join(l.dir, to.Scalar())
	if err != nil {
		l.leaveOut(to, "Skaffold file "+to.Scalar(), err.Error())
		return
	}
	for _, name := range []string{file, path.Join(file, "skaffold.yaml"), path.Join(file, "skaffold.yml")} {
		if l.scopes.join(l.path, name) {
			return
		}
	}
	l.leaveOut(to, "Skaffold file "+to.Scalar(), "no Skaffold file is there")
}

// pipeline reads what a document or a profile builds and deploys, by default for platforms.
func (l *loader) pipeline(n, platforms *tree.Node) {
	if own := n.Get("build", "platforms"); own != nil {
		platforms = own
	}
	for _, artifact := range n.Get("build", "artifacts").All() {
		l.artifact(artifact, platforms)
	}
	l.manifests(n)
}

// patch adds what a profile adds to the artifacts or manifests. Other patches of these are
// not applied.
func (l *loader) patch(n *tree.Node, profile string, platforms *tree.Node) {
	where, value := n.Get("path").Scalar(), n.Get("value")
	switch list, index := path.Split(where); {
	case list == "/build/artifacts/" && value.Is(tree.Map):
		l.artifact(value, platforms)
	case (list == "/manifests/rawYaml/" || list == "/deploy/kubectl/manifests/") && value != nil && index != "":
		l.deploy(value.Scalar())
	case strings.HasPrefix(where, "/build/artifacts"), strings.HasPrefix(where, "/manifests"), strings.HasPrefix(where, "/deploy"):
		l.leaveOut(n, fmt.Sprintf("Skaffold profile %q", profile), "its patch of "+where+" is not applied")
	}
}

func (l *loader) leaveOut(n *tree.Node, what, why string) {
	l.project.NotSent = append(l.project.NotSent, result.NotSent{Path: l.path, What: what, Why: fmt.Sprintf("line %d: %s", n.Range.Start, why)})
}

// scopes hold which files require each other: each leads to another one, or to itself.
type scopes map[string]string

func newScopes(files []File) scopes {
	s := scopes{}
	for _, f := range files {
		s[f.Path] = f.Path
	}
	return s
}

// of returns the file that stands for all that are joined with a file.
func (s scopes) of(file string) string {
	for s[file] != file {
		file = s[file]
	}
	return file
}

// join joins the scopes of two files, and reports whether there is the second one.
func (s scopes) join(a, b string) bool {
	if _, ok := s[b]; !ok {
		return false
	}
	s[s.of(b)] = s.of(a)
	return true
}

// expand replaces the variables of a Go template, such as {{.TAG}}.
func (l *loader) expand(text string) (string, error) {
	var missing []string
	out := variable().ReplaceAllStringFunc(text, func(match string) string {
		name := variable().FindStringSubmatch(match)[1]
		value, ok := l.Vars[name]
		if !ok {
			missing = append(missing, name)
			return ""
		}
		l.project.Use(result.Variable{Name: name, Value: value, From: l.Names.Var})
		return value
	})
	switch {
	case len(missing) > 0:
		return "", fmt.Errorf("%s has no value; fix: %s %s=VALUE", missing[0], l.Names.Var, missing[0])
	case strings.Contains(variable().ReplaceAllString(text, ""), "{{"):
		return "", fmt.Errorf("the template %q is not evaluated", text)
	}
	return out, nil
}

var variable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`{{\s*\.([A-Za-z_][A-Za-z0-9_]*)\s*}}`) })
