package run

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/scangate/scangate/internal/allow"
	"github.com/scangate/scangate/internal/change"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/state"
)

// planned is what will be asked, and for whom.
type planned struct {
	// discovered: the plan is complete. It stays false where discovery was cut off.
	discovered bool
	plan       result.Plan
	// change is what the plan was narrowed to, nil for everything.
	change *result.Change
	// mergeBases are the commits at which the change began.
	mergeBases []string
	repo       identity
	// digest and shardDigest are those of the plan, see setDigest.
	digest, shardDigest string
	// waivers are those in comments of the planned files that count, and later those that don't
	// yet.
	waivers []result.Waiver
	later   later
	// left are the rows of what left the plan by the change.
	left []result.Row
	// share has the IDs of the rows that this shard asks for, nil for all.
	share map[string]bool
}

// rows are all rows of the run before anything was asked, those of other shards too.
func (p planned) rows(in inputs) []result.Row { return slices.Concat(p.plan.Rows, in.alerts.Rows()) }

// sent are the files as they are sent.
func (in inputs) sent(p planned) fs.FS { return in.tree.Sent(p.plan.Rendered) }

const sensitiveNotice = "--include-sensitive: files that may hold secrets are sent as well; --dry-run lists them"

// plan discovers the targets, and beside it asks the host and git whom the scan
// belongs to: five processes, for which a hook would have to wait. It returns the inputs with the
// policy that counts: what the change loosens is known with the plan, and may be approved.
func plan(ctx context.Context, in inputs) (inputs, planned, error) {
	var stated ci.Metadata
	var beside safe.Group
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	beside.Go(func() error {
		stated = ci.Detect(in.sys.Getenv).Metadata(asking, in.tree.Repo)
		return nil
	})
	if in.cfg.IncludeSensitive && !in.req.AlertsOnly {
		in.sys.warnf(sensitiveNotice)
	}
	p, err := discoverPlan(ctx, in)
	if err != nil {
		return in, p, err
	}
	in.completeJudge(&p)
	if in.isApproved(ctx) {
		if err := in.approve(ctx); err != nil {
			return in, planned{}, err
		}
		brought := p.later
		if p, err = discoverPlan(ctx, in); err != nil {
			return in, p, err
		}
		p.later = later{waivers: brought.waivers, differences: brought.differences}
	}
	p.plan.Notices = slices.Concat(p.later.notices, expired(in), unrelated(in, p.change), p.plan.Notices)
	for _, n := range slices.Concat(in.judgeNotices(), p.plan.Notices) {
		in.sys.warnf("%v", n)
	}
	if err := beside.Wait(); err != nil {
		return in, p, err
	}
	if in.tree.Commit != "" {
		stated.Commit = in.tree.Commit // the host may have started the run for another one
	}
	p.repo, err = identify(ctx, in, stated, p.plan.Rows)
	return in, p, err
}

// discoverPlan plans by the policy that counts.
func discoverPlan(ctx context.Context, in inputs) (planned, error) {
	targets, err := findTargets(ctx, in)
	if err != nil {
		return planned{}, early(ctx, err)
	}
	targets.plan.EscapeNames()
	targets.discovered = true
	targets.waivers, targets.later, err = in.inlineWaivers(ctx, &targets.plan)
	return targets, err
}

// expired returns a notice for each exclusion that has expired.
func expired(in inputs) []result.Notice {
	if in.req.AlertsOnly {
		return nil
	}
	var notices []result.Notice
	for _, e := range in.expired {
		notices = append(notices, e.Origin.Notice("%q expired on %s, and excludes nothing any more; fix: remove it, or set a later day", e.Pattern, e.Expires))
	}
	return notices
}

// unrelated returns a notice if a source leaves out unrelated alerts and there is no change that
// they could be related to.
func unrelated(in inputs, change *result.Change) []result.Notice {
	if change != nil || len(in.alerts.Related()) == 0 {
		return nil
	}
	return []result.Notice{{Text: "related: true has no effect without --new-from or --new-only: all alerts count"}}
}

// findTargets plans all targets of the tree, or with --new-from and --new-only those that the
// change touches.
func findTargets(ctx context.Context, in inputs) (planned, error) {
	if in.req.AlertsOnly {
		return planned{}, nil
	}
	defer collectAt(parsingGrowth)()
	files, err := in.tree.List(ctx)
	if err != nil {
		return planned{}, err
	}
	options := discoverOptions(in)
	defer limitMemory(heapFor(len(files.Names)))()
	var scope *change.Scope
	began := ""
	base, err := in.base(ctx)
	if err != nil {
		return planned{}, err
	}
	if base.Revision != "" {
		if scope, err = changeSince(ctx, in, files, base); err != nil {
			return planned{}, err
		}
		options.Unparsed, began = scope.Unparsed, scope.MergeBases()[0]
	}
	all, err := discover.Run(ctx, in.tree, files, options)
	if err != nil {
		return planned{}, err
	}
	all, left, err := failLeft(ctx, in, all, began)
	if err != nil {
		return planned{}, err
	}
	p := planned{left: left}
	if scope != nil {
		p.mergeBases = scope.MergeBases()
		if all, p.change, err = scope.Narrow(ctx, all); err != nil {
			return planned{}, err
		}
	}
	if err := in.bound(ctx, all, p.change); err != nil {
		return planned{}, err
	}
	p.plan = *all
	p.plan.Notices = slices.Concat(whole(base), p.plan.Notices)
	if len(in.alerts.Rows()) == 0 {
		p.plan.Notices = append(p.plan.Notices, p.nothing(in, len(files.Names))...)
	}
	return p, nil
}

// isEmpty reports whether there is no target, touched or not.
func (p planned) isEmpty() bool {
	return len(p.plan.Rows) == 0 && (p.change == nil || p.change.Existing == 0)
}

