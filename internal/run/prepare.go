package run

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/trace"
	"github.com/scangate/scangate/internal/transport"
)

// inputs is everything that a run is asked for, and where it starts.
type inputs struct {
	sys     System
	req     Request
	started time.Time
	// steps are how far the run is.
	steps *progress
	cfg   *config.Config
	// apiKey reads the API key, once: standard input has no more.
	apiKey  func() (secret.Value, error)
	outputs outputs
	// address is where Cloud Optix is, nil for the embedded one; transport is what the
	// clients of all services have in common.
	address   *url.URL
	transport transport.Config
	// trace keeps the requests to the services, nil without --trace-dir.
	trace  *trace.Dir
	tree   *discover.Tree
	config configFile
	// policy is where the policy comes from, and who judges by it.
	policy policy.Source
	// change is what the change makes of the policy, nil where the run is judged by its own.
	change *policyChange
	// moved are the former paths of files that were moved since the baseline.
	moved map[string]string
	// expired are exclusions of the config file that count no more.
	expired []result.Exclusion
	// earlier is the result of --compare, nil without it.
	earlier *result.Baseline
	// alerts are the sources and checks of the config file.
	alerts alerts.Plan
	// shard is the share of the plan that is asked, the zero Shard for all of it.
	shard config.Shard
}

// configFile is where the config file lies.
type configFile struct {
	// path is relative to the root of the tree, "" for none or one elsewhere.
	path string
	// named: a flag or a variable gave it.
	named bool
}

// close ends the trace and releases the tree.
func (in inputs) close() {
	in.endTrace()
	_ = in.policy.Close() // what it leaves is in a folder for temporary files
	if in.tree != nil {
		_ = in.tree.Close() // it was only read
	}
}

// reporting reports whether the inputs suffice to write reports.
func (in inputs) reporting() bool { return in.cfg != nil && !in.cfg.DryRun }

// prepare settles what is asked for: flags and environment first, because a
// mistyped flag is a usage error whatever the tree looks like; then the tree, and
// the config file in it.
//
// With an error, also of a panic, it returns what was settled by then.
func prepare(ctx context.Context, sys System, req Request) (in inputs, err error) {
	in = inputs{sys: sys, req: req, started: sys.Now(), steps: newProgress(sys.Now)}
	err = safe.Do(func() error {
		sys.Publisher.maskEnvironment()
		if err := in.takeFlags(ctx); err != nil {
			return err
		}
		if err := in.openTree(ctx); err != nil {
			return err
		}
		if err := in.readConfig(ctx); err != nil {
			return err
		}
		in.warnOfVariables()
		in.sayMissingSources()
		return nil
	})
	return in, err
}

// readFlags reads flags and environment. With an error, the outputs are those that could be
// read: their old files are to be removed all the same.
func readFlags(sys System, req Request) (*config.Config, outputs, error) {
	cfg, err := resolve(sys, req, nil)
	out, unknown := newOutputs(cfg.Outputs)
	out.beside, out.read = writtenBeside(cfg), readOnly(sys, req, cfg)
	sys.Publisher.willComment(cfg) // of a usage error, too: it takes the place of an earlier pass
	if err != nil {
		return nil, out, &UsageError{err}
	}
	if unknown == nil {
		unknown = out.readTemplate(cfg)
	}
	return cfg, out, unknown
}

// takeFlags checks what the flags ask for as far as that needs no tree. It removes the reports
// of an earlier run before anything else can end this one.
func (in *inputs) takeFlags(ctx context.Context) error {
	cfg, out, err := readFlags(in.sys, in.req)
	if err != nil {
		return cmp.Or(err, out.prepare(ctx, in.sys))
	}
	if err := cmp.Or(checkTree(cfg), checkBaseline(cfg), out.prepare(ctx, in.sys, cfg.Compare), in.sys.Publisher.checkFiles()); err != nil {
		return err
	}
	in.cfg, in.outputs = cfg, out
	if in.shard, err = shardOf(in.sys, cfg); err != nil {
		return err
	}
	if in.earlier, err = readEarlier(in.sys, cfg); err != nil {
		return err
	}
	in.apiKey = sync.OnceValues(func() (secret.Value, error) { return apiKey(in.sys, cfg) })
	if len(cfg.Images) > 0 && !cfg.Only[result.KindImage] {
		return usagef("%s: --only leaves images out, and this one would not be scanned; fix: add image to --only", cfg.Origin("image"))
	}
	if in.address, err = address(in.sys, cfg); err != nil {
		return err
	}
	in.transport, err = in.sys.transport(cfg)
	return err
}

func (in *inputs) openTree(ctx context.Context) error {
	tree, err := in.open(ctx)
	if err != nil {
		return early(ctx, err)
	}
	in.tree = tree
	return nil
}

