package discover

import (
	"context"
	"maps"
	"path"
	"path/filepath"
	"strings"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// configuration is what the change does to the Terraform files of one folder:
// they are one configuration, so that a change in one can cause or fix what is
// found in another.
type configuration struct {
	// all: it touches every file, because nothing tells which.
	all bool
	// names is what their blocks name that have become others, before or now.
	names map[string]bool
	// sources are the data sources among them: who reads one takes values from it.
	sources map[string]bool
	// lost holds the blocks of before, and kept those of now: one that is gone may
	// have protected anything.
	lost, kept map[string]bool
}

func newConfiguration() *configuration {
	return &configuration{names: map[string]bool{}, sources: map[string]bool{}, lost: map[string]bool{}, kept: map[string]bool{}}
}

// maxDeclared is the size up to which a Terraform file is parsed to know what it
// means to others.
const maxDeclared = 1 << 20

// configurations reads the Terraform files that the change touches, as they were
// and as they are, by their folders.
func (s *selection) configurations(ctx context.Context, o *opener, jobs []job, all []found) (map[string]*configuration, error) {
	files := s.touchedTerraform(jobs, all)
	if len(files) == 0 {
		return nil, nil
	}
	var names []string
	for file := range files {
		for _, base := range s.change.bases {
			if name, regular, _ := base.Blob(file); regular {
				names = append(names, name)
			}
		}
	}
	contents, err := s.change.tree.Repo.Contents(ctx, names)
	if err != nil {
		return nil, err
	}
	folders := map[string]*configuration{}
	for file, there := range files {
		c := folders[path.Dir(file)]
		if c == nil {
			c = newConfiguration()
			folders[path.Dir(file)] = c
		}
		now := &template.Declaration{}
		if there {
			now = declared(file, s.content(o, file))
		}
		for _, base := range s.change.bases {
			c.take(declaredAt(base, contents, file), now)
		}
	}
	for _, c := range folders {
		for block := range c.lost {
			c.all = c.all || !c.kept[block]
		}
	}
	return folders, ctx.Err()
}

// touchedTerraform finds the Terraform files that the change touches, and says
// which of them are there: not those that a base has alone.
func (s *selection) touchedTerraform(jobs []job, all []found) map[string]bool {
	files, listed := map[string]bool{}, make(map[string]bool, len(jobs))
	for i, j := range jobs {
		if j.kind != result.KindIaC || !template.IsTerraform(j.path) {
			continue
		}
		listed[j.path] = true
		switch there := all[i].row != nil && j.excluded == ""; {
		case there && all[i].touched:
			files[j.path] = true
		case !there && (all[i].touched || j.excluded != "") && s.askedBefore(j.path):
			files[j.path] = false
		}
	}
	for _, base := range s.change.bases {
		for _, file := range base.Files() {
			if template.IsTerraform(file) && !listed[file] && s.wants(result.KindIaC) && s.change.tree.covers(file) && s.askedBefore(file) {
				files[file] = false
			}
		}
	}
	return files
}

// content is nil where a file can't be read, or is too large to be parsed.
func (s *selection) content(o *opener, file string) []byte {
	info, err := o.tree.root.Stat(filepath.FromSlash(file))
	if err != nil || info.Size() > maxDeclared {
		return nil
	}
	content, err := o.read(file, info.Size(), maxDeclared)
	if err != nil {
		return nil
	}
	return content
}

// declaredAt is what a file declared at a base: nothing where it was not there.
func declaredAt(base *git.Snapshot, contents map[string][]byte, file string) *template.Declaration {
	name, regular, there := base.Blob(file)
	switch {
	case !there:
		return &template.Declaration{}
	case !regular:
		return nil
	}
	return declared(file, contents[name])
}

// declared is nil where that can't be known.
func declared(file string, content []byte) *template.Declaration {
	if content == nil || len(content) > maxDeclared {
		return nil
	}
	d, err := template.Declare(file, content)
	if err != nil {
		return nil
	}
	return d
}

// take takes in a touched file, as it was at a base and as it is. Blocks that are
// the same mean the same.
func (c *configuration) take(before, now *template.Declaration) {
	if before == nil || now == nil || before.Opaque || now.Opaque {
		c.all = true
		return
	}
	for key, was := range before.Blocks {
		c.lost[key] = true
		c.compare(key, was, now.Blocks[key])
	}
	for key, is := range now.Blocks {
		c.kept[key] = true
		c.compare(key, before.Blocks[key], is)
	}
}

func (c *configuration) compare(key string, was, is template.Block) {
	if was.Same(is) {
		return
	}
	if source, ok := strings.CutPrefix(key, "data."); ok {
		c.sources[source] = true
	}
	c.all = c.all || was.Shared || is.Shared
	maps.Copy(c.names, was.Names)
	maps.Copy(c.names, is.Names)
}

// touches reports whether the change touches an untouched file of the folder.
// One that can't be parsed is not sent, and nothing can be found in it.
func (c *configuration) touches(file string, content []byte) bool {
	if c == nil || c.all {
		return c != nil
	}
	if content == nil {
		return true
	}
	d := declared(file, content)
	if d == nil {
		return false
	}
	if common(d.Defines, c.names) {
		return true
	}
	for _, b := range d.Blocks {
		if common(b.Names, c.sources) {
			return true
		}
	}
	return false
}

func common(a, b map[string]bool) bool {
	for name := range a {
		if b[name] {
			return true
		}
	}
	return false
}
