package scan

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/scangate/scangate/internal/result"
)

// collector gathers the findings of many batches. Each batch's findings keep
// the report's order, and the batches that of their first files, so that the
// outcome does not depend on which batch was done first.
type collector struct {
	mu     sync.Mutex
	groups map[string][]result.Finding
}

// add keeps the findings of the batch whose first file is at path. They are the
// collector's from then on: a million of them are not copied.
func (c *collector) add(path string, findings []result.Finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.groups == nil {
		c.groups = map[string][]result.Finding{}
	}
	if known := c.groups[path]; len(known) > 0 {
		findings = append(known, findings...)
	}
	c.groups[path] = findings
}

// sorted returns everything, and keeps nothing.
func (c *collector) sorted() []result.Finding {
	c.mu.Lock()
	defer c.mu.Unlock()
	groups := c.groups
	c.groups = nil
	var findings []result.Finding
	for _, path := range sortedKeys(groups) {
		if len(findings) == 0 {
			findings = groups[path]
			continue
		}
		findings = append(findings, groups[path]...)
	}
	return findings
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
