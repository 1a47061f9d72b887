package gate

import (
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// survey knows which places a run looked at: without an answer about its place, an entry that no
// finding has is not fixed.
type survey struct {
	gone     map[string]bool
	narrowed bool
	// share: there are more rows, and what was found there is unknown here.
	share bool
	rows  []result.Row
	// files are the rows about a file: those of the file and of the images that it names.
	files map[string][]*result.Row
	// targets are the rows by the ID of their target.
	targets map[string]*result.Row
}

func newSurvey(gone []string, rows []result.Row, narrowed bool) *survey {
	s := &survey{gone: map[string]bool{}, narrowed: narrowed, rows: rows, files: map[string][]*result.Row{}, targets: map[string]*result.Row{}}
	for _, path := range gone {
		s.gone[path] = true
	}
	for i := range rows {
		row := &rows[i]
		s.targets[row.Target.ID()] = row
		for _, path := range filesOf(&row.Target) {
			s.files[path] = append(s.files[path], row)
		}
	}
	return s
}

// filesOf are the file of a target, or those that name the image.
func filesOf(t *result.Target) []string {
	if t.Kind == result.KindImage {
		return pathsOf(t.Places)
	}
	return []string{t.File()}
}

// covers reports whether the run would have found what an entry stands for.
func (s *survey) covers(e *result.BaselineEntry) bool {
	switch {
	case e.Source != "":
		row := s.targets[e.Source]
		return row != nil && settled(row)
	case s.gone[e.Path]:
		return true
	case e.Path == "":
		return !s.narrowed && allSettled(s.ofKind(e))
	}
	return allSettled(s.about(e))
}

// isGone reports whether the place of an entry is gone: there is no such file, or the run looked
// at it. In a share of a run the place may be that of another share. There it is gone, so that what
// was moved does not fail a share: the verdict on all of them knows.
func (s *survey) isGone(e *result.BaselineEntry) bool {
	return e.Path != "" && (s.covers(e) || s.share && len(s.files[e.Path]) == 0)
}

// about returns the rows that tell whether the finding of an entry is still in its file. A run
// that is narrowed to a change asks for some of the images that a file names.
func (s *survey) about(e *result.BaselineEntry) []*result.Row {
	return slices.DeleteFunc(slices.Clone(s.files[e.Path]), func(row *result.Row) bool {
		switch {
		case e.Kind != result.KindImage:
			return row.Target.Kind != e.Kind
		case row.Target.Kind != result.KindImage:
			return s.narrowed || row.Target.Kind != result.KindDockerfile
		}
		return s.narrowed && repositoryOf(row.Target.Name) != e.Image
	})
}

func (s *survey) ofKind(e *result.BaselineEntry) []*result.Row {
	var rows []*result.Row
	for i := range s.rows {
		if s.rows[i].Target.Kind == e.Kind {
			rows = append(rows, &s.rows[i])
		}
	}
	return rows
}

// allSettled reports whether there are rows, and each is settled.
func allSettled(rows []*result.Row) bool {
	return len(rows) > 0 && !slices.ContainsFunc(rows, func(row *result.Row) bool { return !settled(row) })
}

// settled reports whether a row has an answer, or needs none because there is nothing to scan.
func settled(row *result.Row) bool {
	return row.Status == result.Answered || row.Status == result.Skipped && row.Cause != result.CauseExcluded
}

// isRelative reports whether the fingerprint of a finding may be another one among the findings of
// all shards: without a file, equal findings of several shards are distinguished by their number.
func (s *survey) isRelative(f *result.Finding) bool { return s.share && !f.Placed() }
