package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
	"github.com/scangate/scangate/internal/transport"
)

const (
	// A comment has what is left of --timeout, within these bounds: a run that
	// has timed out is worth one too.
	commentTime    = 30 * time.Second
	commentAtLeast = 10 * time.Second
	// summaryLeast is the room below which a summary is not worth its headings.
	summaryLeast = 4 << 10
)

// wordDryRun is the output verdict of --dry-run, which takes none.
const wordDryRun = "dry-run"

// ending is what GitHub's outputs say of a run that has a result.
type ending struct {
	verdict result.Verdict
	paths   map[string]string // of the reports that were written, by format
}

// judges reports whether a command decides, so that a job's later steps read its
// outputs.
func judges(command string) bool {
	return command == "scan" || command == "alerts" || command == "verdict"
}

// mask hides the run's secrets in GitHub's log, before anything else is printed.
// The host does so itself with those that it gave as secrets, and only with them.
//
// To mask a secret is to print it, so that it is done in the action's own step
// alone: there the streams are the runner's, elsewhere they may lead to a file.
func (a *app) mask(secrets ...string) {
	if a.step == nil || !a.step.InAction() {
		return
	}
	for _, s := range secrets {
		// Standard error, because standard output is often a report in a file.
		a.step.Mask(a.sys.Stderr, s)
	}
}

// maskEnvironment masks the secrets that variables hold.
func (a *app) maskEnvironment() {
	a.mask(a.sys.Getenv("SCANGATE_API_KEY"))
	for _, v := range alerts.Variables() {
		if v.Secret {
			a.mask(a.sys.Getenv(v.Name))
		}
	}
}

// willComment notes that a comment is wanted, and masks the token for it.
func (a *app) willComment(cfg *config.Config) {
	if a.step != nil && cfg.Comment {
		a.commenting = cfg
		a.mask(a.sys.Getenv("GITHUB_TOKEN"))
	}
}

// place notes where the tree lies for GitHub, which takes names relative to the
// repository. Those of a checkout are so, wherever in the workspace it is; those
// of a folder without git are relative to that folder.
func (a *app) place(tree *discover.Tree) {
	if a.step != nil && tree.Repo == nil {
		a.folder = a.step.Folder(tree.Root)
	}
}

// commands is the stream for commands to GitHub's runner, which reads both:
// standard output, unless a report for machines is on it.
func (a *app) commands(out *outputs) io.Writer {
	if out.stdout == report.Console {
		return a.sys.Stdout
	}
	return a.sys.Stderr
}

// grouped folds the console's report in GitHub's log.
func (a *app) grouped(w io.Writer, out *outputs, write func() error) error {
	if a.step == nil || out.stdout != report.Console {
		return write()
	}
	if err := a.step.Group(w, "scangate: findings and targets"); err != nil {
		return err
	}
	return errors.Join(write(), a.step.EndGroup(w))
}

// tellGitHub shows a result on the pages of the run: the job's summary, the pull
// request's comment, annotations. soFar is what went wrong before.
func (a *app) tellGitHub(ctx context.Context, cfg *config.Config, out *outputs, res *result.Result, soFar error) error {
	if a.step == nil {
		if cfg.Comment {
			a.complain("warning: --comment does nothing here: it is for pull requests in GitHub Actions")
		}
		return soFar
	}
	paths, err := a.written(out)
	a.ended.Store(&ending{res.Verdict, paths})
	soFar = errors.Join(soFar, err, a.summarize(cfg, res))
	var list []ci.Annotation
	if err := a.comment(ctx, cfg, res, soFar); err != nil {
		a.complain("warning: " + err.Error())
		list = append(list, ci.Annotation{Level: ci.LevelWarning, Title: "scangate: comment", Text: err.Error()})
	}
	list = append(list, ci.Annotations(res, cfg.MinSeverity, a.folder)...)
	return errors.Join(soFar, a.step.Annotate(a.commands(out), list))
}

// written returns the paths of the reports of this run, as later steps find them.
func (a *app) written(out *outputs) (map[string]string, error) {
	paths := map[string]string{}
	var errs []error
	for _, o := range out.written {
		path := a.step.InWorkspace(o.Path)
		if err := ci.CheckOutput(ci.Output{Name: o.Format, Value: path}); err != nil {
			errs = append(errs, err)
			continue
		}
		paths[o.Format] = path
	}
	return paths, errors.Join(errs...)
}

// summarize adds the report to the job's summary.
func (a *app) summarize(cfg *config.Config, res *result.Result) error {
	room, ok := a.step.SummaryRoom()
	if !ok {
		return nil
	}
	text, err := markdown(cfg, res, room)
	if err != nil {
		return err
	}
	if room < max(len(text), summaryLeast) {
		a.complain("warning: nothing is added to the job's summary: the step has filled it already")
		return nil
	}
	return a.step.AddSummary(text)
}

