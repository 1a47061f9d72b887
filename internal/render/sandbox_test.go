//go:build unix

package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// behaviours are what a tool may do instead of rendering.
func (tl tool) behaviours() map[string]func() {
	return map[string]func(){
		"environment": func() { fmt.Fprintln(tl.out, quoted(os.Environ())) },
		"files":       func() { fmt.Fprintln(tl.out, quoted(filesBelow("."))) },
		"network":     tl.connect,
		"endless":     func() { select {} },
		"output": func() {
			for line := bytes.Repeat([]byte("# more\n"), 10_000); ; {
				if _, err := tl.out.Write(line); err != nil {
					return
				}
			}
		},
		"memory": func() {
			var all [][]byte
			for {
				all = append(all, bytes.Repeat([]byte{1}, 16<<20))
				if len(all) > 1<<10 {
					return
				}
			}
		},
		"message": func() { fmt.Fprintln(tl.messages, "Error: \x1b[31mno\nway"); os.Exit(1) },
		"fork":    func() { tl.fork(nil) },
		"daemon":  func() { tl.fork(&syscall.SysProcAttr{Setsid: true}) },
		"broken":  func() { fmt.Fprint(tl.out, "---\n# Source: web/templates/a.yaml\na: [\n") },
	}
}

// behave acts as a tool.
func (tl tool) behave(behaviour string) int {
	do := tl.behaviours()[behaviour]
	if do == nil {
		fmt.Fprintln(tl.messages, "unknown behaviour")
		return 2
	}
	fmt.Fprint(tl.out, "---\n# Source: web/templates/a.yaml\n")
	do()
	return 0
}

func quoted(texts []string) string {
	slices.Sort(texts)
	return "said: " + strconv.Quote(strings.Join(texts, "\n"))
}

// connect says whether the listener beside the tool can be reached, by itself or by a
// proxy of the environment.
func (tl tool) connect() {
	address, err := os.ReadFile(filepath.Join(filepath.Dir(os.Args[0]), "address"))
	if err == nil {
		_, err = net.DialTimeout("tcp", string(address), time.Second)
	}
	fmt.Fprintf(tl.out, "said: %q\n", fmt.Sprint(err == nil))
}

// fork leaves a process that holds the output and a pipe beside the tool open.
func (tl tool) fork(attr *syscall.SysProcAttr) {
	pipe, err := os.OpenFile(filepath.Join(filepath.Dir(os.Args[0]), "pipe"), os.O_WRONLY, 0)
	if err == nil {
		child := exec.CommandContext(context.Background(), "/bin/sleep", "600")
		child.Stdout, child.Stderr, child.ExtraFiles, child.SysProcAttr = tl.out, tl.messages, []*os.File{pipe}, attr
		err = child.Start()
	}
	fmt.Fprintf(tl.out, "said: %q\n", fmt.Sprint(err))
}

func filesBelow(dir string) []string {
	var all []string
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, _ error) error {
		if !d.IsDir() {
			all = append(all, name)
		}
		return nil
	})
	return all
}

// web is a chart.
func web() map[string]string {
	return map[string]string{
		"web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "web/values.yaml": "a: 1\n", "web/templates/a.yaml": "a: 1\n",
		"other/file": "x", "web.txt": "x",
	}
}

// behaving returns a renderer with a tool that does something else.
func behaving(t *testing.T, behaviour string, bounds Bounds) (r *Renderer, bin string) {
	t.Helper()
	bin = binDir(t, "helm")
	if err := os.WriteFile(filepath.Join(bin, "behaviour"), []byte(behaviour), 0o600); err != nil {
		t.Fatal(err)
	}
	r = renderer(t, web(), bin)
	r.Bounds = bounds
	return r, bin
}

// said returns what the tool of a chart says.
func said(t *testing.T, r *Renderer) string {
	t.Helper()
	out := renderChart(t, r)
	if out.Fault != nil || len(out.Documents) != 1 {
		t.Fatalf("fault %v, documents %v", out.Fault, out.Documents)
	}
	text, err := strconv.Unquote(strings.TrimSpace(strings.TrimPrefix(string(out.Documents[0].Text), "said: ")))
	if err != nil {
		t.Fatalf("%v in %s", err, out.Documents[0].Text)
	}
	return text
}

