package render

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// chart is a Helm chart in the tree.
type chart struct {
	tree *Tree
	// dir is its folder, "" for the root.
	dir string
	// name and kind are those of its Chart.yaml; aliases hold the names of dependencies by
	// their aliases.
	name, kind string
	aliases    map[string]string
}

// chart renders a chart once with its own values, and once more with each other file of
// values beside them.
func (r *Renderer) chart(ctx context.Context, file string) Rendering {
	c, err := r.Tree.readChart(parent(file))
	if err != nil {
		return failed(fixChart, "%v", err)
	}
	if c.kind == "library" {
		return Rendering{} // it deploys nothing, and is rendered with the charts that use it
	}
	helm := r.find("helm")
	if helm == "" {
		return r.notInstalled(file, "helm", "helm is not on the PATH")
	}
	s, err := r.scratch([]string{c.dir}, nil)
	if err != nil {
		return failed(fixOf(err, fixChart), "%s: %v", file, err)
	}
	defer s.remove() //nolint:errcheck // nothing in it is needed any more
	out := Rendering{Roots: []string{c.dir}}
	for _, values := range c.variants() {
		docs, err := r.template(ctx, s, helm, c, values)
		if missing := missingDependencies(err); missing != "" {
			out.NotSent = c.needs(missing)
			return out
		}
		if err != nil && out.Fault == nil {
			out.Fault = c.failed(file, values, err).Fault
		}
		out.Documents = union(out.Documents, docs)
	}
	packed, err := r.Tree.packedCRDs(c.dir, r.Bounds)
	if err != nil && out.Fault == nil {
		out.Fault = failed(fixChart, "%v", err).Fault
	}
	out.Documents = union(out.Documents, packed)
	return out
}

const fixChart = "fix the chart, or exclude it"

// notInstalled is the rendering of what needs a program that there is not.
func (r *Renderer) notInstalled(file string, tool, reason string) Rendering {
	return failed(fmt.Sprintf("install it, or leave %s out of %s", tool, r.SettingName), "%s: %s", file, reason)
}

// variants are the files of values that a chart is rendered with, "" for its own alone.
func (c *chart) variants() []string {
	all := []string{""}
	for _, file := range c.tree.below(c.dir) {
		name := path.Base(file)
		if parent(file) == c.dir && name != "values.yaml" && strings.HasPrefix(name, "values") && strings.HasSuffix(name, ".yaml") {
			all = append(all, file)
		}
	}
	return all
}

// template renders a chart with one file of values. The schema of the values is not
// checked, because it may have parts that Helm would fetch.
func (r *Renderer) template(ctx context.Context, s *scratch, helm string, c *chart, values string) ([]Document, error) {
	line := []string{helm, "template", "./" + c.dir, "--skip-schema-validation"}
	if values != "" {
		line = append(line, "--values", "./"+values)
	}
	out, err := r.run(ctx, s, line...)
	if err != nil {
		return nil, err
	}
	docs := splitManifests(out)
	for i := range docs {
		if docs[i].Text, err = withoutData(docs[i].Text); err != nil {
			return nil, fmt.Errorf("%s: %w", docs[i].Name, err)
		}
		docs[i].Source, docs[i].Name = c.source(docs[i].Name)
	}
	return slices.DeleteFunc(docs, func(d Document) bool { return len(d.Text) == 0 }), nil
}

// missingDependencies returns what Helm says that a chart lacks, "" if nothing.
func missingDependencies(err error) string {
	tool, ok := errors.AsType[*toolError](err)
	if !ok {
		return ""
	}
	_, missing, _ := strings.Cut(tool.stderr, "missing in charts/ directory: ")
	missing, _, _ = strings.Cut(missing, "\n")
	return strings.TrimSpace(missing)
}

// needs is why a chart can't be rendered that lacks dependencies.
func (c *chart) needs(missing string) string {
	return fmt.Sprintf("git does not track its dependencies (%s): fetch them with: helm dependency build %s && git add --force %s",
		missing, quote(cmp.Or(c.dir, ".")), quote(path.Join(c.dir, "charts")))
}

// failed is the rendering of a chart that Helm can't render.
func (c *chart) failed(file, values string, err error) Rendering {
	with := ""
	if values != "" {
		with = " with " + path.Base(values)
	}
	return failed(fixChart, "%s: helm can't render it%s: %v", file, with, err)
}

