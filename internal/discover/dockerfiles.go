package discover

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/dockerfile"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
	"github.com/scangate/scangate/internal/template/tree"
)

const (
	// maxDockerfile is far above the size of any Dockerfile that a person writes.
	maxDockerfile = 1 << 20
	fixFile       = "fix the file, or exclude it"
)

// dockerfile plans a Dockerfile. Its FROM lines are resolved once all builds are known.
func (s *selection) dockerfile(c candidate, size int64, content []byte) classified {
	t := c.target(size)
	switch {
	case c.name == bareName && !beginsAsDockerfile(content):
		return classified{}
	case c.name == engineName:
		return classified{notSent: filledDockerfile(c.path, content)}
	case size > maxDockerfile && c.name == foreignName:
		return classified{note: c.path}
	case size > maxDockerfile:
		return classified{row: failed(t, result.Fault{Cause: result.CauseUnparsable, Reason: c.path + ": larger than 1 MiB", Fix: fixFile})}
	case empty(content) && c.name == dockerfileName:
		return classified{row: skipped(t, result.CauseEmptyContent, "the file is empty")}
	}
	parsed, err := dockerfile.Parse(c.path, content)
	if err != nil {
		return c.notADockerfile(size, content, err)
	}
	if bytes.Contains(content, []byte("{{")) && s.fillsIn(c.path, parsed) {
		if template := filledDockerfile(c.path, content); template != nil {
			return classified{notSent: template}
		}
	}
	return classified{row: pending(t), file: parsed}
}

// fillsIn reports whether a program fills in a base image.
func (s *selection) fillsIn(path string, file *dockerfile.File) bool {
	return slices.ContainsFunc(s.fromLines(dockerfileText{path: path, file: file}, nil, tree.NewSteps(maxSteps)), func(r reference) bool {
		return strings.Contains(r.written, "{{")
	})
}

// notADockerfile decides about a file that can't be read as a Dockerfile.
func (c candidate) notADockerfile(size int64, content []byte, err error) classified {
	if template := filledDockerfile(c.path, content); template != nil && c.name != foreignName {
		return classified{notSent: template}
	}
	switch {
	case c.name == bareName:
		return classified{}
	case c.name == foreignName, c.name == likelyName && !fromLine().Match(content):
		return classified{note: c.path}
	}
	return classified{row: failed(c.target(size), result.Fault{
		Cause: result.CauseUnparsable, Reason: err.Error(), Fix: fixFile,
	})}
}

// fromLine matches a FROM instruction.
var fromLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?mi)^[ \t]*FROM[ \t]+\S`) })

// buildLine matches an instruction.
var buildLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?mi)^[ \t]*(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)[ \t]`)
})

// beginsAsDockerfile reports whether the first line that is not a comment is an ARG or FROM
// instruction, and another instruction follows.
func beginsAsDockerfile(content []byte) bool {
	return isBuildWord(firstWord(content)) && len(buildLine().FindAllIndex(content, 2)) == 2
}

// beginsAsBuild reports by the beginning of a large file whether it may begin as a
// Dockerfile. One that can't be read may.
func (o *opener) beginsAsBuild(file string, size int64) bool {
	head, err := o.read(file, size, headSize)
	if err != nil {
		return true
	}
	word := firstWord(head)
	return word == nil || isBuildWord(word) || bytes.HasSuffix(head, word) // it may go on
}

// firstWord is the first word of the first line that is neither blank nor a comment, nil
// if there is none.
func firstWord(content []byte) []byte {
	for line := range bytes.Lines(content) {
		if text := bytes.TrimSpace(line); len(text) > 0 && text[0] != '#' {
			return bytes.Fields(text)[0]
		}
	}
	return nil
}

func isBuildWord(word []byte) bool {
	return bytes.EqualFold(word, []byte("FROM")) || bytes.EqualFold(word, []byte("ARG"))
}

// filledDockerfile returns what is not sent of a text that becomes a Dockerfile once a
// program has filled it in, nil for every other one.
func filledDockerfile(path string, content []byte) *result.NotSent {
	engine, texts := template.WithoutActions(path, content)
	if engine == "" {
		engine, texts = "Dockerfile template", slices.Values([][]byte{content})
	}
	for text := range texts {
		if _, err := dockerfile.Parse(path, text); err == nil {
			return &result.NotSent{Path: path, What: engine, Why: "it becomes a Dockerfile once a program has filled it in"}
		}
	}
	return nil
}

// dockerfileText is a Dockerfile, and where it stands.
type dockerfileText struct {
	path string
	file *dockerfile.File
	// lines hold the line of the path for each line of the Dockerfile, if they differ.
	lines []int
}

func (d dockerfileText) line(n int) int {
	if n < 1 || n > len(d.lines) {
		return n
	}
	return d.lines[n-1]
}

// fromLines returns the references of the FROM, COPY --from and RUN --mount lines for each
// build and platform. A line on which they agree makes one. Where no build is declared,
// there is a plain one.
func (s *selection) fromLines(d dockerfileText, builds []*build.Build, steps *tree.Budget) []reference {
	type line struct {
		number int
		name   string
	}
	var all []reference
	seen := map[line]bool{}
	for source := range s.sources(d, builds) {
		if !steps.Spend(1) {
			return append(all, tooManyBuilds(d.path))
		}
		if source.Err == nil && (source.Kind == dockerfile.StageRef || source.Kind == dockerfile.Context) {
			continue
		}
		r := s.fromLine(d, source)
		if at := (line{source.Range.Start, r.name}); !seen[at] {
			seen[at] = true
			all = append(all, r)
		}
	}
	return all
}

