package change

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
)

// Began is the commit at which a change began.
type Began struct {
	Files *git.Snapshot
	// Contents are those of the commit, nil for those of the clone.
	Contents *git.Objects
	// Plan plans the files of a tree as they are planned now, but for what is rendered.
	Plan func(ctx context.Context, tree *discover.Tree, files discover.Files) (*result.Plan, error)
}

// Left returns a plan in which each file that was a target where the change began, and is skipped
// or not sent now, is a failed row. What is excluded, and an empty file, did not leave by itself.
// What is not sent and was not there before fails only if a target of its folder left in the same
// change, as it does under a new name.
//
// A file of the base that can't be read was a target: in doubt it left. It also returns the rows of
// what left.
func Left(ctx context.Context, tree *discover.Tree, whole *result.Plan, began Began) (*result.Plan, []result.Row, error) {
	l := leaving{tree: tree, base: began.Files, now: map[string]bool{}, before: map[string]result.Kind{}}
	for _, row := range whole.Rows {
		if row.Status != result.Skipped {
			l.now[row.Target.File()] = true
		}
	}
	asked := l.asked(whole)
	if len(asked) == 0 {
		return whole, nil, nil
	}
	if err := l.planBase(ctx, asked, began); err != nil {
		return nil, nil, err
	}
	plan, left := l.split(whole)
	if len(left) == 0 {
		return whole, nil, nil
	}
	plan.Rows = append(plan.Rows, left...)
	plan.Sort()
	return plan, left, nil
}

// leaving compares a plan with the one of the base.
type leaving struct {
	tree *discover.Tree
	base *git.Snapshot
	// now holds the files that are planned.
	now map[string]bool
	// before holds the targets of the base among the files that matter.
	before map[string]result.Kind
}

// asked lists the files of the base that may have left: those that are skipped or not sent now, and
// where something is not sent that was not there before, all that are gone from its folder. If a
// link or a submodule took the place of a folder, all that was below is gone.
func (l *leaving) asked(whole *result.Plan) []string {
	var files []string
	folders, replaced := map[string]bool{}, map[string]bool{}
	for _, row := range whole.Rows {
		if l.maySkip(row) {
			files = append(files, row.Target.Name)
		}
	}
	for _, n := range slices.Concat(whole.NotSent, whole.Covered) {
		switch {
		case l.now[n.Path]: // it is planned, and only a part of it is not sent
		case !l.base.Lacks(n.Path):
			files = append(files, n.Path)
		default:
			folders[folderOf(n.Path)], replaced[n.Path] = true, true
		}
	}
	files = slices.DeleteFunc(files, func(file string) bool { return l.base.Lacks(file) || l.tree.Same(l.base, file) })
	for _, file := range l.base.Files() {
		isGone := isBelow(replaced, file) || folders[folderOf(file)] && !l.tree.Same(l.base, file)
		if isGone && !l.now[file] && l.tree.Covers(file) {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// maySkip reports whether a skipped row may hide what the file was.
func (l *leaving) maySkip(row result.Row) bool {
	return row.Status == result.Skipped && row.Target.Kind != result.KindImage &&
		row.Cause != result.CauseExcluded && row.Cause != result.CauseEmptyContent
}

func folderOf(file string) string { return path.Dir(file) }

// isBelow reports whether a file lies in one of the folders, however deep.
func isBelow(folders map[string]bool, file string) bool {
	for dir := folderOf(file); dir != "."; dir = folderOf(dir) {
		if folders[dir] {
			return true
		}
	}
	return false
}

// planBase plans the files of the base that are asked about.
func (l *leaving) planBase(ctx context.Context, asked []string, began Began) error {
	tree, files := l.tree.AsOf(began.Files, began.Contents)
	defer func() { _ = tree.Close() }() // it was only read
	isAsked := func(file string) bool { _, found := slices.BinarySearch(asked, file); return found }
	p, err := began.Plan(ctx, tree, files.Only(isAsked))
	if err != nil {
		return err
	}
	for _, row := range p.Rows {
		if row.Target.Kind != result.KindImage && row.Status != result.Skipped {
			l.before[row.Target.File()] = row.Target.Kind
		}
	}
	return nil
}

// split takes what left out of the plan, and returns a failed row for each.
func (l *leaving) split(whole *result.Plan) (plan *result.Plan, left []result.Row) {
	out := *whole
	out.Rows, out.NotSent = nil, nil
	for _, row := range whole.Rows {
		if _, was := l.before[row.Target.Name]; was && l.maySkip(row) {
			left = append(left, leftRow(row.Target, row.Reason))
			continue
		}
		out.Rows = append(out.Rows, row)
	}
	for _, n := range whole.NotSent {
		if row, was := l.tookPlace(n); was {
			left = append(left, row)
		} else {
			out.NotSent = append(out.NotSent, n)
		}
	}
	for _, n := range whole.Covered {
		if row, was := l.tookPlace(n); was {
			left = append(left, row)
		}
	}
	return &out, left
}

// tookPlace returns the failed row of what is not sent, if a target left for it.
func (l *leaving) tookPlace(n result.NotSent) (result.Row, bool) {
	kind, was := l.before[n.Path]
	if !was && l.base.Lacks(n.Path) {
		kind, was = l.goneBeside(n.Path)
	}
	target := result.Target{Kind: kind, Name: n.Path}
	switch {
	case !was || l.now[n.Path]:
		return result.Row{}, false
	case n.What == discover.Pointer:
		return result.Row{Target: target, Status: result.Failed, Fault: discover.LostContent(n.Path)}, true
	}
	return leftRow(target, n.What), true
}

// goneBeside returns the kind of a target that is planned no more, in the folder of a file or, if
// that is a folder now, in it.
func (l *leaving) goneBeside(file string) (result.Kind, bool) {
	for target, kind := range l.before {
		if !l.now[target] && (folderOf(target) == folderOf(file) || strings.HasPrefix(target, file+"/")) {
			return kind, true
		}
	}
	return "", false
}

func leftRow(t result.Target, what string) result.Row {
	return result.Row{Target: t, Status: result.Failed, Fault: result.Fault{
		Cause: result.CauseLeftPlan, Reason: "left the plan: " + what,
		Fix: "restore what was scanned before this change",
	}}
}
