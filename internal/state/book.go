package state

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/result"
)

const (
	// lifetime is how long an entry is kept at all.
	lifetime = 24 * time.Hour
	// maxEntries bounds the file; the latest ones stay.
	maxEntries = 1000
	// maxID bounds an id. The service's are UUIDs of 36 characters.
	maxID = 128
	// skew is how far ahead the clock of another machine may be that wrote the
	// file.
	skew = time.Minute
)

// Options are what a [Book] is bound to.
type Options struct {
	// APIKey is what the key of the authentication is made from. It is not kept.
	APIKey string
	// Scope is everything beside the content that makes two submissions
	// different: endpoint, repository, branch, options. The order counts.
	Scope []string
	// Now is the clock.
	Now func() time.Time
}

// Book is the resume state of one run. A nil Book, which is a run without
// --state, knows nothing and keeps nothing. It is safe for concurrent use.
type Book struct {
	path  string
	key   []byte
	scope []byte
	now   func() time.Time

	mu      sync.Mutex
	entries map[string]entry // by the bound work
	notices []result.Notice
}

// Entry is what is known of a submission.
type Entry struct {
	// ID is the service's id of the scan or task; empty where Refused is set.
	ID string
	// Refused: the service refused this very submission for its size.
	Refused bool
	// Age is the time since the submission, to the second above.
	Age time.Duration
}

// Open reads the file at path; a missing one is an empty Book. It never fails:
// what can't be used is ignored, and [Book.Notices] says so.
func Open(path string, o Options) *Book {
	b := &Book{path: path, key: deriveKey(o.APIKey), scope: frame(o.Scope...), now: o.Now, entries: map[string]entry{}}
	text, err := read(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0 {
		return b
	}
	var list []entry
	if err == nil {
		list, err = decode(b.key, text)
	}
	if err != nil {
		b.notify("the resume state %s is ignored, and everything is submitted anew: %v", path, err)
	}
	for _, e := range list {
		if e.usable(o.Now()) {
			b.entries[e.Work] = e
		}
	}
	return b
}

// Empty reports whether there is nothing to find.
func (b *Book) Empty() bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.entries) == 0
}

// Find returns the entry of a submission with the same content and scope.
func (b *Book) Find(w Work) (Entry, bool) {
	if b == nil {
		return Entry{}, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	e, ok := b.entries[b.bind(w)]
	if !ok || !e.usable(now) {
		return Entry{}, false
	}
	return Entry{ID: e.ID, Refused: e.ID == "", Age: e.age(now)}, true
}

// Put notes that the service took a submission under this id, and writes the
// file before it returns. An id that can't be one is not kept.
func (b *Book) Put(w Work, id string) {
	if b != nil && id != "" && validID(id) {
		b.put(w, id)
	}
}

// Refuse notes that the service refused a submission for its size, so that the
// next run begins with its parts.
func (b *Book) Refuse(w Work) {
	if b != nil {
		b.put(w, "")
	}
}

func (b *Book) put(w Work, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	work := b.bind(w)
	b.entries[work] = entry{Work: work, ID: id, At: b.now().Unix()}
	b.save()
}

// Drop forgets the submission with this id.
func (b *Book) Drop(id string) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	before := len(b.entries)
	maps.DeleteFunc(b.entries, func(_ string, e entry) bool { return e.ID == id })
	if len(b.entries) < before {
		b.save()
	}
}

// Notices returns what a reader should know: why the file was ignored, and why
// it could not be written.
func (b *Book) Notices() []result.Notice {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.notices)
}

// bind makes the name under which a work stands in the file. Without the key
// nobody can tell which content it is.
func (b *Book) bind(w Work) string {
	mac := hmac.New(sha256.New, b.key)
	mac.Write([]byte("work\x00"))
	mac.Write(b.scope)
	mac.Write(w[:])
	return hex.EncodeToString(mac.Sum(nil))
}

// save writes the entries that are not too old, the latest ones if there are
// too many.
func (b *Book) save() {
	now := b.now()
	maps.DeleteFunc(b.entries, func(_ string, e entry) bool { return !e.usable(now) })
	list := slices.SortedFunc(maps.Values(b.entries), func(x, y entry) int {
		return cmp.Or(cmp.Compare(y.At, x.At), strings.Compare(x.Work, y.Work))
	})
	for _, e := range list[min(len(list), maxEntries):] {
		delete(b.entries, e.Work)
	}
	if err := replace(b.path, encode(b.key, list[:min(len(list), maxEntries)])); err != nil {
		b.notify("the resume state can't be written, so that a later run can't attach to this one: %v", err)
	}
}

// notify adds a notice once.
func (b *Book) notify(format string, args ...any) {
	n := result.Notice{Text: fmt.Sprintf(format, args...)}
	if !slices.Contains(b.notices, n) {
		b.notices = append(b.notices, n)
	}
}

// Work is what a submission is known by: a hash of its kind and its parts.
type Work [sha256.Size]byte

// WorkOf hashes the kind of a submission and its parts, in their order: the
// paths and the hashes of contents, or names of images.
func WorkOf(kind string, parts ...string) Work {
	return sha256.Sum256(bytes.Join([][]byte{frame(kind), frame(parts...)}, nil))
}