// open opens the files that are to be judged.
func (in *inputs) open(ctx context.Context) (*discover.Tree, error) {
	switch cfg := in.cfg; {
	case cfg != nil && cfg.Commit != "":
		return discover.OpenCommit(ctx, in.req.Path, in.sys.Environ, cfg.Commit)
	case cfg != nil && cfg.Staged:
		return discover.OpenIndex(ctx, in.req.Path, in.sys.Environ)
	}
	return discover.Open(ctx, in.req.Path, in.sys.Environ)
}

// checkTree refuses flags that contradict each other about what is scanned.
func checkTree(cfg *config.Config) error {
	switch {
	case cfg.Commit != "" && cfg.Staged:
		return usagef("%s and %s: a run scans either a commit or the index; fix: leave out one of them", cfg.Origin("commit"), cfg.Origin("staged"))
	case cfg.NewFrom != "" && cfg.NewOnly:
		return usagef("%s and %s: a change has one base; fix: leave out one of them", cfg.Origin("new-from"), cfg.Origin("new-only"))
	}
	return nil
}

// readConfig reads the config file, has the target's policy judge it, and settles everything anew.
func (in *inputs) readConfig(ctx context.Context) error {
	own, err := in.findConfig()
	if err != nil {
		return mistake(ctx, err)
	}
	file, err := in.judgedBy(ctx, own)
	if err != nil {
		return err
	}
	if err := in.settle(file); err != nil {
		return mistake(ctx, err)
	}
	return nil
}

// settle settles everything with a config file, which may be nil.
func (in *inputs) settle(file *config.File) error {
	cfg, expired, err := in.resolve(file)
	plan, wrong := readAlerts(cfg, in.started)
	if err := errors.Join(err, wrong); err != nil {
		return err
	}
	in.cfg, in.expired, in.alerts = cfg, expired, plan
	in.cfg.Policy.Rows = in.alerts.Limits()
	return in.readBaseline()
}

// resolve settles everything with a config file, as of the start of the run. It also
// returns the exclusions that have expired, which are not in the config.
func (in *inputs) resolve(file *config.File) (*config.Config, []result.Exclusion, error) {
	cfg, err := resolve(in.sys, in.req, file)
	return cfg, cfg.DropExpired(in.started), err
}

// findConfig reads the file that --config names, else the one of the tree; nil
// without one.
func (in *inputs) findConfig() (*config.File, error) {
	if path := config.FilePath(in.req.Flags, in.sys.Getenv); path != "" {
		in.config = configFile{path: in.inTree(path), named: true}
		if in.tree.Stored() && in.config.path != "" {
			return config.ReadIn(in.tree.FS, in.config.path, path, "")
		}
		return config.Read(path, path, "")
	}
	file, err := config.Find(in.tree.Under, func(path string) bool { return !in.tree.Missing(path) })
	if file == "" || err != nil {
		return nil, err
	}
	in.config.path = file
	if in.tree.Stored() {
		found, err := config.ReadIn(in.tree.FS, file, file, file)
		if _, known := errors.AsType[*git.Error](err); !known && errors.Is(err, git.ErrNotFetched) {
			err = git.NotFetched(file)
		}
		return found, err
	}
	return config.Read(filepath.Join(in.tree.Root, filepath.FromSlash(file)), file, in.tree.Root)
}

// inTree returns the path of a file relative to the root of the tree, "" where it
// lies elsewhere. A relative path in a bare repository is one of the commit.
func (in *inputs) inTree(file string) string {
	if in.tree.Stored() {
		return in.inStored(file)
	}
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return ""
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return ""
	}
	return below(in.tree.Root, filepath.Join(dir, filepath.Base(file)))
}

// inStored is inTree for a commit and the index: their folders need not exist on the disk, and
// links there do not matter.
func (in *inputs) inStored(file string) string {
	if filepath.IsAbs(file) {
		if in.tree.Repo.Bare() {
			return "" // what lies among git's own files is not of the commit
		}
		return below(in.tree.Root, file)
	}
	dir, err := filepath.Abs(".")
	if err != nil {
		return ""
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return ""
	}
	return below(in.tree.Root, filepath.Join(dir, file))
}

// below returns the path of a file relative to a folder, with slashes, "" if it lies elsewhere.
func below(folder, file string) string {
	rel, err := filepath.Rel(folder, file)
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}

// warnOfVariables warns of variables that look like settings but are not.
func (in *inputs) warnOfVariables() {
	others := []string{ResultVariable, ci.MatrixVariable, ci.StrategyVariable, ci.BaseVariable}
	for _, v := range slices.Concat(alerts.Variables(), in.alerts.Variables()) {
		others = append(others, v.Name)
	}
	for _, name := range config.UnknownVariables(in.sys.Environ, slices.Concat(others, report.DotenvVariables())...) {
		in.sys.warnf("%s is not a setting and has no effect%s fix: scangate help environment lists those that have", name, config.NearestVariable(name))
	}
	if err := ci.CheckMatrix(in.sys.Getenv); err != nil {
		in.sys.warnf("%v", err)
	}
}
