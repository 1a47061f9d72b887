package policy_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/policy"
)

// A waiver in a comment counts only if the judging revision has it above the same block.
func TestConfirm(t *testing.T) {
	t.Parallel()
	const block = "resource \"aws_s3_bucket\" \"NAME\" {\n}\n"
	bucket := func(name string) string { return strings.Replace(block, "NAME", name, 1) }
	for name, tt := range map[string]struct {
		here, there string
		confirmed   int
	}{
		"the same":                {"# " + valid + "\n" + bucket("a"), "# " + valid + "\n" + bucket("a"), 1},
		"moved lines":             {bucket("x") + "\n# " + valid + "\n" + bucket("a"), "# " + valid + "\n" + bucket("a"), 1},
		"another kind of comment": {"// " + valid + "\n" + bucket("a"), "# " + valid + "\n" + bucket("a"), 1},
		"new":                     {"# " + valid + "\n" + bucket("a"), bucket("a"), 0},
		"above another block":     {"# " + valid + "\n" + bucket("b"), "# " + valid + "\n" + bucket("a"), 0},
		"a later day":             {"# " + strings.Replace(valid, "2027", "2028", 1) + "\n" + bucket("a"), "# " + valid + "\n" + bucket("a"), 0},
		"another rule":            {"# " + strings.Replace(valid, "private", "public", 1) + "\n" + bucket("a"), "# " + valid + "\n" + bucket("a"), 0},
		"one for two":             {"# " + valid + "\n# " + valid + "\n" + bucket("a"), "# " + valid + "\n" + bucket("a"), 1},
		"in a string there":       {"# " + valid + "\n" + bucket("a"), "resource \"aws_s3_bucket\" \"a\" {\n  x = <<E\n# " + valid + "\nE\n}\n", 0},
		"no such file":            {"# " + valid + "\n" + bucket("a"), "", 0},
	} {
		own, err := policy.Inline("main.tf", []byte(tt.here))
		if err != nil || len(own) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		confirmed, others := policy.Confirm(own, func(path string) ([]byte, error) {
			if tt.there == "" || path != "main.tf" {
				return nil, fs.ErrNotExist
			}
			return []byte(tt.there), nil
		})
		if len(confirmed) != tt.confirmed || len(confirmed)+len(others) != len(own) {
			t.Errorf("%s: %d confirmed, %d others, want %d", name, len(confirmed), len(others), tt.confirmed)
		}
	}
}
