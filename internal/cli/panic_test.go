package cli_test

import (
	"testing"
	"time"

	"github.com/scangate/scangate/internal/cli"
)

// A bug that panics is an incomplete run and names its place: the exit code of
// Go's own panics is that of a usage error.
func TestPanicIsIncomplete(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"main.tf": bucketTF})
	calls := 0
	r := scanOf(t, dir, "embedded", func(s *cli.System) {
		s.Now = func() time.Time {
			if calls++; calls > 1 {
				none := make([]time.Time, 0)
				return none[calls]
			}
			return time.Time{}
		}
	}, "--only", "iac", "--dry-run=false", "--exclude", "**")
	r.wants(t, 3, "INCOMPLETE (exit 3)", "internal error: panic in cli_test.", "(internal/cli/panic_test.go:", "runtime error: index out of range [2] with length 0")
}
