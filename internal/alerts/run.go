package alerts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

// Options are what a run needs besides the plan.
type Options struct {
	// Getenv looks up the variables of [Variables].
	Getenv func(string) string
	// Transport is what the vendors' clients have in common: proxy, authorities, log, clock. Its
	// Base, Authorize and Secrets are not used.
	Transport transport.Config
	// Optix is the gate's own client; nil without a key, for the reason in NoOptix.
	Optix   *optix.Client
	NoOptix *result.FaultError
	// Pace is that of the requests to Cloud Optix.
	Pace *transport.Pacer
	// Endpoint is the address of that client, "" for the emulator in this process.
	Endpoint string
	// Names are what the user calls the settings. Address and Key are those of Cloud Optix.
	Names result.Names
	// Personal shows the data of people.
	Personal bool
	// SaveResults: the findings of this run become alerts of Cloud Optix, so that the numbers of
	// its alerts are not enough.
	SaveResults bool
	// TolerateCounts believes a list of Cloud Optix that contradicts the numbers of its alerts.
	TolerateCounts bool
	// Policy holds all limits, with those of [Plan.Limits].
	Policy result.Policy
	Now    func() time.Time
	// Progress is called with the number of rows that are done, by several goroutines. It is
	// optional.
	Progress func(done, total int)
}

// Outcome is what became of the sources and checks: one row each, and their findings.
type Outcome struct {
	Rows     []result.Row
	Findings []result.Finding
	Notices  []result.Notice
}

// Job is a plan that is ready to run: what can be checked without asking the services was checked.
type Job struct {
	opts  Options
	tasks []task
}

// task is one row of the ledger with the reader of its alerts.
type task struct {
	setup
	target result.Target
	reader reader
	// fault is why there is no reader, or why its answer would not be true.
	fault error
	// notices are what is known before the answer.
	notices []string
}

// Prepare makes the readers of a plan, and sends nothing. The error is a mistake in the
// environment; a missing variable is a failed row instead.
func Prepare(p Plan, o Options) (*Job, error) {
	j := &Job{opts: o}
	paces := map[string]*transport.Pacer{cloudOptixVendor().Name: o.Pace}
	for i, s := range p.Sources {
		if _, known := paces[s.vendor.Name]; !known {
			paces[s.vendor.Name] = transport.NewPacer(o.Now, s.vendor.limits...)
		}
		t := task{setup: j.setup(s, paces[s.vendor.Name]), target: s.Target()}
		if err := s.misnamed(o.Getenv); err != nil {
			return nil, &ValueError{i, FieldError{s.index("name"), err.Error()}}
		}
		var err error
		t.reader, err = s.vendor.connect(t.setup)
		if _, ok := errors.AsType[*result.FaultError](err); ok {
			t.fault = err
		} else if err != nil {
			return nil, fmt.Errorf("alerts: %s: %w", s.Name, err)
		}
		j.tasks = append(j.tasks, t)
	}
	for _, c := range p.Checks {
		t := task{setup: j.setup(Source{vendor: cloudOptixVendor()}, o.Pace), target: c.Target()}
		t.narrowing = "term or filters"
		t.reader, t.fault = newRowsReader(t.setup, c)
		j.tasks = append(j.tasks, t)
	}
	return j, nil
}

func (j *Job) setup(s Source, pace *transport.Pacer) setup {
	env := &environment{getenv: j.opts.Getenv, vendor: s.vendor, tenant: s.tenant, noCredentials: j.opts.Names.OnNoCredentials}
	return setup{Source: s, opts: &j.opts, pace: pace, env: env, narrowing: s.vendor.narrowing}
}

// Run reads all rows at the same time until each is answered or failed, or ctx ends. No row stops
// another. The error is a bug of scangate; its rows are pending.
func (j *Job) Run(ctx context.Context) (Outcome, error) {
	rows := make([]result.Row, len(j.tasks))
	found := make([]answer, len(j.tasks))
	var group safe.Group
	var done atomic.Int64
	j.progress(0)
	for i, t := range j.tasks {
		rows[i].Target = t.target
		group.Go(func() error {
			var err error
			found[i], rows[i], err = t.run(ctx)
			j.progress(int(done.Add(1)))
			return err
		})
	}
	err := group.Wait()
	o := Outcome{Rows: rows}
	for i, t := range j.tasks {
		for _, a := range found[i].alerts {
			o.Findings = append(o.Findings, a.finding(t.target, j.opts.Personal))
		}
		for _, notice := range found[i].notices {
			o.Notices = append(o.Notices, result.Notice{Text: t.target.Name + ": " + notice})
		}
	}
	return o, err
}

func (j *Job) progress(done int) {
	if j.opts.Progress != nil && len(j.tasks) > 0 {
		j.opts.Progress(done, len(j.tasks))
	}
}

// run reads one row. The error is a bug of scangate.
func (t task) run(ctx context.Context) (answer, result.Row, error) {
	found, err := t.read(ctx)
	if _, ok := errors.AsType[*safe.PanicError](err); ok {
		return answer{}, result.Row{Target: t.target}, err
	}
	if err != nil {
		f := t.explain(ctx, err)
		f.Reason = secret.Personal().Mask(f.Reason)
		return answer{}, result.Row{Target: t.target, Status: result.Failed, Fault: f}, nil
	}
	row := result.Row{Target: t.target, Status: result.Answered, Evidence: result.ByName}
	if t.target.Kind == result.KindAlerts {
		row.Choice = &found.choice
	}
	return found, row, nil
}

// read returns the alerts that are chosen, sorted.
func (t task) read(ctx context.Context) (answer, error) {
	if t.fault != nil {
		return answer{}, t.fault
	}
	found, err := t.reader.read(ctx)
	if err != nil {
		return answer{}, err
	}
	if err := t.unmatched(found.alerts); err != nil {
		return answer{}, err
	}
	found.notices = append(found.notices, t.notices...)
	found.alerts, found.choice = t.matcher.choose(found.alerts, t.opts.Now())
	slices.SortFunc(found.alerts, byUrgency)
	return found, nil
}
