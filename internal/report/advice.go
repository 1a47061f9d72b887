package report

import (
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// advice says what a rule is about, why it matters and how to fix it: in the
// service's words where its details hold a remediation, else as far as can be told
// from a summary and counts.
type advice struct{ what, why, fix string }

func adviceOn(f *result.Finding) advice {
	a := advice{what: sentence(f.Summary), why: rated(f.Severity)}
	_, remedy := parted(f.Details)
	switch f.Kind {
	case result.KindImage:
		// All images share a rule, so that it can't name one.
		a.what = fmt.Sprintf("An image has vulnerabilities of severity %s.", f.Severity)
		if f.Severity == result.Unknown {
			a.what = "An image has vulnerabilities of unknown severity, or is not secure for a reason that the service doesn't give."
		}
		a.why += " What runs from this image carries the vulnerabilities with it."
		a.fix = "Build from a newer tag of the image, or from a smaller image that has fewer packages, then scan again." +
			" The service picks the architecture that it looks at by itself."
	case result.KindAlerts, result.KindChecks:
		a.fix = "The resource runs in the cloud already: fix it there, and in the template that it was made from."
	default:
		a.why += " The weakness exists wherever this file is deployed."
		a.fix = "Change the resource on the marked line as the summary says, then scan again."
	}
	if remedy != "" {
		a.fix = sentence(remedy)
	}
	return a
}

// parted parts details in what is wrong and the service's remediation, which is
// the rest from a line that begins with the word.
func parted(details string) (wrong, remedy string) {
	const word = "remediation:"
	for at := 0; at < len(details); {
		line := details[at:]
		if len(line) >= len(word) && strings.EqualFold(line[:len(word)], word) {
			return strings.TrimSpace(details[:at]), strings.TrimSpace(line[len(word):])
		}
		next := strings.IndexByte(line, '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	return details, ""
}

// wrong is what the details say is wrong, without the remediation and the words
// for the place, which every report shows in its own form.
func wrong(f *result.Finding) string {
	text, _ := parted(f.Details)
	at := fmt.Sprintf("(Ref: %s, File: %s)", f.Ref, f.File)
	if f.KindWord != "" {
		text = strings.ReplaceAll(text, f.KindWord+" "+at, "")
	}
	text = strings.TrimSpace(strings.ReplaceAll(text, at, ""))
	if text == f.Summary {
		return ""
	}
	return text
}

// rated says what a severity means here.
func rated(s result.Severity) string {
	if s == result.Unknown {
		return "The service gave no severity that is known, so that it counts as high until somebody has looked."
	}
	return fmt.Sprintf("Cloud Optix rates this as %s.", s)
}

func (a advice) text() string {
	return fmt.Sprintf("What: %s\nWhy: %s\nHow to fix: %s", a.what, a.why, a.fix)
}

func (a advice) markdown() string {
	return fmt.Sprintf("**What:** %s\n\n**Why:** %s\n\n**How to fix:** %s",
		escapeMarkdown(a.what), escapeMarkdown(a.why), escapeMarkdown(a.fix))
}

// escapeMarkdown makes s plain text in CommonMark (2.4: a backslash before any
// ASCII punctuation) and in what hosts add to it: mentions, references, bare links.
// Line breaks become blanks; it must not start a line, where more characters have a
// meaning.
func escapeMarkdown(s string) string {
	s = text.Fold(s)
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '@':
			// Hosts look for mentions in the text that comes out, so that only a
			// character between the sign and the name stops one: of no width.
			b.WriteString("&#64;&#8203;")
			continue
		case mentionsIssue(s, i):
			// Likewise #12 and GH-12, which would show up on the page of that issue.
			b.WriteByte('\\')
			b.WriteRune(r)
			b.WriteString("&#8203;")
			continue
		case strings.ContainsRune("\\`*_{}[]<>#!|~&$", r), r == ':' && strings.HasPrefix(s[i:], "://"),
			r == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// mentionsIssue reports whether at s[i] stands the sign before the number in the
// mention of an issue: #12, acme/shop#12 or GH-12
// (https://docs.github.com/get-started, "Autolinked references and URLs").
func mentionsIssue(s string, i int) bool {
	if i+1 >= len(s) || s[i+1] < '0' || s[i+1] > '9' {
		return false
	}
	return s[i] == '#' || s[i] == '-' && i >= 2 && strings.EqualFold(s[i-2:i], "GH")
}

// sentence folds s to one line that ends in a full stop.
func sentence(s string) string {
	s = text.Fold(s)
	if s == "" || strings.ContainsRune(".!?…", []rune(s)[len([]rune(s))-1]) {
		return s
	}
	return s + "."
}