// maxSteps bounds the lines of all builds of all Dockerfiles, and how often builds are asked
// whether they need each other.
const maxSteps = 300_000

// tooManyBuilds is the row of a Dockerfile whose lines are not resolved for all its builds.
func tooManyBuilds(path string) reference {
	r := reference{name: path, written: path, from: true, places: []result.Location{{Path: path, Line: 1}}}
	r.fail(result.CauseTooLarge, fmt.Sprintf("%s: too large to read: more than %d lines in all builds of all Dockerfiles", path, maxSteps),
		"declare fewer builds of large Dockerfiles, or exclude it")
	return r
}

// sources resolves a Dockerfile once for each build and platform. What has no value in a
// build that may not be meant is left to those that are.
func (s *selection) sources(d dockerfileText, builds []*build.Build) iter.Seq[dockerfile.Source] {
	if len(builds) == 0 {
		builds = []*build.Build{{}}
	}
	isMeant := slices.ContainsFunc(builds, func(b *build.Build) bool { return !b.Optional })
	return func(yield func(dockerfile.Source) bool) {
		for _, b := range builds {
			for _, o := range s.resolutions(d.path, b) {
				all := resolved(d.file, o)
				if isMeant && b.Optional {
					all = slices.DeleteFunc(all, isUnresolved)
				}
				if stopped := slices.ContainsFunc(all, func(one dockerfile.Source) bool { return !yield(one) }); stopped {
					return
				}
			}
		}
	}
}

// resolved are the stages and the sources of a Dockerfile for one build.
func resolved(file *dockerfile.File, o dockerfile.Options) []dockerfile.Source {
	stages, sources := file.Resolve(o)
	all := make([]dockerfile.Source, 0, len(stages)+len(sources))
	for _, stage := range stages {
		all = append(all, dockerfile.Source{Stage: stage})
	}
	return append(all, sources...)
}

func isUnresolved(s dockerfile.Source) bool {
	_, ok := errors.AsType[*dockerfile.UnresolvedError](s.Err)
	return ok
}

// resolutions are what a build gives its Dockerfile, once for each platform. An argument
// that the user gives for this Dockerfile wins over the declared one, and that over one
// for every Dockerfile.
func (s *selection) resolutions(path string, b *build.Build) []dockerfile.Options {
	o := dockerfile.Options{BuildArgs: s.buildArgs.of(path), Unknown: map[string]string{}, Target: b.Target, Contexts: b.Contexts}
	for _, arg := range b.Args {
		if s.buildArgs.isFor(path, arg.Name) {
			continue
		}
		if arg.Unknown == "" {
			o.BuildArgs[arg.Name] = arg.Value
			continue
		}
		if _, given := o.BuildArgs[arg.Name]; !given {
			o.Unknown[arg.Name] = arg.Unknown
		}
	}
	platforms := s.platforms
	for i, text := range b.Platforms {
		if i == 0 {
			platforms = nil
		}
		if p, err := dockerfile.ParsePlatform(text); err == nil { // else the build has a fault
			platforms = append(platforms, p)
		}
	}
	all := make([]dockerfile.Options, 0, len(platforms))
	for _, p := range platforms {
		o.Platform = p
		all = append(all, o)
	}
	return all
}

// fromLine is the reference of one line.
func (s *selection) fromLine(d dockerfileText, stage dockerfile.Source) reference {
	block := result.Range{Start: d.line(stage.Range.Start), End: d.line(stage.Range.End)}
	r := reference{
		name: stage.Base, written: stage.Written, from: true,
		places: []result.Location{{Path: d.path, Line: block.Start, Block: &block}},
	}
	var unresolved *dockerfile.UnresolvedError
	switch {
	case stage.Elsewhere:
		r.name = stage.Raw
		r.skip(result.CauseNothingInIt, "it may be a stage of the Dockerfile that builds upon this one (ONBUILD)")
	case stage.Err == nil && stage.Kind == dockerfile.Scratch:
		r.skip(result.CauseNothingInIt, "the empty image")
	case errors.As(stage.Err, &unresolved):
		r.name, r.written = stage.Raw, stage.Raw
		r.fail(result.CauseUnresolved, d.at(unresolved.Line, unresolved), s.fixUnresolved(unresolved))
	case stage.Err != nil:
		r.name = cmp.Or(stage.Written, stage.Raw)
		r.fail(result.CauseUnparsable, d.at(stage.Range.Start, stage.Err), "fix the line, or exclude it")
	}
	return r
}

// at puts path:line: in front of an error, whose text may begin with the line.
func (d dockerfileText) at(line int, err error) string {
	text := strings.TrimPrefix(err.Error(), fmt.Sprintf("line %d: ", line))
	return fmt.Sprintf("%s:%d: %s", d.path, d.line(line), text)
}

func (s *selection) fixUnresolved(e *dockerfile.UnresolvedError) string {
	if e.Declared == 0 {
		return fmt.Sprintf("declare ARG %s before the first FROM, or exclude it", e.Arg)
	}
	return fmt.Sprintf("%s %s=VALUE, or exclude it", s.Names.BuildArg, e.Arg)
}
