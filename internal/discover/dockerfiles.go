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
	// maxDockerfile is far above any Dockerfile that a person writes.
	maxDockerfile = 1 << 20
	fixFile       = "fix the file, or exclude it"
)

// dockerfile plans a Dockerfile and the images that it builds upon.
func (s *selection) dockerfile(j job, size int64, content []byte) found {
	t := j.target(size)
	switch {
	case size > maxDockerfile:
		return found{row: failed(t, result.CauseUnparsable, j.path+": larger than 1 MiB", fixFile)}
	case empty(content):
		return found{row: skipped(t, result.CauseEmptyContent, "the file is empty")}
	}
	parsed, err := dockerfile.Parse(j.path, content, s.build)
	switch {
	case err != nil && j.doubtful:
		return found{unsupported: &result.Unsupported{Path: j.path, What: "named like a Dockerfile, and none"}}
	case err != nil:
		return found{row: failed(t, result.CauseUnparsable, err.Error(), fixFile)}
	}
	f := found{row: pending(t)}
	for _, stage := range parsed.Stages {
		if stage.Err != nil || stage.Kind != dockerfile.StageRef {
			f.mentions = append(f.mentions, fromMention(j.path, stage))
		}
	}
	return f
}

func fromMention(path string, stage dockerfile.Stage) mention {
	m := mention{
		ref: stage.Base, written: stage.Written, from: true,
		places: []result.Location{{Path: path, Line: stage.Range.Start, Block: &stage.Range}},
	}
	var unresolved *dockerfile.UnresolvedError
	switch {
	case stage.Err == nil && stage.Kind == dockerfile.Scratch:
		m.verdict = verdict{status: result.Skipped, cause: result.CauseNothingInIt, reason: "the empty image"}
	case errors.As(stage.Err, &unresolved):
		m.ref, m.written = stage.Raw, stage.Raw
		m.verdict = unresolvedFrom(path, unresolved)
	case stage.Err != nil:
		m.ref = cmp.Or(stage.Written, stage.Raw)
		m.verdict = verdict{
			status: result.Failed, cause: result.CauseUnparsable,
			reason: at(path, stage.Range.Start, stage.Err), fix: "fix the FROM line, or exclude it",
		}
	}
	return m
}

// at writes path:line: in front of an error whose text begins with the line.
func at(path string, line int, err error) string {
	text := strings.TrimPrefix(err.Error(), fmt.Sprintf("line %d: ", line))
	return fmt.Sprintf("%s:%d: %s", path, line, text)
}

func unresolvedFrom(path string, e *dockerfile.UnresolvedError) verdict {
	v := verdict{
		status: result.Failed, cause: result.CauseUnresolved,
		reason: at(path, e.Line, e),
		fix:    fmt.Sprintf("--build-arg %s=VALUE, or exclude it", e.Arg),
	}
	if e.Declared == 0 {
		v.fix = fmt.Sprintf("declare ARG %s before the first FROM, or exclude it", e.Arg)
	}
	return v
}
