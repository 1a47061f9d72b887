package dockerfile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

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
func readings(nodes []*parser.Node) []reading {
	var all []reading
	for _, node := range nodes {
		r := reading{lines: result.Range{Start: node.StartLine, End: node.EndLine}}
		if strings.EqualFold(node.Value, command.Onbuild) && node.Next != nil && len(node.Next.Children) > 0 {
			node, r.onBuild = node.Next.Children[0], true
		}
		for _, r.from = range sourcesOf(node) {
			all = append(all, r)
		}
	}
	return all
}

// sourcesOf returns the values of --from=VALUE and of from=VALUE in --mount=VALUE.
func sourcesOf(node *parser.Node) []string {
	var all []string
	for _, flag := range node.Flags {
		name, value, _ := strings.Cut(flag, "=")
		switch {
		case value == "":
		case name == "--from" && strings.EqualFold(node.Value, command.Copy):
			all = append(all, value)
		case name == "--mount" && strings.EqualFold(node.Value, command.Run):
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