func renderChart(t *testing.T, r *Renderer) Rendering {
	t.Helper()
	all, err := r.Charts(t.Context(), []string{"web/Chart.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// withoutWrapper has the renderer do without namespaces.
func withoutWrapper(r *Renderer) { r.wrapper = func() []string { return nil } }

func TestEnvironmentIsEmpty(t *testing.T) {
	t.Parallel()
	r, bin := behaving(t, "environment", DefaultBounds())
	var names []string
	for line := range strings.SplitSeq(said(t, r), "\n") {
		name, value, _ := strings.Cut(line, "=")
		names = append(names, name)
		inCopy := strings.Contains(value, "scangate-render-")
		switch name {
		case "HOME", "TMPDIR":
			if !inCopy {
				t.Errorf("%s=%s is not private", name, value)
			}
		case "PATH":
			if !strings.HasPrefix(value, bin) {
				t.Errorf("PATH=%s", value)
			}
		case "PWD", "OLDPWD", "_", "SHLVL": // the shell's own
		default:
			if value != deadProxy {
				t.Errorf("%s=%s", name, value)
			}
		}
	}
	for _, want := range []string{"HOME", "TMPDIR", "PATH", "HTTPS_PROXY", "https_proxy"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is missing in %v", want, names)
		}
	}
}

func TestOnlyFilesOfTheChartAreCopied(t *testing.T) {
	t.Parallel()
	r, _ := behaving(t, "files", DefaultBounds())
	if err := os.Symlink("/proc/self/environ", filepath.Join(r.Tree.Root, "web/templates/link.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.Tree.Root, "web/ignored.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r.Tree.Files = append(r.Tree.Files, "web/zz-deleted")
	if got, want := said(t, r), "web/Chart.yaml\nweb/templates/a.yaml\nweb/values.yaml"; got != want {
		t.Errorf("the tool sees\n%s", got)
	}
}

func TestNoNetwork(t *testing.T) {
	t.Parallel()
	r, bin := behaving(t, "network", DefaultBounds())
	if r.wrapper() == nil {
		t.Skip("this system allows no namespaces")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.WriteFile(filepath.Join(bin, "address"), []byte(l.Addr().String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if said(t, r) != "false" {
		t.Error("the tool reaches the network")
	}
	withoutWrapper(r)
	if said(t, r) != "true" {
		t.Error("the test can't tell")
	}
}

func TestCopyIsBounded(t *testing.T) {
	t.Parallel()
	r, _ := behaving(t, "files", Bounds{Time: time.Minute, Memory: 1 << 30, Output: 1 << 20, Copy: 20})
	if out := renderChart(t, r); out.Fault == nil || out.Fault.Reason != "web/Chart.yaml: its folders are too large to be copied" {
		t.Errorf("fault %v", out.Fault)
	}
}

// What a tool leaves running neither holds the run up nor outlives it. A process that leaves
// the group is caught by a namespace alone.
func TestForksEnd(t *testing.T) {
	t.Parallel()
	for behaviour, wrapped := range map[string]bool{"fork": false, "daemon": true} {
		t.Run(behaviour, func(t *testing.T) {
			t.Parallel()
			r, bin := behaving(t, behaviour, DefaultBounds())
			switch {
			case !wrapped:
				withoutWrapper(r)
			case !slices.Contains(r.wrapper(), "--kill-child"):
				t.Skip("this system allows no namespaces")
			}
			name := filepath.Join(bin, "pipe")
			if err := syscall.Mkfifo(name, 0o600); err != nil {
				t.Fatal(err)
			}
			pipe, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer pipe.Close()
			if got := said(t, r); got != "<nil>" {
				t.Fatal(got)
			}
			if err := pipe.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(pipe); err != nil {
				t.Errorf("the process is alive: %v", err)
			}
		})
	}
}

// The end of the run ends the tools, and no copy is left.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	r, _ := behaving(t, "endless", DefaultBounds())
	cause := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(cause) })
	if _, err := r.Charts(ctx, []string{"web/Chart.yaml"}); !errors.Is(err, cause) {
		t.Errorf("err = %v", err)
	}
}
