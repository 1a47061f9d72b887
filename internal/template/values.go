package template

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/template/tree"
)

// Chart is what completes the images in the values of a Helm chart.
type Chart struct {
	// AppVersion is the version of the application, and DefaultTag the tag of an image
	// without one; "" if they are not known.
	AppVersion, DefaultTag string
	// registry replaces that of all images, "" for none.
	registry string
}

// ValuesFile is a file with values of a chart.
type ValuesFile struct {
	Path string
	Doc  *tree.Node
}

// ReadValues reads a file with values. The error is a [*tree.SyntaxError].
func ReadValues(path string, content []byte) (ValuesFile, error) {
	in := single(RawFile{Path: path, Content: content})
	doc, err := in.document()
	if err != nil {
		err.Path = path
		err.Locate(in.content)
		return ValuesFile{}, err
	}
	return ValuesFile{Path: path, Doc: doc}, nil
}

// PlacedImage is an image and the file that names it.
type PlacedImage struct {
	Path string
	Image
}

// ChartImages returns the images in the values of a Helm chart: maps with a repository, and
// images that are written as one text. A map with enabled: false is left out, with all that
// is in it. The values of each file win over those of the files before it.
func ChartImages(c Chart, base ValuesFile, over ...ValuesFile) []PlacedImage {
	var all []PlacedImage
	w := valuesWalk{origin: map[*tree.Node]string{}}
	values, path := base.Doc, base.Path
	for _, file := range over {
		values, path = w.merge(path, values, file.Path, file.Doc, 0), file.Path
	}
	w.start(values, path, c, func(path string, i Image) { all = append(all, PlacedImage{path, i}) })
	return all
}

// valuesImages adds the images in values that stand in a manifest.
func valuesImages(values *tree.Node, add func(Image)) {
	valuesWalk{}.start(values, "", Chart{}, func(_ string, i Image) { add(i) })
}

type valuesWalk struct {
	chart Chart
	add   func(path string, i Image)
	// origin is the file of the values in maps that were merged.
	origin map[*tree.Node]string
}

// merge returns what the values of one file make of those of another, as Helm does: maps
// are merged, and all else is replaced.
func (w valuesWalk) merge(basePath string, base *tree.Node, overPath string, over *tree.Node, depth int) *tree.Node {
	if !base.Is(tree.Map) || !over.Is(tree.Map) || depth > tree.MaxDepth {
		w.origin[over] = overPath
		return over
	}
	merged := &tree.Node{Kind: tree.Map, Range: over.Range}
	w.origin[merged] = overPath
	for _, e := range base.Entries {
		if over.Entry(e.Key) == nil {
			w.origin[e.Value] = w.at(e.Value, basePath)
			merged.Entries = append(merged.Entries, e)
		}
	}
	for _, e := range over.Entries {
		if below := base.Get(e.Key); below != nil {
			e.Value = w.merge(w.at(below, basePath), below, overPath, e.Value, depth+1)
		} else {
			w.origin[e.Value] = overPath
		}
		merged.Entries = append(merged.Entries, e)
	}
	return merged
}

func (w valuesWalk) start(values *tree.Node, path string, c Chart, add func(string, Image)) {
	w.chart, w.add = c, add
	w.chart.registry = values.Get("global", "imageRegistry").Str()
	w.walk(values, path, false, 0)
}

// at is the file of a value in a map that stands in a file.
func (w valuesWalk) at(n *tree.Node, path string) string { return cmp.Or(w.origin[n], path) }

func (w valuesWalk) walk(n *tree.Node, path string, isImage bool, depth int) {
	if n == nil || depth > tree.MaxDepth || isDisabled(n, depth) {
		return
	}
	path = w.at(n, path)
	for _, item := range n.Items {
		w.walk(item, path, false, depth+1)
	}
	if n.Kind != tree.Map {
		return
	}
	if i, ref := valuesImage(n, w.chart, isImage); ref != nil && (isImage || hasImageKey(n)) {
		w.add(w.at(ref, path), i)
		return
	}
	for _, e := range n.Entries {
		if prefix := e.Value.Get("repository"); e.Key == "images" && prefix.Str() != "" {
			// What several images have in common: the templates add their names.
			w.add(w.at(prefix, w.at(e.Value, path)), newImage(prefix.Text+"/{{ name }}", prefix, prefix.Range, ""))
			continue
		}
		named := isImageKey(e.Key)
		if named && e.Value.Is(tree.String) {
			w.text(n, w.at(e.Value, path), e)
			continue
		}
		w.walk(e.Value, path, named, depth+1)
	}
}

