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

// merged returns the target's policy with what the change may say about itself.
func (in *inputs) merged(ctx context.Context, own *config.File) (*config.File, error) {
	at := in.location()
	judge := &in.policy.Judge
	target, err := policy.File(in.policy.Commit, judge.String(), at)
	if err != nil {
		return nil, usagef("the policy that judges this change: %w; fix: correct it there, or judge by another one with %s", err, policyFromFlag)
	}
	base := target
	if in.policy.Base != in.policy.Commit {
		// One that can't be read says nothing about where the change began.
		if file, err := policy.File(in.policy.Base, "merge base", at); err == nil {
			base = file
		}
	}
	judge.Differences = append(config.Differences(base, own), in.baselineDifferences(base, own)...)
	judge.Approval = config.ApprovalOf(judge.Differences)
	if judge.Approval != "" && in.isApproved(ctx, judge.Approval) {
		judge.Approved = true
		return config.Approved(target, base, own), nil
	}
	return config.Merge(target, base, own), nil
}

// judgeNotices says what the change changes in the policy, and what becomes of it.
func (in inputs) judgeNotices() []result.Notice {
	judge := &in.policy.Judge
	var notices []result.Notice
	for _, d := range judge.Differences {
		effect := map[result.PolicyEffect]string{
			result.Loosens: "the change loosens", result.Unordered: "the change alters", result.Tightens: "the change tightens",
		}[d.Effect]
		notices = append(notices, result.Notice{Text: fmt.Sprintf("policy: %s %s: %s", effect, d.Key, d.Text)})
	}
	switch {
	case judge.Approved:
		notices = append(notices, result.Notice{Text: fmt.Sprintf("policy: all of this counts, as approved by %s", judge.Approval)})
	case judge.Approval != "":
		notices = append(notices, result.Notice{Text: fmt.Sprintf("policy: what does not tighten counts once it is merged into %s; "+
			"fix: to let it count now, %s %s, or the label %s%s", judge.Name, approveFlag, judge.Approval, ci.ApprovalLabel, judge.Approval)})
	}
	return notices
}

// isApproved reports whether a flag or a label of the request approves a hash. The labels are asked
// for when they matter.
func (in *inputs) isApproved(ctx context.Context, hash string) bool {
	return slices.Contains(in.cfg.Approve, hash) || slices.Contains(ci.Approvals(ctx, in.sys.Getenv, in.transport), hash)
}

// location is where the config file is looked for.
func (in *inputs) location() policy.Location {
	at := policy.Location{Under: in.tree.Under}
	if in.config.named {
		at.Named = in.config.path
	}
	return at
}

// baselineDifferences says what the change changes in the baseline. base and own are the config
// files, which may name it.
func (in *inputs) baselineDifferences(base, own *config.File) []result.PolicyDifference {
	var before, after []byte
	if file := in.baselineIn(base, policy.ConfigPath(in.policy.Base.Snapshot, in.location())); file != "" {
		before, _ = in.policy.Base.Read(file) // without one, everything is added
	}
	if file := in.baselineIn(own, in.config.path); file != "" {
		after, _ = fs.ReadFile(in.tree.FS, file) // where it counts, its errors are reported
	}
	return policy.BaselineDifferences(before, after)
}

// baselineIn returns the path of the baseline that a flag, a variable or a config file at a path
// names, relative to the root; "" for none, or for one elsewhere.
func (in *inputs) baselineIn(file *config.File, configPath string) string {
	if in.cfg.Baseline != "" {
		return in.inTree(in.cfg.Baseline)
	}
	name := filepath.ToSlash(file.Baseline())
	if name == "" || !filepath.IsLocal(filepath.FromSlash(name)) {
		return ""
	}
	return path.Join(path.Dir(configPath), name)
}
