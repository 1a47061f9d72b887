package state

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/seal"
)

var start = time.Unix(1_800_000_000, 0)

// clock shows one time until it is set.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// options are what most tests open a Store with.
func options(c *clock) Options {
	return Options{APIKey: "key-123", Scope: []string{"https://optix.example", "", "false", "https://git.example/shop", "main"}, Now: c.now}
}

// newFile returns the path of a file with one scan, and the clock of its Store.
func newFile(t *testing.T) (string, *clock) {
	t.Helper()
	path, c := filepath.Join(t.TempDir(), "state"), &clock{start}
	s := Open(path, options(c))
	s.Put(key("a"), "scan-1")
	wantNotices(t, s)
	return path, c
}

func key(content string) Key { return KeyOf("iac", "infra/main.tf", content) }

func wantNotices(t *testing.T, s *Store, words ...string) {
	t.Helper()
	notices := s.Notices()
	if len(notices) != len(words) {
		t.Fatalf("notices %v, want %d", notices, len(words))
	}
	for i, word := range words {
		if text := notices[i].Text; !strings.Contains(text, word) || strings.Contains(text, "\n") {
			t.Errorf("notice %q, want one line with %q", text, word)
		}
	}
}

func wantFound(t *testing.T, s *Store, k Key, want Entry) {
	t.Helper()
	got, ok := s.Get(k)
	if !ok {
		t.Fatalf("not found; notices %v", s.Notices())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
}

func wantNothing(t *testing.T, s *Store, k Key) {
	t.Helper()
	if e, ok := s.Get(k); ok {
		t.Errorf("found %+v", e)
	}
}

func TestNextRunGetsWhatWasPut(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	c.t = start.Add(90 * time.Minute)
	s := Open(path, options(c))
	wantNotices(t, s)
	wantFound(t, s, key("a"), Entry{ID: "scan-1", Age: 90 * time.Minute})
	s.PutRefused(key("b"))
	s = Open(path, options(c))
	wantFound(t, s, key("a"), Entry{ID: "scan-1", Age: 90 * time.Minute})
	wantFound(t, s, key("b"), Entry{Refused: true})
	s.Delete("scan-1")
	s = Open(path, options(c))
	wantNothing(t, s, key("a"))
	wantFound(t, s, key("b"), Entry{Refused: true})
}

func TestGetComparesContentAndScope(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	scope := func(i int, value string) Options {
		o := options(c)
		o.Scope = append([]string{}, o.Scope...)
		o.Scope[i] = value
		return o
	}
	split := options(c)
	split.Scope = []string{"https://optix.example", "", "false", "https://git.example/sho", "pmain"}
	tests := map[string]struct {
		opts Options
		key  Key
	}{
		"other content":   {options(c), key("b")},
		"other path":      {options(c), KeyOf("iac", "infra/main.t", "fa")},
		"other kind":      {options(c), KeyOf("dockerfile", "infra/main.tf", "a")},
		"one part less":   {options(c), KeyOf("iac", "infra/main.tf")},
		"other endpoint":  {scope(0, "https://other.example"), key("a")},
		"other policy":    {scope(1, "CIS"), key("a")},
		"saved results":   {scope(2, "true"), key("a")},
		"other repo":      {scope(3, "https://git.example/shop2"), key("a")},
		"other branch":    {scope(4, "dev"), key("a")},
		"shifted options": {split, key("a")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Open(path, tt.opts)
			wantNotices(t, s)
			wantNothing(t, s, tt.key)
		})
	}
}

func TestEntriesExpire(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		after time.Duration
		found bool
	}{
		"a day, almost":                 {24*time.Hour - time.Second, true},
		"a day":                         {24 * time.Hour, false},
		"a clock that is slightly slow": {-time.Minute, true},
		"a clock that was set back":     {-2 * time.Minute, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, c := newFile(t)
			c.t = start.Add(tt.after)
			s := Open(path, options(c))
			if _, ok := s.Get(key("a")); ok != tt.found || s.Empty() == tt.found {
				t.Fatalf("found %t, want %t", ok, tt.found)
			}
			s.Put(key("b"), "scan-2")
			c.t = start
			s = Open(path, options(c))
			if _, ok := s.Get(key("a")); ok != tt.found {
				t.Errorf("still in the file: %t, want %t", ok, tt.found)
			}
		})
	}
}

