package report

import (
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// plain makes s the harmless text of one line, as [console.Clean] does, for the
// formats that show it to people or can't hold it as it is: GitLab's database and
// XML refuse control characters.
func plain(s string) string { return clean(text.Fold(s)) }

// plainLines makes the lines of s harmless.
func plainLines(s string) []string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = plain(lines[i])
	}
	return lines
}

// plainCode makes a line of code harmless and keeps its blanks; tabs become some,
// because what neutralises text would make them one.
func plainCode(s string) string { return clean(strings.ReplaceAll(s, "\t", "    ")) }

// clean also takes out the two characters that no XML document may hold (XML 1.0,
// 2.2) and that are no controls.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0xfffe || r == 0xffff {
			return '\ufffd'
		}
		return r
	}, console.Clean(s))
}

// verdictWord is the outcome in a word or two, and its tone. One that nobody knows
// is incomplete.
func verdictWord(v result.Verdict) (word, tone string) {
	switch v.Outcome {
	case result.OutcomePass:
		return "Passed", "pass"
	case result.OutcomeFail:
		if v.Soft {
			return "Failed, softly", "fail"
		}
		return "Failed", "fail"
	case result.OutcomeTimeout:
		return "Timed out", "open"
	case result.OutcomeEmpty:
		return "Nothing to scan", "open"
	case result.OutcomeInterrupted:
		return "Interrupted", "open"
	case result.OutcomeUnverified:
		return "Unverified", "open"
	}
	return "Incomplete", "open"
}
