package allow

import (
	"bytes"
	"net/netip"
	"regexp"
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

// add adds a text that is an image wherever it stands.
func (n *named) add(line int, text string) {
	n.all = append(n.all, mention{path: n.path, line: line, text: text})
}

func (n *named) unknown(line int, what string) {
	n.all = append(n.all, mention{path: n.path, line: line, text: what, isUnknown: true})
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
	if _, err := netip.ParsePrefix(text); err == nil || !strings.Contains(text, "/") {
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

// readText reads a file as a text without any syntax: what is nested in another language, in a
// comment, or in a place that is not known here. In doubt it is an image.
func (n *named) readText(content []byte) {
	line := 0
	for text := range bytes.Lines(content) {
		line++
		for _, m := range versioned().FindAllSubmatch(text, -1) {
			n.add(line, string(m[1]))
		}
		for _, m := range schemed().FindAllSubmatch(text, -1) {
			n.add(line, string(m[1]))
		}
	}
}

// readKeys reads what stands after a key with image in its name. Where values are always quoted,
// others are expressions.
func (n *named) readKeys(content []byte, alwaysQuoted bool) {
	line := 0
	for text := range bytes.Lines(content) {
		line++
		for _, m := range keyed().FindAllSubmatch(text, -1) {
			key, quote, value := string(m[1]), string(m[2]), strings.TrimRight(string(m[3]), `\`)
			if isImageKey(key) && value != "{" && (quote != "" || !alwaysQuoted) {
				n.addValue(line, value)
			}
		}
	}
}
