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
	var room [messageRoom]byte
	return string(appendSays(room[:0], f))
}

// appendSays appends what says returns, after a blank if dst is not empty.
func appendSays(dst []byte, f *result.Finding) []byte {
	if f.Image != "" {
		return dst // the number, which the title has
	}
	before, limit := len(dst), maxSays
	if before > 0 {
		limit++ // for the blank
	}
	var room [8]string
	for _, line := range appendDescription(room[:0], f) {
		dst = appendSentence(dst, line)
	}
	if len(dst)-before > limit {
		dst = append(dst[:before], text.Truncate(string(dst[before:]), limit)...)
	}
	return dst
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
	// alert, and the branch that the service puts after each.
	placeReference = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\s+)?\(Ref:[^()]*(?:\([^()]*\)[^()]*)*\)(?:\s+branch:\s*\S+)?`)
	})
	// trailingBranch matches the branch after a reference that was removed.
	trailingBranch = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)(?:^|[ \t]+)branch:[ \t]*\S+[ \t]*$`)
	})
)

// appendDescription appends what the details add to the summary, each line once: without the
// remediation and the references to places.
func appendDescription(lines []string, f *result.Finding) []string {
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
