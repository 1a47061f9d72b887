package git_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

func snapshot(t *testing.T, r *git.Repo, rev string) *git.Snapshot {
	t.Helper()
	s, err := r.Snapshot(t.Context(), rev)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// trickle reads a content byte by byte, so that no pair CR LF is read at once.
type trickle struct{ bytes.Reader }

func (r *trickle) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(1, len(p))]) }

// WriteTo hides that of bytes.Reader, which would write everything at once.
func (r *trickle) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{r})
}

func holds(t *testing.T, s *git.Snapshot, path, content string) bool {
	t.Helper()
	var answers []bool
	for _, open := range []func() (io.ReadCloser, error){
		func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte(content))), nil },
		func() (io.ReadCloser, error) {
			return io.NopCloser(&trickle{*bytes.NewReader([]byte(content))}), nil
		},
	} {
		yes, err := s.Holds(path, int64(len(content)), open)
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, yes)
	}
	if answers[0] != answers[1] {
		t.Errorf("%s %q: read at once %v, in pieces %v", path, content, answers[0], answers[1])
	}
	return answers[0]
}

func TestSnapshotHoldsContents(t *testing.T) {
	t.Parallel()
	odd := "a b/ü\n\"\t:x"
	if runtime.GOOS == "windows" {
		odd = "a b/ü"
	}
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			g.Git("init", "--quiet", "--object-format="+format, "other")
			g = gittest.At(t, filepath.Join(g.Dir, "other"))
			g.Write("lf", "a\nb\n")
			g.Write("crlf", "a\r\nb\r\n")
			g.Write("cr", "a\r\rb\r\n\r")
			g.Write("empty", "")
			g.Write(odd, "x")
			g.Commit()
			s := snapshot(t, open(t, g.Dir), "HEAD")
			files := s.Files()
			slices.Sort(files)
			if diff := cmp.Diff([]string{odd, "cr", "crlf", "empty", "lf"}, files); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			for _, tt := range []struct {
				path, content string
				want          bool
			}{
				{"lf", "a\nb\n", true},
				{"lf", "a\r\nb\r\n", true}, // as core.autocrlf checks it out
				{"lf", "a\nb", false},
				{"lf", "a\rb\n", false},
				{"lf", "", false},
				{"crlf", "a\r\nb\r\n", true},
				{"crlf", "a\nb\n", false},
				{"cr", "a\r\rb\r\n\r", true},
				{"cr", "a\r\rb\n\r", false},
				{"empty", "", true},
				{"empty", "\r", false},
				{odd, "x", true},
				{"nowhere", "", false},
			} {
				if got := holds(t, s, tt.path, tt.content); got != tt.want {
					t.Errorf("%q holds %q: %v", tt.path, tt.content, got)
				}
			}
		})
	}
}

func TestSnapshotOfLinksAndSubmodules(t *testing.T) {
	t.Parallel()
	g, other := gittest.New(t), gittest.New(t)
	other.Commit()
	if err := os.Symlink("to/file", filepath.Join(g.Dir, "link")); err != nil {
		t.Skip("no links here")
	}
	g.Write("file", "to/file")
	g.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.Dir, "sub")
	g.Commit()
	s := snapshot(t, open(t, g.Dir), "HEAD")
	for path, want := range map[string]bool{"link": true, "file": false, "sub": false, "nowhere": false} {
		if s.HoldsLink(path, "to/file") != want {
			t.Errorf("%s: want a link to to/file: %v", path, want)
		}
	}
	if holds(t, s, "link", "to/file") || s.HoldsLink("link", "to/other") {
		t.Error("a link is not a file with the same bytes, nor a link to another target")
	}
}

func TestHoldsReturnsReadErrors(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("x", "x")
	g.Commit()
	closed := errors.New("closed to this user")
	_, err := snapshot(t, open(t, g.Dir), "HEAD").Holds("x", 1, func() (io.ReadCloser, error) { return nil, closed })
	if !errors.Is(err, closed) {
		t.Errorf("err = %v", err)
	}
}

// Comparing runs nothing that the checkout's own configuration and attributes name.
// Each case proves that a git command does run it.
func TestComparingRunsNothing(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("no /bin/sh to set a trap with")
	}
	attributes := func(text string) func(*gittest.Repo, string) {
		return func(g *gittest.Repo, _ string) { g.Write(".gitattributes", text) }
	}
	for name, tt := range map[string]struct {
		config  []string // each KEY is set to the trap
		prepare func(g *gittest.Repo, trap string)
		// springs is a git command that runs the trap.
		springs []string
	}{
		"clean filter":          {config: []string{"filter.x.clean"}, prepare: attributes("* filter=x\n"), springs: []string{"diff", "main"}},
		"process filter":        {config: []string{"filter.x.process"}, prepare: attributes("* filter=x\n"), springs: []string{"diff", "main"}},
		"filter with a = in it": {config: []string{"filter.a=b.clean"}, prepare: attributes("* filter=a=b\n"), springs: []string{"diff", "main"}},
		"text converter":        {config: []string{"diff.x.textconv"}, prepare: attributes("* diff=x\n"), springs: []string{"diff", "main"}},
		"diff driver":           {config: []string{"diff.x.command"}, prepare: attributes("* diff=x\n"), springs: []string{"diff", "main"}},
		"external diff":         {config: []string{"diff.external"}, springs: []string{"diff", "main"}},
		"file system monitor":   {config: []string{"core.fsmonitor"}, springs: []string{"status"}},
		"promisor":              {prepare: promisor, springs: []string{"ls-tree", "-r", "main"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			g.Write("dir/main.tf", "1\n")
			g.Commit()
			dir := t.TempDir()
			sprung, script := filepath.Join(dir, "sprung"), filepath.Join(dir, "trap.sh")
			gittest.Write(t, dir, "trap.sh", "#!/bin/sh\ntouch '"+sprung+"'\nexit 1\n")
			if err := os.Chmod(script, 0o755); err != nil {
				t.Fatal(err)
			}
			g.Write("dir/main.tf", "2\n")
			for _, key := range tt.config {
				g.Git("config", key, script)
			}
			if tt.prepare != nil {
				tt.prepare(g, script)
			}
			r := open(t, g.Dir)
			if bases, err := r.MergeBase(t.Context(), "main"); err == nil {
				if s, err := r.Snapshot(t.Context(), bases[0]); err == nil {
					holds(t, s, "dir/main.tf", "2\n")
				}
			}
			if _, err := os.Lstat(sprung); err == nil {
				t.Error("a command of the checkout was run")
			}
			_, _ = g.Try(tt.springs...)
			if _, err := os.Lstat(sprung); err != nil {
				t.Errorf("git %q does not spring the trap: this test shows nothing", tt.springs)
			}
		})
	}
}

// promisor makes a clone that lacks a folder, and would run a command to fetch it.
func promisor(g *gittest.Repo, trap string) {
	g.Git("config", "extensions.partialClone", "origin")
	g.Git("config", "remote.origin.promisor", "true")
	g.Git("config", "remote.origin.url", g.Dir)
	g.Git("config", "remote.origin.uploadpack", trap)
	g.Git("config", "core.repositoryFormatVersion", "1")
	tree := g.Hash("main:dir")
	_ = os.Remove(filepath.Join(g.Dir, ".git", "objects", tree[:2], tree[2:]))
}
