package discover

import (
	"path"
	"strings"
)

// charts are the folders of Helm charts.
type charts map[string]bool

// chartsOf finds the charts among the classified files. An excluded one does not count.
func chartsOf(all []classified) charts {
	c := charts{}
	for _, f := range all {
		if f.notSent != nil && path.Base(f.notSent.Path) == "Chart.yaml" {
			c[path.Dir(f.notSent.Path)] = true
		}
	}
	return c
}

// chartsNamed finds the folders with the file of a chart.
func chartsNamed(names []string) charts {
	c := charts{}
	for _, name := range names {
		if path.Base(name) == "Chart.yaml" {
			c[path.Dir(name)] = true
		}
	}
	return c
}

// render reports whether a file is one of the templates of a chart.
func (c charts) render(file string) bool {
	dir, _, found := strings.Cut("/"+file, "/templates/")
	return found && c[path.Clean("."+dir)]
}

// contain reports whether a file lies in a chart, at any depth.
func (c charts) contain(file string) bool {
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

// cover reports whether what is not sent is a part of a chart: a file that Helm renders,
// or a dependency that the chart holds a copy of. It is not listed by itself.
func (c charts) cover(f classified) bool {
	if f.isRendered {
		return c.contain(f.notSent.Path)
	}
	holder := path.Dir(path.Dir(f.notSent.Path))
	return path.Base(f.notSent.Path) == "Chart.yaml" && path.Base(holder) == "charts" && c[path.Dir(holder)]
}
