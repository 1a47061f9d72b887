package alerts

import (
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// levels maps a vendor's words, in lower case, to severities.
type levels map[string]result.Severity

// commonLevels are the words that the vendors share (vendors.md, section 6).
func commonLevels() levels {
	return levels{
		"critical": result.Critical, "high": result.High, "medium": result.Medium, "med": result.Medium,
		"low": result.Low, "info": result.Info, "informational": result.Info,
	}
}

// with adds or replaces words.
func (l levels) with(more levels) levels {
	for word, sev := range more {
		l[word] = sev
	}
	return l
}

// of reads a word in any case. Any other word, and a missing one, is Unknown:
// nobody knows that it is harmless.
func (l levels) of(word string) result.Severity {
	return l[strings.ToLower(strings.TrimSpace(word))]
}

// worst reads several words, and returns the worst severity with its word; where
// none is known, the first word that isn't empty.
func (l levels) worst(words ...string) (result.Severity, string) {
	best, said := result.Unknown, ""
	for _, word := range words {
		if sev := l.of(word); sev > best || said == "" {
			best, said = sev, word
		}
	}
	return best, said
}

// first reads words in turn, and returns the first that is known; where none
// is, the first that isn't empty.
func (l levels) first(words ...string) (result.Severity, string) {
	said := ""
	for _, word := range words {
		if sev := l.of(word); sev != result.Unknown || l.names(word) {
			return sev, word
		}
		if said == "" {
			said = word
		}
	}
	return result.Unknown, said
}

// names reports whether a word is mapped, be it to unknown.
func (l levels) names(word string) bool {
	_, ok := l[strings.ToLower(strings.TrimSpace(word))]
	return ok
}
