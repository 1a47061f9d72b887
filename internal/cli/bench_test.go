//go:build unix

package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// release builds a program as it is released. Heavy benchmarks stop here where
// they are not wanted.
func release(b *testing.B, pkg string) string {
	b.Helper()
	if testing.Short() {
		b.Skip("it builds programs")
	}
	out := filepath.Join(b.TempDir(), "program")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, said)
	}
	return out
}

// hello builds a program that says hello and does not use what it imports.
func hello(b *testing.B, imports ...string) string {
	b.Helper()
	text := "package main\n\nimport \"fmt\"\n"
	for _, path := range imports {
		text += fmt.Sprintf("import _ %q\n", path)
	}
	file := filepath.Join(b.TempDir(), "hello.go")
	if err := os.WriteFile(file, []byte(text+"func main() { fmt.Println(\"hello\") }\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	return release(b, file)
}

// libraries are those that take most of the start of a program that imports them.
var libraries = []string{
	"encoding/xml", "html/template", "net/http", "github.com/go-json-experiment/json", "github.com/hashicorp/hcl/v2/hclsyntax",
	"github.com/owenrumney/go-sarif/v2/sarif", "github.com/spf13/cobra", "go.yaml.in/yaml/v3",
}

// spent is what a program took.
type spent struct{ wall, cpu time.Duration }

func timed(b *testing.B, name string, args ...string) spent {
	b.Helper()
	start := time.Now()
	cmd := exec.Command(name, args...)
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	return spent{time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
}

func (s *spent) add(o spent) { s.wall, s.cpu = s.wall+o.wall, s.cpu+o.cpu }

// BenchmarkVersion compares the start of scangate, and of a program that only imports its largest
// libraries, with that of a program that says hello, turn by turn.
func BenchmarkVersion(b *testing.B) {
	scangate, other := release(b, "../../cmd/scangate"), hello(b)
	for name, program := range map[string][]string{
		"version": {scangate, "version"}, "--help": {scangate, "--help"}, "libraries": {hello(b, libraries...)},
	} {
		b.Run(name, func(b *testing.B) {
			var ours, theirs spent
			for b.Loop() {
				theirs.add(timed(b, other))
				ours.add(timed(b, program[0], program[1:]...))
			}
			b.ReportMetric(float64(ours.wall)/float64(theirs.wall), "x-hello-world")
			b.ReportMetric(float64(ours.cpu)/float64(theirs.cpu), "x-hello-world-CPU")
		})
	}
	info, err := os.Stat(scangate)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("the binary has %d bytes", info.Size())
}

// BenchmarkBaselineHelloWorld is what BenchmarkVersion is compared with.
func BenchmarkBaselineHelloWorld(b *testing.B) {
	program := hello(b)
	for b.Loop() {
		timed(b, program)
	}
}

// gibibyte is a tree of 1 GiB of templates: 960 Terraform files of 1 MiB, as
// they are generated, and 256 files of manifests with 256 KiB each. The files
// of a kind are one file under many names.
func gibibyte(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	for _, kind := range []struct {
		name, text string
		size, n    int
	}{
		{"main.tf", "resource \"aws_s3_bucket\" \"b%06d\" {\n  bucket = \"name\"\n  tags   = { team = \"a\" }\n}\n", 1 << 20, 960},
		{"map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%06d}\ndata: {key: value}\n---\n", 256 << 10, 256},
	} {
		var text strings.Builder
		for i := 0; text.Len() < kind.size; i++ {
			fmt.Fprintf(&text, kind.text, i)
		}
		first := filepath.Join(dir, kind.name)
		err := os.WriteFile(first, []byte(text.String()), 0o600)
		for i := 1; i < kind.n && err == nil; i++ {
			folder := filepath.Join(dir, fmt.Sprintf("folder%04d", i))
			if err = os.MkdirAll(folder, 0o700); err == nil {
				err = os.Link(first, filepath.Join(folder, kind.name))
			}
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// BenchmarkScan1GiB scans 1 GiB of templates and reports the most memory that
// the process took: at most 96 MB.
func BenchmarkScan1GiB(b *testing.B) {
	scangate, dir := release(b, "../../cmd/scangate"), gibibyte(b)
	var got atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		got.Add(n)
		_, _ = io.WriteString(w, `{"scan_id": "s", "processing_ongoing": false, "success": true, "alerts": []}`)
	}))
	defer srv.Close()
	var peak int64
	for b.Loop() {
		got.Store(0)
		cmd := exec.Command(scangate, "scan", "--endpoint", srv.URL, "--only", "iac", "--quiet", dir)
		cmd.Env = append(os.Environ(), "SCANGATE_API_KEY=0123456789-key-123")
		if said, err := cmd.CombinedOutput(); err != nil || got.Load() < 1<<30 {
			b.Fatalf("%d bytes arrived: %v: %s", got.Load(), err, said)
		}
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			// An upper bound: it counts what this process had when it forked.
			peak = max(peak, usage.Maxrss<<10)
		}
	}
	b.ReportMetric(float64(peak)/1e6, "MB-peak-RSS")
	b.ReportMetric(float64(peak)/96e6, "x-96-MB")
}
