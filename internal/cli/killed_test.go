//go:build heavy && unix

package cli_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Killed at any moment, a run leaves each report whole: the old one or the new
// one. What it leaves beside them, a later run removes.
func TestKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.json"), filepath.Join(dir, "out")
	bigResult(t, in, 3000)
	jsonPath, sarifPath := filepath.Join(out, "r.json"), filepath.Join(out, "full.sarif")
	run := func() *exec.Cmd {
		cmd, _ := startScangate(t, nil, "verdict", in, "-q", "-o", "json="+jsonPath, "-o", "sarif-full="+sarifPath)
		return cmd
	}
	start := time.Now()
	if err := run().Wait(); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(start)
	seed := uint64(time.Now().UnixNano())
	dice := rand.New(rand.NewPCG(seed, 0))
	for round := range 40 {
		// Every other round there is an old report.
		for _, path := range []string{jsonPath, sarifPath} {
			_ = os.Remove(path)
			if round%2 == 0 {
				if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		cmd := run()
		<-time.After(time.Duration(dice.Int64N(int64(whole))))
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		for _, path := range []string{jsonPath, sarifPath} {
			content, err := os.ReadFile(path)
			if os.IsNotExist(err) || string(content) == "old" && round%2 == 0 {
				continue // the old one is removed when the run has read its input
			}
			if err != nil || !json.Valid(content) {
				t.Fatalf("seed %d, round %d: %s is neither whole nor old nor absent (%d bytes, %v)", seed, round, path, len(content), err)
			}
		}
	}
	hourAgo := time.Now().Add(-2 * time.Hour)
	left := temporaries(t, out)
	for _, path := range left {
		if err := os.Chtimes(path, hourAgo, hourAgo); err != nil {
			t.Fatal(err)
		}
	}
	young, other := filepath.Join(out, ".r.json.42.tmp"), filepath.Join(out, ".r.json.mine.tmp")
	for _, path := range []string{young, other} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(other, hourAgo, hourAgo); err != nil {
		t.Fatal(err)
	}
	if err := run().Wait(); err != nil {
		t.Fatal(err)
	}
	if got := temporaries(t, out); len(got) != 2 {
		t.Errorf("of %d temporary files of killed runs, and one that is young and one that is another's, %q are left", len(left), got)
	}
}

func temporaries(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, ".*.tmp"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
