package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/result"
)

const publicTF = "resource \"aws_s3_bucket\" \"logs\" {\n  acl = \"public-read\"\n}\n"

// The command beside a finding waives it: all but the new entry stays in the config file.
func TestWaiverAdd(t *testing.T) {
	t.Parallel()
	const before = "# ours\nversion: 1\n\nlimits: {fail-on: high} # not medium\n"
	dir := treeOf(t, map[string]string{"main.tf": publicTF, "Dockerfile": "FROM nginx:1.19\n", ".scangate.yaml": before})
	saved, config := filepath.Join(t.TempDir(), "r.json"), filepath.Join(dir, ".scangate.yaml")
	if err := os.Chmod(config, 0o640); err != nil {
		t.Fatal(err)
	}
	scanOf(t, dir, "embedded", nil, "-o", "json="+saved).wants(t, 1, "waive: scangate waiver add")
	args := []string{"waiver", "add", "--config", config, "--reason", "replaced in Q1", "--owner", "a@acme.example", "--expires", "2999-12-31"}
	inResult := func(s *cli.System) { s.Environ = append(s.Environ, "SCANGATE_RESULT="+saved) }
	blocking := 0
	for _, f := range readSaved(t, saved).Findings {
		if f.Stamp.Blocks() {
			blocking += f.Count
			args = append(args, f.Fingerprint[:12])
		}
	}
	runOf(t, inResult, args...).wants(t, 0, "added")
	content, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(content), before+"waivers:\n  # main.tf:1: aws_s3_bucket.logs: Ensure S3 buckets are not") {
		t.Errorf("config file:\n%s", content)
	}
	if info, err := os.Stat(config); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	scanOf(t, dir, "embedded", nil, "-o", "json="+saved).wants(t, 0, "PASS (exit 0)", "findings are waived")
	if n := readSaved(t, saved).Verdict.Waived; n != blocking {
		t.Errorf("%d waived, want %d", n, blocking)
	}
	runOf(t, inResult, args...).wants(t, 2, "already")

	// A block that changed stays covered, and is reported until it is waived again.
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(strings.Replace(publicTF, "  acl", "  # seen\n  acl", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	scanOf(t, dir, "embedded", nil, "-o", "json="+saved).wants(t, 0, "PASS (exit 0)", "the block changed since", "fix: check it, and waive it again")
	for _, f := range readSaved(t, saved).Findings {
		if f.Kind == result.KindIaC && len(f.Stamp.Covered().Waived) > 0 {
			again := []string{"waiver", "add", f.Fingerprint, "--config", config, "--reason", "seen", "--owner", "b@acme.example", "--expires", "2999-12-31"}
			runOf(t, inResult, again...).wants(t, 0, "added")
		}
	}
	scanOf(t, dir, "embedded", nil, "-o", "json="+saved).wants(t, 0, "PASS (exit 0)", "by b@acme.example: seen")
	for _, w := range readSaved(t, saved).Verdict.Waivers {
		if w.Changed > 0 || w.State != result.WaiverUsed {
			t.Errorf("%+v", w)
		}
	}
	runOf(t, inResult, "waiver", "list", "--config", config).wants(t, 0, "until 2999-12-31, a@acme.example: replaced in Q1", "waives 1 in")
	runOf(t, inResult, "waiver", "prune", "--config", config).wants(t, 0, "no waiver to remove")
}

func TestWaiverAddRefuses(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"main.tf": publicTF, ".scangate.yaml": "version: 1\nwaivers: [{rule: a-0123456789ab, path: a, reason: r, owner: o, expires: 2999-12-31}]\n"})
	saved, config := filepath.Join(t.TempDir(), "r.json"), filepath.Join(dir, ".scangate.yaml")
	scanOf(t, dir, "embedded", nil, "-o", "json="+saved).wants(t, 1, "FAIL")
	before, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	finding := ""
	for _, f := range readSaved(t, saved).Findings {
		if f.Stamp.Blocks() {
			finding = f.Fingerprint
		}
	}
	why := func(reason, owner, expires string) []string {
		return []string{"--result", saved, "--config", config, "--reason", reason, "--owner", owner, "--expires", expires}
	}
	for want, args := range map[string][]string{
		"a list in brackets can't be changed": append(why("r", "o", "2999-12-31"), finding),
		"is not a fingerprint; fix: write at": append(why("r", "o", "2999-12-31"), finding[:5]),
		"no finding has the fingerprint":      append(why("r", "o", "2999-12-31"), strings.Repeat("0", 12)),
		"--reason: must not be empty":         append(why(" ", "o", "2999-12-31"), finding),
		"--owner: must not be empty":          append(why("r", "", "2999-12-31"), finding),
		"--expires: must be a day":            append(why("r", "o", "31.12.2999"), finding),
		"is in the past":                      append(why("r", "o", "2020-01-01"), finding),
		"FINGERPRINT… is missing":             why("r", "o", "2999-12-31"),
		"result.json: no such file; fix: scangate scan -o json=result.json, then this command again": {
			"--config", config, "--reason", "r", "--owner", "o", "--expires", "2999-12-31", finding,
		},
		"x: no such file; fix: ": {"--result", saved + "x", "--config", config, finding},
	} {
		runOf(t, nil, append([]string{"waiver", "add"}, args...)...).wants(t, 2, want)
	}
	if after, err := os.ReadFile(config); err != nil || string(after) != string(before) {
		t.Errorf("%v, the config file changed:\n%s", err, after)
	}
}
