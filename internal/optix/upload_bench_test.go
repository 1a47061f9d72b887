package optix

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/transport"
)

// zeros is a file of a given size that takes no memory.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	z.left -= n
	return int(n), nil
}

func (z *zeros) Close() error { return nil }

func zeroFile(path string, size int64) File {
	return File{Path: path, Size: size, Open: func() (io.ReadCloser, error) { return &zeros{size}, nil }}
}

// discarding is a server on loopback that discards what it receives.
func discarding(tb testing.TB) (*Client, *int64) {
	tb.Helper()
	var got int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"scan_id":"s"}`)
	}))
	tb.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL)
	if err != nil {
		tb.Fatal(err)
	}
	return New(transport.New(transport.Config{Base: u})), &got
}

func manyFiles(n int, each int64) []File {
	files := make([]File, n)
	for i := range files {
		files[i] = zeroFile(fmt.Sprintf("infra/%03d/main.tf", i), each)
	}
	return files
}

// BenchmarkUpload1GiB uploads 128 files of 8 MiB. It reports the heap allocations per
// upload and the peak memory of the process, which includes the server.
func BenchmarkUpload1GiB(b *testing.B) {
	c, got := discarding(b)
	files := manyFiles(128, 8<<20)
	b.SetBytes(1 << 30)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.SubmitTemplates(b.Context(), files, IaCOptions{}); err != nil || *got < 1<<30 {
			b.Fatalf("%d bytes arrived: %v", *got, err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MB-from-OS")
	if peak, ok := peakMB(); ok {
		b.ReportMetric(peak, "MB-peak-RSS")
	}
}

// peakMB returns the peak resident size, or 0 if the system does not report it.
func peakMB() (float64, bool) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var kb float64
		if rest, ok := strings.CutPrefix(s.Text(), "VmHWM:"); ok {
			_, err := fmt.Sscan(rest, &kb)
			return kb / 1024, err == nil
		}
	}
	return 0, false
}

// Allocations don't depend on the size of the upload. Not parallel, because it counts
// the allocations of the whole process.
func TestUploadMemory(t *testing.T) { //nolint:paralleltest // see above
	c, _ := discarding(t)
	allocated := func(each int64) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := c.SubmitTemplates(t.Context(), manyFiles(8, each), IaCOptions{}); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	allocated(1) // connections and pools
	if small, large := allocated(1), allocated(4<<20); large > small+2<<20 {
		t.Errorf("32 MB more to upload allocated %d KB more", (large-small)>>10)
	}
}
