package compose

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// include adds what the file includes. trail ends with the file itself.
func (l *loader) include(root *node, src *source, trail []string) *node {
	list := root.get("include")
	if list == nil {
		return root
	}
	for _, item := range list.items {
		if included := l.included(item, src, trail); included != nil && l.spend(included.size(), item) {
			root = importServices(root, included)
		}
	}
	return root
}

// included returns the model of one include, nil if it can't be read.
func (l *loader) included(item *node, src *source, trail []string) *node {
	var files []string
	for _, n := range item.get("path").list() {
		file, ok := l.follow(n, src.dir, "include")
		if !ok {
			return nil
		}
		files = append(files, file)
	}
	if len(files) == 0 || l.merged.Exceeded() {
		return nil
	}
	if slices.Contains(trail, files[0]) {
		l.failAt(item, unparsable, "the include is a cycle: %s", strings.Join(append(trail, files[0]), " -> "))
		return nil
	}
	if l.loads++; l.loads > maxLoads {
		l.failAt(item, unparsable, "more than %d includes", maxLoads)
		return nil
	}
	dir := build.Folder(files[0])
	if n := item.get("project_directory"); n != nil {
		var ok bool
		if dir, ok = l.resolve(n, src.dir, "include"); !ok {
			return nil
		}
	}
	inner := &env{vars: l.Vars, outer: src.env, use: l.use}
	if !l.includeEnv(inner, item, src, dir) {
		return nil
	}
	model := l.model(files, dir, inner, trail)
	if model == nil {
		return nil
	}
	l.project.Included = append(l.project.Included, files...)
	return withContexts(model, &source{files[0], dir, inner})
}

// includeEnv reads the env_file of an include, by default the .env file of its folder.
func (l *loader) includeEnv(e *env, item *node, src *source, dir string) bool {
	list := item.get("env_file").list()
	if len(list) == 0 {
		l.readDotenv(e, path.Join(dir, ".env"))
	}
	for _, n := range list {
		if n.raw == "/dev/null" {
			continue
		}
		file, ok := l.resolve(n, src.dir, "env_file")
		if !ok {
			return false
		}
		content, err := l.read(file)
		if err != nil {
			l.failAt(n, unreadable, "env_file %s: %v", file, err)
			return false
		}
		l.readEnvFile(e, file, content)
	}
	return true
}

// follow returns the path of a Compose file that another one names, once it has been
// read.
func (l *loader) follow(n *node, dir, what string) (string, bool) {
	file, ok := l.resolve(n, dir, what)
	if !ok {
		return "", false
	}
	_, err := l.docs(file)
	if build.IsElsewhere(err) {
		l.leaveOut(n.location(), "Compose "+what+" "+n.raw, err.Error())
		return "", false
	}
	syntax, isSyntax := errors.AsType[*tree.SyntaxError](err)
	switch {
	case isSyntax:
		l.fail(file, result.Location{Path: file, Line: syntax.Line}, unparsable(err.Error()))
	case err != nil:
		l.failAt(n, unreadable, "%s %s: %v", what, file, err)
	}
	return file, err == nil
}

// resolve returns the path of the tree that a text names. Otherwise it notes why there is none.
func (l *loader) resolve(n *node, dir, what string) (string, bool) {
	text, err := n.value()
	if err != nil {
		l.fail(n.raw, n.location(), l.unknown(n, err))
		return "", false
	}
	if build.IsRemote(text) {
		l.leaveOut(n.location(), "Compose "+what+" "+n.raw, remote)
		return "", false
	}
	file, err := build.Join(dir, text)
	if err != nil {
		l.leaveOut(n.location(), "Compose "+what+" "+n.raw, err.Error())
		return "", false
	}
	return file, true
}

const remote = "nothing is fetched from elsewhere"

// failAt adds a row for a text that names something.
func (l *loader) failAt(n *node, fault func(string) result.Fault, format string, args ...any) {
	at := n.location()
	name := n.raw
	if name == "" {
		name = at.Path
	}
	l.fail(name, at, fault(fmt.Sprintf("%s:%d: ", at.Path, at.Line)+fmt.Sprintf(format, args...)))
}

// importServices adds the services of an included model. Those of the same name in the
// file are merged over them; a tag of such a service only counts for earlier files.
func importServices(root, included *node) *node {
	merged := *root
	merged.entries = slices.Clone(root.entries)
	for _, kind := range serviceKinds() {
		from := included.get(kind)
		if from == nil {
			continue
		}
		own := root.get(kind)
		if own == nil {
			own = &node{kind: tree.Map, src: from.src, rng: from.rng}
		}
		all := *own
		all.entries = mergeEntries(from.entries, own.entries, func(_ string, imported, local *node) *node {
			joined := *imported
			if local.tag != resetTag {
				untagged := *local
				untagged.tag = noTag
				joined = *merge(imported, &untagged, fileRule().fields[kind].each)
			}
			if local.tag != noTag {
				joined.tag, joined.tagged = overrideTag, true
			}
			return &joined
		})
		merged.set(kind, &all)
	}
	return &merged
}

// withContexts gives each build of an included model its own folder as the context
// that it has by default.
func withContexts(model *node, src *source) *node {
	return model.withServices(func(string, *node) func(entry) *node {
		return func(e entry) *node {
			b := e.value.get("build")
			if b == nil || b.get("context") != nil {
				return e.value
			}
			service, with := *e.value, *b
			with.entries = slices.Clone(b.entries)
			with.set("context", &node{kind: tree.String, src: src, rng: b.rng, raw: "."})
			service.entries = slices.Clone(service.entries)
			service.set("build", &with)
			return &service
		}
	})
}
