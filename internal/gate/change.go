package gate

import (
	"fmt"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// inside returns the findings that count: without a change all of them.
func inside(findings []result.Finding, c *result.Change) []result.Finding {
	if c == nil {
		return findings
	}
	return slices.DeleteFunc(slices.Clone(findings), func(f result.Finding) bool { return f.Beyond(c) })
}

// untouched reports whether nothing is planned because a change touches none of
// the targets that there are. A result that tells of touched targets and has no
// row for them is none of that.
func untouched(c *result.Change) bool { return c != nil && c.Touched == 0 && c.Existing > 0 }

// touch says what part of the targets the change touches.
func touch(c *result.Change) string {
	if c == nil || c.Existing <= 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d targets touched", c.Touched, c.Existing)
}
