package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/text"
)

const (
	// A comment has what is left of --timeout, within these bounds: a run that has
	// timed out is worth one too.
	commentTime    = 30 * time.Second
	commentAtLeast = 10 * time.Second
	// summaryLeast is the room below which a summary is not worth its headings.
	summaryLeast = 4 << 10
)

// dryRunOutcome is the output verdict of --dry-run, which takes none.
const dryRunOutcome = "dry-run"

// Publisher shows a run on its CI host: secrets masked in the log, the step's outputs,
// the job's summary, annotations, the pull request's comment. Today the host is GitHub
// Actions; elsewhere a Publisher does nothing.
//
// After a signal the process may end while the run is still writing its reports. So
// [Publisher.End] may be called at the same time: what both touch is atomic.
type Publisher struct {
	sys  System
	step *ci.Step // nil elsewhere
	// commenting is set where a comment is wanted.
	commenting atomic.Pointer[config.Config]
	// shown is what the step's outputs say, once there is a result; outputsSet
	// that they were written.
	shown      atomic.Pointer[shown]
	outputsSet atomic.Bool
	// warned is set once people know that there can be no comment.
	warned atomic.Bool
}

// errNoGitHub says why --comment is of no use.
var errNoGitHub = errors.New("--comment does nothing here: it is for pull requests in GitHub Actions")

// shown is what the outputs say of a run that has a result.
type shown struct {
	verdict result.Verdict
	paths   map[string]string // of the reports that were written, by format
	// loosened counts what the change loosens in the policy.
	loosened int
	delta    *result.Delta // nil if there was nothing to compare with
}

// newPublisher recognises the host from the environment of sys.
func newPublisher(sys System) *Publisher {
	return &Publisher{sys: sys, step: ci.OnGitHub(sys.Getenv)}
}

// mask hides secrets in the host's log, before anything else is printed. The host
// does so itself with those that it gave as secrets, and only with them.
//
// To mask a secret is to print it, so that it is done in the action's own step
// alone: there the streams are the runner's, elsewhere they may lead to a file.
func (p *Publisher) mask(secrets ...string) {
	if p.step == nil || !p.step.InAction() {
		return
	}
	for _, s := range secrets {
		// Standard error, because standard output is often a report in a file.
		p.step.Mask(p.sys.Stderr, s)
	}
}

// maskEnvironment masks the secrets that variables hold.
func (p *Publisher) maskEnvironment() {
	p.mask(p.sys.Getenv("SCANGATE_API_KEY"))
	for _, v := range alerts.VariablesIn(p.sys.Environ) {
		if v.Secret {
			p.mask(p.sys.Getenv(v.Name))
		}
	}
}

// willComment notes that a comment is wanted, and masks the token for it.
func (p *Publisher) willComment(cfg *config.Config) {
	if p.step != nil && cfg.Comment {
		p.commenting.Store(cfg)
		p.mask(p.sys.Getenv("GITHUB_TOKEN"))
	}
}

// checkFiles returns a usage error if the files that the host reads can't be written: a pass would
// be lost at the end.
func (p *Publisher) checkFiles() error {
	if p.step == nil {
		return nil
	}
	if err := p.step.CheckFiles(); err != nil {
		return usagef("%w; fix: mount the folder into the container of the job, or unset the variable", err)
	}
	return nil
}

// checkPath returns an error for the path of a report that can't be an output of the step.
func (p *Publisher) checkPath(o config.Output) error {
	if p.step == nil {
		return nil
	}
	return ci.CheckOutput(ci.Output{Name: o.Format, Value: p.step.InWorkspace(o.Path)})
}

// checkComment warns, before anything is sent, if there would be no comment at the end. The run
// goes on: the verdict does not depend on it.
func (p *Publisher) checkComment(ctx context.Context, cfg *config.Config) {
	if !cfg.Comment {
		return
	}
	if err := p.canComment(ctx, cfg); err != nil && ctx.Err() == nil {
		p.warnOfComment(err)
	}
}

// canComment returns why there would be no comment.
func (p *Publisher) canComment(ctx context.Context, cfg *config.Config) error {
	if p.step == nil {
		return errNoGitHub
	}
	c, err := p.commentOf(cfg)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, commentAtLeast)
	defer cancel()
	return namedComment(p.step.CheckComment(ctx, c))
}

// namedComment names the flag where the job has no pull request: nothing else does.
func namedComment(err error) error {
	if errors.Is(err, ci.ErrNoPullRequest) {
		return fmt.Errorf("--comment: %w", err)
	}
	return err
}

