package run

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/scan"
	"github.com/scangate/scangate/internal/state"
)

// answers is what the services said: the whole ledger, and what they found.
type answers struct {
	rows []result.Row
	// submissions and images are the answers of Cloud Optix.
	submissions []result.Submission
	images      []result.ImageAnswer
	// alerts are open cloud alerts and hits of checks.
	alerts []result.Finding
	// scanned is the number of the first notices, which are about submissions.
	scanned int
	notices []result.Notice
	// emulated: the endpoint is an emulator, here or elsewhere.
	emulated bool
	// What ended the run as a bug of scangate, nil for none.
	bug *result.Fault
}

// ask has the services answer what is pending: Cloud Optix, and the alert sources
// beside it. If one of them panics, the answers of both are kept.
func ask(ctx context.Context, in inputs, p planned) (answers, error) {
	if !pending(p.mine(p.plan.Rows)) && !pending(p.mine(in.alerts.Rows())) {
		return answers{rows: p.mine(p.rows(in))}, nil
	}
	defer collectAt(askingGrowth)()
	if in.cfg.Embedded() { // the emulator parses what it gets
		defer limitMemory(parsingHeap + int64(len(p.plan.Rows))*perFile)()
	}
	svc, err := connect(ctx, in)
	noKey, isFault := errors.AsType[*result.FaultError](err)
	if err != nil && !isFault {
		return answers{}, err
	}
	if svc != nil {
		defer svc.close()
	}
	job, err := alertJob(in, svc, noKey)
	if err != nil {
		return answers{}, err
	}
	if err := in.checkAccounts(ctx, job); err != nil {
		return answers{}, err
	}
	var alerted alerts.Outcome
	var beside safe.Group
	beside.Go(func() (err error) {
		alerted, err = job.Run(ctx)
		return err
	})
	var scanned scan.Outcome
	err = safe.Do(func() (err error) {
		scanned, err = scanTargets(ctx, in, p, svc, noKey)
		return err
	})
	err = errors.Join(err, beside.Wait())
	found := answers{
		rows:        slices.Concat(scanned.Rows, alerted.Rows),
		submissions: scanned.Submissions,
		images:      scanned.Images,
		alerts:      alerted.Findings,
		scanned:     len(scanned.Notices),
		notices:     slices.Concat(scanned.Notices, alerted.Notices),
		emulated:    in.cfg.Embedded() || svc != nil && svc.emulated.Load(),
	}
	if bug, ok := errors.AsType[*safe.PanicError](err); ok && svc != nil {
		// The key may be from a file, and is known here alone.
		return found.broken(in, p, bug, svc.key), nil
	}
	return found, err
}

// scanTargets has Cloud Optix answer what is planned. svc is nil where there is no
// key, for the reason in noKey.
func scanTargets(ctx context.Context, in inputs, p planned, svc *service, noKey *result.FaultError) (scan.Outcome, error) {
	rows := p.mine(p.plan.Rows)
	if !pending(rows) {
		return scan.Outcome{Rows: rows}, nil
	}
	if svc == nil {
		return scan.Outcome{Rows: failPending(rows, noKey.Fault)}, nil
	}
	underWay := openState(in, p, svc)
	known := stateNotices(in, underWay)
	in.warn(known) // before the run relies on it
	outcome, err := scan.Run(ctx, svc.client, &p.plan, scan.Options{
		Files:       in.sent(p),
		Repo:        optix.Repo{URL: p.repo.URL, Branch: p.repo.Branch, CommitterName: p.repo.Name, CommitterEmail: p.repo.Email},
		Policy:      in.cfg.IaCPolicy,
		SaveResults: in.cfg.SaveResults,
		Tolerate:    in.cfg.Tolerate,
		Names:       names(),
		Now:         in.sys.Now,
		Progress:    in.steps.scan,
		Share:       p.sharing(),
		Resume:      underWay,
		// What is merged or released is judged by what the service says now.
		OnlyUnfinished: !ci.JudgesChange(in.sys.Getenv, p.repo.Branch),
	})
	all := stateNotices(in, underWay)
	in.warn(all[len(known):])
	outcome.Notices = append(outcome.Notices, all...)
	return outcome, err
}

// alertJob connects the alert sources.
func alertJob(in inputs, svc *service, noKey *result.FaultError) (*alerts.Job, error) {
	o := alerts.Options{
		Getenv: in.sys.Getenv, NoOptix: noKey, Transport: in.transport, Personal: in.cfg.PersonalData,
		SaveResults: in.cfg.SaveResults, Policy: in.cfg.Policy, Now: in.sys.Now,
		TolerateCounts: slices.Contains(in.cfg.Tolerate, result.AlertCount),
		Progress:       in.steps.alerts, Names: names(),
	}
	if svc != nil {
		o.Optix, o.Pace, o.Transport.Seen = svc.client, svc.pace, svc.seen
	}
	if !in.cfg.Embedded() {
		o.Endpoint = in.cfg.Endpoint
	}
	o.Transport.Trace = in.trace
	job, err := alerts.Prepare(in.asked(), o)
	if _, ok := errors.AsType[*alerts.ValueError](err); ok {
		return nil, in.placed(err)
	}
	if err != nil {
		return nil, &UsageError{err}
	}
	return job, nil
}

// pending reports whether there is anything to ask a service for.
func pending(rows []result.Row) bool {
	return slices.ContainsFunc(rows, func(r result.Row) bool { return r.Status == result.Pending })
}

// openState opens the file of --state; nil without one. The embedded service ends
// with this process, and its scans with it: no later run could resume them.
func openState(in inputs, p planned, svc *service) *state.Store {
	if in.cfg.State == "" || in.cfg.Embedded() {
		return nil
	}
	store := state.Open(in.cfg.State, state.Options{
		APIKey: svc.key.Reveal(),
		Scope: []string{
			svc.base, in.cfg.IaCPolicy, strconv.FormatBool(in.cfg.SaveResults),
			p.repo.URL, p.repo.Branch,
		},
		Now: in.sys.Now,
	})
	if err := probe(in.cfg.State); err != nil {
		what, _, _ := strings.Cut(err.Error(), "; fix: ") // the store has its own
		store.CannotWrite(errors.New(what))
	}
	return store
}

// stateNotices returns what is wrong with the file of --state: the run goes on without it.
func stateNotices(in inputs, underWay *state.Store) []result.Notice {
	var notices []result.Notice
	if in.cfg.State != "" && in.cfg.Embedded() {
		notices = append(notices, result.Notice{Text: "--state is not used with --endpoint embedded: its scans end with the run"})
	}
	return append(notices, underWay.Notices()...)
}

func (in inputs) warn(notices []result.Notice) {
	for _, n := range notices {
		in.sys.warnf("%s", n.Text)
	}
}
