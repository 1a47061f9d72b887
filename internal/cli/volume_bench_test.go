//go:build unix

package cli_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkFindings scans a template with 100 resources, for which the service has 20,000 to
// 1,000,000 alerts: without a report, and with one report. It reports the processor time of the
// process, what a finding takes of it, and the most memory.
func BenchmarkFindings(b *testing.B) {
	scangate := release(b, "../../cmd/scangate")
	dir := treeOfBuckets(b)
	for _, n := range []int{20_000, 200_000, 1_000_000} {
		srv := httptest.NewServer(alertsService(n, "main.tf"))
		for _, report := range []string{"none", "json", "sarif", "sarif-full", "gitlab-sast", "gitlab-codequality", "junit", "html", "csv"} {
			b.Run(fmt.Sprintf("%s/%d", report, n), func(b *testing.B) {
				args := []string{"scan", "--endpoint", srv.URL, "--only", "iac", "--quiet", "--no-progress", filepath.Join(dir, "tree")}
				if report != "none" {
					args = append(args, "-o", report+"="+filepath.Join(dir, report))
				}
				measureFindings(b, n, scangate, args...)
			})
		}
		for _, args := range [][]string{{"verify"}, {"verdict"}, {"explain"}, {"diff", filepath.Join(dir, "json")}, {"report", "-o", "csv"}} {
			b.Run(fmt.Sprintf("%s/%d", args[0], n), func(b *testing.B) {
				measureFindings(b, n, scangate, append(args, filepath.Join(dir, "json"))...)
			})
		}
		srv.Close()
	}
}

// measureFindings runs scangate with n findings.
func measureFindings(b *testing.B, n int, scangate string, args ...string) {
	b.Helper()
	var took time.Duration
	var peak int64
	for b.Loop() {
		cmd := exec.Command(scangate, args...)
		cmd.Env = append(os.Environ(), "SCANGATE_API_KEY=0123456789-key-123")
		var said bytes.Buffer
		cmd.Stderr = &said
		err := cmd.Run()
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 0 {
			b.Fatalf("%v: %s", err, &said)
		}
		took += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, usage.Maxrss<<10)
		}
	}
	b.ReportMetric(took.Seconds()/float64(b.N), "CPU-s")
	b.ReportMetric(float64(took.Microseconds())/float64(b.N)/float64(n), "µs/finding")
	b.ReportMetric(float64(peak)/1e6, "MB-peak-RSS")
}

// treeOfBuckets returns a folder whose tree has a template with 100 resources.
func treeOfBuckets(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	var template strings.Builder
	for i := range 100 {
		fmt.Fprintf(&template, "resource \"aws_s3_bucket\" \"b%d\" {\n  bucket = \"name-%d\"\n  acl    = \"public-read\"\n}\n", i, i)
	}
	if err := os.Mkdir(filepath.Join(dir, "tree"), 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tree", "main.tf"), []byte(template.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return dir
}
