//go:build linux

package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// receiver is a service that takes uploads, keeps which files came together, and has no alerts.
type receiver struct {
	scans   atomic.Int64
	mu      sync.Mutex
	batches [][]string
}

func (s *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		s.keep(r)
	}
	_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r.Body}, make([]byte, 256<<10))
	id := r.URL.Query().Get("scan_id")
	if id == "" {
		id = fmt.Sprint("scan-", s.scans.Add(1))
	}
	fmt.Fprintf(w, `{"scan_id": %q, "processing_ongoing": false, "success": true, "alerts": []}`, id)
}

func (s *receiver) keep(r *http.Request) {
	parts, err := r.MultipartReader()
	var names []string
	for err == nil {
		var part *multipart.Part
		if part, err = parts.NextRawPart(); err == nil {
			_, name, _ := strings.Cut(part.Header.Get("Content-Disposition"), `filename="`)
			names = append(names, strings.TrimSuffix(name, `"`))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, names)
}

// generated writes n Terraform files of about size bytes, as a program generates them.
func generated(b *testing.B, n, size int) string {
	b.Helper()
	dir := b.TempDir()
	var text bytes.Buffer
	for i := range n {
		text.Reset()
		for k := 0; text.Len() < size; k++ {
			fmt.Fprintf(&text, "resource \"aws_s3_bucket\" \"b%d_%d\" {\n  bucket = \"name-%d\"\n  acl    = \"private\"\n  tags   = { team = \"a%d\", cost = \"%x\" }\n}\n\n", i, k, k, k%7, i*k)
		}
		folder := filepath.Join(dir, fmt.Sprintf("infra%03d", i%200))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("f%05d.tf", i)), text.Bytes(), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// watched is timed for a program whose most resident memory is returned, in bytes. The kernel's
// own figure for a child would count what this process had when it started the program.
func watched(b *testing.B, cmd *exec.Cmd) (spent, int64) {
	b.Helper()
	start := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	peak := int64(0)
	for {
		select {
		case err := <-done:
			if err != nil {
				b.Fatal(err)
			}
			return spent{time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, peak
		case <-time.After(20 * time.Millisecond):
			peak = max(peak, peakOf(cmd.Process.Pid))
		}
	}
}

// peakOf is the most resident memory of a process so far, in bytes.
func peakOf(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	var kb int64
	if _, wrong := fmt.Sscan(rest, &kb); err != nil || !found || wrong != nil {
		return 0
	}
	return kb << 10
}

// BenchmarkUploadAgainstCurl scans 2 GiB of templates in 20,000 files, and has curl send the same
// files in the same batches, one curl for each batch, turn by turn. It reports the processor time
// of scangate, discovery included, as a multiple of that of curl, and the most resident memory.
func BenchmarkUploadAgainstCurl(b *testing.B) {
	scangate := release(b, "../../cmd/scangate")
	curl, err := exec.LookPath("curl")
	if err != nil {
		b.Skip("there is no curl")
	}
	const n, size = 20_000, 2 << 30 / 20_000
	dir := generated(b, n, size)
	service := &receiver{}
	srv := httptest.NewServer(service)
	defer srv.Close()
	scan := func() *exec.Cmd {
		cmd := exec.Command(scangate, "scan", "--endpoint", srv.URL, "--only", "iac", "--pace", "200", "--quiet", "--no-progress", dir)
		cmd.Env = append(os.Environ(), "SCANGATE_API_KEY=0123456789-key-123")
		return cmd
	}
	var ours, theirs spent
	var peak int64
	for b.Loop() {
		service.batches = nil
		took, most := watched(b, scan())
		ours.add(took)
		peak = max(peak, most)
		batches, sent := service.batches, 0
		for _, batch := range batches {
			theirs.add(timed(b, curl, curlArgs(srv.URL, dir, batch)...))
			sent += len(batch)
		}
		if sent != n {
			b.Fatalf("%d files arrived", sent)
		}
		service.batches = batches
	}
	b.ReportMetric(float64(ours.cpu)/float64(theirs.cpu), "x-curl-CPU")
	b.ReportMetric(ours.cpu.Seconds()/float64(b.N), "CPU-s")
	b.ReportMetric(float64(peak)/1e6, "MB-peak-RSS")
	b.ReportMetric(float64(len(service.batches)), "batches")
}

// curlArgs has curl send the files of a batch as scangate sends them.
func curlArgs(address, dir string, batch []string) []string {
	args := []string{"--silent", "--show-error", "--fail", "--output", "/dev/null", "--header", "Authorization: ApiKey 0123456789-key-123"}
	for _, name := range batch {
		args = append(args, "--form", "files=@"+filepath.Join(dir, name)+";filename="+name)
	}
	return append(args, address+"/api/v1/iac/scan")
}
