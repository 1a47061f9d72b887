package alerts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// suggestion is the part of a message that names the word nearest to a mistyped one, "" where none
// is near.
func suggestion(text string, words []string) string {
	if word := nearest(text, words); word != "" {
		return fmt.Sprintf("; did you mean %s?", word)
	}
	return ""
}

// nearest returns the word with the fewest edits, ignoring case, "" if it takes more than half of
// the text.
func nearest(text string, words []string) string {
	best, bestEdits := "", len(text)/2+1
	for _, word := range words {
		typed, meant := strings.ToLower(text), strings.ToLower(word)
		edits := levenshtein.Distance(typed, meant, nil)
		if letters(typed) == letters(meant) { // two were swapped
			edits = 1
		}
		if edits < bestEdits {
			best, bestEdits = word, edits
		}
	}
	return best
}

// letters returns the characters of a word in their order.
func letters(word string) string { return string(slices.Sorted(slices.Values([]rune(word)))) }
