package change

import (
	"context"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

// withLost returns the plan with a failed row for each template of a base in whose place a
// pointer of Git LFS stands now: it may be deployed, and its content is not known.
func (s *Scope) withLost(ctx context.Context, whole *result.Plan) (*result.Plan, error) {
	objects := s.tree.Repo.Objects(ctx)
	defer objects.Close()
	out := *whole
	out.NotSent = nil
	for _, n := range whole.NotSent {
		lost, err := s.wasTemplate(objects, n)
		switch {
		case err != nil:
			return nil, err
		case lost:
			out.Rows = append(out.Rows, result.Row{
				Target: result.Target{Kind: result.KindIaC, Name: n.Path}, Status: result.Failed, Fault: discover.LostContent(n.Path),
			})
		default:
			out.NotSent = append(out.NotSent, n)
		}
	}
	return &out, nil
}

// wasTemplate reports whether a pointer of Git LFS stands where a base has a template. A
// content that the clone lacks may be one.
func (s *Scope) wasTemplate(objects *git.Objects, n result.NotSent) (bool, error) {
	if n.What != discover.Pointer {
		return false, nil
	}
	for _, base := range s.bases {
		id, ok := base.Blob(n.Path)
		if !ok {
			continue
		}
		content, known, err := objects.Read(id)
		if err != nil {
			return false, err
		}
		if !known || isTemplate(n.Path, content) {
			return true, nil
		}
	}
	return false, nil
}

// isTemplate reports whether a file is a template, or was one before it broke.
func isTemplate(path string, content []byte) bool {
	f, err := template.Parse(path, content)
	return f != nil || err != nil
}
