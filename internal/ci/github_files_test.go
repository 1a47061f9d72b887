package ci

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sethvargo/go-githubactions"

	"github.com/scangate/scangate/internal/ci/citest"
)

// The library still has its traps. If a test fails, the library has fixed one, and the guard
// against it can go.
func TestTheLibrarysTraps(t *testing.T) {
	t.Parallel()
	t.Run("panics without a file", func(t *testing.T) {
		t.Parallel()
		a := githubactions.New(githubactions.WithWriter(io.Discard), githubactions.WithGetenv(func(string) string { return "" }))
		if guard(func() { a.SetOutput("verdict", "fail") }) == nil {
			t.Error("SetOutput does not panic any more")
		}
		if guard(func() { a.AddStepSummary("text") }) == nil {
			t.Error("AddStepSummary does not panic any more")
		}
	})
	t.Run("the delimiter is known", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "out")
		a := githubactions.New(githubactions.WithWriter(io.Discard), githubactions.WithGetenv(func(string) string { return file }))
		a.SetOutput("sarif", "x\n"+delimiter+"\nverdict=pass\ny<<"+delimiter)
		if got := outputsIn(t, file); got["verdict"] != "pass" {
			t.Errorf("a value did not inject an output: %v", got)
		}
	})
	t.Run("an empty mask is written", func(t *testing.T) {
		t.Parallel()
		var b strings.Builder
		githubactions.New(githubactions.WithWriter(&b)).AddMask("")
		if b.String() != "::add-mask::\n" {
			t.Errorf("wrote %q", b.String())
		}
	})
}

func outputsIn(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := citest.ParseOutputs(string(text))
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return got
}

func TestOnGitHubAlone(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "false", "1", "TRUE"} {
		if OnGitHub(func(string) string { return value }) != nil {
			t.Errorf("GITHUB_ACTIONS=%q is taken for a step", value)
		}
	}
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "out")
	s := onGitHub(map[string]string{"GITHUB_OUTPUT": file})
	want := []Output{{"sarif", "a b=c<<d %0A ::x::.sarif"}, {"json", ""}, {"exit-code", "1"}, {"verdict", "fail"}}
	if err := s.SetOutputs(want); err != nil {
		t.Fatal(err)
	}
	if err := s.SetOutputs([]Output{{"verdict", "pass"}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"sarif": "a b=c<<d %0A ::x::.sarif", "json": "", "exit-code": "1", "verdict": "pass"}, outputsIn(t, file)); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	if err := onGitHub(nil).SetOutputs(want); err != nil {
		t.Errorf("without a file there is nothing to write: %v", err)
	}
}

func TestOutputsThatInjectAreRefused(t *testing.T) {
	t.Parallel()
	const (
		lines = "the output sarif of the step would have a line break: %q; fix: choose another path"
		ends  = "the output sarif of the step would have _GitHubActionsFileCommandDelimeter_, which ends outputs; fix: choose another path"
	)
	for value, want := range map[string]string{
		"a\nverdict=pass":                    fmt.Sprintf(lines, "a\nverdict=pass"),
		"a\rb":                               fmt.Sprintf(lines, "a\rb"),
		"x\n" + delimiter + "\nverdict=pass": fmt.Sprintf(lines, "x\n"+delimiter+"\nverdict=pass"),
		delimiter:                            ends,
		"dir/" + delimiter + "/x":            ends,
	} {
		file := filepath.Join(t.TempDir(), "out")
		s := onGitHub(map[string]string{"GITHUB_OUTPUT": file})
		err := s.SetOutputs([]Output{{"verdict", "fail"}, {"sarif", value}})
		if err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", value, err, want)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%q: something was written", value)
		}
	}
}

