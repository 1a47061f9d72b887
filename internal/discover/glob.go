package discover

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/scangate/scangate/internal/image"
)

// pattern is one GLOB or PATTERN of the command line. Paths are matched
// relative to the repository root and relative to PATH.
type pattern struct {
	raw, glob string
	// under is PATH with a slash at its end, "" for the whole tree.
	under string
}

// compile reads the values of one flag.
func compile(flag string, values []string, under string) ([]pattern, error) {
	if under != "" {
		under += "/"
	}
	patterns := make([]pattern, 0, len(values))
	for _, raw := range values {
		glob := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(raw), "./"), "/")
		if glob == "" || !doublestar.ValidatePattern(glob) {
			return nil, &UsageError{What: flag, Value: raw, Msg: "is not a valid glob, such as infra/**/*.tf"}
		}
		patterns = append(patterns, pattern{raw: raw, glob: strings.TrimPrefix(glob, "/"), under: under})
	}
	return patterns, nil
}

// matches reports whether the pattern fits the whole path of a file.
func (p pattern) matches(path string) bool {
	if doublestar.MatchUnvalidated(p.glob, path) {
		return true
	}
	rest, ok := strings.CutPrefix(path, p.under)
	return ok && p.under != "" && doublestar.MatchUnvalidated(p.glob, rest)
}

// covers reports whether the pattern fits the path of a file or of a folder
// that it lies in.
func (p pattern) covers(path string) bool {
	for i := range len(path) {
		if path[i] == '/' && p.matches(path[:i]) {
			return true
		}
	}
	return p.matches(path)
}

// matchesImage reports whether the pattern fits an image, by the reference as
// written or by one of its usual spellings. The text as written also fits
// itself, so that one with a variable can be excluded.
func (p pattern) matchesImage(written string) bool {
	fits := func(form string) bool { return p.raw == form || doublestar.MatchUnvalidated(p.glob, form) }
	if fits(written) {
		return true
	}
	ref, err := image.Parse(written)
	return err == nil && slices.ContainsFunc(ref.Forms(), fits)
}

// excludedBy returns the first pattern that covers path, "" if none does.
func excludedBy(patterns []pattern, path string) string {
	for _, p := range patterns {
		if p.covers(path) {
			return p.raw
		}
	}
	return ""
}