// quote quotes an argument for a shell, if it needs it.
func quote(arg string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._/", r)
	}
	if !strings.ContainsFunc(arg, func(r rune) bool { return !plain(r) }) && !strings.HasPrefix(arg, "-") {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}

// union adds the documents that are not there yet.
func union(all, more []Document) []Document {
	for _, d := range more {
		if !slices.ContainsFunc(all, func(known Document) bool { return known.Name == d.Name && string(known.Text) == string(d.Text) }) {
			all = append(all, d)
		}
	}
	return all
}

// splitManifests splits Helm's output. Helm prints two lines before each document: --- and
// a comment with the path of the template. It has split what templates print at each line
// that begins with ---, so that none of these lines is a template's own.
func splitManifests(out []byte) []Document {
	const header = "---\n# Source: "
	text := "\n" + strings.ReplaceAll(string(out), "\r\n", "\n")
	var docs []Document
	for i, part := range strings.Split(text, "\n"+header) {
		if i == 0 {
			continue // nothing stands before the first document
		}
		name, body, _ := strings.Cut(part, "\n")
		docs = append(docs, Document{Name: strings.TrimSpace(name), Text: []byte(body)})
	}
	return docs
}

// readChart reads the Chart.yaml in a folder.
func (t *Tree) readChart(dir string) (*chart, error) {
	file := path.Join(dir, "Chart.yaml")
	content, err := fs.ReadFile(t.FS, file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	stream, syntax := tree.ReadYAML(content, tree.NewBudget(len(content)))
	if syntax != nil {
		return nil, fmt.Errorf("%s:%d: %s", file, syntax.Line, syntax.Msg)
	}
	c := &chart{tree: t, dir: dir, aliases: map[string]string{}}
	for _, doc := range stream.Docs {
		c.name, c.kind = doc.Get("name").Scalar(), doc.Get("type").Scalar()
		for _, d := range doc.All("dependencies") {
			if alias := d.Get("alias").Scalar(); alias != "" {
				c.aliases[alias] = d.Get("name").Scalar()
			}
		}
	}
	return c, nil
}

// source returns the file of the tree that Helm's path of a template means, and the path
// of the template below the chart. Helm's path begins with the name of the chart, and has
// the names of charts where the tree has their folders.
func (c *chart) source(helmPath string) (source, name string) {
	_, rest, _ := strings.Cut(helmPath, "/")
	name = path.Join(c.dir, rest)
	for {
		if file := path.Join(c.dir, rest); c.tree.has(file) && !strings.HasPrefix(rest, "charts/") {
			return file, file
		}
		below, ok := strings.CutPrefix(rest, "charts/")
		sub, inside, isBelow := strings.Cut(below, "/")
		if !ok || !isBelow {
			return path.Join(c.dir, "Chart.yaml"), name
		}
		next := c.dependency(sub)
		if next == nil {
			return c.archive(sub), name
		}
		c, rest = next, inside
	}
}

// dependency returns the chart that a chart holds a copy of, nil if there is no folder
// with it.
func (c *chart) dependency(name string) *chart {
	name = cmp.Or(c.aliases[name], name)
	charts := path.Join(c.dir, "charts")
	for _, file := range c.tree.below(charts) {
		if path.Base(file) != "Chart.yaml" || parent(parent(file)) != charts {
			continue
		}
		if sub, err := c.tree.readChart(parent(file)); err == nil && sub.name == name {
			return sub
		}
	}
	return nil
}

// archive returns the archive that a dependency is in, or the Chart.yaml if it is not
// known.
func (c *chart) archive(name string) string {
	name = cmp.Or(c.aliases[name], name)
	charts := path.Join(c.dir, "charts")
	for _, file := range c.tree.below(charts) {
		if parent(file) == charts && strings.HasPrefix(path.Base(file), name+"-") && path.Ext(file) == ".tgz" {
			return file
		}
	}
	return path.Join(c.dir, "Chart.yaml")
}

// parent is the folder of a path, "" for the top one.
func parent(file string) string {
	if dir := path.Dir(file); dir != "." {
		return dir
	}
	return ""
}