func TestEntriesExpireDuringALongRun(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	s := Open(path, options(c))
	c.t = start.Add(25 * time.Hour)
	wantNothing(t, s, key("a"))
}

func TestOnlyTheLatestEntriesAreKept(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	const most, beyond = 50, slack + 10
	s := Open(path, options(c))
	s.most = most
	for i := range most + beyond {
		c.t = start.Add(time.Duration(i+1) * time.Second)
		s.Put(key(fmt.Sprint(i)), fmt.Sprint("scan-", i))
	}
	s.Put(key("last"), "scan-last")
	s = Open(path, options(c))
	wantNotices(t, s)
	if len(s.entries) < most || len(s.entries) > most+slack {
		t.Errorf("%d entries, want at least %d", len(s.entries), most)
	}
	wantNothing(t, s, key("a"))
	wantFound(t, s, key("last"), Entry{ID: "scan-last"})
	if line := (&chain{}).line(record{entry: entry{Key: s.scoped(key("a")), ID: strings.Repeat("<", maxID), At: 1 << 40, Ended: 1 << 40}}); len(line)*2*(maxEntries+slack) > 4*maxFile {
		t.Errorf("%d bytes a record: the file is too large to be read back", len(line))
	}
}

// Any modification or extension of the file must be detected, and any truncation but to an older
// file.
func TestEveryChangedBitIsDetected(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	s := Open(path, options(c))
	s.Put(key("b"), "scan-2")
	s.End("scan-1")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key := seal.NewKey(options(c).APIKey, "state")
	if _, err := decode(key, whole); err != nil {
		t.Fatalf("the whole file: %v", err)
	}
	for i := range whole {
		for bit := range 8 {
			changed := bytes.Clone(whole)
			changed[i] ^= 1 << bit
			if _, err := decode(key, changed); err == nil {
				t.Fatalf("byte %d, bit %d: %q is accepted", i, bit, changed)
			}
		}
		older := i >= len(header) && whole[i-1] == '\n'
		if _, err := decode(key, whole[:i]); (err == nil) != older {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
	if _, err := decode(key, append(whole, '\n')); err == nil {
		t.Error("a longer file is accepted")
	}
}

func TestUntrustedFileIsIgnoredAndReplaced(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(t *testing.T, path string, whole []byte)
		want   string
	}{
		"damaged": {write(func(b []byte) []byte { return b[:len(b)-5] }), "damaged"},
		"zeros":   {write(func(b []byte) []byte { return append(b[:len(header)], make([]byte, len(b))...) }), "damaged"},
		"other version": {write(func(b []byte) []byte {
			return bytes.Replace(b, []byte("state 1"), []byte("state 2"), 1)
		}), "another version"},
		"too large": {func(t *testing.T, path string, _ []byte) {
			if err := os.Truncate(path, maxFile+1); err != nil {
				t.Fatal(err)
			}
		}, "is ignored: it is too large for a resume state; everything is submitted again"},
		"lines are moved": {write(func(b []byte) []byte {
			lines := bytes.SplitAfter(b, []byte("\n"))
			return bytes.Join([][]byte{lines[0], lines[2], lines[1]}, nil)
		}), "damaged"},
		"a line is left out": {write(func(b []byte) []byte {
			lines := bytes.SplitAfter(b, []byte("\n"))
			return bytes.Join([][]byte{lines[0], lines[2]}, nil)
		}), "damaged"},
		"other key": {func(t *testing.T, path string, _ []byte) {
			o := options(&clock{start})
			o.APIKey = "key-456"
			Open(path, o).Put(key("a"), "scan-of-another")
		}, "another API key"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, c := newFile(t)
			Open(path, options(c)).Put(key("c"), "scan-3")
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tt.change(t, path, whole)
			s := Open(path, options(c))
			wantNotices(t, s, tt.want)
			wantNothing(t, s, key("a"))
			s.Put(key("b"), "scan-2")
			wantNotices(t, s, tt.want)
			s = Open(path, options(c))
			wantNotices(t, s)
			wantFound(t, s, key("b"), Entry{ID: "scan-2"})
		})
	}
}

