package config

import "strings"

// nearest returns the known key that was most likely meant: one with the same
// last part elsewhere, or one at most two edits away; "" if there is none.
func nearest(key string, known map[string]shape) string {
	best, bestDistance := "", 3
	last := key[strings.LastIndex(key, ".")+1:]
	for k := range known {
		d := distance(key, k)
		if k[strings.LastIndex(k, ".")+1:] == last {
			d = 1
		}
		if d < bestDistance || d == bestDistance && best != "" && k < best {
			best, bestDistance = k, d
		}
	}
	return best
}

// distance is the Levenshtein distance of two short words, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := previous
			if a[i] != b[j] {
				cost = 1 + min(previous, row[j], row[j+1])
			}
			previous, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
