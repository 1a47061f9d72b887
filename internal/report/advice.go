package report

import (
	"fmt"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// advice says what a rule is about, why it matters and how to fix it: in the service's words where
// its details hold a remediation.
type advice struct{ what, why, fix string }

func adviceFor(f *result.Finding) advice {
	a := advice{
		what: sentence(text.Truncate(f.Summary, maxTitle)), why: severityMeaning(f.Severity),
		fix: fixFor(f),
	}
	switch f.Kind {
	case result.KindImage:
		// All images share a rule, so that it can't name one.
		a.what = fmt.Sprintf("An image has vulnerabilities of severity %s.", f.Severity)
		if f.Rule == result.RuleImageNotSecure {
			a.what = "The service marks an image as not secure without a critical or high vulnerability."
		}
		a.why += " Everything that runs from this image has the vulnerabilities."
	case result.KindAlerts, result.KindChecks:
	default:
		a.why += " The weakness exists wherever this file is deployed."
	}
	return a
}

// fixFor is the fix of an advice.
func fixFor(f *result.Finding) string { return sentence(text.Truncate(f.Remedy(), maxSays)) }

// shortFix is the fix in a few words, for a list of problems.
func (p *problem) shortFix() string { return shortFix(p.findings) }

func shortFix(findings []*result.Finding) string {
	f := findings[0]
	if remedy := remediation(f.Details); remedy != "" {
		return text.Truncate(remedy, maxSays)
	}
	switch {
	case f.Kind == result.KindImage:
		return "build from a newer or a smaller tag of this image"
	case inCloud(f):
		return "fix it in the cloud, and in the template that it was created from"
	case f.Placement == result.PlacedFile:
		return "fix what the finding describes in this file; the service does not say where in it"
	case f.Resource == "":
		return "fix what the finding describes"
	case len(findings) > 1:
		return fmt.Sprintf("fix these %d resources as described above", len(findings))
	}
	return "fix this resource as described above"
}

func remediation(details string) string {
	_, remedy := result.SplitDetails(details)
	return remedy
}

func severityMeaning(s result.Severity) string {
	if s.Known() == result.Unknown {
		return "The service gave no known severity, so it is treated as high until someone has checked it."
	}
	return fmt.Sprintf("The service rates this as %s.", s)
}

func (a advice) text() string {
	return fmt.Sprintf("What: %s\nWhy: %s\nHow to fix: %s", a.what, a.why, a.fix)
}

func (a advice) markdown() string {
	return fmt.Sprintf("**What:** %s\n\n**Why:** %s\n\n**How to fix:** %s",
		escapeMarkdown(a.what), escapeMarkdown(a.why), escapeMarkdown(a.fix))
}
