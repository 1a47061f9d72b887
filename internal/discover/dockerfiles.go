package discover

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/result"
)

const (
	// maxDockerfile is far above the size of any Dockerfile that a person writes.
	maxDockerfile = 1 << 20
	fixFile       = "fix the file, or exclude it"
)

// dockerfile plans a Dockerfile and the images that it builds upon.
func (s *selection) dockerfile(c candidate, size int64, content []byte) classified {
	t := c.target(size)
	switch {
	case size > maxDockerfile:
		return classified{row: failed(t, result.Fault{Cause: result.CauseUnparsable, Reason: c.path + ": larger than 1 MiB", Fix: fixFile})}
	case empty(content):
		return classified{row: skipped(t, result.CauseEmptyContent, "the file is empty")}
	}
	parsed, err := dockerfile.Parse(c.path, content)
	switch {
	case err != nil && c.uncertain:
		return classified{notSent: &result.NotSent{Path: c.path, What: "named like a Dockerfile", Why: "it can't be read as one"}}
	case err != nil:
		return classified{row: failed(t, result.Fault{Cause: result.CauseUnparsable, Reason: err.Error(), Fix: fixFile})}
	}
	return classified{row: pending(t), references: s.fromLines(c.path, parsed), args: parsed.Args()}
}

// fromLines returns the references of the FROM lines for each platform. A line on which
// platforms agree makes one.
func (s *selection) fromLines(path string, file *dockerfile.File) []reference {
	type line struct {
		number int
		name   string
	}
	var all []reference
	seen := map[line]bool{}
	args := s.buildArgs.of(path)
	for _, platform := range s.platforms {
		for _, stage := range file.Stages(dockerfile.Options{BuildArgs: args, Platform: platform}) {
			if stage.Err == nil && stage.Kind == dockerfile.StageRef {
				continue
			}
			r := s.fromLine(path, stage)
			if at := (line{stage.Range.Start, r.name}); !seen[at] {
				seen[at] = true
				all = append(all, r)
			}
		}
	}
	return all
}

// fromLine is the reference of a FROM line.
func (s *selection) fromLine(path string, stage dockerfile.Stage) reference {
	block := stage.Range
	r := reference{
		name: stage.Base, written: stage.Written, from: true,
		places: []result.Location{{Path: path, Line: block.Start, Block: &block}},
	}
	var unresolved *dockerfile.UnresolvedError
	switch {
	case stage.Err == nil && stage.Kind == dockerfile.Scratch:
		r.skip(result.CauseNothingInIt, "the empty image")
	case errors.As(stage.Err, &unresolved):
		r.name, r.written = stage.Raw, stage.Raw
		r.fail(result.CauseUnresolved, at(path, unresolved.Line, unresolved), s.fixUnresolved(unresolved))
	case stage.Err != nil:
		r.name = cmp.Or(stage.Written, stage.Raw)
		r.fail(result.CauseUnparsable, at(path, stage.Range.Start, stage.Err), "fix the FROM line, or exclude it")
	}
	return r
}

// at puts path:line: in front of an error, whose text may begin with the line.
func at(path string, line int, err error) string {
	text := strings.TrimPrefix(err.Error(), fmt.Sprintf("line %d: ", line))
	return fmt.Sprintf("%s:%d: %s", path, line, text)
}

func (s *selection) fixUnresolved(e *dockerfile.UnresolvedError) string {
	if e.Declared == 0 {
		return fmt.Sprintf("declare ARG %s before the first FROM, or exclude it", e.Arg)
	}
	return fmt.Sprintf("%s %s=VALUE, or exclude it", s.Names.BuildArg, e.Arg)
}
