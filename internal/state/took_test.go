package state

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The latest times of each kind are kept, for the same scope. What can't be is not.
func TestTookIsKept(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	s := Open(path, options(c))
	var want []Took
	for i := range MaxTook + 5 {
		took := Took{time.Duration(i) * time.Second, time.Duration(i+1)*time.Second + 300*time.Microsecond}
		s.PutTook("iac", took)
		want = append(want, Took{took.After, took.By.Truncate(time.Millisecond)})
	}
	for _, wrong := range []Took{{}, {-time.Second, time.Second}, {time.Second, time.Second}, {0, 25 * time.Hour}, {0, time.Microsecond}} {
		s.PutTook("image", wrong)
	}
	s.End("scan-1")
	for range 2 {
		s = Open(path, options(c))
		wantNotices(t, s)
		if diff := cmp.Diff(want[5:], s.Took("iac")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := s.Took("image"); got != nil {
			t.Errorf("images took %v", got)
		}
		s.Put(key("b"), "scan-2") // writes the file anew
	}
	o := options(c)
	o.Scope = []string{"https://other.example"}
	if got := Open(path, o).Took("iac"); got != nil {
		t.Errorf("another endpoint took %v", got)
	}
	var none *Store
	none.PutTook("iac", want[0])
	if none.Took("iac") != nil {
		t.Error("a nil Store has times")
	}
}

// What is of no use is not kept: answers that were read more than an hour ago, and old refusals.
func TestWhatIsOfNoUseIsForgotten(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	s := Open(path, options(c))
	s.PutRefused(key("b"))
	s.Put(key("c"), "scan-3")
	s.End("scan-1")
	c.t = start.Add(Fresh)
	s = Open(path, options(c))
	wantNothing(t, s, key("a"))
	wantNothing(t, s, key("b"))
	wantFound(t, s, key("c"), Entry{ID: "scan-3", Age: Fresh})
	if len(s.entries) != 1 || len(s.keys) != 1 {
		t.Errorf("%d entries, %d keys", len(s.entries), len(s.keys))
	}
}

// Somebody else may write to the file: what this run knows is written as a whole then.
func TestFileOfTwoRuns(t *testing.T) {
	t.Parallel()
	path, c := newFile(t)
	first, second := Open(path, options(c)), Open(path, options(c))
	first.Put(key("b"), "scan-2")
	second.Put(key("c"), "scan-3")
	first.Put(key("d"), "scan-4")
	s := Open(path, options(c))
	wantNotices(t, s)
	for _, k := range []string{"a", "b", "d"} {
		if _, ok := s.Get(key(k)); !ok {
			t.Errorf("%s is lost", k)
		}
	}
}

// BenchmarkPut records and ends 12,500 submissions, which is a shard of a large repository.
func BenchmarkPut(b *testing.B) {
	for b.Loop() {
		s := Open(b.TempDir()+"/state", options(&clock{start}))
		for i := range 12_500 {
			id := "scan-" + time.Duration(i).String()
			s.Put(KeyOf("iac", id), id)
			s.End(id)
		}
	}
}
