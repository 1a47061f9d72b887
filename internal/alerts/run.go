package alerts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// Options are what a run needs beside the sources.
type Options struct {
	// Getenv looks up the variables of [Variables].
	Getenv func(string) string
	// Transport is what the vendors' clients have in common: proxy, authorities,
	// log, clock. Its Base, Authorize and Secrets are not used.
	Transport transport.Config
	// Optix is the gate's own client; nil where there is none, for the reason in
	// NoOptix.
	Optix   *optix.Client
	NoOptix *MissingError
	// Personal shows the data of people (--include-personal-data).
	Personal bool
	// SaveResults: this run's own findings become alerts of Cloud Optix, so that
	// counts alone don't do.
	SaveResults bool
	// Names are the settings that messages mention; those of a vendor replace
	// Address and Key.
	Names result.Names
	// Policy holds the limits of the sources that have none of their own.
	Policy result.Policy
	Now    func() time.Time
	// Progress is told how many of the sources and checks are done, by several
	// goroutines; it is optional.
	Progress func(done, total int)
}

// Outcome is what became of the sources and checks: one row each, and what they
// found.
type Outcome struct {
	Rows     []result.Row
	Findings []result.Finding
	Notices  []result.Notice
}

// Job is a run that is ready to start: everything that can be wrong with what
// was asked for has been checked.
type Job struct {
	opts  Options
	tasks []task
}

// task is one row.
type task struct {
	target result.Target
	// ask returns the findings; err where the row was lost before it began.
	ask    func(ctx context.Context) ([]result.Finding, error)
	err    error
	vendor *vendor // nil for Cloud Optix
	// notice says, after the run, what should be known of the answer.
	notice func() string
}

// Plan is what the config file asks for.
type Plan struct {
	Sources []Spec
	Checks  []Check
}

// Empty reports whether nothing is asked for.
func (p Plan) Empty() bool { return len(p.Sources)+len(p.Checks) == 0 }

// Rows returns the rows of the ledger, all pending: the sources, then the checks.
func (p Plan) Rows() []result.Row {
	var rows []result.Row
	for _, s := range p.Sources {
		rows = append(rows, result.Row{Target: s.target()})
	}
	for _, c := range p.Checks {
		rows = append(rows, result.Row{Target: c.target()})
	}
	return rows
}

// Limits returns the limits of the rows that have some of their own.
func (p Plan) Limits() []result.SourceLimits {
	var all []result.SourceLimits
	for _, s := range p.Sources {
		if s.max != nil {
			all = append(all, result.SourceLimits{Target: s.target().ID(), Max: s.max})
		}
	}
	for _, c := range p.Checks {
		all = append(all, result.SourceLimits{Target: c.target().ID(), Max: map[result.Severity]int{c.severity: c.max}})
	}
	return all
}

// Twice returns the index of the first row whose name another has before it, and
// false where there is none: each row has an answer and limits of its own.
func (p Plan) Twice() (int, bool) {
	seen := map[string]bool{}
	for i, row := range p.Rows() {
		if id := row.Target.ID(); seen[id] {
			return i, true
		}
		seen[row.Target.ID()] = true
	}
	return 0, false
}

// Prepare connects the plan to its services, and sends nothing. The error says
// what is wrong with an address in the environment.
func Prepare(p Plan, o Options) (*Job, error) {
	j := &Job{opts: o}
	connected := map[string]connection{}
	lost := map[string]error{}
	for _, s := range p.Sources {
		t := task{target: s.target()}
		if s.vendor.name != cloudOptixName {
			t.vendor = s.vendor
		}
		if err := j.connect(s, &t, connected, lost); err != nil {
			return nil, err
		}
		j.tasks = append(j.tasks, t)
	}
	for _, c := range p.Checks {
		j.tasks = append(j.tasks, j.check(c))
	}
	return j, nil
}

// connect gives the task its source. Two entries of one vendor share a
// connection.
func (j *Job) connect(s Spec, t *task, connected map[string]connection, lost map[string]error) error {
	name := s.vendor.name
	if connected[name] == nil && lost[name] == nil {
		connected[name], lost[name] = s.vendor.connect(s.vendor, &j.opts)
	}
	src, err := source(nil), lost[name]
	if err == nil {
		src, err = connected[name].source(s)
	}
	if _, none := errors.AsType[*MissingError](err); none {
		t.err = err
		return nil
	}
	if err != nil {
		return fmt.Errorf("alerts: %s: %w", s.Name, err)
	}
	if n, ok := src.(interface{ notice() string }); ok {
		t.notice = n.notice
	}
	t.ask = func(ctx context.Context) ([]result.Finding, error) { return j.alerts(ctx, s, src) }
	return nil
}

// alerts reads a source and chooses what counts.
func (j *Job) alerts(ctx context.Context, s Spec, src source) ([]result.Finding, error) {
	all, err := src.open(ctx)
	if err != nil {
		return nil, err
	}
	now := j.opts.Now()
	all = slices.DeleteFunc(all, func(a alert) bool { return !s.choice.takes(a, now) })
	slices.SortFunc(all, byUrgency)
	findings := make([]result.Finding, len(all))
	id := s.target().ID()
	hide := private{show: j.opts.Personal}
	for i, a := range all {
		findings[i] = a.finding(id, hide)
	}
	return findings, nil
}

// Run asks all services side by side until each is answered or failed, or ctx
// ends. No source stops another.
func (j *Job) Run(ctx context.Context) Outcome {
	rows := make([]result.Row, len(j.tasks))
	found := make([][]result.Finding, len(j.tasks))
	var group errgroup.Group
	var done atomic.Int64
	j.tell(0)
	for i, t := range j.tasks {
		group.Go(func() error {
			found[i], rows[i] = t.run(ctx, j.opts.Names)
			j.tell(int(done.Add(1)))
			return nil
		})
	}
	_ = group.Wait() // every task ends in its row
	o := Outcome{Rows: rows}
	for i, t := range j.tasks {
		o.Findings = append(o.Findings, found[i]...)
		if t.notice == nil {
			continue
		}
		if text := t.notice(); text != "" {
			o.Notices = append(o.Notices, result.Notice{Text: t.target.Name + ": " + text})
		}
	}
	return o
}

func (j *Job) tell(done int) {
	if j.opts.Progress != nil && len(j.tasks) > 0 {
		j.opts.Progress(done, len(j.tasks))
	}
}

// run settles one row.
func (t task) run(ctx context.Context, n result.Names) ([]result.Finding, result.Row) {
	row := result.Row{Target: t.target}
	var found []result.Finding
	err := t.err
	if err == nil {
		found, err = t.ask(ctx)
	}
	if err == nil {
		row.Status, row.Evidence = result.Answered, result.ByName
		return found, row
	}
	f := explain(ctx, err, t.vendor, n)
	mask := private{}.mask(nil)
	row.Status, row.Cause, row.Reason, row.Fix = result.Failed, f.cause, mask(f.reason), f.fix
	return nil, row
}
