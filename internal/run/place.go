package run

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"syscall"
	"time"

	"github.com/scangate/scangate/internal/change"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/locate"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/template"
)

// placingTime is how long findings are placed after a signal.
const placingTime = time.Second

// placingHeap is the heap above which garbage is collected sooner from here on: templates
// are parsed again, and findings take several times the size of their texts.
func (a *answers) placingHeap() int64 {
	const (
		perAlert  = 1 << 10
		timesText = 4
	)
	size := int(heapFor(len(a.rows))) + perAlert*len(a.alerts)
	for i := range a.submissions {
		alerts := a.submissions[i].Alerts
		size += perAlert * len(alerts)
		for j := range alerts {
			size += timesText * len(alerts[j].Details)
		}
	}
	return int64(size)
}

// place puts every finding on its file and line, and makes the result that only
// lacks its verdict. A panic of it is in the result.
func place(ctx context.Context, in inputs, p planned, a answers) result.Result {
	ctx, cancel := outlive(ctx, placingTime)
	defer cancel()
	res := result.Result{
		Format:     result.FormatVersion,
		Tool:       in.sys.tool(),
		Started:    in.started.UTC(),
		Category:   in.cfg.Category,
		Endpoint:   in.cfg.Endpoint,
		Embedded:   in.cfg.Embedded() || a.emulated,
		Repository: p.repo.repository(),
		Tolerated:  in.cfg.Tolerate,
		Change:     p.change,
		Narrowed:   in.narrowed(),
		Policy:     in.cfg.Policy,
		Judge:      &in.policy.Judge,
		Ledger:     a.rows,
		NotSent:    slices.Clone(p.plan.NotSent),
		Plan:       p.digest,
	}
	if in.shard.Index > 1 {
		res.NotSent = nil // shard 1 has them
	}
	if in.shard.Total > 0 && !statesCategory(in.cfg) && ci.NamesJob(in.sys.Getenv) {
		res.Category = "" // that of the job that joins the shards
	}
	res.Policy.Waivers = slices.Concat(res.Policy.Waivers, p.waivers)
	in.setGone(res.Policy.Baseline)
	in.setExcludeLines(res.Ledger, res.NotSent)
	if in.cfg.IncludeSensitive {
		res.Notices = append(res.Notices, result.Notice{Text: sensitiveNotice})
	}
	var supposed *result.Supposed
	found, err := findings(ctx, in, p, a)
	res.Findings = found
	if err == nil {
		err = safe.Do(func() (err error) {
			supposed, err = in.supposed(&p, p.allRows(in, a.rows))
			setCovers(&res, supposed)
			return err
		})
	}
	if bug, ok := errors.AsType[*safe.PanicError](err); ok {
		// What breaks it is most likely in a file, and after its end no file is read.
		ended, end := context.WithCancel(ctx)
		end()
		res.Findings, _ = findings(ended, in, p, a)
		a = a.broken(in, p, bug)
	}
	shared := slices.Concat(in.judgeNotices(), p.plan.Notices)
	res.Shard = in.shardRecord(p, a, len(shared), supposed)
	res.Notices = slices.Concat(shared, a.notices, res.Notices)
	if res.Panic = a.bug; a.bug != nil {
		res.Notices = append(res.Notices, result.Notice{Text: a.bug.Reason + "; fix: " + a.bug.Fix})
	}
	in.sys.secrets.maskResult(&res)
	return res
}

// findings places what the services found. The error is a panic; the findings are
// those that it left.
func findings(ctx context.Context, in inputs, p planned, a answers) (found []result.Finding, err error) {
	if in.tree == nil {
		return nil, nil // the run ended before it could ask for anything
	}
	savedAs := ""
	if in.cfg.SaveResults {
		savedAs = p.repo.URL
	}
	err = safe.Do(func() (err error) {
		targets := targetsOf(p.allRows(in, a.rows))
		files, sent := checkout(in.tree.FS, targets), checkout(in.sent(p), targets)
		sent.Former = in.moved
		if found, err = locate.Place(ctx, a.submissions, a.images, sent); err != nil {
			return err
		}
		if p.change != nil {
			change.MarkOutside(found, a.submissions, &p.plan)
		}
		files.Secrets = in.sys.secrets.mask()
		if err := locate.Snippets(ctx, found, files); err != nil {
			return err
		}
		open := locate.OpenAlerts(a.alerts, a.submissions, savedAs)
		if related := in.alerts.Related(); p.change != nil && len(related) > 0 {
			change.MarkUnrelated(open, related, in.changedFolders(p))
		}
		found = append(found, open...)
		return nil
	})
	return found, err
}

// changedFolders returns the templates that the change touches, with the others of their folders. A
// file that can't be read, or is not sent, has no content.
func (in inputs) changedFolders(p planned) [][]template.RawFile {
	var files []string
	for _, row := range p.plan.Rows {
		if row.Target.Kind == result.KindIaC {
			files = append(files, row.Target.Name)
		}
	}
	for _, h := range p.plan.Helpers {
		files = append(files, h.Path)
	}
	read := checkout(in.sent(p), nil).Read
	byFolder := map[string][]template.RawFile{}
	for _, file := range files {
		content, _ := read(file) // without content it may be anything
		byFolder[path.Dir(file)] = append(byFolder[path.Dir(file)], template.RawFile{Path: file, Content: content})
	}
	for _, n := range p.plan.NotSent {
		byFolder[path.Dir(n.Path)] = append(byFolder[path.Dir(n.Path)], template.RawFile{Path: n.Path})
	}
	return slices.Collect(maps.Values(byFolder))
}

// outlive returns a context that doesn't end with ctx, but some time after it.
func outlive(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return out, func() { stop(); cancel() }
}

// maxSourceFile bounds what is read to find a finding's line. Larger files keep
// their findings, on the first line.
const maxSourceFile = template.MaxSize

// targetsOf returns the targets of rows.
func targetsOf(rows []result.Row) []result.Target {
	targets := make([]result.Target, 0, len(rows))
	for _, row := range rows {
		targets = append(targets, row.Target)
	}
	return targets
}

// checkout returns what findings are placed in: files and the targets.
func checkout(files fs.FS, targets []result.Target) locate.Checkout {
	return locate.Checkout{Targets: targets, Read: func(path string) ([]byte, error) {
		info, err := fs.Stat(files, path)
		if err != nil {
			return nil, err
		}
		if info.Size() > maxSourceFile {
			return nil, &fs.PathError{Op: "read", Path: path, Err: syscall.EFBIG}
		}
		return fs.ReadFile(files, path)
	}}
}
