package discover

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// addElsewhere adds what belongs to other repositories, and the links to folders whose
// files are not listed.
func (p *plan) addElsewhere(o *opener, files Files) error {
	for _, n := range files.Elsewhere {
		p.addNotSent(n)
	}
	for _, link := range files.Links {
		why, err := o.unlistedFolder(link, files.Elsewhere)
		if err != nil {
			return err
		}
		if why != "" {
			p.addNotSent(result.NotSent{Path: link, What: "symbolic link to a folder", Why: why})
		}
	}
	return nil
}

// addNotSent adds what is not sent, or skips it if it is excluded.
func (p *plan) addNotSent(n result.NotSent) {
	if by := p.exclude.File(n.Path); by != nil {
		p.rows = append(p.rows, by.Skip(result.Target{Kind: result.KindIaC, Name: n.Path}))
		return
	}
	p.notSent = append(p.notSent, n)
}

// unlistedFolder returns why the files through a link are in no list, "" if they are, or
// if the link leads to no folder. repositories have entries of their own.
func (o *opener) unlistedFolder(link string, repositories []result.NotSent) (string, error) {
	folder, leads := o.folderOf(link)
	switch {
	case leads == toNoFolder, leads == insideTree && (folder == "" || o.isEmpty(folder)):
		return "", nil
	case leads == outsideTree:
		return "it leads out of the tree", nil
	}
	for _, n := range repositories {
		if n.Path == folder || strings.HasPrefix(folder, n.Path+"/") {
			return "", nil
		}
	}
	known, err := o.known()
	switch {
	case err != nil:
		return "", err
	case !known.has(folder) && !known.hasFolder(folder):
		return "it leads to a folder that git ignores", nil
	case !o.tree.Covers(folder + "/"):
		return "it leads to a folder outside of PATH", nil
	}
	return "", nil
}

// leads says where a link leads.
type leads uint8

const (
	toNoFolder leads = iota
	insideTree
	outsideTree
)

// folderOf returns the folder of the tree that a link leads to, "" for the whole tree.
func (o *opener) folderOf(link string) (string, leads) {
	folder, n, err := o.tree.resolve(link)
	switch {
	case errors.Is(err, errOutside) && o.tree.leadsToFolder(link):
		return "", outsideTree
	case err != nil || n.kind != isFolder:
		return "", toNoFolder
	}
	return strings.TrimPrefix(folder, "."), insideTree
}

// isEmpty reports whether a folder of the tree holds nothing.
func (o *opener) isEmpty(folder string) bool {
	if o.tree.disk == nil {
		_, isSubmodule := o.tree.submodules[folder]
		return isSubmodule // there are no other folders without files
	}
	entries, err := fs.ReadDir(o.tree.disk.FS(), folder)
	return err == nil && len(entries) == 0 || errors.Is(err, fs.ErrNotExist)
}
