package compose

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

const (
	// maxLoads bounds the files that a project includes, each time that it does.
	maxLoads = 2000
	// maxServices bounds the services of a file. Those that people write have some hundreds.
	maxServices = 5000
	// maxMerged bounds the values that come from elsewhere: from files that are included,
	// services that are extended, and the volumes, tags and inline Dockerfiles of anchors.
	maxMerged = 200_000
)

// Options are what a project gets besides its files.
type Options struct {
	// Vars are the variables that the user gives.
	Vars map[string]string
	// Read returns a file of the tree. Its error is one of package build, or says what
	// else is wrong.
	Read func(path string) ([]byte, error)
	// Optional is set if the files may not be meant to be used alone: others extend
	// their services. Then what has no value here is not a problem.
	Optional bool
	// Names are for messages.
	Names result.Names
}

// File is a Compose file that has been parsed.
type File struct {
	Path string
	Docs []*tree.Node
}

// Load reads the Compose files of one folder as one project: the union of the ways in
// which they are used. A problem of one service or file is an image with a fault, and
// the rest is read all the same.
func Load(dir string, files []File, o Options) build.Project {
	l := newLoader(dir, files, o)
	var paths []string
	for _, f := range files {
		paths = append(paths, f.Path)
	}
	env := l.topEnv(dir, paths)
	for _, v := range variants(paths) {
		if v.lone != "" && !o.Optional {
			l.leaveOut(result.Location{Path: v.lone, Line: 1}, "Compose override file",
				"Compose reads it only beside a compose.yaml or docker-compose.yaml, and its folder has neither; what can be resolved in it is scanned")
		}
		view{loader: l, model: l.model(v.files, dir, env, nil), env: env, dir: dir, optional: v.optional || o.Optional}.evaluate()
	}
	return l.finish()
}

// finish returns the project once everything is read.
func (l *loader) finish() build.Project {
	slices.Sort(l.project.Files)
	l.project.Files = slices.Compact(l.project.Files)
	return l.project
}

// scopeOf identifies the projects of a folder.
func scopeOf(dir string) string { return "compose:" + dir }

func newLoader(dir string, files []File, o Options) *loader {
	l := &loader{
		Options: o, project: build.Project{Scope: scopeOf(dir)},
		parsed: map[string]parsed{}, prepared: map[source]*prepared{}, extended: map[source]*extender{},
		noted: map[string]bool{}, done: map[*node]bool{}, uniques: map[*node]*node{}, sources: map[string][]string{},
		merged: tree.NewSteps(maxMerged),
	}
	for _, f := range files {
		l.parsed[f.Path] = parsed{docs: f.Docs}
		l.project.Files = append(l.project.Files, f.Path)
	}
	return l
}

// loader reads one project.
type loader struct {
	Options
	project  build.Project
	parsed   map[string]parsed
	prepared map[source]*prepared
	// extended are the files that services extend from.
	extended map[source]*extender
	loads    int
	// noted are the faults and files that are in the project, and done the services.
	noted map[string]bool
	done  map[*node]bool
	// uniques are services without the list items that others replace.
	uniques map[*node]*node
	// sources are the lines of files that hold Dockerfiles.
	sources map[string][]string
	// merged is what is left of maxMerged.
	merged *tree.Budget
}

type parsed struct {
	docs []*tree.Node
	err  error
}

// prepared is a file whose includes and extends are resolved: one node for each
// document.
type prepared struct {
	src  source
	docs []*node
}

// docs reads a file once.
func (l *loader) docs(file string) ([]*tree.Node, error) {
	p, ok := l.parsed[file]
	if !ok {
		content, err := l.read(file)
		if err == nil {
			p.docs, err = parse(file, content)
		}
		p.err = err
		l.parsed[file] = p
	}
	return p.docs, p.err
}

