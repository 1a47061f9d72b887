package report

import "github.com/scangate/scangate/internal/result"

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
	}
	return "Incomplete", "open"
}
