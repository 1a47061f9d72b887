package report

import (
	"io"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
)

// WriteVerdict writes the line that ends a run. Errors are dropped: there is no other place to
// report them.
func WriteVerdict(w io.Writer, line string, color bool) {
	console.NewPrinter(w, color, 0).Line(append([]console.Span{console.Own()}, verdictSpans(line)...)...)
}

// verdictSpans are the line of a verdict, its word in the colour of the outcome.
func verdictSpans(line string) []console.Span {
	word, rest, found := strings.Cut(line, ":")
	if !found {
		return []console.Span{console.Text(line)}
	}
	style := console.Yellow
	switch {
	case strings.HasPrefix(word, "PASS"):
		style = console.BoldGreen
	case strings.HasPrefix(word, "FAIL"):
		style = console.BoldRed
	}
	return []console.Span{{Text: word, Style: style}, console.Text(":" + rest)}
}

// verdictWord returns the outcome in a word or two, and its tone. An unknown outcome is incomplete.
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
	case result.OutcomeShard:
		return "A share, without a verdict", "open"
	}
	return "Incomplete", "open"
}
