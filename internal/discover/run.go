package discover

import (
	"cmp"
	"context"
	"errors"
	"path"
	"slices"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// Run makes the plan for a tree. Its rows are sorted by kind (Dockerfiles,
// images, templates) and name, and every Target.ID is unique. It fails with a
// [*UsageError], a [*git.Error], or the cause of ctx's end; what is wrong with
// a single file is a row.
func Run(ctx context.Context, t *Tree, o Options) (*result.Plan, error) {
	s, err := newSelection(o, t.Under)
	if err != nil {
		return nil, err
	}
	im := &images{byRef: map[string]*mention{}, exclude: s.exclude}
	if s.wants(result.KindImage) {
		if err := im.addNamed(o.Images, s.newImage); err != nil {
			return nil, err
		}
	}
	s.change = newChange(t, o.Since)
	l, err := t.list(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.addIgnored(ctx, t, &l); err != nil {
		return nil, err
	}
	l.files = s.others(l.files)
	s.charts = findCharts(t, l.files)
	jobs, err := s.choose(l.files)
	if err != nil {
		return nil, err
	}
	opener := s.newOpener(ctx, t, l.files)
	all, err := lookAll(ctx, s, opener, jobs)
	if err != nil {
		return nil, err
	}
	if all, err = s.lookAgain(ctx, opener, jobs, all); err != nil {
		return nil, err
	}
	p, err := s.assemble(all, im)
	if err != nil {
		return nil, err
	}
	for _, dir := range l.unreadable {
		p.Rows = append(p.Rows, *s.unreadableFolder(dir))
	}
	sortPlan(p)
	return p, nil
}

// newOpener knows the files of the whole tree as soon as a link makes it ask.
func (s *selection) newOpener(ctx context.Context, t *Tree, listed []string) *opener {
	names := sync.OnceValues(func() (map[string]bool, error) {
		files := listed
		if t.Under != "" {
			var err error
			if files, err = t.Repo.Files(ctx, ""); err != nil {
				return nil, err
			}
		}
		files = s.others(files)
		known := make(map[string]bool, len(files))
		for _, file := range files {
			known[file] = true
		}
		return known, nil
	})
	known := func(path string) (bool, error) {
		set, err := names()
		return set[path], err
	}
	return &opener{tree: t, known: known, careless: s.IncludeSensitive, real: map[string]bool{}}
}

func (s *selection) unreadableFolder(dir string) *result.Row {
	t := result.Target{Kind: result.KindIaC, Name: dir}
	if !s.wants(result.KindIaC) {
		t.Kind = result.KindDockerfile
	}
	if by := excludedBy(s.exclude, dir); by != "" {
		return skipped(t, result.CauseExcluded, "excluded by "+by)
	}
	return unreadable(t, errors.New("the folder is closed to this user"))
}

// assemble puts together what the jobs brought.
func (s *selection) assemble(all []found, im *images) (*result.Plan, error) {
	p := &result.Plan{}
	used := make([]bool, len(s.templates))
	var helpers []result.Helper
	secrets := map[string]string{}
	for _, f := range all {
		if f.row != nil && s.planned(f.row, used) {
			if f.row.Status == result.Pending && f.secret != "" {
				f.row = withheld(f.row.Target, f.secret)
			}
			p.Rows = append(p.Rows, *f.row)
			s.change.keep(f.row.Target.ID(), f.touched)
		}
		for _, m := range f.mentions {
			m.touched = f.touched || s.newlyAskedImage(m)
			im.add(m)
		}
		if f.helper != nil {
			f.helper.Untouched = !f.touched
			secrets[f.helper.Path] = f.secret
			helpers = append(helpers, *f.helper)
		}
		if f.unsupported != nil && f.touched && !s.charts.vendors(f.unsupported.Path) {
			p.Unsupported = append(p.Unsupported, *f.unsupported)
		}
	}
	p.Rows = append(p.Rows, im.rows()...)
	for _, m := range im.byRef {
		s.change.keep(result.Target{Kind: result.KindImage, Name: m.ref}.ID(), m.touched)
	}
	helpers = append(helpers, s.change.narrow(p)...)
	p.Helpers = beside(p.Rows, helpers)
	withholdHelpers(p, secrets)
	if !s.wants(result.KindIaC) {
		return p, nil
	}
	return p, unusedGlob("--iac", s.templates, used, "matches no IaC template: globs are relative to the repository root or to PATH")
}

// planned reports whether a row belongs into the plan. Of templates these are
// the ones that are asked for; of the others those that could not be read and
// may have named an image.
func (s *selection) planned(row *result.Row, used []bool) bool {
	if row.Target.Kind != result.KindIaC {
		return true
	}
	fits := s.wants(result.KindIaC) && len(s.templates) == 0
	for i, p := range s.templates {
		if p.matches(row.Target.Name) {
			used[i], fits = true, s.wants(result.KindIaC)
		}
	}
	return fits || row.Status == result.Failed && s.wants(result.KindImage) && template.MayNameImages(row.Target.Name)
}

// beside keeps the helpers that lie beside a template to be sent: others would
// go along with nothing.
func beside(rows []result.Row, helpers []result.Helper) []result.Helper {
	folders := map[string]bool{}
	for _, row := range rows {
		if row.Target.Kind == result.KindIaC && row.Status == result.Pending {
			folders[path.Dir(row.Target.Name)] = true
		}
	}
	return slices.DeleteFunc(helpers, func(h result.Helper) bool { return !folders[path.Dir(h.Path)] })
}

// withholdHelpers makes a failed row of each helper with a secret: without it
// the templates beside it are not what is deployed.
func withholdHelpers(p *result.Plan, secrets map[string]string) {
	p.Helpers = slices.DeleteFunc(p.Helpers, func(h result.Helper) bool {
		if secrets[h.Path] != "" {
			p.Rows = append(p.Rows, *withheld(result.Target{Kind: result.KindIaC, Name: h.Path, Size: h.Size}, secrets[h.Path]))
		}
		return secrets[h.Path] != ""
	})
}

func sortPlan(p *result.Plan) {
	order := map[result.Kind]int{result.KindDockerfile: 1, result.KindImage: 2, result.KindIaC: 3}
	slices.SortFunc(p.Rows, func(a, b result.Row) int {
		return cmp.Or(cmp.Compare(order[a.Target.Kind], order[b.Target.Kind]), cmp.Compare(a.Target.Name, b.Target.Name))
	})
	slices.SortFunc(p.Helpers, func(a, b result.Helper) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(p.Unsupported, func(a, b result.Unsupported) int { return cmp.Compare(a.Path, b.Path) })
}
