// Package glob matches paths of the repository with globs, in which ** stands for any number
// of folders.
package glob

import (
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// special are the characters with a meaning in globs, unless a backslash stands before them.
const special = `*?[]{}\`

// Pattern matches paths relative to the repository root, and relative to a folder of it.
type Pattern struct {
	// Raw is the glob as it was written.
	Raw  string
	glob string
	// under is the folder with a trailing slash, "" for the root.
	under string
}

// Compile reads a glob; ok is false if it is invalid. under is the folder that it is also
// relative to, "" for none. One that begins with a slash is relative to the root alone.
func Compile(raw, under string) (p Pattern, ok bool) {
	glob := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(raw), "./"), "/")
	if glob == "" || !doublestar.ValidatePattern(glob) {
		return p, false
	}
	p = Pattern{Raw: raw, glob: strings.TrimPrefix(glob, "/")}
	if under != "" && p.glob == glob {
		p.under = under + "/"
	}
	return p, true
}

// Matches reports whether the pattern fits a whole path.
func (p Pattern) Matches(path string) bool {
	if doublestar.MatchUnvalidated(p.glob, path) {
		return true
	}
	rest, ok := strings.CutPrefix(path, p.under)
	return ok && p.under != "" && doublestar.MatchUnvalidated(p.glob, rest)
}

// Covers reports whether the pattern fits the path of a file or of a folder that it lies in.
func (p Pattern) Covers(path string) bool {
	for i := range len(path) {
		if path[i] == '/' && p.Matches(path[:i]) {
			return true
		}
	}
	return p.Matches(path)
}

// Exact returns the glob that matches a path alone, with what lies in it.
func Exact(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if strings.IndexByte(special, c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}
