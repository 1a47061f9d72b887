//go:build unix && !race

// The race detector's runtime ends the tools of the tests by itself when memory is short.

package render

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A tool is killed with everything that it has started, with and without namespaces.
func TestBounds(t *testing.T) {
	t.Parallel()
	small := Bounds{Time: time.Minute, Memory: 256 << 20, Output: 1 << 20, Copy: 1 << 20}
	short := small
	short.Time = 200 * time.Millisecond
	tests := map[string]struct {
		bounds Bounds
		want   string
	}{
		"endless": {short, "web/Chart.yaml: helm can't render it: it was not done after 200ms"},
		"output":  {small, "web/Chart.yaml: helm can't render it: its output is larger than 1 MiB"},
		"memory":  {small, "web/Chart.yaml: helm can't render it: it needs more than 256 MiB of memory"},
		"message": {small, "web/Chart.yaml: helm can't render it: [31mno way"},
		"broken":  {small, "web/Chart.yaml: helm can't render it: web/templates/a.yaml: read YAML: "},
	}
	for behaviour, test := range tests {
		for _, wrapped := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, wrapped %v", behaviour, wrapped), func(t *testing.T) {
				t.Parallel()
				r, _ := behaving(t, behaviour, test.bounds)
				if !wrapped {
					withoutWrapper(r)
				}
				out := renderChart(t, r)
				if out.Fault == nil || !strings.HasPrefix(out.Fault.Reason, test.want) {
					t.Errorf("fault %v, want %q", out.Fault, test.want)
				}
			})
		}
	}
}
