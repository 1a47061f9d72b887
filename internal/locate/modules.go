package locate

import (
	"path"
	"slices"
	"strings"
)

// pathStyle is how the service writes the paths of a submission.
type pathStyle uint8

const (
	styleUnread pathStyle = iota
	styleWhole            // always the whole path
	styleOther
)

// rootOrOthers decides on a name without a folder that is a path of its own and the
// base name of others: the one that holds the resource counts. Where the root's file
// and others do, it is the root's if the service writes whole paths.
func (s *submission) rootOrOthers(seg *segment, root int, alike []int) []int {
	held := s.holding(seg, alike)
	if len(held) == 0 || len(held) > 1 && slices.Contains(held, root) && s.wholePaths() {
		return []int{root}
	}
	return held
}

// wholePaths says that the alerts of the submission name files in folders, and
// none by its base name alone.
func (s *submission) wholePaths() bool {
	if s.style == styleUnread {
		s.style = styleOther
		if s.readStyle() {
			s.style = styleWhole
		}
	}
	return s.style == styleWhole
}

func (s *submission) readStyle() bool {
	folders := false
	for i := range s.alerts {
		for _, seg := range segments(s.alerts[i].Details) {
			if seg.file.text == "" {
				continue
			}
			m := s.find(seg.file)
			if !m.exact && !strings.ContainsAny(seg.file.text, `/\`) {
				return false
			}
			folders = folders || m.exact && strings.Contains(seg.file.text, "/")
		}
	}
	return folders
}

// insideModule lets the module path of a reference choose among files: of the
// folders that the module's source may mean, where any of the files is in one.
func (s *submission) insideModule(seg *segment, fits []int) []int {
	names := modulesOf(seg.ref.text)
	if len(fits) < 2 || len(names) == 0 {
		return fits
	}
	key := strings.Join(names, ".")
	dirs, known := s.folders[key]
	if !known {
		dirs = s.moduleFolders(names)
		s.folders[key] = dirs
	}
	inside := slices.DeleteFunc(slices.Clone(fits), func(n int) bool {
		return !dirs[path.Dir(s.paths.paths[n])]
	})
	if len(inside) == 0 {
		return fits
	}
	return inside
}

// modulesOf lists the modules that module.vpc.module.nat[0].aws_eip.this is inside
// of: vpc, nat. A module's own block is outside of it.
func modulesOf(text string) []string {
	var names []string
	rest, ok := strings.CutPrefix(withoutKeys(text), "module.")
	for ok {
		var name string
		if name, rest, ok = strings.Cut(rest, "."); ok {
			names = append(names, name)
			rest, ok = strings.CutPrefix(rest, "module.")
		}
	}
	return names
}

// moduleFolders returns the folders that the last of nested modules may be in. The
// first may be called from any folder of the submission.
func (s *submission) moduleFolders(names []string) map[string]bool {
	var from map[string]bool
	for _, name := range names {
		into := map[string]bool{}
		for _, h := range s.names()["module."+strings.ToLower(name)] {
			p := s.paths.paths[h.path]
			if h.rank != rankAddress || h.text != "module."+name || from != nil && !from[path.Dir(p)] {
				continue
			}
			for _, source := range s.file(p).names.sources(h.text) {
				into[path.Join(path.Dir(p), source)] = true
			}
		}
		from = into
	}
	return from
}

// sources returns the folders, relative to the file's, that the blocks of a module
// take it from; what comes from a registry or another repository is in none.
func (ix *nameIndex) sources(address string) []string {
	var out []string
	for _, e := range ix.entries[strings.ToLower(address)] {
		source, _ := ix.resources[e.resource].Body.Get("source").Literal()
		if e.text == address && (strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../")) {
			out = append(out, source)
		}
	}
	return out
}
