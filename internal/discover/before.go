package discover

import (
	"maps"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// Before is what the config file asked for where a change began, if it has become
// another file since. What it left out and is asked for now is touched.
type Before struct {
	// Unknown: nothing is known of it, so that everything is touched.
	Unknown bool
	// Only, Exclude and BuildArgs are those of [Options], and Images the references
	// of its images.
	Only      map[result.Kind]bool
	Exclude   []string
	Images    []string
	BuildArgs map[string]string

	exclude []pattern
}

// newlyAsked reports whether a file was left out before, or stood for something
// else: build arguments choose the images of a Dockerfile.
func (s *selection) newlyAsked(j job) bool {
	return j.excluded == "" && slices.ContainsFunc(s.Before, func(b Before) bool {
		return b.lacks(j.kind) || excludedBy(b.exclude, j.path) != "" ||
			j.kind == result.KindDockerfile && !maps.Equal(b.BuildArgs, s.BuildArgs)
	})
}

// newlyAskedImage is the same for an image, whatever its file.
func (s *selection) newlyAskedImage(m mention) bool {
	return slices.ContainsFunc(s.Before, func(b Before) bool {
		return b.lacks(result.KindImage) && !m.from || slices.ContainsFunc(b.exclude, m.fits)
	})
}

// newImage reports whether the config file did not name an image before.
func (s *selection) newImage(ref string) bool {
	return slices.ContainsFunc(s.Before, func(b Before) bool {
		return b.Unknown || !slices.Contains(b.Images, ref)
	})
}

// askedBefore reports whether a file that is not asked for now was before.
func (s *selection) askedBefore(file string) bool {
	return excludedBy(s.exclude, file) == "" || slices.ContainsFunc(s.Before, func(b Before) bool {
		return b.Unknown || excludedBy(b.exclude, file) == ""
	})
}

func (b *Before) lacks(k result.Kind) bool {
	return b.Unknown || len(b.Only) > 0 && !b.Only[k]
}
