package discover

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// lookAgain looks whole into the folders that the change touches, where the
// first look has left untouched files half read, and marks those that it touches
// through another file.
func (s *selection) lookAgain(ctx context.Context, o *opener, jobs []job, all []found) ([]found, error) {
	if s.change == nil {
		return all, nil
	}
	if err := s.leftOut(ctx, jobs, all); err != nil {
		return nil, err
	}
	terraform, err := s.configurations(ctx, o, jobs, all)
	if err != nil {
		return nil, err
	}
	r := reach{values: s.valuesGiven(jobs, all), terraform: terraform, charts: s.chartsTouched(o, jobs)}
	var again []job
	var at []int
	folders := r.folders(jobs, all)
	for i, j := range jobs {
		if !all[i].touched && j.kind == result.KindIaC && (folders[path.Dir(j.path)] || r.charts.hold(j.path)) {
			j.whole = true
			again, at = append(again, j), append(at, i)
		}
	}
	looked, err := lookAll(ctx, s, o, again)
	if err != nil {
		return nil, err
	}
	for n, i := range at {
		all[i] = looked[n]
		if row := all[i].row; row != nil {
			all[i].touched = r.reaches(row.Target, func() []byte { return s.content(o, row.Target.Name) })
		}
	}
	return all, nil
}

// reach is what the change touches through other files.
type reach struct {
	values    map[valuesKey]bool
	terraform map[string]*configuration
	charts    charts
}

// folders are those of which every template has to be known: it may be touched,
// or goes along.
func (r reach) folders(jobs []job, all []found) map[string]bool {
	folders := map[string]bool{}
	for key := range r.values {
		folders[key.folder] = true
	}
	for folder := range r.terraform {
		folders[folder] = true
	}
	for i, j := range jobs {
		if j.kind == result.KindIaC && (all[i].touched && (all[i].row != nil || all[i].helper != nil) || r.charts.hold(j.path)) {
			folders[path.Dir(j.path)] = true
		}
	}
	return folders
}

// reaches reports whether the change touches an untouched template.
func (r reach) reaches(t result.Target, content func() []byte) bool {
	folder := path.Dir(t.Name)
	if r.charts.hold(t.Name) || r.values[valuesKey{folder, languageOf(t)}] {
		return true
	}
	c := r.terraform[folder]
	return c != nil && template.IsTerraform(t.Name) && c.touches(t.Name, content())
}

// chartsTouched finds the charts of the bases whose Chart.yaml is another one or
// gone: what lies below it was no manifest before it is rendered, and may be one.
func (s *selection) chartsTouched(o *opener, jobs []job) charts {
	listed := map[string]bool{}
	for _, j := range jobs {
		listed[j.path] = true
	}
	touched := charts{}
	for _, base := range s.change.bases {
		for _, file := range base.Files() {
			if path.Base(file) == "Chart.yaml" && (s.change.tree.covers(file) && !listed[file] || s.change.touches(o, file)) {
				touched[path.Dir(file)] = true
			}
		}
	}
	return touched
}

// leftOut fails the files that the change touches and that a sparse checkout
// leaves out of the work tree. Those that it leaves alone are not touched by
// being away.
func (s *selection) leftOut(ctx context.Context, jobs []job, all []found) error {
	var left map[string]bool
	for i, j := range jobs {
		f := &all[i]
		if !f.touched || f.row != nil || f.helper != nil {
			continue
		}
		if _, err := os.Lstat(s.change.tree.abs(j.path)); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if left == nil {
			var err error
			if left, err = s.change.tree.Repo.Sparse(ctx, s.change.bases); err != nil {
				return err
			}
		}
		switch differs, sparse := left[j.path]; {
		case sparse && differs && j.excluded == "":
			f.row = failed(j.target(0), result.CauseUnreadable, j.path+": the change touches it, and a sparse checkout leaves it out",
				"bring it with git sparse-checkout add or disable, or exclude it")
		case sparse:
			f.touched = false
		}
	}
	return nil
}
