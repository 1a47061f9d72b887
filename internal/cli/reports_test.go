//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// bigResult saves a result whose reports take a while to write.
func bigResult(t *testing.T, path string, findings int) {
	t.Helper()
	res := &result.Result{
		Format:   result.FormatVersion,
		Tool:     result.Tool{Name: "scangate", Version: "1"},
		Endpoint: "https://optix.example",
		Ledger:   []result.Row{{Target: result.Target{Kind: result.KindIaC, Name: "main.tf"}, Status: result.Answered, Evidence: result.BySubmission}},
	}
	for i := range findings {
		res.Findings = append(res.Findings, result.Finding{
			Kind: result.KindIaC, Severity: result.Low, Count: 1, Rule: fmt.Sprintf("rule-%012x", i%100), Summary: "A summary",
			Fingerprint: fmt.Sprintf("%032x", i), Locations: []result.Location{{Path: "main.tf", Line: i + 1}}, Details: strings.Repeat("detail ", 20),
			Placement: result.PlacedResource,
		})
	}
	verdict, stamps := gate.Decide(res.Ledger, res.Findings, res.Policy, gate.OptionsOf(res))
	res.SetVerdict(verdict.Record(), stamps)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := result.Encode(f, res); err != nil {
		t.Fatal(err)
	}
}

// A report that can't be written is reported and is never a pass, whatever it is
// that can't be written to; and no device is replaced by a file.
func TestReportsThatCantBeWritten(t *testing.T) { //nolint:tparallel // the device is looked at after all of them
	t.Parallel()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full")
	}
	dir := t.TempDir()
	in := filepath.Join(dir, "in.json")
	bigResult(t, in, 10)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	reader, broken, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	defer broken.Close()
	locked := filepath.Join(dir, "locked")
	if err := os.Mkdir(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	tree := treeOf(t, map[string]string{"main.tf": bucketTF})
	for name, tc := range map[string]struct { //nolint:paralleltest // as above
		stdout *os.File
		args   []string
		says   string
		usage  bool
	}{
		"stdout is full":               {stdout: full, args: []string{"verdict", in}, says: "no space left on device"},
		"a version on a full stdout":   {stdout: full, args: []string{"version"}, says: "no space left on device"},
		"stdout has no reader":         {stdout: broken, args: []string{"verdict", in}, says: "broken pipe"},
		"json on a full stdout":        {stdout: full, args: []string{"verdict", in, "-o", "json"}, says: "no space left on device"},
		"a dry run on a full stdout":   {stdout: full, args: []string{"scan", "--dry-run", "--only", "iac", tree}, says: "no space left on device"},
		"a full device":                {args: []string{"verdict", in, "-o", "json=" + filepath.Join(dir, "kept.json"), "-o", "html=/dev/full"}, says: "can't write the report html=/dev/full: no space left on device (no report was written)"},
		"a full device, for a scan":    {args: []string{"scan", "--endpoint", "embedded", "--only", "iac", "-o", "json=/dev/full", tree}, says: "can't write the report json=/dev/full: no space left on device"},
		"a full device, for uploads":   {args: []string{"verdict", in, "-o", "sarif=/dev/full"}, says: "no space left on device"},
		"a folder":                     {args: []string{"verdict", in, "-o", "json=" + dir}, says: "this is a folder", usage: true},
		"a folder that is closed":      {args: []string{"verdict", in, "-o", "json=" + filepath.Join(locked, "r.json")}, says: "permission denied", usage: true},
		"the report of report, broken": {stdout: broken, args: []string{"report", in, "-o", "json"}, says: "broken pipe"},
	} {
		t.Run(name, func(t *testing.T) {
			if os.Geteuid() == 0 && tc.says == "permission denied" {
				t.Skip("nothing is closed to root")
			}
			path, err := exec.LookPath("scangate")
			if err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			cmd := exec.Command(path, tc.args...)
			cmd.Stderr = &said
			if tc.stdout != nil {
				cmd.Stdout = tc.stdout
			}
			_ = cmd.Run()
			want, line := 3, "INCOMPLETE (exit 3)"
			if tc.usage { // known before anything is asked
				want, line = 2, "USAGE (exit 2)"
			}
			if code := cmd.ProcessState.ExitCode(); code != want {
				t.Errorf("exit %d, want %d: %s", code, want, said.String())
			}
			if text := said.String(); !strings.Contains(text, tc.says) || !strings.Contains(text, line) {
				t.Errorf("said %q, want %q", text, tc.says)
			}
		})
	}
	if text := contentOf(t, filepath.Join(dir, "kept.json")); text != "" {
		t.Errorf("a report took its place although another could not be written: %s", text)
	}
	if info, err := os.Stat("/dev/full"); err != nil || info.Mode()&os.ModeDevice == 0 {
		t.Errorf("/dev/full is not a device any more: %v, %v", info, err)
	}
}

// Devices and pipes are written to, links of the checkout are replaced.
func TestReportsToOtherThanFiles(t *testing.T) {
	t.Parallel()
	dir := treeOf(t, map[string]string{"victim": "old"})
	in := filepath.Join(dir, "in.json")
	bigResult(t, in, 1)
	link, victim := filepath.Join(dir, "link.json"), filepath.Join(dir, "victim")
	if err := os.Symlink(victim, link); err != nil {
		t.Fatal(err)
	}
	path, err := exec.LookPath("scangate")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, "verdict", in, "-q", "-o", "json=/dev/stdout", "-o", "sarif=/dev/null", "-o", "junit="+link).Output()
	if err != nil || !json.Valid(out) {
		t.Errorf("/dev/stdout got %d bytes, %v", len(out), err)
	}
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode()&os.ModeDevice == 0 {
		t.Errorf("/dev/null is not a device any more: %v, %v", info, err)
	}
	if content, _ := os.ReadFile(victim); string(content) != "old" {
		t.Error("the target of a link was written to")
	}
	if info, err := os.Lstat(link); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the link is %v, %v: want a report in its place", info, err)
	}
}
