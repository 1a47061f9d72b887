package discover

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

const (
	// maxChartImages bounds the images of a chart with each of its values files.
	maxChartImages = 100_000
	// maxChartFiles bounds the values files of all deployments of a chart that others hold, and
	// looksPerFile how often one of them is looked at for a condition.
	maxChartFiles = 10_000
	looksPerFile  = 10
)

// chart is a Helm chart with its values files, values.yaml first.
type chart struct {
	path   string
	doc    *tree.Node // Chart.yaml
	files  []string
	values []template.ValuesFile
	// templates are the files that Helm renders, and tag is that of images without one.
	templates []string
	tag       string
}

// classified are the values files of a chart with the images that they name.
func (c *chart) classified(all map[string]*chart) []classified {
	var files []classified
	siblings := c.siblings(all)
	images, ok := c.images(all)
	switch {
	case !ok:
		return tooLargeChart(c.path, fmt.Sprintf("more than %d values files in all deployments by the charts that hold it", maxChartFiles))
	case len(images) > maxChartImages:
		return tooLargeChart(images[0].Path, fmt.Sprintf("more than %d images in all values files of the chart", maxChartImages))
	}
	for _, i := range images {
		at := slices.IndexFunc(files, func(f classified) bool { return f.images[0].Path == i.Path })
		if at < 0 {
			at = len(files)
			files = append(files, classified{siblings: siblings})
		}
		files[at].images = append(files[at].images, i)
	}
	return files
}

// tooLargeChart is the row of a file whose chart is not read.
func tooLargeChart(file, why string) []classified {
	return []classified{{row: failed(result.Target{Kind: result.KindIaC, Name: file}, result.Fault{
		Cause: result.CauseTooLarge, Reason: fmt.Sprintf("%s: too large to read: %s", file, why), Fix: "split the chart, or exclude values files",
	})}}
}

// siblings are what decides about the images of a chart: all files of the outermost chart that
// holds it, because a template may set the tag, and a values file may be deleted.
func (c *chart) siblings(all map[string]*chart) []string {
	outermost := c
	for parent := c.parent(all); parent != nil; parent = parent.parent(all) {
		outermost = parent
	}
	return []string{strings.TrimPrefix(path.Dir(outermost.path)+"/", "./")}
}

// images are those in the values of a chart, as each of its deployments has them. It is not ok if
// there are too many deployments.
func (c *chart) images(all map[string]*chart) (images []template.PlacedImage, ok bool) {
	if c.doc.Get("type").Str() == "library" {
		return nil, true
	}
	o := template.Chart{AppVersion: c.appVersion(), DefaultTag: c.tag}
	deployments, ok := c.deployments(all)
	for _, values := range deployments {
		if len(images) > maxChartImages {
			break // see classified
		}
		images = append(images, template.ChartImages(o, values[0], values[1:]...)...)
	}
	return images, ok
}

// deployments are the values of a chart, later ones winning: values.yaml alone, and with each of
// the files beside it. Of a chart in a chart, the outer one decides what is deployed. It is not ok
// if they are too many.
func (c *chart) deployments(all map[string]*chart) (deployments [][]template.ValuesFile, ok bool) {
	base, overlays := c.split()
	if parent := c.parent(all); parent != nil {
		return parent.deploymentsOf(c, base, all)
	}
	deployments = append(deployments, []template.ValuesFile{base})
	for _, over := range overlays {
		deployments = append(deployments, []template.ValuesFile{base, over})
	}
	return deployments, true
}

// deploymentsOf are the values of a chart that this one holds.
func (c *chart) deploymentsOf(inner *chart, base template.ValuesFile, all map[string]*chart) (deployments [][]template.ValuesFile, ok bool) {
	outer, ok := c.deployments(all)
	looks, files := 0, 0
	for _, values := range outer {
		looks += len(c.doc.Get("dependencies").All()) * len(values)
		for _, given := range c.valuesFor(inner, values) {
			files += 1 + len(given)
			deployments = append(deployments, append([]template.ValuesFile{base}, given...))
		}
		if files+looks/looksPerFile > maxChartFiles {
			return nil, false
		}
	}
	return deployments, ok
}

func (c *chart) appVersion() string { return c.doc.Get("appVersion").Scalar() }

// lacksTag reports whether there is an image without a tag in the values.
func (c *chart) lacksTag() bool {
	return slices.ContainsFunc(c.values, func(v template.ValuesFile) bool {
		return slices.ContainsFunc(template.ChartImages(template.Chart{}, v), func(i template.PlacedImage) bool { return image.Placeholder(i.Ref) != "" })
	})
}

// split returns the values that every deployment has, and those that it may have.
func (c *chart) split() (base template.ValuesFile, overlays []template.ValuesFile) {
	for _, v := range c.values {
		if stem, _, _ := strings.Cut(path.Base(v.Path), "."); stem == "values" && strings.Count(path.Base(v.Path), ".") == 1 {
			base = v
			continue
		}
		overlays = append(overlays, v)
	}
	return base, overlays
}

// parent is the chart that holds a copy of this one, nil if none does.
func (c *chart) parent(all map[string]*chart) *chart {
	holder := path.Dir(path.Dir(c.path))
	if path.Base(holder) != "charts" {
		return nil
	}
	return all[path.Dir(holder)]
}

// valuesFor returns the values that a chart with these values gives to one in it, once for each
// time that it deploys that one.
func (c *chart) valuesFor(inner *chart, values []template.ValuesFile) [][]template.ValuesFile {
	name := inner.doc.Get("name").Str()
	var all [][]template.ValuesFile
	isDependency := false
	for _, dependency := range c.doc.Get("dependencies").All() {
		if dependency.Get("name").Str() != name {
			continue
		}
		isDependency = true
		if isOn(values, dependency.Get("condition").Str()) {
			all = append(all, given(values, cmp.Or(dependency.Get("alias").Str(), name)))
		}
	}
	if !isDependency {
		all = append(all, given(values, name))
	}
	return all
}

// isOn reports whether a condition holds: the first of its keys that has a value decides.
func isOn(values []template.ValuesFile, condition string) bool {
	for _, keys := range strings.Split(condition, ",") {
		for _, file := range slices.Backward(values) {
			if on := file.Doc.Get(strings.Split(strings.TrimSpace(keys), ".")...); on.Is(tree.Bool) {
				return on.Text != "false"
			}
		}
	}
	return true
}

// given returns the values under a key, and the global ones, which every chart in a chart has.
func given(values []template.ValuesFile, key string) []template.ValuesFile {
	var all []template.ValuesFile
	for _, file := range values {
		if doc := file.Doc.Get(key); doc.Is(tree.Map) {
			all = append(all, template.ValuesFile{Path: file.Path, Doc: doc})
		}
		if global := file.Doc.Entry("global"); global != nil {
			doc := &tree.Node{Kind: tree.Map, Range: global.Range(), Entries: []tree.Entry{*global}}
			all = append(all, template.ValuesFile{Path: file.Path, Doc: doc})
		}
	}
	return all
}
