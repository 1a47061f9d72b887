package dockerfile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
)

// Source is what a COPY --from or a RUN --mount=from= reads from. It has no name.
type Source struct {
	Stage
	// Elsewhere is set for an ONBUILD instruction whose source may be a stage of the
	// Dockerfile that builds upon this one.
	Elsewhere bool
}

// reading is an instruction that reads from something else than the build context.
type reading struct {
	lines   result.Range
	from    string
	onBuild bool
}

// readings finds the instructions that read from something else than the build context.
func readings(instructions []instruction) []reading {
	var all []reading
	for _, i := range instructions {
		r := reading{lines: i.lines}
		if i.child != nil {
			i, r.onBuild = *i.child, true
		}
		for _, r.from = range sourcesOf(i) {
			all = append(all, r)
		}
	}
	return all
}

// sourcesOf returns the values of --from=VALUE and of from=VALUE in --mount=VALUE.
func sourcesOf(i instruction) []string {
	var all []string
	for _, flag := range i.flags {
		name, value, _ := strings.Cut(flag, "=")
		switch {
		case value == "":
		case name == "--from" && i.is(instructionCopy):
			all = append(all, value)
		case name == "--mount" && i.is(instructionRun):
			all = append(all, mountSources(value)...)
		}
	}
	return all
}

// mountSources returns the values of from= in a mount.
func mountSources(mount string) []string {
	fields, err := csv.NewReader(strings.NewReader(mount)).Read()
	if err != nil {
		return nil // the build fails
	}
	var all []string
	for _, field := range fields {
		if key, value, _ := strings.Cut(field, "="); strings.EqualFold(key, "from") && value != "" {
			all = append(all, value)
		}
	}
	return all
}

// Resolve returns the [File.Stages] of one build, and what its other instructions read from
// beside its context, in the order of the file.
func (f *File) Resolve(o Options) ([]Stage, []Source) {
	r := f.resolve(o)
	sources := make([]Source, 0, len(f.readings))
	for _, one := range f.readings {
		sources = append(sources, r.source(one))
	}
	return r.stages, sources
}

// source resolves one source. All stages of the file are known.
func (r *resolver) source(one reading) Source {
	s := Source{Stage: Stage{Range: one.lines, Raw: one.from, Written: one.from}}
	invalid := func(msg string) Source {
		s.Err = &ReferenceError{Ref: one.from, Line: one.lines.Start, Msg: msg}
		return s
	}
	_, notANumber := strconv.Atoi(one.from)
	switch {
	case strings.Contains(one.from, "$"):
		return invalid(fmt.Sprintf("BuildKit replaces no variables here; name a stage with FROM %s AS NAME, and read from that", one.from))
	case r.isStage(one.from):
		s.Kind, s.Base = StageRef, strings.ToLower(one.from)
	case one.onBuild && !strings.ContainsAny(one.from, "/:@"):
		s.Elsewhere = true
	case one.from == "scratch":
		s.Kind, s.Base = Scratch, one.from
	case r.isContext(one.from):
		s.Kind, s.Base = Context, one.from
	case notANumber == nil:
		return invalid("there is no stage of this number")
	default:
		s.Base, s.Err = image.Normalize(one.from)
		if bad, ok := errors.AsType[*image.ParseError](s.Err); ok {
			return invalid(bad.Msg)
		}
	}
	return s
}
