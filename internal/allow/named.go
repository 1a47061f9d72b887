package allow

import (
	"bytes"
	"cmp"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/image"
)

// named collects the images that a file names.
type named struct {
	path string
	all  []mention
}

// maxMentions bounds what is kept of a file. More can't be reviewed.
const maxMentions = 10_000

// add adds a text that is an image wherever it stands.
func (n *named) add(line int, text string) {
	n.keep(mention{path: n.path, line: line, text: text})
}

// unknown adds what is not known: it counts as an image outside.
func (n *named) unknown(line int, what string) {
	n.keep(mention{path: n.path, line: line, text: what, isUnknown: true})
}

func (n *named) keep(m mention) {
	switch {
	case len(n.all) < maxMentions:
		n.all = append(n.all, m)
	case len(n.all) == maxMentions:
		n.all = append(n.all, mention{path: n.path, line: m.line, text: "which images stand after so many", isUnknown: true})
	}
}

// sorted returns the mentions in the order of the file.
func (n *named) sorted() []mention {
	slices.SortStableFunc(n.all, func(a, b mention) int { return cmp.Compare(a.line, b.line) })
	return n.all
}

// addValue adds a text that is an image if it can be one: many keys have image in their names.
func (n *named) addValue(line int, text string) {
	if image.Placeholder(text) != "" || strings.Contains(text, `\`) {
		n.unknown(line, "the image "+quote(text))
		return
	}
	if _, err := image.Parse(text); err == nil && !isPlainValue(text) {
		n.add(line, text)
	}
}

// addPath adds a text that is an image if it can be one and holds a slash.
func (n *named) addPath(line int, text string) {
	if _, err := netip.ParsePrefix(text); err == nil || !strings.Contains(text, "/") || apiVersion().MatchString(text) {
		return
	}
	if _, err := image.Parse(text); err == nil {
		n.add(line, text)
	}
}

// isPlainText reports whether what is read here is what any other reader sees.
func isPlainText(content []byte) bool {
	return utf8.Valid(content) && bytes.IndexByte(content, 0) < 0
}

// plainValue matches what stands under keys such as imageScanning and imageId, and names no image
// of a registry.
var plainValue = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:true|false|yes|no|on|off|null|none|always|never|[0-9.]+|ami-[0-9a-f]{8,17})$`)
})

// apiVersion matches versions of Kubernetes' own interfaces.
var apiVersion = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[a-z-]+\.)*k8s\.io/v[0-9]+(?:(?:alpha|beta)[0-9]+)?$`)
})

func isPlainValue(text string) bool { return plainValue().MatchString(text) }

// isImageKey reports whether a key may hold an image, by its name.
func isImageKey(key string) bool {
	key = strings.ToLower(key)
	return strings.Contains(key, "image") && !strings.HasSuffix(key, "policy") && !strings.HasSuffix(key, "secrets")
}

// versioned matches a reference with a registry and a version anywhere in a text, and schemed one
// with a scheme that only images have. Those of http name pages.
var (
	versioned = sync.OnceValue(func() *regexp.Regexp {
		const host = `(?:[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+(?::[0-9]+)?|[a-zA-Z0-9-]+:[0-9]+|\[[0-9a-fA-F:]+\](?::[0-9]+)?)`
		return regexp.MustCompile(`(?:^|[^\w.:/@-])(` + host + `/[a-z0-9._/-]+(?::\w[\w.-]*|@sha[0-9]+:[0-9a-f]+))`)
	})
	schemed = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(?:docker-image|docker|oci)://([^\s"'\\,;)}\]]+)`)
	})
	// keyed matches a key with image in its name, and the beginning of its value.
	keyed = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`([\w.-]*[iI][mM][aA][gG][eE][\w.-]*)\\*["']?[ \t]*[:=][ \t]*(\\*["']?)([^\s"',;\]\[}]+)`)
	})
)

// isNoValue matches what follows an attribute of HCL and is not a value: a comparison, the mark of
// a heredoc, or a type.
var isNoValue = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:=|<<|optional\(|string$|any$)`) })

// eachMatch calls found for the groups of each match, line by line.
func eachMatch(content []byte, pattern *regexp.Regexp, found func(line int, groups [][]byte)) {
	line := 0
	for one := range bytes.Lines(content) {
		line++
		for _, groups := range pattern.FindAllSubmatch(one, -1) {
			found(line, groups)
		}
	}
}

// readText reads a file as a text without any syntax: what is nested in another language, in a
// comment, or in a place that is not known here. In doubt it is an image.
func (n *named) readText(content []byte) {
	named := func(line int, groups [][]byte) { n.add(line, string(groups[1])) }
	eachMatch(content, versioned(), named)
	eachMatch(content, schemed(), named)
}

// readKeys reads what stands after a key with image in its name.
func (n *named) readKeys(content []byte, isHCL bool) {
	eachMatch(content, keyed(), func(line int, groups [][]byte) {
		key, quote, value := string(groups[1]), string(groups[2]), strings.TrimRight(string(groups[3]), `\`)
		switch {
		case !isImageKey(key), value == "{", isHCL && isNoValue().MatchString(value):
		case quote != "" || !isHCL:
			n.addValue(line, value)
		case isImageAttribute(key) && !isPlainValue(value):
			n.unknown(line, "the image "+value) // an expression
		}
	})
}

// isImageAttribute reports whether an attribute of HCL is an image by its name. Others, such as
// image_id, are often images of virtual machines.
func isImageAttribute(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "image") || strings.HasSuffix(name, "image_uri")
}
