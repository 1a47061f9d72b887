package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/locate"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/scan"
)

func (a *app) scanCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scan [PATH]",
		Short: "Scan a repository and decide",
		Long: `scan finds the Dockerfiles, images and Infrastructure-as-Code templates at PATH
(default: here), has Cloud Optix scan them, and decides. Inside a git repository
it takes what git knows and does not ignore. PASS needs an answer for every
target that was found.`,
		Example: `  $ scangate scan                                   # key in SCANGATE_API_KEY
  $ scangate scan --endpoint embedded examples/shop # a trial, without an account
  $ scangate scan --dry-run                         # what would be sent?
  $ scangate scan --fail-on critical --max image:high=20
  $ scangate scan -o sarif=scangate.sarif -o json=result.json`,
		Args: cobra.MaximumNArgs(1),
	}
	flags := addFlags(cmd, config.Settings(config.Scan))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		r := &scanRun{app: a, path: ".", settings: config.Settings(config.Scan)}
		if len(args) == 1 {
			r.path = args[0]
		}
		return r.do(cmd.Context(), flags())
	}
	return cmd
}

// scanRun is one scangate scan: the stages of the design, in their order, each
// filling in what the next one reads.
type scanRun struct {
	*app
	path    string
	started time.Time
	cfg     *config.Config
	outputs *outputs
	tree    *discover.Tree
	plan    *result.Plan
	change  *result.Change // of --new-from
	repo    identity
	// metadata waits for what the host and git say of the commit.
	metadata func() ci.Metadata

	settings []config.Setting
	flags    config.Flags
	// configPath is the config file relative to the root of the tree, "" for none
	// or one elsewhere; configNamed says that --config gave it.
	configPath  string
	configNamed bool
	// alertsOnly: nothing is scanned (scangate alerts).
	alertsOnly bool
	alerts     alerts.Plan
	open       []result.Finding // open alerts and hits of checks
	// emulated: the endpoint turned out to be an emulator somewhere else.
	emulated bool
}

// do walks through the stages until they end or a signal ends them.
func (r *scanRun) do(ctx context.Context, flags config.Flags) error {
	r.started = r.sys.Now()
	r.maskEnvironment()
	ctx, release := r.sys.withSignals(ctx)
	defer release()
	return inTime(ctx, func() error {
		err := r.walk(ctx, flags)
		if r.tree != nil {
			defer r.tree.Close()
		}
		var stopped interrupted
		if errors.As(err, &stopped) {
			return r.cutShort(ctx, stopped)
		}
		return err
	})
}

// walk is do up to the service's answers, and beyond if they came.
func (r *scanRun) walk(signals context.Context, flags config.Flags) error {
	if err := r.prepare(signals, flags); err != nil {
		return err
	}
	// A timer and no time of day: clocks jump.
	ctx, cancel := context.WithTimeout(signals, r.cfg.Timeout)
	defer cancel()
	r.metadata = r.askMetadata(ctx)
	if err := r.discover(ctx); err != nil {
		return err
	}
	if err := r.identify(ctx); err != nil {
		return err
	}
	if r.cfg.DryRun {
		return r.dryRun(ctx)
	}
	outcome, err := r.ask(ctx)
	if err != nil {
		return err
	}
	return r.conclude(signals, outcome)
}

// prepare settles what is asked for: flags and environment first, because a
// mistyped flag is exit 2 whatever the tree looks like; then the tree, and the
// config file in it.
func (r *scanRun) prepare(ctx context.Context, flags config.Flags) error {
	cfg, err := config.Resolve(r.settings, flags, r.sys.Getenv, nil)
	if err != nil {
		return usageError{err}
	}
	r.cfg = cfg
	// Before anything else can end the run: what lies there is of another one.
	if r.outputs, err = newOutputs(cfg.Outputs); err != nil {
		return err
	}
	r.willComment(cfg)
	if len(cfg.Images) > 0 && !cfg.Only[result.KindImage] {
		return usagef("%s: --only leaves images out, so that this one would not be scanned; add image to --only", cfg.Origin("image"))
	}
	if _, _, err := address(cfg); err != nil {
		return err
	}
	tree, err := discover.Open(ctx, r.path, r.sys.Environ)
	if err != nil {
		return classify(ctx, err)
	}
	r.tree = tree
	r.place(tree)
	file, err := r.configFile(flags)
	if err != nil {
		return usageError{err}
	}
	r.cfg, err = config.Resolve(r.settings, flags, r.sys.Getenv, file)
	if err != nil {
		return usageError{err}
	}
	if r.alerts, err = readAlerts(r.cfg); err != nil {
		return usageError{err}
	}
	r.cfg.Policy.Sources = r.alerts.Limits()
	for _, name := range config.UnknownVariables(r.sys.Environ, slices.Concat(alertVariables(), report.DotenvVariables())...) {
		r.complain(fmt.Sprintf("warning: %s is no setting and is not read; see scangate help environment", name))
	}
	return nil
}