// nothing says why there is nothing to scan, if there is nothing.
func (p planned) nothing(in inputs, files int) []result.Notice {
	switch {
	case p.isEmpty():
		return []result.Notice{{Text: noTarget(files)}}
	case p.isSkipped() && !in.cfg.AllowEmpty:
		return []result.Notice{{Text: "every target is skipped; fix: find out why with -v, or accept it with --allow-empty"}}
	}
	return nil
}

// isSkipped reports whether there are targets, and each is skipped.
func (p planned) isSkipped() bool {
	notSkipped := func(r result.Row) bool { return r.Status != result.Skipped }
	return len(p.plan.Rows) > 0 && !slices.ContainsFunc(p.plan.Rows, notSkipped)
}

// noTarget says what was looked at, and what a target is.
func noTarget(files int) string {
	const fix = "; fix: check PATH, --only and what is excluded; scangate help targets says what a target is"
	if files == 0 {
		return "there is no file to look at" + fix
	}
	return fmt.Sprintf("files looked at: %d; none is a Dockerfile, names an image, or is a template that the service takes%s", files, fix)
}

// bound fails what --allow-registry does not allow. It is the last word about the plan.
func (in inputs) bound(ctx context.Context, plan *result.Plan, change *result.Change) error {
	if len(in.cfg.AllowRegistries) == 0 {
		return nil
	}
	list := allow.NewList(names().AllowRegistry, in.cfg.AllowRegistries)
	if err := list.Bound(ctx, plan, in.tree.Sent(plan.Rendered)); err != nil {
		return err
	}
	if change == nil { // else most images are not looked at
		plan.Notices = append(plan.Notices, list.Unused()...)
	}
	return nil
}

func discoverOptions(in inputs) discover.Options {
	return discover.Options{
		Only: in.cfg.Only, Dockerfiles: in.cfg.Dockerfiles, Templates: in.cfg.Templates,
		Images: in.cfg.Images, CIFiles: in.cfg.CIFiles, Exclude: in.cfg.Exclude, ExcludeImages: in.cfg.ExcludeImages,
		IncludeSensitive: in.cfg.IncludeSensitive,
		BuildArgs:        in.cfg.BuildArgs, Vars: in.cfg.Vars, VarSources: in.cfg.VarSources, Platforms: in.cfg.Platforms,
		RenderHelm: in.cfg.Render[config.RenderHelm], RenderKustomize: in.cfg.Render[config.RenderKustomize],
		Own: in.ownFiles(), Mark: policy.InlineWord, Names: names(),
	}
}

// ownFiles are files of the tree that this program writes: the one of --state is
// never uploaded.
func (in *inputs) ownFiles() []string {
	if in.tree.Stored() || !state.IsOwn(in.cfg.State) {
		return nil // what a commit or the index has is judged, and so is the file of others
	}
	if own := in.inTree(in.cfg.State); own != "" {
		return []string{own}
	}
	return nil // a folder that doesn't exist yet holds no files
}

// identity is what the service associates a scan with.
type identity struct {
	URL, Branch, Commit, Name, Email string
	// Index: what was scanned is in no commit yet.
	Index bool
}

// repository is the part of the identity that a result names.
func (i identity) repository() result.Repository {
	r := result.Repository{URL: i.URL, Branch: i.Branch, Commit: i.Commit, Index: i.Index}
	if r.Index {
		r.Commit = ""
	}
	return r
}

// committer is name and address as git writes them; "" where both are unknown.
func (i identity) committer() string {
	switch {
	case i.Email == "":
		return i.Name
	case i.Name == "":
		return "<" + i.Email + ">"
	}
	return i.Name + " <" + i.Email + ">"
}

// embeddedIdentity is for the embedded service, which keeps nothing.
func embeddedIdentity() identity {
	return identity{URL: "https://embedded.invalid/repository", Branch: "embedded", Name: "embedded", Email: "embedded@embedded.invalid"}
}

// identify takes repository, branch and committer from the flags, then from what
// the host and git state. Image submissions and --save-results can't do without
// the first two; a dry run can.
func identify(ctx context.Context, in inputs, stated ci.Metadata, rows []result.Row) (identity, error) {
	var last identity
	if in.cfg.Embedded() {
		last = embeddedIdentity()
	}
	id := identity{
		URL:    cmp.Or(ci.CanonicalURL(in.cfg.RepoURL), stated.RepoURL, last.URL),
		Branch: cmp.Or(in.cfg.Branch, stated.Branch, last.Branch),
		Commit: stated.Commit,
		Index:  in.tree.Index,
		Name:   cmp.Or(in.cfg.CommitterName, stated.CommitterName, last.Name),
		Email:  cmp.Or(in.cfg.CommitterEmail, stated.CommitterEmail, last.Email),
	}
	if id.URL != "" && id.Branch != "" || in.cfg.DryRun || !needsIdentity(in, rows) {
		return id, nil
	}
	if signal, ok := interruptOf(ctx); ok {
		return id, signal // git was stopped before it could answer
	}
	return id, missingIdentity(id)
}

func missingIdentity(id identity) error {
	flags := "--repo-url and --branch"
	switch {
	case id.URL != "":
		flags = "--branch"
	case id.Branch != "":
		flags = "--repo-url"
	}
	return usagef("Cloud Optix needs the repository and the branch for images and --save-results: neither CI variables nor git name them; fix: give %s", flags)
}

// needsIdentity reports whether a planned call has repository and branch as
// mandatory parameters.
func needsIdentity(in inputs, rows []result.Row) bool {
	return slices.ContainsFunc(rows, func(r result.Row) bool {
		return r.Status == result.Pending && (r.Target.Kind != result.KindIaC || in.cfg.SaveResults)
	})
}
