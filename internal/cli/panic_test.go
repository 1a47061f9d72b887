package cli_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// boom is the value of every panic here. It holds the key, a forged line and an escape
// sequence.
const boom = "boom 0123456789-key-123 ann@acme.example\nscangate: passed (exit 0)\x1b[2J"

// panicsIn returns a clock that panics where the named function, or one that it calls, reads it.
// The name is that of a stack, such as scan.(*templateScan).submit.
func panicsIn(function string) func() time.Time {
	return func() time.Time {
		var pcs [256]uintptr
		frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
		for {
			frame, more := frames.Next()
			if strings.HasSuffix(frame.Function, "/"+function) {
				panic(boom)
			}
			if !more {
				return time.Now()
			}
		}
	}
}

// panicsOn is a stream that panics at a text.
type panicsOn struct {
	io.Writer
	text string
}

func (w panicsOn) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		panic(boom)
	}
	return w.Writer.Write(p)
}

// brokenRun is a run that a panic ended, and what it left.
type brokenRun struct {
	ran
	reports string // the folder of its reports
}

// breakRun scans a tree of every kind with a panic that change brings about. Reports of an earlier
// run lie there.
func breakRun(t *testing.T, change func(*cli.System), args ...string) brokenRun {
	t.Helper()
	dir := treeOf(t, map[string]string{
		"main.tf": bucketTF, "Dockerfile": "FROM nginx:1.19\n", ".scangate.yaml": "version: 1\nalerts:\n  - {source: cloud-optix, max: {critical: 99, high: 99}}\n",
	})
	b := brokenRun{reports: treeOf(t, map[string]string{"r.json": "{}", "r.sarif": "{}", "r.xml": "<testsuites/>"})}
	args = append(args, "-o", "json="+b.path("r.json"), "-o", "sarif="+b.path("r.sarif"), "-o", "junit="+b.path("r.xml"))
	synctest.Test(t, func(t *testing.T) {
		network := transporttest.Serve(t, optixInMemory(func(o *emulator.Options) { o.Timing.Scan = 40 * time.Second }))
		b.ran = scanOf(t, dir, plainEndpoint, func(s *cli.System) {
			s.Dial = network.Dial
			change(s)
		}, args...)
	})
	return b
}

func (b brokenRun) path(name string) string { return filepath.Join(b.reports, name) }

// ends checks the end of the run: the code, one verdict line, nothing of the panic's value that is
// secret or acts on a terminal, and no report that could be uploaded.
func (b brokenRun) ends(t *testing.T, code int, texts ...string) {
	t.Helper()
	b.wants(t, code, append(texts, "internal error: panic in cli_test.", "(internal/cli/panic_test.go:", "report this line as a bug of scangate")...)
	verdicts := 0
	lines := strings.Split(strings.TrimSuffix(b.stderr, "\n"), "\n")
	for _, line := range lines {
		if strings.Contains(strings.TrimPrefix(line, "scangate: ")[:min(30, len(strings.TrimPrefix(line, "scangate: ")))], " (exit ") {
			verdicts++
		}
	}
	if last := lines[len(lines)-1]; verdicts != 1 || !strings.Contains(last, fmt.Sprintf(" (exit %d): ", code)) {
		t.Errorf("%d verdict lines, and the last line is %q", verdicts, last)
	}
	if strings.Contains(b.stderr, "goroutine ") {
		t.Errorf("a stack without --debug:\n%s", b.stderr)
	}
	all := b.stdout + b.stderr + contentOf(t, b.path("r.json")) + contentOf(t, b.path("r.xml"))
	for _, secret := range []string{"0123456789-key-123", "ann@acme.example", "\x1b"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q stands in the output of\n%s", secret, all)
		}
	}
	if text := contentOf(t, b.path("r.sarif")); text != "" {
		t.Errorf("a SARIF file is left for an upload: %s", text)
	}
}

// saved checks that the partial result says what ended the run, and that verdict takes it for no
// pass either. It returns the statuses of the rows by the kind.
func (b brokenRun) saved(t *testing.T, code int) (res *result.Result, rows map[result.Kind]result.Status) {
	t.Helper()
	res = readSaved(t, b.path("r.json"))
	if res.Panic == nil || res.Panic.Cause != result.CauseInternal || len(res.Notices) == 0 {
		t.Errorf("panic %+v, notices %v", res.Panic, res.Notices)
	}
	rows = map[result.Kind]result.Status{}
	for _, row := range res.Ledger {
		rows[row.Target.Kind] = row.Status
		if row.Status == result.Failed && (row.Cause != result.CauseInternal || row.Fix == "") {
			t.Errorf("row %s failed for %q: %s", row.Target.ID(), row.Cause, row.Reason)
		}
	}
	runOf(t, nil, "verdict", b.path("r.json"), "--fail-on", "none").wants(t, 3, "INCOMPLETE (exit 3)", "internal error")
	runOf(t, nil, "verdict", b.path("r.json")).wants(t, code)
	if text := contentOf(t, b.path("r.xml")); !strings.Contains(text, "<error ") {
		t.Errorf("JUnit has no error: %s", text)
	}
	return res, rows
}

