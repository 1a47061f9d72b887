package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// unscannable is a tree in which everything fails or is not sent, with names that have a
// meaning in YAML or in globs.
func unscannable() map[string]string {
	const broken = "resource {"
	return map[string]string{
		"main.tf": broken, "infra [1]/{a,b}*?.tf": broken, `say "hi": #1, é/it's.tf`: broken, `back\slash.tf`: broken, "two\nlines.tf": broken, "- dash.tf": broken,
		"app/Dockerfile":         "ARG BASE\nFROM ${BASE}\nFROM $X\nFROM ghcr.io/acme/app:1@sha256:" + strings.Repeat("0", 64) + "\nFROM ghcr.io/acme/app:1\n",
		"compose.yaml":           "services:\n  a: {image: 'Not An Image [1]'}\n  b: {image: 'registry.example:5000/x/y'}\n",
		"charts/Chart.yaml":      "apiVersion: v2\nname: web\nversion: 1.0.0\n",
		"values.yaml/Chart.yaml": "apiVersion: v2\nname: other\nversion: 1.0.0\n", "values.yaml/values.yaml": "image: {repository: 'a/{{ b }}', tag: '$(x)[1]'}\n",
	}
}

// Each row without an answer has one line to paste, which leaves out this row alone, and
// so has what is not sent.
func TestLineThatExcludes(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, unscannable())
	var r result.Result
	said := scanInto(t, &r, dir)
	var all []string
	for _, row := range r.Ledger {
		if row.Status != result.Failed {
			t.Fatalf("%s is %s", row.Target.ID(), row.Status)
		}
		all = append(all, row.Exclude)
		wantAlone(t, dir, row.Target, row.Exclude)
	}
	wantPasted(t, dir, said.stdout)
	for _, n := range r.NotSent {
		all = append(all, n.Exclude)
		target := result.Target{Kind: result.KindIaC, Name: n.Path}
		if n.What == "placeholder for an image" {
			target = result.Target{Kind: result.KindImage, Name: "a/{{ b }}:$(x)[1]"}
		}
		wantAlone(t, dir, target, n.Exclude)
	}
	if len(all) < 13 {
		t.Errorf("only %d lines", len(all))
	}
	var rest result.Result
	if got := scanInto(t, &rest, dir, excluding(t, all...)...); got.code != 4 || len(rest.NotSent) > 0 {
		t.Errorf("all lines together: exit %d\n%s", got.code, got.stdout)
	}
}

// wantPasted checks that the lines in the console leave out all rows without an answer. Where the
// rows of one cause can stand in one line, they do.
func wantPasted(t *testing.T, dir, console string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(console) {
		if entry, ok := strings.CutPrefix(line, "    exclude: "); ok {
			lines = append(lines, strings.TrimSpace(entry))
		}
	}
	var r result.Result
	scanInto(t, &r, dir, excluding(t, lines...)...)
	for _, row := range r.Ledger {
		if row.Status != result.Skipped || row.Cause != result.CauseExcluded {
			t.Errorf("%s is %s with the lines of the console:\n%s", row.Target.ID(), row.Status, strings.Join(lines, "\n"))
		}
	}
}

// wantAlone checks that a line excludes a target and nothing else, but for the images of
// an excluded file.
func wantAlone(t *testing.T, dir string, target result.Target, line string) {
	t.Helper()
	var p result.PlanDocument
	scanInto(t, &p, dir, append(excluding(t, line), "--dry-run")...)
	found := false
	for _, row := range p.Ledger {
		skipped := row.Status == result.Skipped
		switch {
		case row.Target.ID() == target.ID():
			found = true
			if !skipped || row.Cause != result.CauseExcluded || row.Exclusion == nil || row.Exclusion.Reason != "WHY" {
				t.Errorf("%s does not exclude %s: %+v", line, target.ID(), row)
			}
		case skipped && (len(row.Target.Places) == 0 || row.Target.Places[0].Path != target.Name):
			t.Errorf("%s excludes %s, too", line, row.Target.ID())
		}
	}
	if !found {
		t.Errorf("%s: %s is not listed", line, target.ID())
	}
}

// excluding returns the flags for a config file with lines under targets.exclude.
func excluding(t *testing.T, lines ...string) []string {
	t.Helper()
	config := filepath.Join(t.TempDir(), "config.yaml")
	text := "version: 1\ntargets:\n  exclude:\n    " + strings.Join(lines, "\n    ") + "\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--config", config}
}

// scanInto scans a folder and decodes the report.
func scanInto(t *testing.T, document any, dir string, args ...string) ran {
	t.Helper()
	report := filepath.Join(t.TempDir(), "r.json")
	said := scanOf(t, dir, "embedded", nil, append(args, "--fail-on", "none", "-o", "json="+report)...)
	content, err := os.ReadFile(report)
	if err == nil {
		err = json.Unmarshal(content, document)
	}
	if err != nil {
		t.Fatalf("%v\n%s%s", err, said.stdout, said.stderr)
	}
	return said
}
