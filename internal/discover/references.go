package discover

import (
	"cmp"
	"errors"
	"slices"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
)

// reference is one place that names an image.
type reference struct {
	// name identifies the image: the normalised reference, or the text as written if
	// that is not a reference. written is the text with its variables resolved.
	name, written string
	// from: a FROM line names it; named: anything else does.
	from, named bool
	places      []result.Location
	// status and fault are what is known before the service is asked.
	status result.Status
	fault  result.Fault
	// builtFrom is the Dockerfile of a build that makes an image of the name, "" if nothing
	// proves that at each of the places.
	builtFrom string
	// excluded is the exclusion that leaves the image out here.
	excluded *result.Exclusion
}

// normalize completes the name and leaves it alone if it is not a reference.
func (r *reference) normalize() error {
	full, err := image.Normalize(r.name)
	if err == nil {
		r.name = full
	}
	return err
}

// normalizeIfPossible completes the name of an image that no service is asked about.
func (r *reference) normalizeIfPossible() { _ = r.normalize() }

func (r *reference) skip(cause result.Cause, reason string) {
	r.status, r.fault = result.Skipped, result.Fault{Cause: cause, Reason: reason}
}

func (r *reference) exclude(by *result.Exclusion) { r.status, r.excluded = result.Skipped, by }

func (r *reference) fail(cause result.Cause, reason, fix string) {
	r.status, r.fault = result.Failed, result.Fault{Cause: cause, Reason: reason, Fix: fix}
}

// precedence orders what several places say about one image. A pending one wins:
// an image that one file excludes is still deployed by another.
func (r *reference) precedence() int {
	switch r.status {
	case result.Pending:
		return 2
	case result.Failed:
		return 1
	}
	return 0
}

func (r *reference) row() result.Row {
	slices.SortStableFunc(r.places, func(a, b result.Location) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
	})
	r.places = slices.CompactFunc(r.places, func(a, b result.Location) bool { return a.Path == b.Path && a.Line == b.Line })
	t := result.Target{Kind: result.KindImage, Name: r.name, Places: r.places, FromDockerfile: r.from, Named: r.named}
	if r.excluded != nil {
		return r.excluded.Skip(t)
	}
	if r.status == result.Pending {
		t.BuiltFrom = r.builtFrom
	}
	return result.Row{Target: t, Status: r.status, Fault: r.fault}
}

// maxImages is how many images one file may name. Files that people write name some
// hundreds, and each one takes up to 5 KB with its answers and findings.
const maxImages = 5000

// images merges references into one row for each distinct image.
type images struct {
	byName map[string]*reference
	// perFile counts the distinct images by the file that names them first, and beyond holds
	// the line of the first one for which there is no room.
	perFile, beyond map[string]int
	exclude         Exclusions
	// used marks the exclusions of images that fit one.
	used []bool
}

func newImages(exclude Exclusions) images {
	return images{
		byName: map[string]*reference{}, perFile: map[string]int{}, beyond: map[string]int{},
		exclude: exclude, used: make([]bool, len(exclude.images)),
	}
}

// add adds a reference. Of several to one image, those of the highest precedence
// are kept. A password in a name makes it invalid, so that it is never sent; from here on it is
// not shown either.
func (im *images) add(r reference) {
	r.name = secret.HidePassword(r.name)
	if by := im.exclude.image(im.used, r.written, r.name); by != nil && r.status != result.Skipped {
		r.exclude(by)
	}
	seen, ok := im.byName[r.name]
	switch {
	case !ok && !im.room(r.places):
	case !ok || r.precedence() > seen.precedence():
		im.byName[r.name] = &r
	case r.precedence() == seen.precedence():
		seen.from = seen.from || r.from
		seen.named = seen.named || r.named
		seen.places = append(seen.places, r.places...)
		if r.builtFrom == "" {
			seen.builtFrom = ""
		}
	}
}

// room reports whether there is room for one more image of the file that names it first.
func (im *images) room(places []result.Location) bool {
	if len(places) == 0 {
		return true // a flag names it
	}
	file := places[0].Path
	if im.perFile[file]++; im.perFile[file] <= maxImages {
		return true
	}
	if im.beyond[file] == 0 {
		im.beyond[file] = places[0].Line
	}
	return false
}

// addNamed adds the images of flags and of the config file.
func (im *images) addNamed(list []result.NamedImage) error {
	for _, named := range list {
		r := reference{name: named.Ref, written: named.Ref, named: true}
		if err := r.normalize(); err != nil {
			return &UsageError{Name: "image", Value: named.Ref, Location: named.Location, Msg: "not an image reference: " + reason(err) + "; fix: write it as in registry.example/team/app:1.2"}
		}
		if named.Location != nil {
			r.places = []result.Location{*named.Location}
		}
		im.add(r)
	}
	return nil
}

// rows returns the rows in no particular order.
func (im *images) rows() []result.Row {
	rows := make([]result.Row, 0, len(im.byName))
	for _, r := range im.byName {
		rows = append(rows, r.row())
	}
	return rows
}

func reason(err error) string {
	if invalid, ok := errors.AsType[*image.ParseError](err); ok {
		return invalid.Msg
	}
	return err.Error()
}