// isDisabled reports whether a map says that a part of a chart is not deployed. A chart as a
// whole is not disabled by its own values.
func isDisabled(n *tree.Node, depth int) bool {
	enabled := n.Entry("enabled")
	return depth > 0 && enabled != nil && enabled.Value.Is(tree.Bool) && enabled.Value.Text == "false"
}

// isImageKey reports whether a key is called image, or ends with it, as in initImage.
func isImageKey(key string) bool { return key == "image" || strings.HasSuffix(key, "Image") }

// hasImageKey reports whether a map has a key that only an image has beside repository.
func hasImageKey(n *tree.Node) bool {
	for _, key := range [...]string{"tag", "digest", "pullPolicy", "registry"} {
		if n.Entry(key) != nil {
			return true
		}
	}
	return false
}

// text adds an image that is one text, whose tag may stand beside it.
func (w valuesWalk) text(parent *tree.Node, path string, e tree.Entry) {
	ref := e.Value.Text
	tag := cmp.Or(parent.Get("tag").Scalar(), parent.Get(e.Key+"Tag").Scalar())
	if tag != "" && !image.HasVersion(ref) {
		ref += ":" + tag
	}
	if _, err := image.Parse(ref); err == nil || image.Placeholder(ref) != "" {
		w.add(path, newImage(ref, e.Value, e.Range(), ""))
	}
}

// valuesImage returns the image of a map with registry, repository, tag and digest, and the
// value with its repository; nil if the map is not an image. named is set if its key says that it
// is an image.
func valuesImage(n *tree.Node, c Chart, named bool) (Image, *tree.Node) {
	repository := n.Get("repository")
	if repository == nil && named && n.Entry("tag") != nil {
		repository = n.Get("name")
	}
	ref := repository.Str()
	if ref == "" || strings.Contains(ref, "://") {
		return Image{}, nil
	}
	if registry := cmp.Or(c.registry, n.Get("registry").Str()); registry != "" {
		ref = strings.TrimSuffix(registry, "/") + "/" + ref
	}
	ref += c.version(n, ref)
	if _, err := image.Parse(ref); err != nil && image.Placeholder(ref) == "" {
		return Image{}, nil
	}
	return newImage(ref, repository, repository.Range, ""), repository
}

// version is what the values add to a repository: digest or tag, else the version of the
// chart's application.
func (c Chart) version(n *tree.Node, repository string) string {
	if image.HasVersion(repository) {
		return ""
	}
	digest := n.Get("digest").Str()
	if sha := n.Get("sha").Str(); digest == "" && sha != "" {
		digest = "sha256:" + strings.TrimPrefix(sha, "sha256:")
	}
	tag := cmp.Or(n.Get("tag").Scalar(), c.DefaultTag)
	if c.AppVersion != "" {
		tag = scope{"{{.Chart.AppVersion}}": c.AppVersion}.resolve(tag)
	}
	switch {
	case digest != "" && tag == "":
		return "@" + digest
	case digest != "":
		return ":" + tag + "@" + digest
	}
	return ":" + cmp.Or(tag, "{{ .Values.image.tag }}")
}

// TagForms are the ways in which templates of a chart make a tag of the version of the
// application: as it is, or with a v before it.
type TagForms uint8

const (
	plainTag TagForms = 1 << iota
	tagWithV
)

// FormsOf returns the forms in a template of a chart.
func FormsOf(content []byte) TagForms {
	var forms TagForms
	version := []byte(".Chart.AppVersion")
	for at := bytes.Index(content, version); at >= 0; at = bytes.Index(content, version) {
		start := bytes.LastIndexByte(content[:at], '\n') + 1
		line, rest, _ := bytes.Cut(content[start:], []byte("\n"))
		forms |= formOf(string(line))
		content = rest
	}
	return forms
}

// formOf returns the form in a line with the version of the application, 0 if it is not a tag.
func formOf(line string) TagForms {
	switch {
	case !strings.Contains(line, "tag"), strings.Contains(line, "kubernetes.io/version"), strings.Contains(line, "semverCompare"):
		return 0
	case strings.Contains(line, `"v%`), strings.Contains(line, ":v{{"):
		return tagWithV
	}
	return plainTag
}

// Tag returns the tag of images without one, "" if the templates do not agree.
func (f TagForms) Tag(appVersion string) string {
	switch {
	case appVersion == "":
		return ""
	case f == tagWithV:
		return "v" + appVersion
	case f == plainTag:
		return appVersion
	}
	return ""
}