func parse(file string, content []byte) ([]*tree.Node, error) {
	s, err := tree.ReadYAML(content, tree.NewBudget(len(content)))
	if err != nil {
		err.Path = file
		err.Locate(content)
		return nil, err
	}
	return s.Docs, nil
}

// read notes that a file decides about the project, whether or not it exists.
func (l *loader) read(file string) ([]byte, error) {
	l.project.Files = append(l.project.Files, file)
	return l.Read(file)
}

// use notes a variable that has a value, and where from.
func (l *loader) use(name, value, file string) {
	l.project.Use(result.Variable{Name: name, Value: value, From: cmp.Or(file, l.Names.Var)})
}

// topEnv returns the variables of the files of a folder.
func (l *loader) topEnv(dir string, files []string) *env {
	e := &env{vars: l.Vars, use: l.use}
	l.readDotenv(e, path.Join(dir, ".env"))
	l.setProject(e, dir, files)
	return e
}

// setProject sets the name of the project, which a file gives or the folder.
func (l *loader) setProject(e *env, dir string, files []string) {
	e.project = defaultProject(dir)
	for _, file := range files {
		for _, doc := range l.parsed[file].docs {
			if name, err := expand(doc.Get("name").Scalar(), e.find); err == nil && name != "" {
				e.project = normalizeProject(name)
				return
			}
		}
	}
}

// readDotenv reads the .env file of a folder if git knows one.
func (l *loader) readDotenv(e *env, file string) {
	content, err := l.read(file)
	switch {
	case errors.Is(err, build.ErrIgnored):
		e.ignored = file
	case errors.Is(err, build.ErrMissing):
	case err != nil:
		l.fail(file, result.Location{Path: file, Line: 1}, unreadable(fmt.Sprintf("%s: %v", file, err)))
	default:
		l.readEnvFile(e, file, content)
	}
}

func (l *loader) readEnvFile(e *env, file string, content []byte) {
	if err := e.read(file, string(content)); err != nil {
		l.fail(file, result.Location{Path: file, Line: err.line}, unparsable(fmt.Sprintf("%s:%d: %s", file, err.line, err.why)))
	}
}

// model merges files. trail are the files that include each other on the way here.
func (l *loader) model(files []string, dir string, e *env, trail []string) *node {
	var model *node
	for _, file := range files {
		for _, doc := range l.prepare(source{file, dir, e}, trail) {
			model = l.unique(merge(model, doc, fileRule()).withoutTags())
		}
	}
	return model
}

// unique removes the list items that others replace, once from each service.
func (l *loader) unique(model *node) *node {
	return model.withServices(func(kind string, _ *node) func(entry) *node {
		return func(e entry) *node {
			kept, ok := l.uniques[e.value]
			if !ok {
				kept = e.value.unique(fileRule().fields[kind].each)
				l.uniques[e.value], l.uniques[kept] = kept, kept
			}
			return kept
		}
	})
}

// prepare reads a file and resolves its includes and extends.
func (l *loader) prepare(src source, trail []string) []*node {
	if p, ok := l.prepared[src]; ok {
		return p.docs
	}
	p := &prepared{src: src}
	l.prepared[src] = p
	for _, root := range l.roots(&p.src) {
		root = l.include(root, &p.src, append(slices.Clone(trail), src.path))
		p.docs = append(p.docs, l.extend(root, &p.src))
	}
	return p.docs
}

// roots reads the documents of a file that the loader has parsed.
func (l *loader) roots(src *source) []*node {
	docs, _ := l.docs(src.path)
	var roots []*node
	for _, doc := range docs {
		r := &reader{src: src, seen: map[seenKey]*node{}}
		if template.IsFirstCompose(doc) {
			doc = &tree.Node{Kind: tree.Map, Range: doc.Range, Entries: []tree.Entry{{Key: "services", Line: doc.Range.Start, Value: doc}}}
		}
		if l.tooManyServices(src, doc) {
			continue
		}
		if root := r.read(doc, fileRule(), ""); root != nil && root.kind == tree.Map {
			roots = append(roots, root)
		}
		for _, p := range r.problems {
			l.fail(l.nameOf(p), p.at, unparsable(p.text()))
		}
	}
	return roots
}

