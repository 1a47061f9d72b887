package report

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

const (
	// maxTitle and maxSays are how many characters of a summary and of the details are shown. The
	// service bounds neither, and result.json has all of them.
	maxTitle = 300
	maxSays  = 700
)

// says is what the service says of this finding beside the summary, in sentences on one line; ""
// if it says no more. Reports show the place and the remediation in their own form.
func says(f *result.Finding) string {
	if f.Image != "" {
		return "" // the number, which the title has
	}
	var all strings.Builder
	all.Grow(min(len(f.Details), maxSays))
	for i, line := range description(f) {
		if i > 0 {
			all.WriteByte(' ')
		}
		all.WriteString(sentence(line))
	}
	return text.Truncate(all.String(), maxSays)
}

// title names a finding: the image, or the summary.
func title(f *result.Finding) string {
	return text.Truncate(cmp.Or(text.Fold(f.Image), summary(f)), maxTitle)
}

// summary is the service's, or the nearest to it.
func summary(f *result.Finding) string {
	return text.Truncate(cmp.Or(saying(f.Summary), saying(f.Rule), "A finding without a text"), maxTitle)
}

// saying is s on one line, or nothing if it is punctuation alone.
func saying(s string) string {
	s = text.Fold(s)
	if strings.Trim(s, ".,;: ") == "" {
		return ""
	}
	return s
}

// resourceSummary is the summary and the resource of a finding, without the stop between them.
func resourceSummary(f *result.Finding) string {
	if f.Resource == "" {
		return summary(f)
	}
	return withoutStop(summary(f)) + ": " + f.Resource
}

// withoutStop is a text without the stop at its end.
func withoutStop(s string) string { return strings.TrimRight(s, ".") }

var (
	// placeReference matches what is left of references to places: those of other resources of the
	// alert, and the branch that the service puts behind each.
	placeReference = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\s+)?\(Ref:[^()]*(?:\([^()]*\)[^()]*)*\)(?:\s+branch:\s*\S+)?`)
	})
	// trailingBranch matches the branch behind a reference that was removed.
	trailingBranch = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)(?:^|[ \t]+)branch:[ \t]*\S+[ \t]*$`)
	})
)

// description is what the details add to the summary, each line once: without the remediation and
// the references to places.
func description(f *result.Finding) []string {
	s, _ := result.SplitDetails(f.Details)
	if hasReference(s) {
		whole := f.KindWord + " (Ref: " + f.Ref + ", File: " + f.File + ")"
		if f.KindWord != "" {
			s = strings.ReplaceAll(s, whole, "")
		}
		if hasReference(s) {
			s = strings.ReplaceAll(s, whole[len(f.KindWord)+1:], "")
		}
		if hasReference(s) {
			s = placeReference().ReplaceAllString(s, "")
		}
	}
	if strings.Contains(s, "branch:") {
		s = trailingBranch().ReplaceAllString(s, "")
	}
	var lines []string
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if saying(line) == "" || line == f.Summary || line == f.KindWord || slices.Contains(lines, line) {
			continue
		}
		lines = append(lines, line)
	}
	return lines
}

// hasReference reports whether a text may have a reference to a place.
func hasReference(s string) bool { return strings.Contains(s, "(Ref:") }
