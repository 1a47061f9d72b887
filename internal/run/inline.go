package run

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/scangate/scangate/internal/policy"
	"github.com/scangate/scangate/internal/result"
)

// later are waivers in comments that a change brings, and that count once it is merged.
type later struct {
	waivers     []result.Waiver
	differences []result.PolicyDifference
	notices     []result.Notice
}

// inlineWaivers reads the waivers in the comments of the planned files, and of those that name
// images. Where the policy of a target judges, only those that it has as well count; it also
// returns the others. The error is about all comments that are not valid.
func (in inputs) inlineWaivers(ctx context.Context, p *result.Plan) (all []result.Waiver, brought later, err error) {
	read := checkout(in.tree.FS, nil).Read
	var errs []error
	for _, path := range filesOf(p.Rows) {
		if known, ok := p.Contents[path]; ok && !known.Marked {
			continue
		}
		content, err := read(path)
		if err != nil {
			continue // its row says so
		}
		waivers, others, err := in.policy.Inline(path, content)
		all, errs = append(all, waivers...), append(errs, err)
		for _, w := range others {
			brought.add(path, w, content, in.policy.Judge.Name)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, later{}, mistake(ctx, err) // of the target's file, too, which may accept them
	}
	return all, brought, nil
}

func (l *later) add(path string, w result.Waiver, content []byte, target string) {
	l.waivers = append(l.waivers, w)
	l.differences = append(l.differences, policy.InlineDifference(path, w, content))
	l.notices = append(l.notices, w.Origin.Notice("%s counts once it is merged into %s", w.Rule, target))
}

// filesOf are the files of the targets, without those that are rendered, and the files that name
// images, sorted.
func filesOf(rows []result.Row) []string {
	files := map[string]bool{}
	for i := range rows {
		t := &rows[i].Target
		if (t.Kind == result.KindDockerfile || t.Kind == result.KindIaC) && t.RenderedFrom == "" {
			files[t.Name] = true
		}
		if t.Kind == result.KindImage {
			for _, p := range t.Places {
				files[p.Path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(files))
}

// narrowed reports whether the run looks at a part of what could be asked for.
func (in inputs) narrowed() bool {
	c := in.cfg
	all := !slices.ContainsFunc(result.Kinds(), func(k result.KindInfo) bool { return k.Scanned && !c.Only[k.Kind] })
	return in.req.AlertsOnly || !all || len(c.Templates)+len(c.Dockerfiles) > 0 || in.tree != nil && in.tree.Under != ""
}
