// Package build holds what project files declare: how images are built, and which
// images are used. Packages compose, bake and skaffold read such files; package discover
// resolves the Dockerfiles and proves what is built here.
package build

import (
	"errors"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// Project is what one set of project files declares. What its builds produce is built
// here for all images of the same scope.
type Project struct {
	// Scope identifies the project, for example "compose:deploy" for a folder.
	Scope  string
	Builds []*Build
	Images []Image
	// NotSent are builds and files that lie elsewhere.
	NotSent []result.NotSent
	// Files are the paths that were read or looked for: each decides about the project.
	Files []string
	// Included are the files of Files that are wholly a part of the project.
	Included []string
	// Manifests are globs of the files that are deployed with what is built: the tool puts
	// the image that it has built in the place of each one of the same repository.
	Manifests []string
	// Variables are those that had a value and were used, each once.
	Variables []result.Variable
	used      map[result.Variable]bool
}

// Use notes that a variable was used.
func (p *Project) Use(v result.Variable) {
	if p.used == nil {
		p.used = map[result.Variable]bool{}
	}
	if !p.used[v] {
		p.used[v] = true
		p.Variables = append(p.Variables, v)
	}
}

// Build is one way in which an image is built.
type Build struct {
	// Name identifies it in the tree: deploy/web. Subject is what messages call it:
	// service "web".
	Name, Subject string
	// Location is where it is declared.
	Location result.Location
	// Dockerfiles are the paths of the tree at which the Dockerfile may be: the first one
	// that exists counts. There is none for an inline Dockerfile.
	Dockerfiles []string
	Inline      *Inline
	// Builder is the tool that builds without a Dockerfile, "" if there is one.
	Builder string
	Args    []Arg
	Target  string
	// Platforms are empty if the declaration names none.
	Platforms []string
	// Contexts are the names of additional contexts.
	Contexts []string
	// Names are the references that the image gets, as written.
	Names []string
	// Optional marks a build that may not be meant: it proves names, and is not a problem
	// if its Dockerfile does not exist.
	Optional bool
}

// Inline is a Dockerfile inside another file.
type Inline struct {
	Path, Text string
	// Lines holds the line of the file for each line of Text.
	Lines []int
}

// NewInline returns an inline Dockerfile. source is the lines of its file, and the text
// begins after the line start.
func NewInline(path string, source []string, text string, start int) *Inline {
	in := &Inline{Path: path, Text: text}
	for i, line := range strings.Split(text, "\n") {
		in.Lines = append(in.Lines, LineOf(source, start, i, line))
	}
	return in
}

// LineOf returns the line of a file at which the i-th line of a text stands that begins
// after the line start, or start if another text stands there.
func LineOf(source []string, start, i int, written string) int {
	if at := start + i; at < len(source) && strings.TrimSpace(source[at]) == strings.TrimSpace(written) {
		return at + 1
	}
	return start
}

// Arg is a build argument. Its value is not known if Unknown says why.
type Arg struct{ Name, Value, Unknown string }

// Image is a place that uses an image.
type Image struct {
	// Ref is the reference with its variables resolved, or as written if Fault is set.
	// It is empty for a service that is built and has no name for its image.
	Ref string
	// Name identifies what is used without Ref, for example a service.
	Name     string
	Subject  string
	Location result.Location
	// Build produces the image, nil if it is only used.
	Build *Build
	// Pulled is set if the image is always pulled, even if a build could produce it.
	Pulled bool
	// Base is set if a Dockerfile builds upon the image.
	Base bool
	// Fault is why the image is not known.
	Fault result.Fault
}

// Why a path that a project names can't be read.
var (
	ErrMissing = errors.New("it does not exist")
	ErrIgnored = errors.New("git ignores it")
	// These are about what lies elsewhere: see [IsElsewhere].
	ErrOutside    = errors.New("it lies outside of the repository")
	ErrRepository = errors.New("it belongs to another repository")
)

// IsElsewhere reports whether a path can't be read because it is not part of the
// repository.
func IsElsewhere(err error) bool {
	return errors.Is(err, ErrOutside) || errors.Is(err, ErrRepository)
}
