package ci

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// usable empties the fields that can't be right, so that git is asked for them. A commit is a full
// hash, not HEAD, an abbreviation, or the zeros that stand for no commit. HEAD is not a branch.
func usable(m Metadata) Metadata {
	for _, field := range []*string{&m.RepoURL, &m.Branch, &m.Commit, &m.CommitterName, &m.CommitterEmail} {
		*field = usableText(*field)
	}
	if !isHash(m.Commit) {
		m.Commit = ""
	}
	if m.Branch == "HEAD" {
		m.Branch = ""
	}
	return m
}

func usableText(s string) string {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return ""
	}
	return s
}

// isHash reports whether s is a full hash of git, SHA-1 or SHA-256.
func isHash(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == "" && strings.Trim(s, "0") != ""
}

// shortRef removes refs/heads/, refs/tags/ or refs/ from the front of a ref.
func shortRef(ref string) string {
	for _, prefix := range []string{"refs/heads/", "refs/tags/", "refs/"} {
		if short, ok := strings.CutPrefix(ref, prefix); ok {
			return short
		}
	}
	return ref
}
