package discover

import (
	"path"
	"strings"
)

// Charts are the folders of Helm charts.
type Charts map[string]bool

// findCharts finds the charts by their Chart.yaml, among the names and above PATH.
func findCharts(t *Tree, names []string) Charts {
	c := Charts{}
	for _, name := range names {
		if strings.HasSuffix(name, "Chart.yaml") && path.Base(name) == "Chart.yaml" {
			c[path.Dir(name)] = true
		}
	}
	for dir := t.Under; dir != "" && dir != "."; {
		dir = path.Dir(dir)
		if !t.Missing(dir + "/Chart.yaml") {
			c[dir] = true
		}
	}
	return c
}

// renders reports whether a file lies in a chart's templates folder: Helm has to
// render it before it is a manifest.
func (c Charts) renders(file string) bool {
	if len(c) == 0 {
		return false
	}
	for at := 0; ; {
		i := strings.Index(file[at:], "templates/")
		if i < 0 {
			return false
		}
		at += i
		if (at == 0 || file[at-1] == '/') && c[path.Dir(file[:at]+".")] {
			return true
		}
		at += len("templates/")
	}
}

// Contain reports whether a file lies in a chart, at any depth.
func (c Charts) Contain(file string) bool {
	for dir := path.Dir(file); len(c) > 0; dir = path.Dir(dir) {
		if c[dir] {
			return true
		}
		if dir == "." || dir == "/" {
			break
		}
	}
	return false
}

// vendors reports whether a Chart.yaml belongs to a dependency that another chart
// holds a copy of. It is a part of that chart, and not listed by itself.
func (c Charts) vendors(file string) bool {
	holder := path.Dir(path.Dir(file))
	return path.Base(holder) == "charts" && c[path.Dir(holder)]
}
