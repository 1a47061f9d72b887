package discover

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/scangate/scangate/internal/image"
)

// Patterns are globs over paths, and, for exclusions, over image references.
type Patterns []pattern

// pattern matches paths relative to the repository root and relative to PATH.
type pattern struct {
	raw, glob string
	// under is PATH with a trailing slash, "" for the whole tree.
	under string
}

// CompilePatterns reads the values of a setting, which the user calls name. under
// is [Tree.Under]. It fails with a [*UsageError].
func CompilePatterns(name string, values []string, under string) (Patterns, error) {
	if under != "" {
		under += "/"
	}
	patterns := make(Patterns, 0, len(values))
	for _, raw := range values {
		glob := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(raw), "./"), "/")
		if glob == "" || !doublestar.ValidatePattern(glob) {
			return nil, &UsageError{Name: name, Value: raw, Msg: "is not a valid glob; fix: write one such as infra/**/*.tf"}
		}
		patterns = append(patterns, pattern{raw: raw, glob: strings.TrimPrefix(glob, "/"), under: under})
	}
	return patterns, nil
}

// Covering returns the first pattern that fits the path of a file or of a folder
// that it lies in, "" if none does.
func (ps Patterns) Covering(path string) string {
	for _, p := range ps {
		if p.covers(path) {
			return p.raw
		}
	}
	return ""
}

// CoveringImage returns the first pattern that fits an image, "" if none does.
// Each reference is tried as it is written and in its usual spellings. The text
// as written also fits itself, so that one with a variable can be excluded.
func (ps Patterns) CoveringImage(references ...string) string {
	for _, p := range ps {
		if slices.ContainsFunc(references, p.matchesImage) {
			return p.raw
		}
	}
	return ""
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

func (p pattern) matchesImage(written string) bool {
	fits := func(form string) bool { return p.raw == form || doublestar.MatchUnvalidated(p.glob, form) }
	if fits(written) {
		return true
	}
	ref, err := image.Parse(written)
	return err == nil && slices.ContainsFunc(ref.Forms(), fits)
}
