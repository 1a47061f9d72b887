package change

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// Narrow returns the part of a plan that the change touches, and the record of the
// change. Untouched templates and variables in the folders of touched templates
// are sent along, so that the service sees what is deployed.
//
// If nothing but skipped rows exists, all of them are kept.
func (s *Scope) Narrow(ctx context.Context, whole *result.Plan) (*result.Plan, *result.Change, error) {
	whole, err := s.withLost(ctx, whole)
	if err != nil {
		return nil, nil, err
	}
	s.siblings = s.withFolders(whole.Siblings)
	if err := s.addFormerSiblings(ctx, whole); err != nil {
		return nil, nil, err
	}
	if err := s.compare(ctx, append(paths(whole), s.existingSiblings()...)); err != nil {
		return nil, nil, err
	}
	if err := s.findImagesBefore(ctx, whole); err != nil {
		return nil, nil, err
	}
	all := whole.Rows
	record := s.record
	part := &result.Plan{Notices: whole.Notices, Rendered: whole.Rendered, Contents: whole.Contents, Builds: whole.Builds, Variables: whole.Variables, NamedBefore: s.namedBefore()}
	if record.Existing = existing(all); record.Existing == 0 {
		part.Rows, part.NotSent = all, whole.NotSent
		return part, &record, nil
	}
	var rest []result.Row
	for _, row := range all {
		if s.touchesRow(&row) {
			part.Rows = append(part.Rows, row)
		} else {
			rest = append(rest, row)
		}
	}
	s.sendAlong(part, rest, whole.Helpers)
	for _, n := range whole.NotSent {
		if s.touchesProject(n.Path) || s.newlyAsked(result.KindIaC, n.Path) || s.newlyAsked(result.KindDockerfile, n.Path) {
			part.NotSent = append(part.NotSent, n)
		}
	}
	part.Sort()
	record.Touched = existing(part.Rows)
	return part, &record, nil
}

// paths lists the files of a plan.
func paths(p *result.Plan) []string {
	var files []string
	for _, row := range p.Rows {
		if row.Target.Kind != result.KindImage {
			files = append(files, row.Target.File())
		}
		for _, place := range row.Target.Places {
			files = append(files, place.Path)
		}
	}
	for _, h := range p.Helpers {
		files = append(files, h.Path)
	}
	for _, n := range p.NotSent {
		files = append(files, n.Path)
	}
	return files
}

// existing counts the rows that are not skipped.
func existing(rows []result.Row) int {
	n := 0
	for _, row := range rows {
		if row.Status != result.Skipped {
			n++
		}
	}
	return n
}

// touchesRow reports whether the change touches the target of a row. What is excluded
// now is not newly asked for.
func (s *Scope) touchesRow(row *result.Row) bool {
	t := &row.Target
	asked := row.Cause != result.CauseExcluded
	switch t.Kind {
	case result.KindImage:
		return s.touchesImage(row, asked)
	case result.KindDockerfile:
		return s.touchesProject(t.Name) || asked && (s.newlyAsked(t.Kind, t.Name) || s.buildDiffers() || s.varsDecide(t.Name))
	}
	return s.touchesProject(t.File()) || asked && s.newlyAsked(t.Kind, t.File()) || s.touchesFolder(t)
}

// touchesProject reports whether the change touches a file, or one that decides about it:
// the .env file of a Compose file, what it includes, and what is merged over it.
func (s *Scope) touchesProject(file string) bool {
	isOther := func(other string) bool { return s.differs[other] || s.newlyExcluded(other) }
	return s.touched(file) || slices.ContainsFunc(s.siblings[file], isOther)
}

// varsDecide reports whether a project, which may use variables, decides about a file, and
// they had other values at a base.
func (s *Scope) varsDecide(file string) bool { return len(s.siblings[file]) > 0 && s.varsDiffer() }

// withFolders replaces the folders among siblings by the files below them, now and at the
// bases.
func (s *Scope) withFolders(siblings map[string][]string) map[string][]string {
	all := map[string][]string{}
	below := map[string][]string{}
	for file, list := range siblings {
		for _, other := range list {
			folder, isFolder := strings.CutSuffix(other, "/")
			if !isFolder {
				all[file] = append(all[file], other)
				continue
			}
			if below[folder] == nil {
				below[folder] = s.filesBelow(folder)
			}
			all[file] = append(all[file], below[folder]...)
		}
	}
	return all
}