// A path that somebody mistyped may be that of any file, which stays as it is.
func TestOtherFileStays(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"resource {}", "scangate stat", "scangate State 1\n", "{}\n", "\x00"} {
		path := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		s := Open(path, options(&clock{start}))
		s.Put(key("a"), "scan-1")
		s.Delete("scan-1")
		s.Put(key("b"), "scan-2")
		wantFound(t, s, key("b"), Entry{ID: "scan-2"})
		wantNotices(t, s, "is another file, and is left as it is")
		if IsOwn(path) {
			t.Errorf("%q is taken for a resume state", content)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != content {
			t.Errorf("%q became %q, %v", content, text, err)
		}
	}
}

func write(change func([]byte) []byte) func(*testing.T, string, []byte) {
	return func(t *testing.T, path string, whole []byte) {
		t.Helper()
		if err := os.WriteFile(path, change(bytes.Clone(whole)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestUnwritableFileIsReportedOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := Open(filepath.Join(dir, "file", "state"), options(&clock{start}))
	before := len(s.Notices())
	s.Put(key("a"), "scan-1")
	s.Put(key("b"), "scan-2")
	if got := len(s.Notices()) - before; got != 1 {
		t.Errorf("%d new notices: %v", got, s.Notices())
	}
	wantFound(t, s, key("a"), Entry{ID: "scan-1"})
}

func TestFolderInsteadOfFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := Open(dir, options(&clock{start}))
	s.Put(key("a"), "scan-1")
	wantNotices(t, s, "not a regular file", "can't be written")
	left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), ".*.tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files left: %v, %v", left, err)
	}
}

// A device or a folder that somebody names is not a file to replace, neither through a link.
func TestOthersThanFilesStay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "state")
	if err := os.Symlink(t.TempDir(), path); err != nil {
		t.Fatal(err)
	}
	s := Open(path, options(&clock{start}))
	s.Put(key("a"), "scan-1")
	wantNotices(t, s, "not a regular file", "can't be written")
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != os.ModeSymlink {
		t.Errorf("%v, %v: is not a link any more", info, err)
	}
}

// A symlink leads to any file. Neither is replaced.
func TestSymlinkIsNotFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	victim, path := filepath.Join(dir, "victim"), filepath.Join(dir, "state")
	if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, path); err != nil {
		t.Fatal(err)
	}
	Open(path, options(&clock{start})).Put(key("a"), "scan-1")
	if text, err := os.ReadFile(victim); err != nil || string(text) != "precious" {
		t.Errorf("the symlink's target has the content %q, %v", text, err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != os.ModeSymlink {
		t.Errorf("%v, %v: is not a link any more", info, err)
	}
}

func TestMalformedIDsAreNotRecorded(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "a b", "a\n", "é", strings.Repeat("x", maxID+1)} {
		path := filepath.Join(t.TempDir(), "state")
		s := Open(path, options(&clock{start}))
		s.Put(key("a"), id)
		wantNothing(t, s, key("a"))
	}
}

// The file reveals neither the key nor the content nor the repository.
func TestFileRevealsOnlyIDs(t *testing.T) {
	t.Parallel()
	path, _ := newFile(t)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"key-123", "main", "shop", "optix", fmt.Sprintf("%x", key("a"))} {
		if bytes.Contains(text, []byte(word)) {
			t.Errorf("the file contains %q: %q", word, text)
		}
	}
}

func TestStoreIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	s := Open(path, options(c))
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			s.Put(key(fmt.Sprint(i)), fmt.Sprint("scan-", i))
			s.Get(key("a"))
			s.Notices()
		})
	}
	all.Wait()
	s = Open(path, options(c))
	wantNotices(t, s)
	for i := range 20 {
		wantFound(t, s, key(fmt.Sprint(i)), Entry{ID: fmt.Sprint("scan-", i)})
	}
}

func TestNilStoreIsEmpty(t *testing.T) {
	t.Parallel()
	var s *Store
	s.Put(key("a"), "scan-1")
	s.PutRefused(key("b"))
	s.Delete("scan-1")
	wantNothing(t, s, key("a"))
	if !s.Empty() || s.Notices() != nil {
		t.Error("a nil Store is not empty, or has notices")
	}
}
