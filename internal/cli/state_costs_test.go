package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// counting counts requests and the bytes of their bodies.
type counting struct {
	next            http.Handler
	requests, bytes atomic.Int64
}

func (c *counting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.requests.Add(1)
	r.Body = countingBody{r.Body, &c.bytes}
	c.next.ServeHTTP(w, r)
}

type countingBody struct {
	io.ReadCloser
	bytes *atomic.Int64
}

// Read implements io.Reader.
func (b countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes.Add(int64(n))
	return n, err
}

// What --state saves in the second run of an unchanged repository: the rows of the table in the
// help topic. The time is simulated, and has the jitter of the polls.
func TestSecondRunCosts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("8,000 templates")
	}
	tree := map[string]string{}
	for folder := range 100 {
		for file := range 20 { // equal names are not sent together: 100 submissions
			tree[fmt.Sprintf("m%02d/t%02d.tf", folder, file)] = bucketTF + strings.Repeat("# a comment\n", 100)
		}
	}
	dir, out := treeOf(t, tree), t.TempDir()
	var rows []string
	synctest.Test(t, func(t *testing.T) {
		service := newNoting()
		service.takes = 20 * time.Second
		c := &counting{next: service}
		network := transporttest.Serve(t, c)
		write := func(path string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, path), []byte(bucketTF), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		scan := func(name string, files int) (requests, bytes int64, took time.Duration) {
			requests, bytes = c.requests.Load(), c.bytes.Load()
			r := scanOf(t, dir, plainEndpoint, func(s *cli.System) { s.Dial = network.Dial },
				"--timeout", "9h", "--no-progress", "-q", "--state", filepath.Join(out, "state"), "--fail-on", "none")
			r.wants(t, 0, fmt.Sprintf("%[1]d/%[1]d answered", files))
			requests, bytes = c.requests.Load()-requests, c.bytes.Load()-bytes
			rows = append(rows, fmt.Sprintf("| %s | %d | %.1f MB | %.0f s |\n", name, requests, float64(bytes)/1e6, r.took.Seconds()))
			return requests, bytes, r.took
		}
		requests, bytes, took := scan("first run", 2000)
		again, uploaded, less := scan("second run, unchanged", 2000)
		if again != 2*100 || uploaded != 0 || less*10 > took {
			t.Errorf("%d requests, %d bytes, %s; then %d requests, %d bytes, %s", requests, bytes, took, again, uploaded, less)
		}
		write("m07/t07.tf")
		scan("third run, one file changed", 2000)
		write("m08/own.tf")
		scan("fourth run, one file added", 2001)
	})
	t.Logf("\n| run | requests | uploaded | time |\n|---|---|---|---|\n%s", strings.Join(rows, ""))
}
