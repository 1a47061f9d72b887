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
)

var start = time.Unix(1_800_000_000, 0)

// clock is a clock that stands still until it is set.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// options of a book that most tests share.
func options(c *clock) Options {
	return Options{APIKey: "key-123", Scope: []string{"https://optix.example", "", "false", "https://git.example/shop", "main"}, Now: c.now}
}

// newFile returns a path and the clock by which its book was written, with one
// scan in it.
func newFile(t *testing.T) (string, *clock) {
	t.Helper()
	path, c := filepath.Join(t.TempDir(), "state"), &clock{start}
	b := Open(path, options(c))
	b.Put(work("a"), "scan-1")
	wantNotices(t, b)
	return path, c
}

func work(content string) Work { return WorkOf("iac", "infra/main.tf", content) }

func wantNotices(t *testing.T, b *Book, words ...string) {
	t.Helper()
	notices := b.Notices()
	if len(notices) != len(words) {
		t.Fatalf("notices %v, want %d", notices, len(words))
	}
	for i, word := range words {
		if text := notices[i].Text; !strings.Contains(text, word) || strings.Contains(text, "\n") {
			t.Errorf("notice %q, want one line with %q", text, word)
		}
	}
}

func wantFound(t *testing.T, b *Book, w Work, want Entry) {
	t.Helper()
	got, ok := b.Find(w)
	if !ok {
		t.Fatalf("not found; notices %v", b.Notices())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
}

func wantNothing(t *testing.T, b *Book, w Work) {
	t.Helper()
	if e, ok := b.Find(w); ok {
		t.Errorf("found %+v", e)
	}
}

func TestWhatIsPutIsFoundByTheNextRun(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	c.t = start.Add(90 * time.Minute)
	b := Open(path, options(c))
	wantNotices(t, b)
	wantFound(t, b, work("a"), Entry{ID: "scan-1", Age: 90 * time.Minute})
	b.Refuse(work("b"))
	b = Open(path, options(c))
	wantFound(t, b, work("a"), Entry{ID: "scan-1", Age: 90 * time.Minute})
	wantFound(t, b, work("b"), Entry{Refused: true})
	b.Drop("scan-1")
	b = Open(path, options(c))
	wantNothing(t, b, work("a"))
	wantFound(t, b, work("b"), Entry{Refused: true})
}

func TestNothingElseIsFound(t *testing.T) {
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
		work Work
	}{
		"other content":   {options(c), work("b")},
		"other path":      {options(c), WorkOf("iac", "infra/main.t", "fa")},
		"other kind":      {options(c), WorkOf("dockerfile", "infra/main.tf", "a")},
		"one part less":   {options(c), WorkOf("iac", "infra/main.tf")},
		"other endpoint":  {scope(0, "https://other.example"), work("a")},
		"other policy":    {scope(1, "CIS"), work("a")},
		"saved results":   {scope(2, "true"), work("a")},
		"other repo":      {scope(3, "https://git.example/shop2"), work("a")},
		"other branch":    {scope(4, "dev"), work("a")},
		"shifted options": {split, work("a")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := Open(path, tt.opts)
			wantNotices(t, b)
			wantNothing(t, b, tt.work)
		})
	}
}

func TestEntriesAgeAndGo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		after time.Duration
		found bool
	}{
		"a day, almost":           {24*time.Hour - time.Second, true},
		"a day":                   {24 * time.Hour, false},
		"a clock a little behind": {-time.Minute, true},
		"a clock that jumped":     {-2 * time.Minute, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, c := newFile(t)
			c.t = start.Add(tt.after)
			b := Open(path, options(c))
			if _, ok := b.Find(work("a")); ok != tt.found || b.Empty() == tt.found {
				t.Fatalf("found %t, want %t", ok, tt.found)
			}
			b.Put(work("b"), "scan-2")
			c.t = start
			b = Open(path, options(c))
			if _, ok := b.Find(work("a")); ok != tt.found {
				t.Errorf("still in the file: %t, want %t", ok, tt.found)
			}
		})
	}
}

func TestEntriesOfALongRunGoStale(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	b := Open(path, options(c))
	c.t = start.Add(25 * time.Hour)
	wantNothing(t, b, work("a"))
}

func TestOnlyTheLatestAreKept(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	b := Open(path, options(c))
	for i := range maxEntries {
		c.t = start.Add(time.Duration(i+1) * time.Second)
		b.entries[b.bind(work(fmt.Sprint(i)))] = entry{Work: b.bind(work(fmt.Sprint(i))), ID: strings.Repeat("<", maxID), At: c.t.Unix()}
	}
	b.Put(work("last"), "scan-last")
	b = Open(path, options(c))
	wantNotices(t, b)
	if len(b.entries) != maxEntries {
		t.Errorf("%d entries, want %d", len(b.entries), maxEntries)
	}
	wantNothing(t, b, work("a"))
	wantFound(t, b, work("last"), Entry{ID: "scan-last"})
	if info, err := os.Stat(path); err != nil || info.Size() > maxFile {
		t.Errorf("%v, %v: the file can't be read back", info.Size(), err)
	}
}

