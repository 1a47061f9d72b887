package discover

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// elsewhere returns what belongs to other repositories, and the links to folders whose
// files are not listed. Excluded ones are left out.
func (s *selection) elsewhere(o *opener, files Files) ([]result.NotSent, error) {
	var all []result.NotSent
	for _, n := range files.Elsewhere {
		if s.exclude.File(n.Path) == nil {
			all = append(all, n)
		}
	}
	for _, link := range files.Links {
		if s.exclude.File(link) != nil {
			continue
		}
		why, err := o.unlistedFolder(link, files.Elsewhere)
		if err != nil {
			return nil, err
		}
		if why != "" {
			all = append(all, result.NotSent{Path: link, What: "symbolic link to a folder", Why: why})
		}
	}
	return all, nil
}

// unlistedFolder returns why the files behind a link are in no list, "" if they are, or
// if the link leads to no folder. repositories have entries of their own.
func (o *opener) unlistedFolder(link string, repositories []result.NotSent) (string, error) {
	folder, leads := o.behind(link)
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
	known, err := o.knownFolders()
	switch {
	case err != nil:
		return "", err
	case !known[folder]:
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

// behind returns the folder of the tree that a link leads to, "" for the whole tree.
func (o *opener) behind(link string) (string, leads) {
	if !o.isFolder(link) {
		return "", toNoFolder
	}
	folder, err := filepath.EvalSymlinks(o.tree.abs(link))
	if err == nil {
		folder, err = relative(o.tree.Root, folder)
	}
	if err != nil || folder == ".." || strings.HasPrefix(folder, "../") {
		return "", outsideTree
	}
	return folder, insideTree
}

// isFolder reports whether a link leads to a folder, anywhere.
func (o *opener) isFolder(link string) bool {
	info, err := os.Stat(o.tree.abs(link))
	return err == nil && info.IsDir()
}

// isEmpty reports whether a folder of the tree holds nothing.
func (o *opener) isEmpty(folder string) bool {
	entries, err := fs.ReadDir(o.tree.root.FS(), folder)
	return err == nil && len(entries) == 0 || errors.Is(err, fs.ErrNotExist)
}
