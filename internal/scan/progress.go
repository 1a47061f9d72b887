package scan

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/scangate/scangate/internal/result"
)

// Progress is one step of a run.
type Progress struct {
	Kind result.Kind
	// Phase is "uploading", "waiting" or "reading".
	Phase string
	// Done of Total rows of the kind are answered or failed.
	Done, Total int
}

// The phases of a kind.
const (
	phaseUploading = "uploading"
	phaseWaiting   = "waiting"
	phaseReading   = "reading"
)

// progress reports steps, one at a time.
type progress struct {
	mu     sync.Mutex
	ledger *ledger
	report func(Progress)
	totals map[result.Kind]int
}

func newProgress(l *ledger, report func(Progress)) *progress {
	p := &progress{ledger: l, report: report, totals: map[result.Kind]int{}}
	for _, row := range l.rows {
		if row.Status == result.Pending {
			p.totals[row.Target.Kind]++
		}
	}
	return p
}

// show reports that a kind has entered a phase.
func (p *progress) show(kind result.Kind, phase string) {
	if p.report == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	total := p.totals[kind]
	p.report(Progress{Kind: kind, Phase: phase, Done: total - len(p.ledger.pending(kind)), Total: total})
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
	return slices.SortedFunc(slices.Values(n.list), func(a, b result.Notice) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Text, b.Text))
	})
}