// Every value is either refused, or read back unchanged by the runner.
func FuzzOutputs(f *testing.F) {
	f.Add("report.sarif", "fail")
	f.Add("x\n"+delimiter+"\nverdict=pass", "fail")
	f.Add("_GitHubActionsFileCommandDelimeter", "_")
	f.Fuzz(func(t *testing.T, path, word string) {
		file := filepath.Join(t.TempDir(), "out")
		err := onGitHub(map[string]string{"GITHUB_OUTPUT": file}).SetOutputs([]Output{{"sarif", path}, {"verdict", word}})
		if err != nil {
			return
		}
		if diff := cmp.Diff(map[string]string{"sarif": path, "verdict": word}, outputsIn(t, file)); diff != "" {
			t.Errorf("outputs (-want +got):\n%s", diff)
		}
	})
}

// unwritable are names of files that can't be written.
func unwritable(t *testing.T) map[string]string {
	dir := t.TempDir()
	all := map[string]string{"a missing folder": filepath.Join(dir, "none", "file"), "a folder": dir}
	if _, err := os.Stat("/dev/full"); err == nil {
		all["a full disk"] = "/dev/full"
	}
	return all
}

func TestFilesThatCantBeWritten(t *testing.T) {
	t.Parallel()
	for name, file := range unwritable(t) {
		s := onGitHub(map[string]string{"GITHUB_OUTPUT": file, "GITHUB_STEP_SUMMARY": file})
		if err := s.SetOutputs([]Output{{"verdict", "pass"}}); err == nil || !strings.Contains(err.Error(), "GITHUB_OUTPUT") {
			t.Errorf("%s: error %v", name, err)
		}
		if err := s.AddSummary("text"); err == nil || !strings.Contains(err.Error(), "GITHUB_STEP_SUMMARY") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "summary")
	s := onGitHub(map[string]string{"GITHUB_STEP_SUMMARY": file})
	if room, ok := s.SummaryRoom(); !ok || room < summaryLimit-10 || room >= summaryLimit {
		t.Errorf("room of an empty summary: %d", room)
	}
	if err := os.WriteFile(file, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	room, _ := s.SummaryRoom()
	if err := s.AddSummary("## " + strings.Repeat("x", room-3)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), "before\n## x") || len(text) > summaryLimit {
		t.Errorf("%d bytes: %.20q…", len(text), text)
	}
	if room, _ := s.SummaryRoom(); room < 0 || room > 4 {
		t.Errorf("room of a full summary: %d", room)
	}
	none := onGitHub(nil)
	if _, ok := none.SummaryRoom(); ok || none.AddSummary("text") != nil {
		t.Error("without a file there is a summary")
	}
}

func TestInWorkspace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "job", "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	workspace := filepath.Join(dir, "job")
	s := onGitHub(map[string]string{"GITHUB_WORKSPACE": workspace})
	outside := filepath.Join(dir, "x.sarif")
	tests := map[string]string{
		filepath.Join(workspace, "out", "x.sarif"): "out/x.sarif",
		filepath.Join(workspace, "..x.sarif"):      "..x.sarif",
		outside:                                    outside,
	}
	if runtime.GOOS != "windows" {
		link := filepath.Join(dir, "link")
		if err := os.Symlink(workspace, link); err != nil {
			t.Fatal(err)
		}
		tests[filepath.Join(link, "sub", "x.sarif")] = "sub/x.sarif"
	}
	for path, want := range tests {
		if got := s.InWorkspace(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{workspace: "", filepath.Join(workspace, "sub"): "sub", dir: ""} {
		if got := s.Folder(path); got != want {
			t.Errorf("folder %s is %q, want %q", path, got, want)
		}
	}
	if got := onGitHub(nil).InWorkspace("x.sarif"); got != "x.sarif" {
		t.Errorf("without a workspace: %s", got)
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	s := onGitHub(nil)
	if err := s.Group(&b, "report"); err != nil {
		t.Fatal(err)
	}
	if err := s.EndGroup(&b); err != nil {
		t.Fatal(err)
	}
	if b.String() != "::group::report\n::endgroup::\n" {
		t.Errorf("wrote %q", b.String())
	}
	if s.Group(broken{}, "report") == nil || s.EndGroup(broken{}) == nil {
		t.Error("a stream that can't be written is not an error")
	}
}