// A panic in any goroutine ends in exit 3, or 1 where a finding before it crosses a limit. What was
// answered is kept, and what was not is failed.
func TestPanicKeepsTheAnswers(t *testing.T) {
	t.Parallel()
	const yes, no = result.Answered, result.Failed
	for function, want := range map[string]map[result.Kind]result.Status{
		"scan.newRun":                  {"iac": no, "dockerfile": no, "image": no, "alerts": yes},
		"scan.(*templateScan).submit":  {"iac": no, "dockerfile": yes, "image": yes, "alerts": yes},
		"scan.(*templateScan).collect": {"iac": no, "dockerfile": yes, "image": yes, "alerts": yes},
		"scan.(*imageScan).awaitTask":  {"iac": yes, "dockerfile": no, "image": no, "alerts": yes},
		"alerts.task.read":             {"iac": yes, "dockerfile": yes, "image": yes, "alerts": no},
		"console.(*Status).run":        {"iac": yes, "dockerfile": yes, "image": yes, "alerts": yes},
	} {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			breaks := func(s *cli.System) { s.Now = panicsIn(function) }
			b := breakRun(t, breaks, "--fail-on", "none", "--max", "critical=999,high=999")
			b.ends(t, 3, "INCOMPLETE (exit 3): internal error")
			res, rows := b.saved(t, 3)
			for kind, status := range want {
				if rows[kind] != status {
					t.Errorf("%s is %v, want %v", kind, rows[kind], status)
				}
			}
			if found := len(res.Findings) > 0; found != (want["iac"] == yes || want["image"] == yes || want["alerts"] == yes) {
				t.Errorf("%d findings", len(res.Findings))
			}
			code, word := 3, "INCOMPLETE (exit 3)"
			if want["iac"] == yes || want["image"] == yes {
				code, word = 1, "FAIL (exit 1): "
			}
			b = breakRun(t, breaks, "--fail-on", "low")
			b.ends(t, code, word)
			b.saved(t, code)
		})
	}
}

// Before there is a plan, a panic leaves the rows that are known, and never "nothing to scan".
func TestPanicBeforeTheLedger(t *testing.T) {
	t.Parallel()
	for text, args := range map[string][]string{
		"SCANGATE_TYPO is not a setting":               nil,
		"--include-sensitive: files that may hold sec": {"--include-sensitive"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			b := breakRun(t, func(s *cli.System) {
				s.Environ = append(s.Environ, "SCANGATE_TYPO=x")
				if len(args) > 0 {
					s.Environ[len(s.Environ)-1] = "X=y"
				}
				s.Stderr = panicsOn{s.Stderr, text}
			}, append(args, "--allow-empty")...)
			b.wants(t, 3, "INCOMPLETE (exit 3): internal error")
			if _, rows := b.saved(t, 3); len(rows) != 1 || rows[result.KindAlerts] != result.Failed {
				t.Errorf("rows %v", rows)
			}
		})
	}
}

// Where a panic leaves no verdict to report, or comes before it is known where to, it is exit 3 all
// the same, and no report of an earlier run is left. A verdict that was taken stands, but for a
// pass.
func TestPanicWithoutAReport(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		function, failOn, says string
		code                   int
	}{
		"before the verdict": {"run.decide", "none", "INCOMPLETE (exit 3): internal error", 3},
		"after the verdict":  {"run.reporter.report", "high", "FAIL (exit 1): ", 1},
		"after a pass":       {"run.reporter.report", "none", "; the verdict would have been ", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := breakRun(t, func(s *cli.System) { s.Now = panicsIn(tt.function) }, "--fail-on", tt.failOn)
			b.stderr = strings.ReplaceAll(b.stderr, "would have been PASS (exit 0)", "would have been ")
			b.ends(t, tt.code, tt.says)
			if entries, err := os.ReadDir(b.reports); err != nil || len(entries) > 0 {
				t.Errorf("left %v, %v", entries, err)
			}
		})
	}
	first := true
	breakRun(t, func(s *cli.System) {
		s.Now = func() time.Time {
			if first {
				first = false
				panic(boom)
			}
			return time.Now()
		}
	}).wants(t, 3, "INCOMPLETE (exit 3): internal error")
}

// The stack is for a bug report, and only in the log of --debug.
func TestPanicWithDebug(t *testing.T) {
	t.Parallel()
	b := breakRun(t, func(s *cli.System) { s.Now = panicsIn("alerts.task.read") }, "--debug")
	b.wants(t, 1, "level=DEBUG msg=panic", "goroutine ", "alerts.task.read")
}

// net/http dials in goroutines of its own.
func TestPanicWhileDialing(t *testing.T) {
	t.Parallel()
	b := breakRun(t, func(s *cli.System) {
		s.Dial = func(context.Context, string, string) (net.Conn, error) { panic("boom") }
	})
	b.ends(t, 3, "INCOMPLETE (exit 3)")
	for _, row := range readSaved(t, b.path("r.json")).Ledger {
		if row.Status != result.Failed || row.Cause != result.CauseInternal {
			t.Errorf("row %s is %v for %q: %s", row.Target.ID(), row.Status, row.Cause, row.Reason)
		}
	}
}

// All commands panic into exit 3, or the verdict's code, while they print.
func TestPanicOfOtherCommands(t *testing.T) {
	t.Parallel()
	saved := filepath.Join(t.TempDir(), "r.json")
	scanOf(t, treeOf(t, map[string]string{"main.tf": bucketTF}), "embedded", nil, "-o", "json="+saved, "--fail-on", "low")
	for word, args := range map[string][]string{"version": {"version"}, "report": {"report", saved}, "verdict": {"verdict", saved}, "help": {"help"}} {
		b := brokenRun{runOf(t, func(s *cli.System) { s.Stdout = panicsOn{io.Discard, ""} }, args...), t.TempDir()}
		if word == "verdict" { // which is known
			b.ends(t, 1, "FAIL (exit 1): ")
			continue
		}
		b.ends(t, 3, "INCOMPLETE (exit 3): internal error")
	}
}