// commentOf is the comment without its text.
func (p *Publisher) commentOf(cfg *config.Config) (ci.Comment, error) {
	tc, err := p.sys.transport(cfg)
	return ci.Comment{
		Token:     secret.Value(strings.TrimSpace(p.sys.Getenv("GITHUB_TOKEN"))),
		Category:  cfg.Category,
		Transport: tc,
	}, err
}

// warnOfComment warns of a comment that can't be written, once: the attempt finds what the check
// has found.
func (p *Publisher) warnOfComment(err error) {
	if p.warned.Load() {
		return
	}
	p.warned.Store(!errors.Is(err, ci.ErrNotAsked))
	p.sys.warnf("%v", err)
}

// folder is where the tree's names begin, relative to the repository: GitHub takes
// names relative to that. Those of a checkout are so, wherever in the workspace it is;
// those of a folder without git are relative to that folder.
func (p *Publisher) folder(tree *discover.Tree) string {
	if p.step == nil || tree == nil || tree.Repo != nil {
		return ""
	}
	return p.step.Folder(tree.Root)
}

// commands is the stream for commands to GitHub's runner, which reads both:
// standard output, unless a report for machines is on it.
func (p *Publisher) commands(out outputs) io.Writer {
	if out.stdout == report.Console {
		return p.sys.Stdout
	}
	return p.sys.Stderr
}

// grouped folds the console's report in GitHub's log.
func (p *Publisher) grouped(w io.Writer, out outputs, write func() error) error {
	if p.step == nil || out.stdout != report.Console {
		return write()
	}
	if err := p.step.Group(w, "scangate: findings and targets"); err != nil {
		return err
	}
	return errors.Join(write(), p.step.EndGroup(w))
}

// show puts a result on the pages of the run: the job's summary, the pull
// request's comment, annotations. soFar is what went wrong before.
func (p *Publisher) show(ctx context.Context, r reporter, res *result.Result, m *report.Model, written []config.Output, soFar error) error {
	if p.step == nil {
		if r.cfg.Comment {
			p.warnOfComment(errNoGitHub)
		}
		return soFar
	}
	p.shown.Store(&shown{res.Verdict, p.paths(written), res.Judge.Loosened(), res.Delta})
	soFar = errors.Join(soFar, p.summarize(r, m))
	opts := r.options()
	opts.Folder = r.folder
	if err := p.comment(ctx, r, res, m, soFar); err != nil {
		p.warnOfComment(err)
		opts.Warnings = append(opts.Warnings, err.Error())
	}
	return errors.Join(soFar, m.Write(p.commands(r.outputs), report.Annotations, opts))
}

// paths returns the paths of the written reports, as later steps find them.
func (p *Publisher) paths(written []config.Output) map[string]string {
	paths := map[string]string{}
	for _, o := range written {
		paths[o.Format] = p.step.InWorkspace(o.Path)
	}
	return paths
}

// summarize adds the report to the job's summary.
func (p *Publisher) summarize(r reporter, m *report.Model) error {
	room, ok := p.step.SummaryRoom()
	if !ok {
		return nil
	}
	summary, err := markdown(r, m, room)
	if err != nil {
		return err
	}
	if room < max(len(summary), summaryLeast) {
		p.sys.warnf("the report was not added to the job summary: that of this step is full; fix: keep the report in a file with -o markdown=FILE")
		return nil
	}
	return p.step.AddSummary(summary)
}

// markdown renders the report in at most size bytes.
func markdown(r reporter, m *report.Model, size int) (string, error) {
	opts := r.options()
	opts.MaxBytes = max(size, 1)
	var b strings.Builder
	err := m.Write(&b, report.Markdown, opts)
	return b.String(), err
}

// comment keeps the pull request's comment up to date with a result. After a
// signal there is no time for it, and what would pass but could not be reported in
// full is commented on by End. An error of it is a warning: the verdict stands.
func (p *Publisher) comment(ctx context.Context, r reporter, res *result.Result, m *report.Model, soFar error) error {
	if _, stopped := interruptOf(ctx); !r.cfg.Comment || stopped || soFar != nil && res.Verdict.Exit == gate.ExitPass {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, commentTimeOf(r, res))
	defer cancel()
	return p.post(ctx, r.cfg, func(size int) (string, error) { return markdown(r, m, size) })
}

// post writes the pull request's comment.
func (p *Publisher) post(ctx context.Context, cfg *config.Config, body func(size int) (string, error)) error {
	c, err := p.commentOf(cfg)
	if err != nil {
		return err
	}
	c.Body = func(size int) (string, error) {
		foot := gateName(cfg.Category)
		text, err := body(size - utf8.RuneCountInString(foot))
		return text + foot, err
	}
	err = namedComment(p.step.Comment(ctx, c))
	if errors.Is(err, ci.ErrNoPullRequest) {
		p.warnOfComment(err)
		return nil
	}
	return err
}