// filesBelow lists the files below a folder, "" for the whole tree, now and at the bases.
func (s *Scope) filesBelow(folder string) []string {
	set := map[string]bool{}
	add := func(file string) {
		if folder == "" || strings.HasPrefix(file, folder+"/") {
			set[file] = true
		}
	}
	for file := range s.listed {
		add(file)
	}
	for _, base := range s.bases {
		for _, file := range base.Files() {
			add(file)
		}
	}
	return slices.Collect(maps.Keys(set))
}

// existingSiblings lists the siblings that exist, or did at a base. Others are names that
// a project only looks for, or files that git ignores.
func (s *Scope) existingSiblings() []string {
	seen := map[string]bool{}
	var files []string
	for _, siblings := range s.siblings {
		for _, file := range siblings {
			if !seen[file] && s.exists(file) {
				files = append(files, file)
			}
			seen[file] = true
		}
	}
	return files
}

// exists reports whether there is a file that may be read, or was one at a base.
func (s *Scope) exists(file string) bool {
	inBase := func(base *git.Snapshot) bool { _, ok := base.Blob(file); return ok }
	return s.isThere(file) || slices.ContainsFunc(s.bases, inBase)
}

// touchesFolder reports whether another file touches a template. The Terraform files
// of a folder are one configuration: a change in one can cause, or fix, what is found
// in another. Files with values decide what is deployed, too.
func (s *Scope) touchesFolder(t *result.Target) bool {
	folder := path.Dir(t.Name)
	return s.folders[folder] || s.armFolders[folder] && t.Framework == template.ARM
}

// touchesImage reports whether the change touches an image: a file that names it,
// or what the config asks for.
func (s *Scope) touchesImage(row *result.Row, asked bool) bool {
	t := &row.Target
	if s.named[t.Name] {
		return true
	}
	for _, place := range t.Places {
		if place.Path != s.configPath && s.touchesReference(row, place.Path, asked) {
			return true
		}
	}
	leftOut := func(r request) bool { return r.leavesOutImage(t) }
	return asked && (slices.ContainsFunc(s.before, leftOut) || t.FromDockerfile && s.buildDiffers() || t.Named && s.varsDiffer())
}

// touchesReference reports whether the change touches a file that names an image, and that did not
// name it before. It touches an image that failed, because it may be why.
func (s *Scope) touchesReference(row *result.Row, file string, asked bool) bool {
	t := &row.Target
	before := s.imagesBefore[namedAt{t.Name, file}] && row.Status != result.Failed
	if s.touchesProject(file) && !before {
		return true
	}
	return asked && (t.FromDockerfile && (s.newlyAsked(result.KindDockerfile, file) || s.varsDecide(file)) ||
		t.Named && s.newlyAsked(result.KindIaC, file))
}

// sendAlong adds the helpers and the untouched templates in the folders of touched
// templates. A helper that is withheld is a failed row there, because the templates
// beside it are incomplete without it.
func (s *Scope) sendAlong(part *result.Plan, rest []result.Row, helpers []result.Helper) {
	folders := map[string]bool{}
	for _, row := range part.Rows {
		if row.Target.Kind == result.KindIaC && row.Status == result.Pending {
			folders[path.Dir(row.Target.Name)] = true
		}
	}
	for _, h := range helpers {
		if folders[path.Dir(h.Path)] {
			h.Untouched = !s.touched(h.Path) && !s.newlyAsked(result.KindIaC, h.Path)
			part.Helpers = append(part.Helpers, h)
		}
	}
	for _, row := range rest {
		t := row.Target
		switch {
		case t.Kind != result.KindIaC || !folders[path.Dir(t.Name)]:
		case row.Status == result.Pending:
			part.Helpers = append(part.Helpers, result.Helper{Path: t.Name, Size: t.Size, Template: true, Untouched: true})
		case isWithheldHelper(&row):
			part.Rows = append(part.Rows, row)
		}
	}
}

// isWithheldHelper reports whether a row is a helper that is not sent because of a
// secret or of its name, or because it can't be read. Templates have a framework.
func isWithheldHelper(row *result.Row) bool {
	withheld := row.Cause == result.CauseSensitive || row.Cause == result.CauseInvalidName ||
		row.Cause == result.CauseUnreadable && isVariableFile(row.Target.Name)
	return withheld && row.Target.Framework == ""
}

// isVariableFile reports whether a file holds the values of Terraform's variables.
func isVariableFile(file string) bool {
	return strings.HasSuffix(file, ".tfvars") || strings.HasSuffix(file, ".tfvars.json")
}
