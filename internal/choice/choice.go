// Package choice helps with a word that must be one of several: it says which one a mistyped word
// was likely meant to be.
package choice

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

const (
	// maxListed is the number of words that an error lists.
	maxListed = 20
	// maxSimilar is the number of words that an error suggests.
	maxSimilar = 5
)

// Unknown is the error for a text that is not among the words. It suggests those that were likely
// meant, and lists all if they are few. kind says what the words are, for example "severity".
func Unknown(kind, text string, words []string) error {
	if len(words) <= maxListed {
		return Fixable(kind, text, words, "use "+strings.Join(words, ", "))
	}
	if suggested := Suggest(text, words); suggested != "" {
		return fmt.Errorf("unknown %s %q%s", kind, text, suggested)
	}
	return Fixable(kind, text, words, "use one like "+strings.Join(words[:3], ", "))
}

// Fixable is [Unknown] with a fix of the caller in the place of the list.
func Fixable(kind, text string, words []string, fix string) error {
	suggested := Suggest(text, words)
	if suggested == "" {
		suggested = ";"
	}
	return fmt.Errorf("unknown %s %q%s fix: %s", kind, text, suggested, fix)
}

// Suggest is the part of a message that names the words that a mistyped one was likely meant to be:
// `; did you mean "high"?`. It is "" if no word is similar.
func Suggest(text string, words []string) string {
	similar := Similar(text, words)
	if len(similar) == 0 {
		return ""
	}
	quoted := make([]string, len(similar))
	for i, word := range similar {
		quoted[i] = fmt.Sprintf("%q", word)
	}
	last := len(quoted) - 1
	if last == 0 {
		return "; did you mean " + quoted[0] + "?"
	}
	return "; did you mean " + strings.Join(quoted[:last], ", ") + " or " + quoted[last] + "?"
}

// Similar returns the words that a text was likely meant to be, in no case of letters: the one with
// the fewest edits, else those that contain the text or are part of it, the shortest first.
func Similar(text string, words []string) []string {
	if word, ok := nearest(text, words); ok {
		return []string{word}
	}
	typed := strings.ToLower(strings.TrimSpace(text))
	similar := slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		word = strings.ToLower(word)
		return min(len(typed), len(word)) < 2 || !strings.Contains(word, typed) && !strings.Contains(typed, word)
	})
	slices.SortStableFunc(similar, func(a, b string) int { return len(a) - len(b) })
	return similar[:min(len(similar), maxSimilar)]
}

// nearest returns the word with the fewest edits, at most a third of the text.
func nearest(text string, words []string) (best string, ok bool) {
	typed := strings.ToLower(strings.TrimSpace(text))
	fewest := max(len(typed)/3, 1) + 1
	for _, word := range words {
		if n := edits(typed, strings.ToLower(word)); n < fewest && n < len(typed) {
			best, fewest, ok = word, n, true
		}
	}
	return best, ok
}

// edits counts the letters to insert, remove or replace. Letters in another order are one.
func edits(typed, meant string) int {
	if typed != meant && letters(typed) == letters(meant) {
		return 1
	}
	return levenshtein.Distance(typed, meant, nil)
}

// letters returns the characters of a word in their order.
func letters(word string) string { return string(slices.Sorted(slices.Values([]rune(word)))) }
