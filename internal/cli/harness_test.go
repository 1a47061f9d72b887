package cli_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/emulator"
)

const (
	bucketTF = "resource \"aws_s3_bucket\" \"logs\" {\n  acl = \"private\"\n}\n"
	// plainEndpoint is a service behind the network in memory, without TLS.
	plainEndpoint = "http://localhost:8080"
)

// memory is a network in memory: what dials it comes out of Accept. Under
// synctest it takes the place of sockets.
type memory struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

func (m *memory) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

func (m *memory) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case m.conns <- far:
		return near, nil
	case <-m.closed:
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serveInMemory answers on a network in memory, which it returns.
func serveInMemory(t *testing.T, h http.Handler) *memory {
	t.Helper()
	m := &memory{conns: make(chan net.Conn), closed: make(chan struct{})}
	srv := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	var serving sync.WaitGroup
	serving.Go(func() { _ = srv.Serve(m) })
	t.Cleanup(func() {
		_ = srv.Close()
		serving.Wait()
	})
	return m
}

// optixInMemory is an emulator that takes the key of every run here.
func optixInMemory(change func(*emulator.Options)) http.Handler {
	o := emulator.Options{Now: time.Now, Key: "key-123"}
	if change != nil {
		change(&o)
	}
	return emulator.New(o)
}

// ran is what became of a run.
type ran struct {
	code           int
	stdout, stderr string
	took           time.Duration
}

// scanOf makes a system and a command line for a scan of a folder, and lets
// change have its way with the system.
func scanOf(t *testing.T, dir, endpoint string, change func(*cli.System), args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	sys := cli.System{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Environ: []string{"SCANGATE_API_KEY=key-123", "CI=true"},
		Now:     time.Now,
		Version: "1.2.3-test",
	}
	if change != nil {
		change(&sys)
	}
	line := append([]string{"scan", "--endpoint", endpoint, "--repo-url", "https://git.example/x", "--branch", "main"}, args...)
	start := time.Now()
	code := cli.Main(t.Context(), append(line, dir), sys)
	return ran{code, out.String(), errs.String(), time.Since(start)}
}

// wants checks a run's code and that everything it said holds each text.
func (r ran) wants(t *testing.T, code int, texts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit %d, want %d\n%s%s", r.code, code, r.stdout, r.stderr)
	}
	// Lines are wrapped for people: what counts are the words.
	said := strings.Join(strings.Fields(r.stdout+r.stderr), " ")
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("nothing is said of %q in\n%s%s", text, r.stdout, r.stderr)
		}
	}
	if code != 0 && strings.Contains(r.stderr, "PASS (") {
		t.Errorf("called a pass: %s", r.stderr)
	}
}

// treeOf writes files into a new folder outside of any repository.
func treeOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644))
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// severed answers a request by closing its connection after some of its body
// was read.
func severed(w http.ResponseWriter, r *http.Request, after int64) {
	_, _ = io.CopyN(io.Discard, r.Body, after)
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}
