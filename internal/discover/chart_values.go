package discover

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

// maxChartImages bounds the images of a chart with each of its values files.
const maxChartImages = 100_000

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
	images := c.images(all)
	if len(images) > maxChartImages {
		reason := fmt.Sprintf("%s: too large to read: more than %d images in all values files of the chart", images[0].Path, maxChartImages)
		target := result.Target{Kind: result.KindIaC, Name: images[0].Path}
		return []classified{{row: failed(target, result.Fault{Cause: result.CauseTooLarge, Reason: reason, Fix: "split the chart, or exclude values files"})}}
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

// siblings are the files that decide about the images of a chart.
func (c *chart) siblings(all map[string]*chart) []string {
	files := append([]string{c.path}, c.files...)
	if parent := c.parent(all); parent != nil {
		files = append(append(files, parent.path), parent.files...)
	}
	return files
}

// images are those in the values of a chart: in values.yaml, and in values.yaml with each
// of the files beside it. Of a chart in a chart, the outer one decides what is deployed.
func (c *chart) images(all map[string]*chart) []template.PlacedImage {
	if c.doc.Get("type").Str() == "library" {
		return nil
	}
	base, overlays := c.split()
	o := template.Chart{AppVersion: c.appVersion(), DefaultTag: c.tag}
	if parent := c.parent(all); parent != nil {
		over, deployed := parent.valuesFor(c)
		if !deployed {
			return nil
		}
		return template.ChartImages(base, over, o)
	}
	images := template.ChartImages(base, nil, o)
	for _, over := range overlays {
		if len(images) > maxChartImages {
			break // see classified
		}
		images = append(images, template.ChartImages(base, &over, o)...)
	}
	return images
}

func (c *chart) appVersion() string { return c.doc.Get("appVersion").Scalar() }

// lacksTag reports whether there is an image without a tag in the values.
func (c *chart) lacksTag() bool {
	return slices.ContainsFunc(c.values, func(v template.ValuesFile) bool {
		return slices.ContainsFunc(template.ChartImages(v, nil, template.Chart{}), func(i template.PlacedImage) bool { return image.Placeholder(i.Ref) != "" })
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

// valuesFor returns the values that a chart gives to one in it, nil if it gives none, and
// whether it deploys that one.
func (c *chart) valuesFor(inner *chart) (over *template.ValuesFile, deployed bool) {
	name := inner.doc.Get("name").Str()
	key, condition := name, ""
	for _, dependency := range c.doc.Get("dependencies").All() {
		if dependency.Get("name").Str() == name {
			condition = dependency.Get("condition").Str()
			if alias := dependency.Get("alias").Str(); alias != "" {
				key = alias
			}
		}
	}
	base, _ := c.split()
	for _, keys := range strings.Split(condition, ",") {
		if on := base.Doc.Get(strings.Split(strings.TrimSpace(keys), ".")...); on.Is(tree.Bool) {
			if on.Text == "false" {
				return nil, false
			}
			break
		}
	}
	if doc := base.Doc.Get(key); doc.Is(tree.Map) {
		over = &template.ValuesFile{Path: base.Path, Doc: doc}
	}
	return over, true
}
