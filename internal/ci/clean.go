package ci

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/git"
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

// isHash reports whether s is a full hash of git that names something: zeros name nothing.
func isHash(s string) bool { return git.IsHash(s) && strings.Trim(s, "0") != "" }

// isAbbreviation reports whether s can be the first digits of a commit's id, as Bitbucket states
// it.
func isAbbreviation(s string) bool {
	return len(s) >= 7 && len(s) < 40 && strings.Trim(s, "0123456789abcdef") == "" && strings.Trim(s, "0") != ""
}

// isBranchName reports whether a branch can have the name. The rules are those of git
// (https://git-scm.com/docs/git-check-ref-format), and that a name holds text: nothing that git
// could take for an option or for an expression about another commit is one.
func isBranchName(s string) bool {
	switch {
	case s == "" || s == "@" || s != usableText(s) || strings.ContainsAny(s, " ~^:?*[\\\x7f"):
		return false
	case strings.Contains(s, "..") || strings.Contains(s, "@{") || strings.Contains(s, "//") || strings.HasPrefix(s, "-"):
		return false
	case strings.HasSuffix(s, "."):
		return false
	}
	for part := range strings.SplitSeq(s, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return true
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