// configFile reads the file that --config names, else the one of the tree.
func (r *scanRun) configFile(flags config.Flags) (*config.File, error) {
	r.flags = flags
	if path := config.FilePath(flags, r.sys.Getenv); path != "" {
		r.configNamed, r.configPath = true, r.inTree(path)
		return config.Read(path, path, "")
	}
	dir := filepath.Join(r.tree.Root, filepath.FromSlash(r.tree.Under))
	path, err := config.Find(dir, r.tree.Root)
	if path == "" || err != nil {
		return nil, err
	}
	r.configPath = r.inTree(path)
	name, err := filepath.Rel(dir, path)
	if err != nil {
		name = path
	}
	return config.Read(path, filepath.ToSlash(name), r.tree.Root)
}

const sensitiveNotice = "--include-sensitive: files that may hold secrets are sent as well; --dry-run lists them"

func (r *scanRun) discover(ctx context.Context) error {
	if r.alertsOnly {
		r.plan = &result.Plan{}
		return nil
	}
	if r.cfg.IncludeSensitive {
		r.complain("warning: " + sensitiveNotice)
	}
	images := make([]discover.NamedImage, 0, len(r.cfg.Images))
	for _, i := range r.cfg.Images {
		images = append(images, discover.NamedImage{Ref: i.Ref, Location: i.Location})
	}
	since, err := r.since(ctx)
	if err != nil {
		return err
	}
	before, err := r.before(ctx, since)
	if err != nil {
		return err
	}
	defer frugal()()
	plan, err := discover.Run(ctx, r.tree, discover.Options{
		Only: r.cfg.Only, Dockerfiles: r.cfg.Dockerfiles, Templates: r.cfg.Templates,
		Images: images, Exclude: r.cfg.Exclude, IncludeSensitive: r.cfg.IncludeSensitive,
		BuildArgs: r.cfg.BuildArgs, Platform: r.cfg.Platform,
		Own: r.stateInTree(), Since: since, Before: before,
	})
	if err != nil {
		return classify(ctx, err)
	}
	r.plan = plan
	if r.change != nil {
		r.change.Existing, r.change.Touched = plan.Existing, plan.Touched
	}
	return nil
}

// classify gives an error from before the ledger its exit code: a signal, a
// mistake in what was asked for, or something that could not be read.
func classify(ctx context.Context, err error) error {
	if stopped, ok := stoppedBy(ctx); ok {
		return stopped
	}
	var usage *discover.UsageError
	if errors.As(err, &usage) {
		return usageError{err}
	}
	return incompleteError{err}
}

// ask has the services answer what is pending: Cloud Optix, and the alert
// sources beside it.
func (r *scanRun) ask(ctx context.Context) (scan.Outcome, error) {
	if !pending(r.rows()) {
		return scan.Outcome{Rows: r.plan.Rows}, nil
	}
	svc, err := r.connect(r.cfg)
	var missing *noKeyError
	if err != nil && !errors.As(err, &missing) {
		return scan.Outcome{}, err
	}
	if svc != nil {
		defer svc.close()
	}
	status := r.status(r.cfg)
	defer status.Stop()
	told := newProgress(status)
	job, err := r.alertJob(svc, missing, told)
	if err != nil {
		return scan.Outcome{}, err
	}
	var found alerts.Outcome
	var beside errgroup.Group
	beside.Go(func() error {
		found = job.Run(ctx)
		return nil
	})
	outcome, err := r.scan(ctx, svc, missing, told)
	_ = beside.Wait() // what fails is a row
	if err != nil {
		return scan.Outcome{}, incompleteError{err}
	}
	r.emulated = svc != nil && svc.emulated.Load()
	return r.join(outcome, found), nil
}

