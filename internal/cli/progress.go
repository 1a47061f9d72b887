package cli

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/locate"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/scan"
)

// maxSourceFile bounds what is read to find a finding's line. Larger files keep
// their findings, on the first line.
const maxSourceFile = 8 << 20

// source is what findings are placed by: the repository's files and the targets.
func (r *scanRun) source(rows []result.Row) locate.Source {
	targets := make([]result.Target, 0, len(rows))
	for _, row := range rows {
		targets = append(targets, row.Target)
	}
	return locate.Source{Targets: targets, Read: func(path string) ([]byte, error) {
		info, err := fs.Stat(r.tree.FS, path)
		if err != nil {
			return nil, err
		}
		if info.Size() > maxSourceFile {
			return nil, fmt.Errorf("%s is larger than 8 MiB", path)
		}
		return fs.ReadFile(r.tree.FS, path)
	}}
}

// status starts the status line: live where a person watches, a plain line now
// and then in a log, nothing with --quiet or --no-progress.
func (a *app) status(cfg *config.Config) *console.Status {
	if cfg.Quiet || cfg.NoProgress {
		return nil
	}
	live := a.sys.StderrTerminal && a.sys.Getenv("CI") == ""
	return console.NewStatus(a.err, console.StatusOptions{Live: live, Width: a.sys.Width, Now: a.sys.Now})
}

// progress is the text of the status line: what each kind that is under way is
// doing. The scans and the alert sources tell it side by side.
type progress struct {
	status *console.Status

	mu     sync.Mutex
	latest map[result.Kind]scan.Progress
}

func newProgress(status *console.Status) *progress {
	return &progress{status: status, latest: map[result.Kind]scan.Progress{}}
}

func (p *progress) alerts(done, total int) {
	p.scan(scan.Progress{Kind: result.KindAlerts, Phase: "read", Done: done, Total: total})
}

func (p *progress) scan(step scan.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest[step.Kind] = step
	var parts []string
	for _, kind := range []result.Kind{result.KindDockerfile, result.KindImage, result.KindIaC, result.KindAlerts} {
		if l, ok := p.latest[kind]; ok && l.Done < l.Total {
			parts = append(parts, fmt.Sprintf("%s %d/%d %s", kind, l.Done, l.Total, l.Phase))
		}
	}
	p.status.Set(strings.Join(parts, " · "))
}