// The file is whole or ignored: no byte of it can be another one.
func TestEveryChangedByteIsSeen(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key := deriveKey(options(c).APIKey)
	if _, err := decode(key, whole); err != nil {
		t.Fatalf("the whole file: %v", err)
	}
	for i := range whole {
		for bit := range 8 {
			spoilt := bytes.Clone(whole)
			spoilt[i] ^= 1 << bit
			if _, err := decode(key, spoilt); err == nil {
				t.Fatalf("byte %d, bit %d: %q is accepted", i, bit, spoilt)
			}
		}
		if _, err := decode(key, whole[:i]); err == nil {
			t.Fatalf("cut to %d bytes: accepted", i)
		}
	}
	if _, err := decode(key, append(whole, '\n')); err == nil {
		t.Error("a longer file is accepted")
	}
}

func TestWhatCannotBeTrustedIsIgnoredAndReplaced(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(t *testing.T, path string, whole []byte)
		want   string
	}{
		"damaged": {write(func(b []byte) []byte { return b[:len(b)-5] }), "damaged"},
		"zeros":   {write(func(b []byte) []byte { return make([]byte, len(b)) }), "damaged"},
		"other version": {write(func(b []byte) []byte {
			return bytes.Replace(b, []byte("state 1"), []byte("state 2"), 1)
		}), "another version"},
		"too large": {write(func(b []byte) []byte { return append(b, make([]byte, maxFile)...) }), "too large"},
		"other key": {func(t *testing.T, path string, _ []byte) {
			o := options(&clock{start})
			o.APIKey = "key-456"
			Open(path, o).Put(work("a"), "scan-of-another")
		}, "another API key"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, c := newFile(t)
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tt.change(t, path, whole)
			b := Open(path, options(c))
			wantNotices(t, b, tt.want)
			wantNothing(t, b, work("a"))
			b.Put(work("b"), "scan-2")
			wantNotices(t, b, tt.want)
			b = Open(path, options(c))
			wantNotices(t, b)
			wantFound(t, b, work("b"), Entry{ID: "scan-2"})
		})
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

func TestAFileThatCannotBeWrittenIsSaidOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := Open(filepath.Join(dir, "file", "state"), options(&clock{start}))
	before := len(b.Notices())
	b.Put(work("a"), "scan-1")
	b.Put(work("b"), "scan-2")
	if got := len(b.Notices()) - before; got != 1 {
		t.Errorf("%d new notices: %v", got, b.Notices())
	}
	wantFound(t, b, work("a"), Entry{ID: "scan-1"})
}

func TestAFolderIsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := Open(dir, options(&clock{start}))
	b.Put(work("a"), "scan-1")
	wantNotices(t, b, "not a regular file", "can't be written")
	left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), ".*.tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A link is replaced: what it leads to may be anything.
func TestALinkIsNotWrittenThrough(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	victim, path := filepath.Join(dir, "victim"), filepath.Join(dir, "state")
	if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, path); err != nil {
		t.Fatal(err)
	}
	Open(path, options(&clock{start})).Put(work("a"), "scan-1")
	if text, err := os.ReadFile(victim); err != nil || string(text) != "precious" {
		t.Errorf("the link's target reads %q, %v", text, err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v; want a file that only its owner reads", info.Mode(), err)
	}
}

func TestIDsThatAreNoneAreNotKept(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "a b", "a\n", "é", strings.Repeat("x", maxID+1)} {
		path := filepath.Join(t.TempDir(), "state")
		b := Open(path, options(&clock{start}))
		b.Put(work("a"), id)
		wantNothing(t, b, work("a"))
	}
}

// The file tells neither the key nor the content or the repository.
func TestFileTellsNothingButIDs(t *testing.T) {
	t.Parallel()
	path, _ := newFile(t)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"key-123", "main", "shop", "optix", fmt.Sprintf("%x", work("a"))} {
		if bytes.Contains(text, []byte(word)) {
			t.Errorf("%q stands in %q", word, text)
		}
	}
}

func TestManyAtATime(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	b := Open(path, options(c))
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			b.Put(work(fmt.Sprint(i)), fmt.Sprint("scan-", i))
			b.Find(work("a"))
			b.Notices()
		})
	}
	all.Wait()
	b = Open(path, options(c))
	wantNotices(t, b)
	for i := range 20 {
		wantFound(t, b, work(fmt.Sprint(i)), Entry{ID: fmt.Sprint("scan-", i)})
	}
}

func TestNoBookKnowsNothing(t *testing.T) {
	t.Parallel()
	var b *Book
	b.Put(work("a"), "scan-1")
	b.Refuse(work("b"))
	b.Drop("scan-1")
	wantNothing(t, b, work("a"))
	if !b.Empty() || b.Notices() != nil {
		t.Error("a nil book says something")
	}
}
