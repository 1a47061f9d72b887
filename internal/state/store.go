package state

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/seal"
	"github.com/scangate/scangate/internal/text"
)

const (
	// Fresh is how long a refusal, and a submission whose answer a run has read, are of use.
	Fresh = time.Hour
	// lifetime is how long any other submission is kept.
	lifetime = 24 * time.Hour
	// maxEntries bounds the file; the latest entries stay. A record has about 200 bytes. At 10
	// requests a second, a run makes no more than 12,000 submissions in an hour.
	maxEntries = 100_000
	// slack is how many records beyond those of use make the file be written anew.
	slack = 1000
	// maxID bounds an id, in bytes. The service uses UUIDs of 36 characters.
	maxID = 128
	// maxSkew is how far the clock of the machine that wrote the file may be ahead.
	maxSkew = time.Minute
)

// Options are what a [Store] is bound to.
type Options struct {
	// APIKey is what the authentication key is derived from. It is not kept.
	APIKey string
	// Scope is everything besides the content that makes two submissions different:
	// endpoint, repository, branch, options. The order matters.
	Scope []string
	// Now is the clock.
	Now func() time.Time
}

// Store is the resume state of a run. A nil Store, for a run without --state,
// finds nothing and keeps nothing. It is safe for concurrent use.
type Store struct {
	key   seal.Key
	scope []byte
	now   func() time.Time
	// most is how many entries the file has.
	most int

	mu      sync.Mutex
	entries map[string]entry // by scoped key
	// keys are scoped keys by id. A service may give one id to two submissions.
	keys    map[string][]string
	took    map[string][]Took // by scoped key of the kind
	chain   chain
	tail    tail
	notices []result.Notice
	// readOnly: the file can't be written.
	readOnly bool
}

// Entry is what an earlier run recorded about a submission.
type Entry struct {
	// ID is the service's id of the scan or task; "" if Refused is set.
	ID string
	// Refused: the service refused this submission because of its size.
	Refused bool
	// Age is the time since the submission; the file keeps whole seconds.
	Age time.Duration
	// Ended: a run has read all of the answer. SinceEnd is the time since then.
	Ended    bool
	SinceEnd time.Duration
}

// Open reads the file at path. It never fails: a missing file is an empty Store,
// and a file that can't be used is ignored, which [Store.Notices] reports.
func Open(path string, o Options) *Store {
	s := &Store{
		key: seal.NewKey(o.APIKey, "state"), scope: frame(o.Scope...), now: o.Now, most: maxEntries,
		entries: map[string]entry{}, keys: map[string][]string{}, took: map[string][]Took{}, tail: tail{path: path},
	}
	text, err := read(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0 {
		return s
	}
	if isOthers(path) {
		s.readOnly = true
		s.notify("the resume state %q is ignored: it is another file, and is left as it is; everything is submitted again; fix: name another file with --state", path)
		return s
	}
	var records []record
	if err == nil {
		records, err = decode(s.key, text)
	}
	if err != nil {
		s.notify("the resume state %q is ignored: %v; everything is submitted again", path, err)
	}
	for _, r := range records {
		s.take(r)
	}
	s.forget()
	return s
}

// take takes a record over.
func (s *Store) take(r record) {
	switch {
	case r.By != 0:
		s.took[r.Key] = Latest(append(s.took[r.Key], tookOf(r)))
		return
	case r.Gone:
		delete(s.entries, r.Key)
		return
	}
	s.entries[r.Key] = r.entry
	if r.ID != "" && !slices.Contains(s.keys[r.ID], r.Key) {
		s.keys[r.ID] = append(s.keys[r.ID], r.Key)
	}
}

// forget drops what is of no use, and what is too much: the oldest.
func (s *Store) forget() {
	now := s.now()
	maps.DeleteFunc(s.entries, func(_ string, e entry) bool { return !e.usable(now) })
	if len(s.entries) > s.most {
		for _, e := range s.sorted()[:len(s.entries)-s.most] {
			delete(s.entries, e.Key)
		}
	}
	clear(s.keys)
	for key, e := range s.entries {
		s.keys[e.ID] = append(s.keys[e.ID], key)
	}
}

// sorted returns the entries, the oldest first.
func (s *Store) sorted() []entry {
	return slices.SortedFunc(maps.Values(s.entries), func(x, y entry) int {
		return cmp.Or(cmp.Compare(x.At, y.At), strings.Compare(x.Key, y.Key))
	})
}

// Empty reports whether [Store.Get] can find nothing.
func (s *Store) Empty() bool {
	if s == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries) == 0
}

