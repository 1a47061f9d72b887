package discover

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// change narrows a plan to what differs from the commits where a change began.
// A nil change narrows nothing.
type change struct {
	tree  *Tree
	bases []*git.Snapshot
	// kept holds the IDs of the targets that the change touches.
	kept map[string]bool
}

func newChange(t *Tree, bases []*git.Snapshot) *change {
	if len(bases) == 0 {
		return nil
	}
	return &change{tree: t, bases: bases, kept: map[string]bool{}}
}

// touches reports whether what a path holds in the work tree differs from any of
// the bases. In doubt it does: a file that can't be read, a link to a link.
func (c *change) touches(o *opener, file string) bool {
	if c == nil {
		return true
	}
	for _, base := range c.bases {
		if !c.same(o, base, file) {
			return true
		}
	}
	return false
}

func (c *change) same(o *opener, base *git.Snapshot, file string) bool {
	info, err := os.Lstat(c.tree.abs(file))
	switch {
	case err != nil || !o.isReal(path.Dir(file)):
		return false
	case info.Mode()&fs.ModeSymlink != 0:
		return c.sameLink(o, base, file)
	case !info.Mode().IsRegular():
		return false
	}
	same, err := base.Holds(file, info.Size(), func() (io.ReadCloser, error) {
		return c.tree.root.Open(filepath.FromSlash(file))
	})
	return err == nil && same
}

// sameLink holds a link to the same name and the same content behind it.
func (c *change) sameLink(o *opener, base *git.Snapshot, file string) bool {
	to, err := os.Readlink(c.tree.abs(file))
	if err != nil || !base.HoldsLink(file, filepath.ToSlash(to)) {
		return false
	}
	target := path.Join(path.Dir(file), filepath.ToSlash(to))
	info, err := os.Lstat(c.tree.abs(target))
	switch {
	case filepath.IsAbs(to), target == "..", strings.HasPrefix(target, "../"), errors.Is(err, fs.ErrNotExist):
		return true // it is not read
	case err != nil || info.Mode()&fs.ModeSymlink != 0:
		return false
	}
	return info.IsDir() || c.same(o, base, target)
}

// keep notes whether the change touches a target.
func (c *change) keep(id string, touched bool) {
	if c != nil && touched {
		c.kept[id] = true
	}
}

// brokenValues names the language of the templates in its folder that a file
// gives values to which can't be parsed.
func brokenValues(file string) result.Framework {
	if language := valuesByName(file); language == template.Terraform {
		return language
	}
	return ""
}

// valuesKey is the templates of one language in one folder.
type valuesKey struct {
	folder   string
	language result.Framework
}

// languageOf is known by the name for a Terraform file that can't be parsed.
func languageOf(t result.Target) result.Framework {
	if t.Framework == "" && isTerraform(t.Name) {
		return template.Terraform
	}
	return t.Framework
}

// valuesGiven finds the templates that get values from a file that the change
// touches: one that is there, or one of a base that is gone or is no such file
// any more.
func (s *selection) valuesGiven(jobs []job, all []found) map[valuesKey]bool {
	given := map[valuesKey]bool{}
	now := make(map[string]*found, len(jobs))
	for i, j := range jobs {
		f := &all[i]
		if j.kind == result.KindIaC {
			now[j.path] = f
		}
		if f.touched && f.values != "" {
			given[valuesKey{path.Dir(j.path), f.values}] = true
		}
	}
	for _, base := range s.change.bases {
		for _, file := range base.Files() {
			language := valuesByName(file)
			if language == "" || !s.change.tree.covers(file) || !s.askedBefore(file) {
				continue
			}
			if f := now[file]; f == nil || f.touched && f.row == nil {
				given[valuesKey{path.Dir(file), language}] = true
			}
		}
	}
	return given
}

// valuesByName is what a file that is gone may have been. Of a JSON file beside
// ARM templates nobody knows that it held no parameters.
func valuesByName(file string) result.Framework {
	switch name := strings.ToLower(file); {
	case strings.HasSuffix(name, ".tfvars"), strings.HasSuffix(name, ".tfvars.json"):
		return template.Terraform
	case strings.HasSuffix(name, ".json") && !isTerraform(name):
		return template.ARM
	}
	return ""
}

// narrow keeps the rows that the change touches, and counts. The other templates
// of their folders go along: the service is to see what it sees in a full scan.
func (c *change) narrow(p *result.Plan) (beside []result.Helper) {
	if c == nil {
		return nil
	}
	var kept, rest []result.Row
	for _, row := range p.Rows {
		there, touched := row.Status != result.Skipped, c.kept[row.Target.ID()]
		if there {
			p.Existing++
		}
		if touched && there {
			p.Touched++
		}
		if touched {
			kept = append(kept, row)
		} else {
			rest = append(rest, row)
		}
	}
	if p.Existing == 0 {
		return nil // what was skipped is all there is to tell
	}
	p.Rows = kept
	for _, row := range rest {
		if row.Target.Kind == result.KindIaC && row.Status == result.Pending {
			beside = append(beside, result.Helper{Path: row.Target.Name, Size: row.Target.Size, Template: true, Untouched: true})
		}
	}
	return beside
}

// untouched plans a Terraform file that the change leaves alone by its name: it
// only has to be counted, and parsing is what discovery takes its time for.
func untouched(j job, size int64, content []byte) found {
	t := j.target(size)
	t.Framework = template.Terraform
	if len(bytes.TrimSpace(content)) == 0 {
		return found{row: skipped(t, result.CauseEmptyContent, "the file is empty")}
	}
	return found{row: pending(t)}
}
