package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
)

// Two files whose names differ in a byte that is not UTF-8 are two failed rows in every
// report, and a glob excludes both.
func TestNamesThatAreNotUTF8(t *testing.T) {
	t.Parallel()
	const pod = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: p\n"
	tree := treeOf(t, map[string]string{"a\xff.yaml": pod, "a\xfe.yaml": pod, "main.tf": bucketTF})
	out := t.TempDir()
	formats := []string{"json", "sarif-full", "gitlab-codequality", "junit", "markdown", "html", "annotations", "console", "azure-annotations", "teamcity-messages", "bitbucket-insights", "buildkite-annotation"}
	var args []string
	for _, format := range formats {
		args = append(args, "-o", format+"="+filepath.Join(out, format))
	}
	r := scanOf(t, tree, "embedded", nil, args...)
	r.wants(t, 3, "the name is not UTF-8", `a\xff.yaml`, `a\xfe.yaml`, "fix: rename it, or exclude it with --exclude 'a?.yaml'")
	for _, format := range formats {
		text, err := os.ReadFile(filepath.Join(out, format))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{`xff.yaml`, `xfe.yaml`} {
			// A code quality report holds no rows.
			if format != "gitlab-codequality" && !strings.Contains(string(text), name) {
				t.Errorf("%s does not name a\\%s", format, name)
			}
		}
		if !utf8.Valid(text) || strings.Contains(string(text), "\uFFFD") {
			t.Errorf("%s holds bytes that are not UTF-8, or the replacement for them", format)
		}
	}
	saved := filepath.Join(out, "json")
	var res result.Result
	if text, err := os.ReadFile(saved); err != nil || json.Unmarshal(text, &res) != nil {
		t.Fatal("result.json can't be read")
	}
	names := map[string]bool{}
	for _, row := range res.Ledger {
		names[row.Target.Name] = true
	}
	if len(names) != 3 || !names[`a\xff.yaml`] || !names[`a\xfe.yaml`] {
		t.Errorf("the ledger has the targets %v", names)
	}
	runOf(t, nil, "verdict", saved).wants(t, 3, "2 failed")
	scanOf(t, tree, "embedded", nil, "--exclude", "a?.yaml", "--fail-on", "critical").wants(t, 0, "2 skipped")
}