// scan has Cloud Optix answer what is planned.
func (r *scanRun) scan(ctx context.Context, svc *service, missing *noKeyError, told *progress) (scan.Outcome, error) {
	if !pending(r.plan.Rows) {
		return scan.Outcome{Rows: r.plan.Rows}, nil
	}
	if missing != nil {
		return scan.Outcome{Rows: failPending(r.plan.Rows, result.CauseNoCredentials, missing.reason, missing.fix)}, nil
	}
	book := r.resume(svc)
	outcome, err := scan.Run(ctx, svc.client, r.plan, scan.Options{
		Files:       r.tree.FS,
		Repo:        optix.Repo{URL: r.repo.URL, Branch: r.repo.Branch, CommitterName: r.repo.Name, CommitterEmail: r.repo.Email},
		Policy:      r.cfg.IaCPolicy,
		SaveResults: r.cfg.SaveResults,
		Now:         r.sys.Now,
		Progress:    told.scan,
		Resume:      book,
	})
	outcome.Notices = append(outcome.Notices, r.warnings(book)...)
	return outcome, err
}

// pending reports whether there is anything to ask the service for.
func pending(rows []result.Row) bool {
	for _, row := range rows {
		if row.Status == result.Pending {
			return true
		}
	}
	return false
}

// failPending fails what has not been asked.
func failPending(rows []result.Row, cause result.Cause, reason, fix string) []result.Row {
	out := slices.Clone(rows)
	for i := range out {
		if out[i].Status == result.Pending {
			out[i].Status, out[i].Cause = result.Failed, cause
			out[i].Reason, out[i].Fix = reason, fix
		}
	}
	return out
}

// conclude places the findings, decides, and writes the reports. A signal that
// comes while they are written makes them anew: they are to say so.
func (r *scanRun) conclude(ctx context.Context, outcome scan.Outcome) error {
	res := &result.Result{
		Format:      result.FormatVersion,
		Tool:        result.Tool{Name: "scangate", Version: r.sys.version()},
		Started:     r.started.UTC(),
		Endpoint:    r.cfg.Endpoint,
		Embedded:    r.cfg.Embedded() || r.emulated,
		Repository:  result.Repository{URL: r.repo.URL, Branch: r.repo.Branch, Commit: r.repo.Commit},
		Change:      r.change,
		Policy:      r.cfg.Policy,
		Ledger:      outcome.Rows,
		Unsupported: r.plan.Unsupported,
		Notices:     outcome.Notices,
	}
	if r.cfg.IncludeSensitive {
		res.Notices = append(res.Notices, result.Notice{Text: sensitiveNotice})
	}
	// From here on the findings are what memory is needed for, and a collection is
	// worth its time sooner than by default.
	debug.SetGCPercent(50)
	placing, cancel := afterwards(ctx)
	defer cancel()
	alerts := r.hearAlerts(outcome.Submissions)
	res.Findings = locate.Place(placing, outcome.Submissions, outcome.Images, r.source(outcome.Rows))
	r.markOutside(res.Findings, alerts)
	locate.Snippets(placing, res.Findings, r.source(outcome.Rows))
	res.Findings = append(res.Findings, r.open...)
	r.outputs.stale = func() bool {
		_, stopped := stoppedBy(ctx)
		return stopped && res.Interrupted == 0
	}
	err := r.decide(ctx, res)
	if errors.Is(err, errStale) {
		err = r.decide(ctx, res)
	}
	return err
}

// decide takes the verdict and delivers it.
func (r *scanRun) decide(ctx context.Context, res *result.Result) error {
	if stopped, ok := stoppedBy(ctx); ok {
		res.Interrupted = stopped.code
	}
	res.Finished = r.sys.Now().UTC()
	verdict, stamps := gate.Decide(res.Ledger, res.Findings, res.Policy, gateOptions(r.cfg, res))
	res.SetVerdict(verdict.Record(), stamps)
	return r.deliver(ctx, r.cfg, r.outputs, res, verdict)
}

// gateOptions are the switches that count only on the command line, and what
// the result says of its run.
func gateOptions(cfg *config.Config, res *result.Result) gate.Options {
	return gate.Options{
		SoftFail:            cfg.SoftFail,
		OnErrorWarn:         cfg.OnError == config.ReactWarn,
		OnNoCredentialsWarn: cfg.OnNoCredentials == config.ReactWarn,
		AllowEmpty:          cfg.AllowEmpty,
		Interrupted:         res.Interrupted,
		Embedded:            res.Embedded,
		Change:              res.Change,
	}
}
