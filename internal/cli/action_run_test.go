package cli_test

import (
	"fmt"
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
		map[string]string{
			"PATH": os.Getenv("PATH"), "BINARY": program, "API_KEY": "", "GITHUB_OUTPUT": outputs, "OUTPUT": outputs,
			"COMMAND": "scan", "RESULTS": "", "INPUT_PATH": "",
		}, outputs,
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

// The arguments of each command come from the inputs for it; an input of another command is an
// error. A saved result is a line, whatever it holds.
func TestRunStepCommands(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ command, path, results, said, outputs string }{
		{"scan", "a b", "", "<scan><--><a b>", ""},
		{"alerts", "", "", "<alerts><-->", ""},
		{"verdict", "", "r.json", "<verdict><--><r.json>", ""},
		{"verdict", "", "  shards/1 a.json \n\n$(touch x)\n--soft-fail\n*\n", "<verdict><--><shards/1 a.json><$(touch x)><--soft-fail><*>", ""},
		{"report", "", "r.json\n", "<report><--><r.json>", "verdict=none\nexit-code=0\n"},
		{"diff", "", "old.json\nnew.json", "<diff><--><old.json><new.json>", "verdict=none\nexit-code=0\n"},
		{"scan", "", "r.json", "input results: scan has no such input", "verdict=usage\nexit-code=2\n"},
		{"alerts", "infra", "", "input path: alerts has no such input", "verdict=usage\nexit-code=2\n"},
		{"verdict", "infra", "r.json", "input path: verdict has no such input", "verdict=usage\nexit-code=2\n"},
		{"diff", "", " \n", "input results: diff needs saved results", "verdict=usage\nexit-code=2\n"},
	} {
		t.Run(tt.command, func(t *testing.T) {
			t.Parallel()
			s := newRunStep(t, "printf '<%s>' \"$@\"\n[ \"$1\" = report ] || [ \"$1\" = diff ] || printf 'verdict<<x\\npass\\nx\\n' >>\"$OUTPUT\"\n")
			s.env["COMMAND"], s.env["INPUT_PATH"], s.env["RESULTS"] = tt.command, tt.path, tt.results
			code, said := runScript(t, 1, s.env)
			want := map[bool]int{true: 2}[strings.Contains(tt.outputs, "usage")]
			if code != want || !strings.Contains(said, tt.said) || tt.outputs != "" && contentOf(t, s.outputs) != tt.outputs {
				t.Errorf("exit %d, want %d; outputs %q\n%s", code, want, contentOf(t, s.outputs), said)
			}
		})
	}
}

// report and diff take no verdict: the step shows what they end with.
func TestRunStepWithoutVerdict(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]string{0: "none", 1: "incomplete", 2: "usage", 3: "incomplete", 137: "incomplete"} {
		s := newRunStep(t, fmt.Sprintf("exit %d\n", code))
		s.env["COMMAND"], s.env["RESULTS"] = "report", "r.json"
		got, said := runScript(t, 1, s.env)
		exit := map[string]int{"usage": 2, "incomplete": 3}[want]
		if outputs := fmt.Sprintf("verdict=%s\nexit-code=%d\n", want, exit); got != exit || contentOf(t, s.outputs) != outputs {
			t.Errorf("code %d: exit %d, outputs %q, want %q\n%s", code, got, contentOf(t, s.outputs), outputs, said)
		}
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

// With --on-error warn a program that was killed leaves the job green, and the verdict unverified,
// whatever it had written.
func TestRunStepOnErrorWarn(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{"scan": "unverified", "verdict": "unverified", "report": "incomplete"} {
		s := newRunStep(t, "printf 'verdict<<x\\npass\\nx\\n' >>\"$OUTPUT\"\nkill -9 $$\n")
		s.env["COMMAND"], s.env["INPUT_ON_ERROR"] = command, "warn"
		if command != "scan" {
			s.env["RESULTS"] = "r.json"
		}
		code, said := runScript(t, 1, s.env)
		exit := map[string]int{"incomplete": 3}[want]
		if ends := fmt.Sprintf("verdict=%s\nexit-code=%d\n", want, exit); code != exit || !strings.HasSuffix(contentOf(t, s.outputs), ends) {
			t.Errorf("%s: exit %d, outputs %q, want %q\n%s", command, code, contentOf(t, s.outputs), ends, said)
		}
	}
}
