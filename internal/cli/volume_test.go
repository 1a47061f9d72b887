//go:build heavy && unix

package cli_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/cli"
)

// volume is what a process of its own took.
type volume struct {
	code int
	peak int64 // bytes of memory; 0 where the system doesn't tell
	took time.Duration
	cpu  time.Duration
	said string
}

// measure runs the command in a process that collects its garbage early: how
// much more it takes where there is room depends on the machine and its load.
func measure(t *testing.T, env []string, args ...string) volume {
	t.Helper()
	peakFile := filepath.Join(t.TempDir(), "peak")
	start := time.Now()
	cmd, said := startScangate(t, append(env, "PATH="+os.Getenv("PATH"), "GOGC=25", peakVariable+"="+peakFile), args...)
	_ = cmd.Wait()
	v := volume{
		code: cmd.ProcessState.ExitCode(), took: time.Since(start), said: said.String(),
		cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
	}
	if text, err := os.ReadFile(peakFile); err == nil {
		if v.peak, err = strconv.ParseInt(string(text), 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// The memory of a whole run is a small multiple of its findings, and its time
// linear in them. SCANGATE_TEST_ALERTS=1000000 measures as many as the design
// promises.
func TestManyAlerts(t *testing.T) {
	t.Parallel()
	n := 50_000
	if text := os.Getenv("SCANGATE_TEST_ALERTS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	srv := httptest.NewServer(alertsService(n, "main.tf"))
	defer srv.Close()
	dir := treeOf(t, map[string]string{"tree/main.tf": bucketTF})
	saved := filepath.Join(dir, "r.json")
	v := measure(t, []string{"SCANGATE_API_KEY=0123456789-key-123"}, "scan", "--endpoint", srv.URL, "--no-progress", "-q",
		"-o", "json="+saved, "-o", "sarif="+filepath.Join(dir, "s.sarif"), filepath.Join(dir, "tree"))
	if v.code != 0 {
		t.Fatalf("exit %d: %s", v.code, v.said)
	}
	info, err := os.Stat(saved)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d alerts: %v (%v of processor time), %d MB of memory, result.json %d MB", n, v.took.Round(time.Millisecond), v.cpu, v.peak>>20, info.Size()>>20)
	if limit := int64(80<<20) + 3*info.Size(); v.peak > limit {
		t.Errorf("%d MB of memory for a result of %d MB, want at most %d MB", v.peak>>20, info.Size()>>20, limit>>20)
	}
}

// bombs are small files that unfold, deep ones, and ones as large as are taken.
func bombs() map[string]string {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
	const stack = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n"
	aliases, merges := pod+"a0: &a0 [x,x,x,x,x,x,x,x,x]\n", stack+"  A0: &a0 {Type: 'AWS::S3::Bucket', p: 1}\n"
	args := "ARG A0=xxxxxxxxxx\n"
	for i := 1; i < 12; i++ {
		last := strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9)
		aliases += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, last)
		merges += fmt.Sprintf("  A%d: &a%d\n    <<: [%s]\n    Type: AWS::S3::Bucket\n    q: [%s]\n", i, i, last, last)
		args += fmt.Sprintf("ARG A%d=%s\n", i, strings.Repeat(fmt.Sprintf("${A%d}", i-1), 10))
	}
	var wide strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&wide, "  R%d: {Type: 'AWS::S3::Bucket', Properties: {BucketName: b%d}}\n", i, i)
	}
	nest := func(open, middle, end string, n int) string {
		return strings.Repeat(open, n) + middle + strings.Repeat(end, n)
	}
	return map[string]string{
		"aliases.yaml": aliases, "merges.yaml": merges, "Dockerfile.args": args + "FROM ${A11}\n",
		"deep.json":  `{"AWSTemplateFormatVersion":"2010-09-09","Resources":` + nest(`{"a":`, "1", "}", 200_000) + "}",
		"deep2.json": `{"AWSTemplateFormatVersion":"2010-09-09","Resources":` + nest("[", "", "]", 2_000_000) + "}",
		"deep.yaml":  stack + nest("[", "", "]", 100_000), "flow.yaml": pod + "spec: " + nest("{a: ", "1", "}", 50_000),
		"deep.tf": "a = " + nest("[", "", "]", 30_000) + "\n", "blocks.tf": nest("a {\n", "", "}\n", 8_000),
		"parens.tf": "locals { a = " + nest("(", "1", ")", 30_000) + " }\n", "interpolations.tf": `locals { a = "` + nest("${\"", "x", "\"}", 8_000) + "\" }\n",
		"wide1.yaml": stack + wide.String(), "wide2.yaml": stack + wide.String(), "wide3.yaml": stack + wide.String(), "wide4.yaml": stack + wide.String(),
		"x/prod.tfvars": `x = "` + strings.Repeat("a", 3_000_000) + "\"\n", "x/main.tf": bucketTF,
	}
}

// No file of a checkout takes the process down: what can't be read within its
// bounds is a failed row, and memory stays bounded whatever comes together.
func TestBombs(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(alertsService(1, "wide1.yaml"))
	defer srv.Close()
	dir := treeOf(t, bombs())
	v := measure(t, []string{"SCANGATE_API_KEY=0123456789-key-123"}, "scan", "--endpoint", srv.URL, "--repo-url", "https://git.example/x", "--branch", "main", "-q", "--no-progress", "--timeout", "5m", dir)
	t.Logf("%v (%v of processor time), %d MB of memory", v.took.Round(time.Millisecond), v.cpu, v.peak>>20)
	if v.code != 3 || !strings.Contains(v.said, "failed") {
		t.Errorf("exit %d: %s", v.code, v.said)
	}
	if v.peak > 600<<20 {
		t.Errorf("%d MB of memory, want at most 600 MB", v.peak>>20)
	}
}

// The summary of a result counts what it leaves out, and is no larger than GitHub takes: what
// stands there already has its place.
func TestLargeSummary(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 9000 {
		files[fmt.Sprintf("%d/main.tf", i/3000)] += fmt.Sprintf("resource \"aws_s3_bucket\" \"bucket_with_a_name_that_takes_its_place_%d\" {\n  acl = \"public-read\"\n}\n", i)
	}
	tree := treeOf(t, files)
	dir, environ := jobOf(t)
	summary := filepath.Join(dir, "summary")
	if err := os.WriteFile(summary, []byte(strings.Repeat("before\n", (1<<20-6000)/7)), 0o600); err != nil {
		t.Fatal(err)
	}
	r := scanOf(t, tree, "embedded", func(s *cli.System) { s.Environ = environ })
	r.wants(t, 1, "FAIL (exit 1)")
	text, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 1<<20 || !strings.Contains(string(text), "before\n\n## scangate: Failed") || !strings.Contains(string(text), "more places") {
		t.Errorf("%d bytes, ends %q", len(text), text[max(0, len(text)-300):])
	}
	// A second run of the same step finds it full.
	r = scanOf(t, tree, "embedded", func(s *cli.System) { s.Environ = environ })
	r.wants(t, 1, "warning: the report was not added to the job summary")
	if again, err := os.ReadFile(summary); err != nil || len(again) != len(text) {
		t.Errorf("%d bytes after the second run: %v", len(again), err)
	}
}
