package run

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/scan"
)

// progress keeps what the kinds that are under way have reported last. The scans and the alert
// sources report side by side.
type progress struct {
	now func() time.Time

	mu     sync.Mutex
	latest map[result.Kind]scan.Progress
	asking bool
}

func newProgress(now func() time.Time) *progress {
	return &progress{now: now, latest: map[result.Kind]scan.Progress{}}
}

// status starts to show how far the run is, not at all with --quiet or --no-progress.
func (in inputs) status() *console.Status {
	if in.cfg.Quiet || in.cfg.NoProgress {
		return nil
	}
	return console.NewStatus(in.sys.Err, console.StatusOptions{
		Live: in.sys.live(), Size: in.sys.StderrSize, Look: in.steps.view, Started: in.started, Now: in.sys.Now,
	})
}

// ask notes that the services are asked from now on.
func (p *progress) ask() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asking = true
}

func (p *progress) alerts(done, total int) {
	p.scan(scan.Progress{Kind: result.KindAlerts, Phase: scan.PhaseReading, Done: done, Total: total})
}

func (p *progress) scan(step scan.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest[step.Kind] = step
}

// underWay returns the kinds that are not done, and whether the services are asked.
func (p *progress) underWay() (all []scan.Progress, asking bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range result.Kinds() {
		if l, ok := p.latest[k.Kind]; ok && l.Done < l.Total {
			all = append(all, l)
		}
	}
	return all, p.asking
}

// view is what people see of the kinds that are under way.
func (p *progress) view() console.View {
	var v console.View
	var parts []string
	var next time.Time
	all, asking := p.underWay()
	if !asking {
		return console.View{Line: "looking for targets", Still: "looking for targets"}
	}
	if len(all) == 0 {
		return console.View{}
	}
	for _, l := range all {
		parts = append(parts, fmt.Sprintf("%s %d/%d done, %s", l.Kind, l.Done, l.Total, l.Phase))
		v.Lines = append(v.Lines, lineOf(l, all))
		if at := l.NextPoll; !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	v.Line = strings.Join(parts, " · ")
	v.Still = stillOf(all)
	if left := next.Sub(p.now()); left > 0 {
		v.Next = fmt.Sprintf("next poll in %ds", int(math.Ceil(left.Seconds())))
	}
	return v
}

// lineOf is the line of one kind. The names and numbers of all kinds are aligned.
func lineOf(l scan.Progress, all []scan.Progress) string {
	name, digits := 0, 0
	for _, other := range all {
		name, digits = max(name, len(other.Kind)), max(digits, len(fmt.Sprint(other.Total)))
	}
	if len(all) == 1 {
		digits = 0
	}
	parts := []string{fmt.Sprintf("%-*s  %*d of %*d done", name, l.Kind, digits, l.Done, digits, l.Total)}
	if l.Batches > 1 {
		parts = append(parts, fmt.Sprintf("%d of %d batches", l.BatchesDone, l.Batches))
	}
	phase := l.Phase
	if phase == scan.PhaseWaiting {
		phase = "waiting for the service"
	}
	if sent := sentOf(l); sent != "" {
		phase += " " + sent
	}
	return strings.Join(append(parts, phase), " · ")
}

// sentOf says how much is uploaded, "" while nothing is.
func sentOf(l scan.Progress) string {
	if l.Phase != scan.PhaseUploading || l.Size == 0 {
		return ""
	}
	return bytesOf(l.Sent, l.Size)
}

// bytesOf writes n of size bytes, both in the unit of size.
func bytesOf(n, size int64) string {
	switch {
	case size >= 1_000_000:
		return fmt.Sprintf("%.1f of %.1f MB", float64(n)/1e6, float64(size)/1e6)
	case size >= 1000:
		return fmt.Sprintf("%d of %d kB", n/1000, (size+999)/1000)
	}
	return fmt.Sprintf("%d of %d bytes", n, size)
}

// stillOf says what a run is busy with while nothing changes: the bytes of an upload are no change.
func stillOf(all []scan.Progress) string {
	left := 0
	for _, l := range all {
		left += l.Total - l.Done
		if sent := sentOf(l); sent != "" {
			return "uploading " + sent
		}
	}
	if left == 1 {
		return "waiting for 1 target"
	}
	return fmt.Sprintf("waiting for %d targets", left)
}
