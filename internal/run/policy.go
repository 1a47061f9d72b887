package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/result"
)

// What users call these settings.
const (
	policyFromFlag = "--policy-from"
	approveFlag    = "--approve"
)

// judgedBy returns the config file by which the run is judged. own is the one of the files that are
// scanned, or the one that --config names; nil for none. A file outside of what is scanned is not
// the change's: it judges alone.
func (in *inputs) judgedBy(ctx context.Context, own *config.File) (*config.File, error) {
	if in.config.named && in.config.path == "" {
		in.policy = policy.Source{Judge: result.Judge{Setting: in.cfg.Origin("config").String()}}
		return own, nil
	}
	found, err := in.findPolicy(ctx)
	switch {
	case errors.Is(err, policy.ErrUnnamed):
		return nil, usagef("%w; fix: name a file outside of PATH with --config, or a commit with --policy-from", err)
	case err != nil:
		return nil, early(ctx, err)
	}
	in.policy = found
	if found.Commit == nil {
		return own, nil
	}
	return in.merged(ctx, own)
}

// findPolicy asks the host and the flags whose policy judges.
func (in *inputs) findPolicy(ctx context.Context) (policy.Source, error) {
	target, err := ci.TargetOf(in.sys.Getenv)
	if err != nil && in.cfg.PolicyFrom == "" {
		return policy.Source{}, err
	}
	return policy.Find(ctx, policy.Options{
		Repo: in.tree.Repo, Target: target, From: in.cfg.PolicyFrom, Setting: policyFromFlag,
		CAFile: in.cfg.CAFile, Environ: in.sys.Environ,
	})
}

// policyChange is what a change makes of the policy of its target.
type policyChange struct {
	target, base, own *config.File
	// baseKnown and ownKnown are the baselines where the change began and in the change, nil for
	// none.
	baseKnown, ownKnown *result.Baseline
	// targetKnown is that of the target, nil where none is read from it.
	targetKnown *result.Baseline
	// differences are those of the config files.
	differences []config.Difference
}

// approved returns the policy of the target with what the file of a change changes.
func (c *policyChange) approved(own *config.File) *config.File {
	return config.Approved(c.target, c.base, own)
}

// merged returns the target's policy with what the change may say about itself.
func (in *inputs) merged(ctx context.Context, own *config.File) (*config.File, error) {
	at := in.location()
	judge := &in.policy.Judge
	target, err := policy.File(in.policy.Commit, judge.String(), at)
	if err != nil {
		return nil, mistake(ctx, fmt.Errorf("the policy that judges this change: %w; fix: correct it there, or judge by another one with %s", err, policyFromFlag))
	}
	c := policyChange{target: target, base: target, own: own}
	if in.policy.Base != in.policy.Commit {
		// One that can't be read says nothing about where the change began.
		if file, err := policy.File(in.policy.Base, "merge base", at); err == nil {
			c.base = file
		}
	}
	c.differences = config.Differences(c.base, own)
	for _, d := range c.differences {
		judge.Differences = append(judge.Differences, d.PolicyDifference)
	}
	known := in.baselineDifferences(&c)
	judge.Differences = append(judge.Differences, known...)
	judge.NoPolicy = target == nil && own != nil
	judge.Waits = hasEffect(judge.Differences, result.Tightens) && (config.LeavesOutMore(c.base, own) || hasEffect(known, result.Loosens))
	in.change = &c
	return config.Merge(target, c.base, own, judge.Waits), nil
}

func hasEffect(all []result.PolicyDifference, e result.PolicyEffect) bool {
	return slices.ContainsFunc(all, func(d result.PolicyDifference) bool { return d.Effect == e })
}

// completeJudge adds what is known only of a plan: what left it, and the waivers in comments that
// the change brings. Then the differences are complete, and have a hash.
func (in *inputs) completeJudge(p *planned) {
	judge := &in.policy.Judge
	all := slices.Clone(judge.Differences)
	for _, row := range p.left {
		all = append(all, result.PolicyDifference{
			Effect: result.LeavesPlan, Key: "targets", Text: quoted(row.Target.Name) + " " + row.Reason, Detail: row.Target.ID(),
		})
	}
	all = append(all, p.later.differences...)
	slices.SortStableFunc(all, result.PolicyDifference.Compare)
	judge.Differences, judge.Approval = all, result.ApprovalOf(all)
	for i := range p.plan.Rows {
		if row := &p.plan.Rows[i]; row.Cause == result.CauseLeftPlan {
			row.Fix += "; or approve everything that this change loosens: " + in.approving()
		}
	}
}

// approving says how all differences are approved.
func (in inputs) approving() string { return approvingOf(&in.policy.Judge, in.sys) }

