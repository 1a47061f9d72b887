package discover

import (
	"cmp"
	"errors"
	"slices"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
)

// verdict is what discovery has decided about an image; the zero value leaves
// it to the scan.
type verdict struct {
	status      result.Status
	cause       result.Cause
	reason, fix string
}

// mention is one place that names an image.
type mention struct {
	// ref identifies the image: the normalised reference, or the text as written
	// where there is none.
	ref, written string
	from, named  bool
	places       []result.Location
	verdict      verdict
	// touched: the change touches the file, or nothing is narrowed.
	touched bool
}

// normalize completes ref and leaves it alone if it is no reference.
func (m *mention) normalize() error {
	full, err := image.Normalize(m.ref)
	if err == nil {
		m.ref = full
	}
	return err
}

func reason(err error) string {
	if invalid, ok := errors.AsType[*image.ParseError](err); ok {
		return invalid.Msg
	}
	return err.Error()
}

// images gathers mentions to one row for each distinct image.
type images struct {
	byRef   map[string]*mention
	exclude []pattern
}

// add takes in one mention. Where several places disagree, the one that asks
// the most counts: an image that one file excludes is still deployed by another.
func (im *images) add(m mention) {
	im.skipExcluded(&m)
	seen, ok := im.byRef[m.ref]
	switch {
	case !ok || rank(m) > rank(*seen):
		im.byRef[m.ref] = &m
	case rank(m) == rank(*seen):
		seen.from = seen.from || m.from
		seen.named = seen.named || m.named
		seen.touched = seen.touched || m.touched
		seen.places = append(seen.places, m.places...)
	}
}

func rank(m mention) int {
	switch m.verdict.status {
	case result.Pending:
		return 2
	case result.Failed:
		return 1
	}
	return 0
}

func (im *images) skipExcluded(m *mention) {
	if m.verdict.status == result.Skipped {
		return
	}
	for _, p := range im.exclude {
		if m.fits(p) {
			m.verdict = verdict{status: result.Skipped, cause: result.CauseExcluded, reason: "excluded by " + p.raw}
			return
		}
	}
}

// fits reports whether a pattern covers the image.
func (m *mention) fits(p pattern) bool { return p.matchesImage(m.written) || p.matchesImage(m.ref) }

// rows makes the ledger's rows, in no order.
func (im *images) rows() []result.Row {
	rows := make([]result.Row, 0, len(im.byRef))
	for _, m := range im.byRef {
		slices.SortFunc(m.places, func(a, b result.Location) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
		})
		rows = append(rows, result.Row{
			Target: result.Target{
				Kind: result.KindImage, Name: m.ref, Places: m.places, FromDockerfile: m.from, Named: m.named,
			},
			Status: m.verdict.status, Fault: result.Fault{Cause: m.verdict.cause, Reason: m.verdict.reason, Fix: m.verdict.fix},
		})
	}
	return rows
}

// addNamed takes in the images of flags and the config file; isNew says which of
// the latter it did not name before.
func (im *images) addNamed(list []NamedImage, isNew func(ref string) bool) error {
	for _, named := range list {
		m := mention{ref: named.Ref, written: named.Ref, named: true, touched: named.Location == nil || isNew(named.Ref)}
		if err := m.normalize(); err != nil {
			return &UsageError{What: "image", Value: named.Ref, Location: named.Location, Msg: "no image reference: " + reason(err)}
		}
		if named.Location != nil {
			m.places = []result.Location{*named.Location}
		}
		im.add(m)
	}
	return nil
}
