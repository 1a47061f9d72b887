package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/choice"
)

// nearest returns the known key that was most likely meant: one with the same last part elsewhere,
// or a similar one of its section. It returns "" if there is none.
func nearest(key string, known map[string]shape) string {
	keys := slices.Sorted(maps.Keys(known))
	for _, k := range keys {
		if lastPart(k) == lastPart(key) {
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
