package config

import (
	"strings"

	"github.com/agext/levenshtein"
)

// maxEdits is how many edits away a suggested key may be.
const maxEdits = 2

// nearest returns the known key that was most likely meant: one with the same last
// part elsewhere, or one at most [maxEdits] away. It returns "" if there is none.
func nearest(key string, known map[string]shape) string {
	best, bestEdits := "", maxEdits+1
	for k := range known {
		edits := levenshtein.Distance(key, k, nil)
		if lastPart(k) == lastPart(key) {
			edits = 1
		}
		if edits < bestEdits || edits == bestEdits && best != "" && k < best {
			best, bestEdits = k, edits
		}
	}
	return best
}

func lastPart(key string) string { return key[strings.LastIndex(key, ".")+1:] }
