package discover

import (
	"slices"

	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
)

// Exclusions are what the user leaves out: files by glob, images by repository,
// reference or glob.
type Exclusions struct {
	files  []fileExclusion
	images []imageExclusion
}

type fileExclusion struct {
	glob.Pattern
	*result.Exclusion
}

type imageExclusion struct {
	image.Pattern
	*result.Exclusion
}

// CompileExclusions reads the patterns of exclusions. under is [Tree.Under]. It fails
// with a [*UsageError].
func CompileExclusions(files, images []result.Exclusion, under string) (Exclusions, error) {
	var x Exclusions
	for _, e := range files {
		p, ok := glob.Compile(e.Pattern, under)
		if !ok {
			return x, &UsageError{Name: e.Origin.String(), Value: e.Pattern, Msg: invalidGlob}
		}
		x.files = append(x.files, fileExclusion{p, &e})
	}
	for _, e := range images {
		p, ok := image.ParsePattern(e.Pattern)
		if !ok {
			return x, &UsageError{Name: e.Origin.String(), Value: e.Pattern, Msg: "is not a repository, an image or a glob"}
		}
		x.images = append(x.images, imageExclusion{p, &e})
	}
	return x, nil
}

// File returns the first exclusion that fits the path of a file or of a folder that it
// lies in, nil if none does.
func (x Exclusions) File(path string) *result.Exclusion {
	for _, e := range x.files {
		if e.Covers(path) {
			return e.Exclusion
		}
	}
	return nil
}

// Image returns the first exclusion that fits one of the spellings of an image, nil if
// none does. A text that is not a reference fits itself, so that one with a variable can
// be excluded.
func (x Exclusions) Image(spellings ...string) *result.Exclusion {
	return x.image(make([]bool, len(x.images)), spellings...)
}

// image is Image, and marks all exclusions that fit in used.
func (x Exclusions) image(used []bool, spellings ...string) (first *result.Exclusion) {
	for i, e := range x.images {
		if !slices.ContainsFunc(spellings, e.Matches) {
			continue
		}
		used[i] = true
		if first == nil {
			first = e.Exclusion
		}
	}
	return first
}