// markdown renders the report in at most size bytes.
func markdown(cfg *config.Config, res *result.Result, size int) (string, error) {
	opts := reportOptions(cfg)
	opts.MaxBytes = max(size, 1)
	var b strings.Builder
	err := report.Write(&b, report.Markdown, res, opts)
	return b.String(), err
}

// comment keeps the pull request's comment up to date with a result. After a
// signal there is no time for it, and what would pass but could not be reported in
// full is told when the run ends. An error of it is a warning: the verdict stands.
func (a *app) comment(ctx context.Context, cfg *config.Config, res *result.Result, soFar error) error {
	if _, stopped := stoppedBy(ctx); !cfg.Comment || stopped || soFar != nil && res.Verdict.Exit == exitOK {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, a.commentTime(cfg, res))
	defer cancel()
	return a.post(ctx, cfg, func(size int) (string, error) { return markdown(cfg, res, size) })
}

// post writes the pull request's comment.
func (a *app) post(ctx context.Context, cfg *config.Config, body func(size int) (string, error)) error {
	tc := a.transportConfig(cfg, "")
	roots, err := loadCAs(cfg)
	if err != nil {
		return err
	}
	tc.RootCAs = roots
	err = a.step.Comment(ctx, ci.Comment{
		Token:     transport.Secret(strings.TrimSpace(a.sys.Getenv("GITHUB_TOKEN"))),
		Category:  cfg.Category,
		Body:      body,
		Transport: tc,
	})
	if errors.Is(err, ci.ErrNoPullRequest) {
		a.complain("warning: --comment: " + err.Error())
		return nil
	}
	return err
}

// commentTime is how long the comment may take: what is left of the run's time,
// within bounds.
func (a *app) commentTime(cfg *config.Config, res *result.Result) time.Duration {
	if cfg.Timeout == 0 { // scangate verdict has none
		return commentTime
	}
	left := cfg.Timeout - a.sys.Now().Sub(res.Started)
	return min(max(left, commentAtLeast), commentTime)
}

// setOutputs sets the outputs of GitHub's step. It does so once: after a signal
// the process may end beside a run that is still writing its reports.
func (a *app) setOutputs(word string, code int) error {
	if a.step == nil || !a.told.CompareAndSwap(false, true) {
		return nil
	}
	err := a.step.SetOutputs(outputsOf(word, code, a.ended.Load()))
	if err != nil {
		a.told.Store(false) // what ends the run now says so once more
	}
	return err
}

// outputsOf lists the outputs. What is not known is empty, and no number. The
// verdict comes last: a list that is cut short has none.
func outputsOf(word string, code int, end *ending) []ci.Output {
	known := end != nil
	end = cmp.Or(end, &ending{})
	number := func(n int) string {
		if !known {
			return ""
		}
		return strconv.Itoa(n)
	}
	var all []ci.Output
	for _, f := range report.Formats() {
		if f.Name != report.Console {
			all = append(all, ci.Output{Name: f.Name, Value: end.paths[f.Name]})
		}
	}
	for _, s := range result.Severities() {
		all = append(all, ci.Output{Name: s.String(), Value: number(end.verdict.Counts[s])})
	}
	return append(all,
		ci.Output{Name: "planned", Value: number(end.verdict.Planned)},
		ci.Output{Name: "answered", Value: number(end.verdict.Answered)},
		ci.Output{Name: "exit-code", Value: strconv.Itoa(code)},
		ci.Output{Name: "verdict", Value: word})
}

// endOnGitHub tells GitHub of a run that ends without a verdict, or with less
// than its verdict. The comment too: else that of an earlier run, which may have
// passed, would stand for this one.
func (a *app) endOnGitHub(command, word string, code int, line string) {
	if a.step == nil || !judges(command) {
		return
	}
	const longest = 2000 // characters of the line for people
	summary := fmt.Sprintf("## scangate: %s\n\n<pre>%s</pre>\n", word, html.EscapeString(console.Clean(text.Truncate(line, longest))))
	err := errors.Join(
		a.setOutputs(word, code),
		a.step.AddSummary(summary),
		a.step.Annotate(a.sys.Stderr, []ci.Annotation{{Level: ci.LevelError, Title: "scangate: " + word, Text: line}}),
	)
	if code != exitInterrupt && code != exitTerminate && a.commenting != nil {
		ctx, cancel := context.WithTimeout(context.Background(), commentTime)
		defer cancel()
		err = errors.Join(err, a.post(ctx, a.commenting, func(int) (string, error) { return summary, nil }))
	}
	if err != nil {
		a.complain("warning: " + strings.ReplaceAll(err.Error(), "\n", "; "))
	}
}
