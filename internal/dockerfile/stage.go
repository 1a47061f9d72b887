package dockerfile

import (
	"errors"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/image"
)

// resolver resolves the FROM instructions of a file in their order.
type resolver struct {
	*globals
	contexts map[string]bool
	stages   []Stage
	// names are those of the stages so far.
	names map[string]bool
}

// stage resolves one FROM against the stages before it: the name of a later stage
// is an image.
func (r *resolver) stage(f from) Stage {
	s := Stage{Name: f.name, Range: f.lines, Raw: f.base}
	if s.Written, s.Err = r.expand(s.Raw, s.Range.Start); s.Err != nil {
		return s
	}
	switch {
	case s.Name != "" && r.isContext(s.Name):
		s.Kind, s.Base = Context, s.Name
	case r.isStage(s.Written):
		s.Kind, s.Base = StageRef, strings.ToLower(s.Written)
	case s.Written == "scratch":
		s.Kind, s.Base = Scratch, s.Written
	case r.isContext(s.Written):
		s.Kind, s.Base = Context, s.Written
	default:
		s.Base, s.Err = image.Normalize(s.Written)
	}
	if invalid, ok := errors.AsType[*image.ParseError](s.Err); ok {
		s.Err = &ReferenceError{Ref: invalid.Ref, Line: s.Range.Start, Msg: invalid.Msg}
	}
	return s
}

// isStage reports whether base is the name or the number of an earlier stage. Names
// match in any case here: BuildKit is stricter, but upper case can't be an image.
func (r *resolver) isStage(base string) bool {
	if n, err := strconv.Atoi(base); err == nil {
		return n >= 0 && n < len(r.stages)
	}
	return r.names[strings.ToLower(base)]
}

// isContext reports whether an additional context replaces a stage or an image. Most builds
// have none.
func (r *resolver) isContext(name string) bool {
	return len(r.contexts) > 0 && r.contexts[contextName(name)]
}

func contextNames(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[contextName(name)] = true
	}
	return set
}

// contextName is the form in which BuildKit compares the names of contexts: alpine,
// alpine:latest and docker.io/library/alpine are one.
func contextName(name string) string {
	if full, err := image.Normalize(name); err == nil {
		return full
	}
	return name
}
