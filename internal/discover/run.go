package discover

import (
	"context"
	"slices"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

// Run makes the plan for the files of a tree. Its rows are sorted by kind
// (Dockerfiles, images, templates) and name, and each Target.ID is unique. A problem
// with a single file is a failed row. Run fails with a [*UsageError], a
// [*git.Error], or the cause of ctx's end, which it does not wait for.
func Run(ctx context.Context, t *Tree, files Files, o Options) (*result.Plan, error) {
	var p *result.Plan
	var failed error
	if err := safe.Each(ctx, 1, func(int) { p, failed = run(ctx, t, files, o) }); err != nil {
		return nil, err // the call may still be writing
	}
	return p, failed
}

func run(ctx context.Context, t *Tree, files Files, o Options) (*result.Plan, error) {
	s, err := newSelection(o, t.Under)
	if err != nil {
		return nil, err
	}
	p := newPlan(s)
	if err := p.addNamedImages(); err != nil {
		return nil, err
	}
	all, names, err := s.files(ctx, t, files)
	if err != nil {
		return nil, err
	}
	candidates, err := s.candidates(names)
	if err != nil {
		return nil, err
	}
	from := s.newOpener(ctx, t, all)
	from.repositories = repositories(files)
	if err := p.addElsewhere(from, files); err != nil {
		return nil, err
	}
	found, err := s.classifyAll(ctx, from, candidates)
	if err != nil {
		return nil, err
	}
	p.charts = chartsOf(found)
	manifests, err := s.render(ctx, from, candidates, found, p.charts)
	if err != nil {
		return nil, err
	}
	images, err := s.imageFiles(ctx, from, names, found)
	if err != nil {
		return nil, err
	}
	found = slices.Concat(found, images, manifests.all)
	overlays := s.settleImages(found)
	b, more, err := s.builds(ctx, from, names, found)
	if err != nil {
		return nil, err
	}
	b.settle(found)
	p.rows = slices.Grow(p.rows, countRows(found)+countRows(more))
	for _, f := range append(found, more...) {
		p.add(f)
	}
	p.addBuilds(b)
	p.addSiblings(found, overlays)
	p.addRendered(manifests)
	whole, err := p.finish(files.Unreadable)
	if err != nil {
		return nil, err
	}
	whole.Contents = from.contents.all
	unused, err := p.unusedExclusions(ctx, t, files, whole.Rows)
	whole.Notices = slices.Concat(whole.Notices, p.unusedVars(), unused)
	return whole, err
}

func countRows(all []classified) int {
	n := 0
	for i := range all {
		if all[i].row != nil {
			n++
		}
	}
	return n
}
