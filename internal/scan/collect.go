package scan

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/scangate/scangate/internal/result"
)

// submissions gathers the reports that were read, whichever is done first.
type submissions struct {
	mu  sync.Mutex
	all []result.Submission
}

func (s *submissions) add(sub result.Submission) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, sub)
}

// sorted orders the submissions by their first path.
func (s *submissions) sorted() []result.Submission {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedStableFunc(slices.Values(s.all), func(a, b result.Submission) int {
		return cmp.Compare(a.Paths[0], b.Paths[0])
	})
}

// noticeBoard gathers notices, each of them once.
type noticeBoard struct {
	mu      sync.Mutex
	notices []result.Notice
}

func (b *noticeBoard) add(path, format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := result.Notice{Path: path, Text: fmt.Sprintf(format, args...)}
	if !slices.Contains(b.notices, n) {
		b.notices = append(b.notices, n)
	}
}

func (b *noticeBoard) sorted() []result.Notice {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.SortedFunc(slices.Values(b.notices), func(x, y result.Notice) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Text, y.Text))
	})
}

// The phases of a kind, as a status line shows them.
const (
	phaseUploading = "uploading"
	phaseWaiting   = "waiting"
	phaseReading   = "reading"
)

// progress tells of steps, one at a time.
type progress struct {
	mu     sync.Mutex
	ledger *ledger
	tell   func(Progress)
	totals map[result.Kind]int
}

func newProgress(l *ledger, tell func(Progress)) *progress {
	p := &progress{ledger: l, tell: tell, totals: map[result.Kind]int{}}
	for _, row := range l.rows {
		if row.Status == result.Pending {
			p.totals[row.Target.Kind]++
		}
	}
	return p
}

// show tells that a kind is in a phase, and how many of its rows are settled.
func (p *progress) show(kind result.Kind, phase string) {
	if p.tell == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	open := len(p.ledger.pending(kind))
	p.tell(Progress{Kind: kind, Phase: phase, Done: p.totals[kind] - open, Total: p.totals[kind]})
}
