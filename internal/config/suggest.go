package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/choice"
)

// nearest returns the known key that was most likely meant: one with the same last part in another
// section, or a similar one of its own. It returns "" if there is none. Entries of lists have keys
// of their own: none of them is meant in a section, and none of a section in them.
func nearest(key string, known map[string]shape) string {
	keys := slices.Sorted(maps.Keys(known))
	for _, k := range keys {
		if lastPart(k) == lastPart(key) && inSection(k, known) && inSection(key, known) {
			return k
		}
	}
	section := strings.TrimSuffix(key, lastPart(key))
	similar := choice.Similar(lastPart(key), siblings(key, known))
	if len(similar) == 0 {
		return ""
	}
	return section + similar[0]
}

func lastPart(key string) string { return key[strings.LastIndex(key, ".")+1:] }

// inSection reports whether a key stands at the top or in a section, and not in an entry of a list.
func inSection(key string, known map[string]shape) bool {
	i := strings.LastIndex(key, ".")
	return i < 0 || known[key[:i]] == shapeSection
}