func approvingOf(judge *result.Judge, sys System) string {
	text := approveFlag + " " + judge.Approval
	if judge.Commit != "" && ci.HasLabels(sys.Getenv) {
		text += ", or the label " + ci.ApprovalLabel + judge.Approval
	}
	return text
}

// approve lets count what the change changes.
func (in *inputs) approve(ctx context.Context) error {
	in.policy.Judge.Approved = true
	if in.change == nil {
		return nil
	}
	if err := in.settle(in.change.approved(in.change.own)); err != nil {
		return mistake(ctx, err)
	}
	return nil
}

// judgeNotices says what the change changes in the policy, and what becomes of it.
func (in inputs) judgeNotices() []result.Notice {
	return judgeNotices(&in.policy.Judge, in.approving())
}

func judgeNotices(judge *result.Judge, approving string) []result.Notice {
	var notices []result.Notice
	add := func(format string, args ...any) {
		notices = append(notices, result.Notice{Text: "policy: " + fmt.Sprintf(format, args...)})
	}
	for _, d := range judge.Differences {
		add("%s%s", differenceText(d, judge), coveredText(", which covers", d.Covers))
	}
	covered := coveredText("; all of it covers", judge.Covers)
	switch {
	case len(judge.Differences) == 0:
	case judge.Approved:
		add("all of this counts, as approved by %s%s", judge.Approval, covered)
	case judge.NoPolicy:
		add("%s has no policy: defaults, flags and variables judge this change, and nothing of its own policy counts%s; "+
			"fix: merge %s and its baseline into %s before the workflow, or let them count now: %s",
			judge.Name, covered, config.FileName, judge.Name, approving)
	case judge.Commit == "": // the rows of what left say so
	default:
		add("what does not tighten counts once it is merged into %s%s; fix: to let it count now, %s",
			judge.Name, covered, approving)
	}
	return notices
}

// differenceText says what a change changes.
func differenceText(d result.PolicyDifference, judge *result.Judge) string {
	switch d.Effect {
	case result.Loosens:
		return fmt.Sprintf("the change loosens %s: %s", d.Key, d.Text)
	case result.LeavesPlan:
		return "by the change " + d.Text
	case result.Unordered:
		return fmt.Sprintf("the change alters %s: %s", d.Key, d.Text)
	}
	text := fmt.Sprintf("the change tightens %s: %s", d.Key, d.Text)
	if judge.Waits && !judge.Approved {
		text += " (after the merge, with the exclusions, waivers or entries of the baseline that it adds)"
	}
	return text
}

// isApproved reports whether a flag or a label of the request approves all differences. The labels
// are asked for when they matter.
func (in *inputs) isApproved(ctx context.Context) bool {
	hash := in.policy.Judge.Approval
	return hash != "" &&
		(slices.Contains(in.cfg.Approve, hash) || in.policy.Commit != nil && slices.Contains(ci.Approvals(ctx, in.sys.Getenv, in.transport), hash))
}

// location is where the config file is looked for.
func (in *inputs) location() policy.Location {
	at := policy.Location{Under: in.tree.Under}
	if in.config.named {
		at.Named = in.config.path
	}
	return at
}

// baselineDifferences reads the baselines of a change, and says what it changes in them.
func (in *inputs) baselineDifferences(c *policyChange) []result.PolicyDifference {
	if file := in.baselineIn(c.base, policy.ConfigPath(in.policy.Base.Snapshot, in.location())); file != "" {
		// Without one that can be read, everything is added.
		if content, err := in.policy.Base.Read(file); err == nil {
			c.baseKnown, _ = policy.ParseBaseline(file, content)
		}
	}
	file := in.baselineIn(c.own, in.config.path)
	if file == "" {
		return policy.BaselineDifferences(c.baseKnown, nil)
	}
	known, err := parseBaseline(file, func() ([]byte, error) { return readContent(in.tree.FS.Open(file)) })
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.ownKnown = c.baseKnown // what is not known removes nothing
		return []result.PolicyDifference{{Effect: result.Unordered, Key: policy.BaselineKey, Text: err.Error()}}
	}
	c.ownKnown = known
	return policy.BaselineDifferences(c.baseKnown, known)
}

// baselineIn returns the path of the baseline that a flag, a variable or a config file at a path
// names, relative to the root; "" for none, or for one elsewhere.
func (in *inputs) baselineIn(file *config.File, configPath string) string {
	if in.cfg.Baseline != "" && !in.cfg.Origin("baseline").InFile() {
		return in.inTree(in.cfg.Baseline)
	}
	name := filepath.ToSlash(file.Baseline())
	if name == "" || !filepath.IsLocal(filepath.FromSlash(name)) {
		return ""
	}
	return path.Join(path.Dir(configPath), name)
}
