package report

import (
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// advice says what a rule is about, why it matters and how to mend it, as far as
// can be told from a summary and counts: the service gives no more.
type advice struct{ what, why, mend string }

func adviceOn(f *result.Finding) advice {
	a := advice{what: sentence(f.Summary), why: rated(f.Severity)}
	switch f.Kind {
	case result.KindImage:
		a.why += " What runs from this image carries the vulnerabilities with it."
		a.mend = "Build from a newer tag of the image, or from a smaller image that has fewer packages, then scan again." +
			" The service picks the architecture that it looks at by itself."
	case result.KindAlerts:
		a.mend = "The resource runs in the cloud already: mend it there, and in the template that it was made from."
	default:
		a.why += " The weakness exists wherever this file is deployed."
		a.mend = "Change the resource on the marked line as the summary says, then scan again."
	}
	return a
}

// rated says what a severity means here.
func rated(s result.Severity) string {
	if s == result.Unknown {
		return "The service gave no severity that is known, so that it counts as high until somebody has looked."
	}
	return fmt.Sprintf("Cloud Optix rates this as %s.", s)
}

func (a advice) text() string {
	return fmt.Sprintf("What: %s\nWhy: %s\nHow to mend: %s", a.what, a.why, a.mend)
}

func (a advice) markdown() string {
	return fmt.Sprintf("**What:** %s\n\n**Why:** %s\n\n**How to mend:** %s",
		escapeMarkdown(a.what), escapeMarkdown(a.why), escapeMarkdown(a.mend))
}

// escapeMarkdown makes s plain text in CommonMark (2.4: a backslash before any
// ASCII punctuation) and in what hosts add to it, as mentions. Line breaks become
// blanks; it must not start a line, where more characters have a meaning.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(s), " ") {
		switch {
		case r == '@': // an entity, because a backslash doesn't stop a mention
			b.WriteString("&#64;")
			continue
		case strings.ContainsRune("\\`*_{}[]<>#!|~&$", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return strings.ReplaceAll(b.String(), "://", `\://`) // or hosts make it a link
}

// sentence folds s to one line that ends in a full stop.
func sentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || strings.ContainsRune(".!?…", []rune(s)[len([]rune(s))-1]) {
		return s
	}
	return s + "."
}
