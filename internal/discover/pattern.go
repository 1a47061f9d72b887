package discover

import (
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Patterns are globs over paths.
type Patterns []pattern

// pattern matches paths relative to the repository root and relative to PATH.
type pattern struct {
	raw, glob string
	// under is PATH with a trailing slash, "" for the whole tree.
	under string
}

const invalidGlob = "is not a valid glob; fix: write one such as infra/**/*.tf"

// CompilePatterns reads the values of a setting, which the user calls name. under
// is [Tree.Under]. It fails with a [*UsageError].
func CompilePatterns(name string, values []string, under string) (Patterns, error) {
	patterns := make(Patterns, 0, len(values))
	for _, raw := range values {
		p, ok := compilePattern(raw, under)
		if !ok {
			return nil, &UsageError{Name: name, Value: raw, Msg: invalidGlob}
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}

// compilePattern reads a glob; ok is false if it is invalid. One that begins with a slash
// is relative to the repository root alone.
func compilePattern(raw, under string) (p pattern, ok bool) {
	glob := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(raw), "./"), "/")
	if glob == "" || !doublestar.ValidatePattern(glob) {
		return p, false
	}
	p = pattern{raw: raw, glob: strings.TrimPrefix(glob, "/")}
	if under != "" && p.glob == glob {
		p.under = under + "/"
	}
	return p, true
}

// matching reports whether a pattern fits the whole path of a file, and marks
// each one that does in used.
func (ps Patterns) matching(path string, used []bool) bool {
	found := false
	for i, p := range ps {
		if p.matches(path) {
			used[i], found = true, true
		}
	}
	return found
}

// matches reports whether the pattern fits the whole path of a file.
func (p pattern) matches(path string) bool {
	if doublestar.MatchUnvalidated(p.glob, path) {
		return true
	}
	rest, ok := strings.CutPrefix(path, p.under)
	return ok && p.under != "" && doublestar.MatchUnvalidated(p.glob, rest)
}

// covers reports whether the pattern fits the path of a file or of a folder that
// it lies in.
func (p pattern) covers(path string) bool {
	for i := range len(path) {
		if path[i] == '/' && p.matches(path[:i]) {
			return true
		}
	}
	return p.matches(path)
}

// ExactPattern returns the glob that matches a path alone, with what lies in it.
func ExactPattern(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if strings.IndexByte(`*?[]{}\`, c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}
