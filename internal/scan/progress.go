package scan

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// Progress is how far a run is with one kind.
type Progress struct {
	Kind result.Kind
	// Phase is one of [PhaseUploading], [PhaseWaiting] and [PhaseReading].
	Phase string
	// Done of Total rows of the kind are answered or failed.
	Done, Total int
	// BatchesDone of Batches submissions of files have ended.
	BatchesDone, Batches int
	// Sent of Size bytes of the targets are uploaded. An upload that is repeated counts anew.
	Sent, Size int64
	// NextPoll is when the service is asked next, zero while nothing waits for that.
	NextPoll time.Time
}

// The phases of a kind.
const (
	PhaseUploading = "uploading"
	PhaseWaiting   = "waiting"
	PhaseReading   = "reading"
)

// progress reports how far each kind is, one report at a time.
type progress struct {
	ledger *ledger
	report func(Progress)
	now    func() time.Time

	mu     sync.Mutex
	latest map[result.Kind]Progress
	// sent is what was read of each target in its last upload, by kind and path.
	sent map[string]int64
	// polls are the times of the next polls, one for each wait.
	polls map[*time.Time]result.Kind
}

// newProgress returns the progress of a run; report and now may be nil.
func newProgress(l *ledger, report func(Progress), now func() time.Time) *progress {
	p := &progress{
		ledger: l, report: report, now: now,
		latest: map[result.Kind]Progress{}, sent: map[string]int64{}, polls: map[*time.Time]result.Kind{},
	}
	for _, row := range l.rows {
		if row.Status == result.Pending {
			of := p.latest[row.Target.Kind]
			of.Kind, of.Total, of.Size = row.Target.Kind, of.Total+1, of.Size+row.Target.Size
			p.latest[row.Target.Kind] = of
		}
	}
	return p
}

// show reports that a kind has entered a phase.
func (p *progress) show(kind result.Kind, phase string) {
	p.change(kind, func(of *Progress) {
		of.Phase, of.Done = phase, of.Total-p.ledger.countPending(kind)
	})
}

// change changes the progress of a kind, and reports it.
func (p *progress) change(kind result.Kind, change func(*Progress)) {
	if p.report == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	of := p.latest[kind]
	change(&of)
	of.NextPoll = p.nextPoll(kind)
	p.latest[kind] = of
	if of.Phase != "" {
		p.report(of)
	}
}

// addBatches notes that there are more submissions, and endBatch that one of them has ended.
func (p *progress) addBatches(kind result.Kind, n int) {
	p.change(kind, func(of *Progress) { of.Batches += n })
}

func (p *progress) endBatch(kind result.Kind) {
	p.change(kind, func(of *Progress) { of.BatchesDone++ })
}

// counted returns open with a count of the bytes that are read of a target's file. Opening it again
// starts its count anew.
func (p *progress) counted(kind result.Kind, path string, open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
	if p.report == nil {
		return open
	}
	key := string(kind) + " " + path
	return func() (io.ReadCloser, error) {
		rc, err := open()
		if err != nil {
			return nil, err
		}
		p.change(kind, func(of *Progress) {
			of.Sent -= p.sent[key]
			p.sent[key] = 0
		})
		return countedFile{rc, func(n int) {
			p.change(kind, func(of *Progress) {
				of.Phase = PhaseUploading
				of.Sent += int64(n)
				p.sent[key] += int64(n)
			})
		}}, nil
	}
}

type countedFile struct {
	io.ReadCloser
	add func(n int)
}

// Read implements io.Reader.
func (f countedFile) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	if n > 0 {
		f.add(n)
	}
	return n, err
}

// wait returns what a wait calls with each pause before a poll, and what it calls at its end.
func (p *progress) wait(kind result.Kind) (pause func(time.Duration), end func()) {
	if p.report == nil || p.now == nil {
		return func(time.Duration) {}, func() {}
	}
	at := new(time.Time)
	pause = func(d time.Duration) {
		next := p.now().Add(d)
		p.change(kind, func(*Progress) { *at, p.polls[at] = next, kind })
	}
	end = func() {
		p.change(kind, func(*Progress) { delete(p.polls, at) })
	}
	return pause, end
}

// nextPoll returns the time of the next poll for a kind, zero for none. p.mu is locked.
func (p *progress) nextPoll(kind result.Kind) time.Time {
	var next time.Time
	for at, of := range p.polls {
		if of == kind && (next.IsZero() || at.Before(next)) {
			next = *at
		}
	}
	return next
}

// notices collects notices without duplicates.
type notices struct {
	mu   sync.Mutex
	list []result.Notice
}

func (n *notices) add(path, format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	notice := result.Notice{Path: path, Text: fmt.Sprintf(format, args...)}
	if !slices.Contains(n.list, notice) {
		n.list = append(n.list, notice)
	}
}

func (n *notices) sorted() []result.Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.SortedFunc(slices.Values(n.list), result.CompareNotices)
}