// Get returns the entry of a submission with the same content and scope.
func (s *Store) Get(k Key) (Entry, bool) {
	if s == nil {
		return Entry{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	e, ok := s.entries[s.scoped(k)]
	if !ok || !e.usable(now) {
		return Entry{}, false
	}
	found := Entry{ID: e.ID, Refused: e.ID == "", Age: e.age(now)}
	if e.Ended != 0 {
		found.Ended, found.SinceEnd = true, e.sinceEnd(now)
	}
	return found, true
}

// Put records that the service accepted a submission under an id, and writes the
// file before it returns. An empty or malformed id is not recorded.
func (s *Store) Put(k Key, id string) {
	if s != nil && id != "" && validID(id) {
		s.put(k, id)
	}
}

// PutRefused records that the service refused a submission because of its size,
// so that the next run starts with its parts.
func (s *Store) PutRefused(k Key) {
	if s != nil {
		s.put(k, "")
	}
}

func (s *Store) put(k Key, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.save(record{entry: entry{Key: s.scoped(k), ID: id, At: s.now().Unix()}})
}

// End records that this run has read all of the answer to the submission with this id. The first
// run that did so counts: an answer does not get younger by being read again.
func (s *Store) End(id string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.named(id) {
		if e.Ended == 0 {
			e.Ended = s.now().Unix()
			s.save(record{entry: e})
		}
	}
}

// Delete removes the submission with this id.
func (s *Store) Delete(id string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.named(id) {
		s.save(record{entry: e, Gone: true})
	}
}

// named returns the submissions with an id.
func (s *Store) named(id string) []entry {
	var all []entry
	for _, key := range s.keys[id] {
		if e, ok := s.entries[key]; ok && e.ID == id {
			all = append(all, e)
		}
	}
	return all
}

// Notices returns why the file was ignored, and why it could not be written.
func (s *Store) Notices() []result.Notice {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.notices)
}

// scoped returns the key under which an entry is stored. It includes the scope,
// and reveals the content only to those who have the API key.
func (s *Store) scoped(k Key) string {
	mac := s.key.MAC()
	mac.Write([]byte("key\x00"))
	mac.Write(s.scope)
	mac.Write(k[:])
	return hex.EncodeToString(mac.Sum(nil))
}

// save takes a record over, and writes it to the end of the file. If most of the file is of no use,
// or if it is not as this run has left it, it is written anew.
func (s *Store) save(r record) {
	s.take(r)
	if s.readOnly {
		return
	}
	next := s.chain
	line := next.line(r)
	if s.tail.lines < 2*len(s.entries)+slack && len(s.entries) <= s.most+slack && s.tail.appendLine(line) {
		s.chain = next
		return
	}
	s.forget()
	s.chain = newChain(s.key)
	text, lines := []byte(header), 0
	for _, r := range s.records() {
		text, lines = append(text, s.chain.line(r)...), lines+1
	}
	if err := s.tail.rewrite(text, lines); err != nil {
		s.notifyUnwritten(cause(err))
	}
}

// cause returns an error without its paths, which name a temporary file.
func cause(err error) error {
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err
	}
	return text.WithoutPath(err)
}

// records returns all that is of use.
func (s *Store) records() []record {
	var all []record
	for _, key := range slices.Sorted(maps.Keys(s.took)) {
		for _, t := range s.took[key] {
			all = append(all, record{entry: entry{Key: key}, After: t.After.Milliseconds(), By: t.By.Milliseconds()})
		}
	}
	for _, e := range s.sorted() {
		all = append(all, record{entry: e})
	}
	return all
}

// CannotWrite notes why the file can't be written, and ends all attempts to.
func (s *Store) CannotWrite(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readOnly = true
	s.notifyUnwritten(err)
}

func (s *Store) notifyUnwritten(err error) {
	s.notify("the resume state %q can't be written: %v; a later run can't resume this one; fix: name another file with --state", s.tail.path, err)
}

// notify adds a notice, once.
func (s *Store) notify(format string, args ...any) {
	n := result.Notice{Text: fmt.Sprintf(format, args...)}
	if !slices.Contains(s.notices, n) {
		s.notices = append(s.notices, n)
	}
}

// Key identifies the content of a submission: a hash of its kind and its parts.
type Key [sha256.Size]byte

// KeyOf hashes the kind of a submission and its parts in their order. Parts are
// paths and hashes of contents, or names of images.
func KeyOf(kind string, parts ...string) Key {
	return sha256.Sum256(bytes.Join([][]byte{frame(kind), frame(parts...)}, nil))
}
