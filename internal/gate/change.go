package gate

import (
	"fmt"

	"github.com/scangate/scangate/internal/result"
)

// untouched reports whether nothing is planned because a change touches none of the existing
// targets. A result with touched targets but no rows does not qualify.
func untouched(c *result.Change) bool { return c != nil && c.Touched == 0 && c.Existing > 0 }

// touchedTargets counts the targets that the change touches, "" without a change.
func touchedTargets(c *result.Change) string {
	if c == nil || c.Existing <= 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d targets touched", c.Touched, c.Existing)
}
