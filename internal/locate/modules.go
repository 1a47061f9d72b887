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

// rootOrOthers chooses the files that a name without a folder means, if it is the
// path of root and also the base name of others: those that define the resource.
// If root and others define it, root counts where the service writes whole paths.
func (m *matcher) rootOrOthers(seg *segment, root int, sameBase []int) []int {
	defining := m.defining(seg, sameBase)
	if len(defining) == 0 || slices.Contains(defining, root) && m.namesWholePaths() {
		return []int{root}
	}
	return defining
}

// namesWholePaths reports whether the alerts of the submission name files in
// folders, and none by its base name alone.
func (m *matcher) namesWholePaths() bool {
	if m.style == styleUnread {
		m.style = m.readStyle()
	}
	return m.style == styleWhole
}

func (m *matcher) readStyle() pathStyle {
	style := styleOther
	for i := range m.alerts {
		for _, seg := range segments(m.alerts[i].Details) {
			if seg.file.text == "" {
				continue
			}
			exact := m.findPath(seg.file).exact
			if !exact && !strings.ContainsAny(seg.file.text, `/\`) {
				return styleOther
			}
			if exact && strings.Contains(seg.file.text, "/") {
				style = styleWhole
			}
		}
	}
	return style
}

// insideModule keeps the files in the folders that the module path of a reference
// may mean. It keeps all if none is in such a folder.
func (m *matcher) insideModule(seg *segment, paths []int) []int {
	modules := modulesOf(seg.ref.text)
	if len(paths) < 2 || len(modules) == 0 {
		return paths
	}
	key := strings.Join(modules, ".")
	folders, known := m.folders[key]
	if !known {
		folders = m.moduleFolders(modules)
		m.folders[key] = folders
	}
	inside := slices.DeleteFunc(slices.Clone(paths), func(n int) bool {
		return !folders[path.Dir(m.paths.paths[n])]
	})
	if len(inside) == 0 {
		return paths
	}
	return inside
}

// modulesOf lists the modules around the resource of an address: vpc and nat for
// module.vpc.module.nat[0].aws_eip.this, vpc for module.vpc.module.nat.
func modulesOf(address string) []string {
	var modules []string
	rest, ok := strings.CutPrefix(withoutKeys(address), "module.")
	for ok {
		var name string
		if name, rest, ok = strings.Cut(rest, "."); ok {
			modules = append(modules, name)
			rest, ok = strings.CutPrefix(rest, "module.")
		}
	}
	return modules
}

// moduleFolders returns the folders that the last of nested modules may be in. The
// first may be called from any folder of the submission.
func (m *matcher) moduleFolders(modules []string) map[string]bool {
	var callers map[string]bool
	for _, name := range modules {
		folders := map[string]bool{}
		for _, d := range m.definitionsOf("module." + name) {
			p := m.paths.paths[d.path]
			if d.rank != rankAddress || d.name != "module."+name || callers != nil && !callers[path.Dir(p)] {
				continue
			}
			for _, source := range m.file(p).names.moduleSources(d.name) {
				folders[path.Join(path.Dir(p), source)] = true
			}
		}
		callers = folders
	}
	return callers
}

// moduleSources returns the local sources of the module blocks with an address,
// relative to the folder of the file.
func (ix *nameIndex) moduleSources(address string) []string {
	var sources []string
	for _, e := range ix.entries.of(address) {
		source, _ := ix.resources[e.resource].Body.Get("source").Literal()
		if e.name == address && (strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../")) {
			sources = append(sources, source)
		}
	}
	return sources
}
