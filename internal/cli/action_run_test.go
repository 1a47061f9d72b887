package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runStep is the second step of the action with a program of its own.
type runStep struct {
	env     map[string]string
	outputs string
}

// newRunStep makes a step that runs a shell script.
func newRunStep(t *testing.T, script string) runStep {
	t.Helper()
	dir := t.TempDir()
	program, outputs := filepath.Join(dir, "pro gram"), filepath.Join(dir, "output")
	writeFiles(t, map[string]string{program: "#!/bin/sh\n" + script, outputs: ""})
	return runStep{
		map[string]string{"PATH": os.Getenv("PATH"), "BINARY": program, "API_KEY": "", "GITHUB_OUTPUT": outputs, "OUTPUT": outputs}, outputs,
	}
}

// What a workflow passes is one argument, the key is a variable of the program
// alone, and the program's code is the step's.
func TestRunStep(t *testing.T) {
	t.Parallel()
	const path = "-q a  b; $(touch x) * 'c'\n::error::x"
	s := newRunStep(t, "printf '<%s>' \"$@\" \"$SCANGATE_API_KEY\" \"$API_KEY\"\nexit 5\n")
	for key, want := range map[string]string{"": "from the job", "k e y": "k e y"} {
		s.env["API_KEY"], s.env["SCANGATE_API_KEY"], s.env["INPUT_PATH"] = key, "from the job", path
		code, said := runScript(t, 1, s.env)
		if want := "<scan><--><" + path + "><" + want + "><>"; code != 5 || said != want {
			t.Errorf("exit %d, said %q, want 5, %q", code, said, want)
		}
	}
	s.env["API_KEY"], s.env["SCANGATE_API_KEY"], s.env["INPUT_PATH"] = "", "", ""
	if _, said := runScript(t, 1, s.env); said != "<scan><--><.><><>" {
		t.Errorf("without inputs: %q", said)
	}
}

// The codes of the table stay. Any other, and a code that says nothing without a verdict, is an
// incomplete run.
func TestRunStepCodes(t *testing.T) {
	t.Parallel()
	const verdict = "printf 'verdict<<x\\npass\\nx\\n' >>\"$OUTPUT\"\n"
	for _, tt := range []struct {
		script string
		code   int
	}{
		{verdict + "exit 0", 0}, {"exit 1", 1}, {verdict + "exit 2", 2}, {"exit 3", 3}, {"exit 4", 4}, {"exit 5", 5},
		{"exit 129", 129}, {"exit 130", 130}, {"exit 143", 143},
		{"exit 0", -1},
		{"echo 'fatal error: runtime: out of memory' >&2; exit 2", -1},
		{"exit 6", -1}, {"exit 77", -1}, {"exit 127", -1}, {"exit 134", -1}, {"exit 137", -1}, {"exit 255", -1},
		{"kill -9 $$", -1}, {"kill -ABRT $$", -1},
		{verdict + "kill -9 $$", -1}, // killed after it had written a pass
	} {
		t.Run(tt.script, func(t *testing.T) {
			t.Parallel()
			for _, system := range []string{"Linux", "Windows"} {
				s := newRunStep(t, tt.script+"\n")
				s.env["RUNNER_OS"] = system
				code, said := runScript(t, 1, s.env)
				outputs := contentOf(t, s.outputs)
				switch incomplete := strings.HasSuffix(outputs, "verdict=incomplete\nexit-code=3\n"); {
				case tt.code >= 0 && (code != tt.code || incomplete || strings.Contains(said, "::error")):
					t.Errorf("%s: exit %d, want %d; outputs %q\n%s", system, code, tt.code, outputs, said)
				case tt.code < 0 && (code != 3 || !incomplete || !strings.Contains(said, "::error title=scangate::INCOMPLETE (exit 3): ")):
					t.Errorf("%s: exit %d, want 3; outputs %q\n%s", system, code, outputs, said)
				}
			}
		})
	}
	s := newRunStep(t, "")
	s.env["BINARY"] = filepath.Join(t.TempDir(), "nowhere")
	if code, said := runScript(t, 1, s.env); code != 3 || !strings.Contains(said, "ended with code 127") {
		t.Errorf("without a program: exit %d\n%s", code, said)
	}
}