// tooManyServices reports whether a document has more services than are read, and notes that.
func (l *loader) tooManyServices(src *source, doc *tree.Node) bool {
	for _, kind := range serviceKinds() {
		if services := doc.Entry(kind); services != nil && len(services.Value.Entries) > maxServices {
			line := services.Value.Entries[maxServices].Line
			l.fail(src.path, result.Location{Path: src.path, Line: line}, tooLarge(fmt.Sprintf("%s:%d: too large to read: more than %d %s up to here", src.path, line, maxServices, kind)))
			return true
		}
	}
	return false
}

// spend notes how many values are made of others at a node, and reports whether they may be.
func (l *loader) spend(values int, at *node) bool {
	if l.merged.Exceeded() {
		return false // it has been said
	}
	if l.merged.Spend(values) {
		return true
	}
	l.failAt(at, tooLarge, "too large to read: includes, extends and anchors make more than %d values up to here", maxMerged)
	return false
}

// text is path:line: what: message.
func (p problem) text() string {
	if p.what == "" {
		return fmt.Sprintf("%s:%d: a Compose file %s", p.at.Path, p.at.Line, p.msg)
	}
	return fmt.Sprintf("%s:%d: %s: %s", p.at.Path, p.at.Line, p.what, p.msg)
}

// nameOf is what a problem is about: a service, or the file.
func (l *loader) nameOf(p problem) string {
	rest, ok := strings.CutPrefix(p.what, "services.")
	if !ok {
		return p.at.Path
	}
	service, _, _ := strings.Cut(rest, ".")
	return path.Join(path.Dir(p.at.Path), service)
}

// fail adds a row for what is not known. at is where it is declared.
func (l *loader) fail(name string, at result.Location, f result.Fault) {
	if key := name + "\x00" + f.Reason; !l.noted[key] {
		l.noted[key] = true
		l.project.Images = append(l.project.Images, build.Image{Name: name, Subject: name, Location: at, Fault: f})
	}
}

// leaveOut notes what lies elsewhere.
func (l *loader) leaveOut(at result.Location, what, why string) {
	if key := at.Path + "\x00" + what; !l.noted[key] {
		l.noted[key] = true
		l.project.NotSent = append(l.project.NotSent, result.NotSent{Path: at.Path, What: what, Why: why})
	}
}

const fixFile = "fix the file, or exclude it"

func unparsable(reason string) result.Fault {
	return result.Fault{Cause: result.CauseUnparsable, Reason: reason, Fix: fixFile}
}

func tooLarge(reason string) result.Fault {
	return result.Fault{Cause: result.CauseTooLarge, Reason: reason, Fix: "split the file, or exclude it"}
}

func unreadable(reason string) result.Fault {
	return result.Fault{Cause: result.CauseUnreadable, Reason: reason, Fix: "make it readable for git and scangate, or exclude the file that names it"}
}

// unknown is the fault of a text whose variables can't be replaced.
func (l *loader) unknown(n *node, err error) result.Fault {
	at := n.location()
	reason := fmt.Sprintf("%s:%d: %v", at.Path, at.Line, err)
	unset, ok := errors.AsType[*unsetError](err)
	if !ok {
		return unparsable(reason)
	}
	if n.src.env.ignored != "" {
		reason += " (" + n.src.env.ignored + " is not read, because git ignores it)"
	}
	fix := fmt.Sprintf("%s %s=VALUE, or exclude it", l.Names.Var, unset.name)
	if secret.IsCredentialVariable(unset.name) {
		fix = "use a variable that can't be taken for a credential, or exclude it"
	}
	return result.Fault{Cause: result.CauseUnresolved, Reason: reason, Fix: fix}
}
