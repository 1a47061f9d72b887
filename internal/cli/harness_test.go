package cli_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/emulator"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/run"
)

const (
	bucketTF = "resource \"aws_s3_bucket\" \"logs\" {\n  acl = \"private\"\n}\n"
	// plainEndpoint is a service after the network in memory, without TLS.
	plainEndpoint = "http://localhost:8080"
)

// optixInMemory is an emulator that takes the key of every run here.
func optixInMemory(change func(*emulator.Options)) http.Handler {
	o := emulator.Options{Now: time.Now, Key: "0123456789-key-123"}
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

// scanOf runs a scan of a folder: see runOf.
func scanOf(t *testing.T, dir, endpoint string, change func(*cli.System), args ...string) ran {
	t.Helper()
	line := append([]string{"scan", "--endpoint", endpoint, "--repo-url", "https://git.example/x", "--branch", "main"}, args...)
	return runOf(t, change, append(line, dir)...)
}

// runOf runs a command line in a system of its own, which change may change.
func runOf(t *testing.T, change func(*cli.System), args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	sys := cli.System{System: run.System{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Environ: []string{"SCANGATE_API_KEY=0123456789-key-123", "CI=true"},
		Now:     time.Now,
		Version: "1.2.3-test",
	}}
	if change != nil {
		change(&sys)
	}
	start := time.Now()
	code := cli.Main(t.Context(), args, sys)
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
		gittest.SkipNames(t, name)
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

// alertsService answers every scan with n alerts about the given file.
func alertsService(n int, file string) http.Handler {
	next := optixInMemory(nil)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/detailedReport") {
			next.ServeHTTP(w, r)
			return
		}
		out := bufio.NewWriterSize(w, 64<<10)
		fmt.Fprint(out, `{"alerts":[`)
		for i := range n {
			if i > 0 {
				fmt.Fprint(out, ",")
			}
			fmt.Fprintf(out, `{"scanID":%q,"alertSummary":"Ensure S3 buckets have versioning enabled (%d)","criticalLevel":"LOW",`+
				`"alertDetails":"Ensure S3 buckets have versioning enabled.<br>File: %s<br>Resource: aws_s3_bucket.b%d<br>Versioning keeps earlier objects, so that a deleted or overwritten one can be had back."}`,
				r.URL.Query().Get("scan_id"), i%500, file, i)
		}
		fmt.Fprint(out, `]}`)
		_ = out.Flush()
	})
}

// readSaved reads a result.json.
func readSaved(t *testing.T, path string) *result.Result {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	res, err := result.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// templateFlag names a template that has every finding: the template format needs one.
func templateFlag(t testing.TB) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "all.tmpl")
	if err := os.WriteFile(file, []byte("{{.verdict.line | plain}}\n{{json .findings}}\n{{json .ledger}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--template", file}
}