// commentTimeOf is how long the comment may take: what is left of the run's time,
// within bounds.
func commentTimeOf(r reporter, res *result.Result) time.Duration {
	if r.cfg.Timeout == 0 { // scangate verdict has none
		return commentTime
	}
	left := r.cfg.Timeout - r.sys.Now().Sub(res.Started)
	return min(max(left, commentAtLeast), commentTime)
}

// setOutputs sets the outputs of GitHub's step, once.
func (p *Publisher) setOutputs(outcome string, code int) error {
	if p.step == nil || !p.outputsSet.CompareAndSwap(false, true) {
		return nil
	}
	err := p.step.SetOutputs(outputsOf(outcome, code, p.shown.Load()))
	if err != nil {
		p.outputsSet.Store(false) // End writes them once more
	}
	return err
}

// outputsOf lists the outputs. What is not known is empty, and no number. The
// verdict comes last: a list that is cut short has none.
func outputsOf(outcome string, code int, s *shown) []ci.Output {
	known := s != nil
	s = cmp.Or(s, &shown{})
	number := func(n int) string {
		if !known {
			return ""
		}
		return strconv.Itoa(n)
	}
	all := pathOutputs(s.paths)
	for _, sev := range result.Severities() {
		all = append(all, ci.Output{Name: sev.String(), Value: number(s.verdict.Counts[sev])})
	}
	all = append(all, deltaOutputs(s.delta)...)
	return append(all,
		ci.Output{Name: "planned", Value: number(s.verdict.Planned)},
		ci.Output{Name: "answered", Value: number(s.verdict.Answered)},
		ci.Output{Name: "policy-loosened", Value: number(s.loosened)},
		ci.Output{Name: "exit-code", Value: strconv.Itoa(code)},
		ci.Output{Name: "verdict", Value: outcome})
}

// pathOutputs lists the outputs that are paths of reports, empty for those that are not in paths.
func pathOutputs(paths map[string]string) []ci.Output {
	var all []ci.Output
	for _, f := range report.Formats() {
		if !f.ToLog {
			all = append(all, ci.Output{Name: f.Name, Value: paths[f.Name]})
		}
	}
	return all
}

// deltaOutputs lists the outputs that count what is new, known and fixed, empty without a delta.
func deltaOutputs(d *result.Delta) []ci.Output {
	sum := func(counts map[result.Severity]int) (n int) {
		for _, count := range counts {
			n += count
		}
		return n
	}
	if d == nil {
		return []ci.Output{{Name: "new"}, {Name: "known"}, {Name: "fixed"}}
	}
	return []ci.Output{
		{Name: "new", Value: strconv.Itoa(sum(d.New))},
		{Name: "known", Value: strconv.Itoa(sum(d.Known))},
		{Name: "fixed", Value: strconv.Itoa(sum(d.Fixed))},
	}
}

// setReports sets the outputs of a command that takes no verdict: the paths of the reports that it
// wrote, and only them, because an earlier command of the step may have set the others.
func (p *Publisher) setReports(written []config.Output) error {
	if p.step == nil {
		return nil
	}
	set := slices.DeleteFunc(pathOutputs(p.paths(written)), func(o ci.Output) bool { return o.Value == "" })
	return p.step.SetOutputs(set)
}

// setDelta sets the outputs of scangate diff.
func (p *Publisher) setDelta(d *result.Delta) error {
	if p.step == nil {
		return nil
	}
	return p.step.SetOutputs(deltaOutputs(d))
}

// End shows a run that ends without a verdict, or with less than its verdict: line
// is its last line, outcome the word for it. The comment is written too, else that
// of an earlier run, which may have passed, would stand for this one; not after a
// signal, which leaves no time for it.
func (p *Publisher) End(outcome string, code int, line string, interrupted bool) {
	if p.step == nil {
		return
	}
	const longest = 2000 // characters of the line
	line = p.sys.secrets.Mask(line)
	summary := fmt.Sprintf("## scangate: %s\n\n<pre>%s</pre>\n", outcome, html.EscapeString(console.Clean(text.Truncate(line, longest))))
	err := errors.Join(
		p.setOutputs(outcome, code),
		p.step.AddSummary(summary),
		report.WriteErrorAnnotation(p.sys.Stderr, "scangate: "+outcome, line),
	)
	if cfg := p.commenting.Load(); cfg != nil && !interrupted {
		ctx, cancel := context.WithTimeout(context.Background(), commentTime)
		defer cancel()
		err = errors.Join(err, p.post(ctx, cfg, func(int) (string, error) { return summary, nil }))
	}
	if err != nil {
		p.sys.warnf("%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
}
