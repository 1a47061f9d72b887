package alerts

import (
	"maps"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// severityWords maps a vendor's words, in lower case, to severities.
type severityWords map[string]result.Severity

// commonWords are the words that the vendors share (vendors.md, section 6).
func commonWords() severityWords {
	return severityWords{
		"critical": result.Critical, "high": result.High, "medium": result.Medium, "med": result.Medium,
		"low": result.Low, "info": result.Info, "informational": result.Info,
	}
}

// with returns the words with others added or replaced.
func (w severityWords) with(more severityWords) severityWords {
	all := maps.Clone(w)
	maps.Copy(all, more)
	return all
}

// severity reads a word in any case. A missing or unmapped word is Unknown, which is not harmless.
func (w severityWords) severity(word string) result.Severity {
	severity, _ := w.lookup(word)
	return severity
}

func (w severityWords) lookup(word string) (result.Severity, bool) {
	severity, ok := w[strings.ToLower(strings.TrimSpace(word))]
	return severity, ok
}

// worst returns the worst severity of several words with its word. Where no word is known, the word
// is the first that is not empty.
func (w severityWords) worst(words ...string) (result.Severity, string) {
	worst, worstWord := result.Unknown, ""
	for _, word := range words {
		if severity := w.severity(word); severity > worst || worstWord == "" {
			worst, worstWord = severity, word
		}
	}
	return worst, worstWord
}

// first returns the first word that is mapped, with its severity. Where no word is, the word is the
// first that is not empty.
func (w severityWords) first(words ...string) (result.Severity, string) {
	unmapped := ""
	for _, word := range words {
		if severity, ok := w.lookup(word); ok {
			return severity, word
		}
		if unmapped == "" {
			unmapped = word
		}
	}
	return result.Unknown, unmapped
}
