package discover

import "github.com/scangate/scangate/internal/glob"

// Patterns are globs over paths.
type Patterns []glob.Pattern

const invalidGlob = "is not a valid glob; fix: write one such as infra/**/*.tf"

// globHint is the fix of a glob of files that matches nothing. Unlike an exclusion, it has to match
// the whole path.
const globHint = "write it relative to the repository root or to PATH, and a folder as in infra/**"

// CompilePatterns reads the values of a setting, which the user calls name. under
// is [Tree.Under]. It fails with a [*UsageError].
func CompilePatterns(name string, values []string, under string) (Patterns, error) {
	patterns := make(Patterns, 0, len(values))
	for _, raw := range values {
		p, ok := glob.Compile(raw, under)
		if !ok {
			return nil, &UsageError{Name: name, Value: raw, Msg: invalidGlob}
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}

// matching reports whether a pattern fits the whole path of a file, and marks
// each one that does in used.
func (ps Patterns) matching(path string, used []bool) bool {
	found := false
	for i, p := range ps {
		if p.Matches(path) {
			used[i], found = true, true
		}
	}
	return found
}
