package cli

import (
	"regexp"
	"testing"

	"github.com/scangate/scangate/internal/config"
)

// A flag of another gate is unknown here, and the one that the error names is not.
func TestForeignFlags(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, s := range config.AllSettings() {
		known[s.Name] = true
	}
	flag := regexp.MustCompile(`--([a-z-]+)`)
	for name, ours := range foreignFlags() {
		if known[name] {
			t.Errorf("--%s is a flag of scangate", name)
		}
		for _, m := range flag.FindAllStringSubmatch(ours, -1) {
			if !known[m[1]] {
				t.Errorf("the error about --%s names --%s, which does not exist", name, m[1])
			}
		}
	}
}
