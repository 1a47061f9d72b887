package change

import (
	"context"
	"slices"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
)

// namedAt is an image in a file that names it.
type namedAt struct{ image, file string }

// findImagesBefore finds which images the files named at every base. What is found in them since is
// not of the change, although it touches a file that names them. In doubt a file named none: an
// image was failed or left out, the clone lacks a content, or the config asked for something else.
func (s *Scope) findImagesBefore(ctx context.Context, whole *result.Plan) error {
	differs := func(r request) bool { return !r.plansLike(s.now) }
	if slices.ContainsFunc(s.before, differs) || !s.touchesAReference(whole) {
		return nil
	}
	for i, base := range s.bases {
		named, err := s.imagesOf(ctx, base)
		if err != nil {
			return err
		}
		if i == 0 {
			s.imagesBefore = named
		}
		for at := range s.imagesBefore {
			if !named[at] {
				delete(s.imagesBefore, at)
			}
		}
	}
	return nil
}

// touchesAReference reports whether the change touches a file that names an image.
func (s *Scope) touchesAReference(whole *result.Plan) bool {
	for _, row := range whole.Rows {
		for _, place := range row.Target.Places {
			if row.Target.Kind == result.KindImage && s.touchesProject(place.Path) {
				return true
			}
		}
	}
	return false
}

// imagesOf plans a base, and returns the images that would have been asked about. An error of the
// plan itself, such as a glob that fits nothing there, yields none.
func (s *Scope) imagesOf(ctx context.Context, base *git.Snapshot) (map[namedAt]bool, error) {
	tree, files := s.tree.AsOf(base, nil)
	defer func() { _ = tree.Close() }() // it was only read
	p, err := s.plan(ctx, tree, files, s.Unparsed)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, nil
	}
	named := map[namedAt]bool{}
	for _, row := range p.Rows {
		if row.Target.Kind != result.KindImage || row.Status != result.Pending {
			continue
		}
		for _, place := range row.Target.Places {
			named[namedAt{row.Target.Name, place.Path}] = true
		}
	}
	return named, nil
}

// namedBefore lists the files that named an image before, for the images of a plan.
func (s *Scope) namedBefore() map[string][]string {
	named := map[string][]string{}
	for at := range s.imagesBefore {
		named[at.image] = append(named[at.image], at.file)
	}
	return named
}
