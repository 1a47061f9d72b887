package locate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// OpenAlerts completes the findings of alert sources and checks, which name no
// file: their texts become plain, and each gets the rule of its vendor's id or, without one,
// of its summary. It changes open.
//
// savedAs is the URL of the repository under which the service saves this run's
// submissions, "" where it saves none. Open alerts of that repository that the
// submissions raised are dropped: they are findings already.
func OpenAlerts(open []result.Finding, submissions []result.Submission, savedAs string) []result.Finding {
	if savedAs != "" {
		raised := rulesOf(submissions)
		open = slices.DeleteFunc(open, func(f result.Finding) bool {
			return f.Kind == result.KindAlerts && sameRepository(f.InCloud().Account, savedAs) && raised[ruleOf(f.Summary)]
		})
	}
	for i := range open {
		f := &open[i]
		f.Summary, f.Details = PlainText(f.Summary), PlainText(f.Details)
		f.Rule = ruleOf(cmp.Or(f.Rule, f.Summary))
	}
	return open
}

// ruleOf is the rule of a text that may be HTML.
func ruleOf(text string) string { return result.RuleID(oneLine(text)) }

func rulesOf(submissions []result.Submission) map[string]bool {
	rules := map[string]bool{}
	for _, s := range submissions {
		for i := range s.Alerts {
			rules[ruleOf(s.Alerts[i].Summary)] = true
		}
	}
	return rules
}

// sameRepository compares URLs as people write them: case, a trailing slash and
// .git make no difference.
func sameRepository(a, b string) bool {
	bare := func(s string) string { return strings.TrimSuffix(strings.TrimRight(strings.ToLower(s), "/"), ".git") }
	return a != "" && bare(a) == bare(b)
}
