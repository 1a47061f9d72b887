package discover

import (
	"bytes"
	"path"
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// isPointer reports whether Git LFS has not put the content of a file in its place
// (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
func isPointer(content []byte) bool {
	return len(content) < 1024 && bytes.HasPrefix(content, []byte("version https://git-lfs.github.com/spec/"))
}

// Pointer is what is not sent of a file whose content Git LFS has not fetched.
const Pointer = "Git LFS pointer"

// LostContent is the fault of a target that is only a pointer to its content.
func LostContent(path string) result.Fault {
	return result.Fault{
		Cause: result.CauseUnreadable, Reason: path + ": a Git LFS pointer: the content is not in the checkout",
		Fix: "fetch it with git lfs pull (actions/checkout: lfs: true), or exclude it",
	}
}

// pointer decides by the name alone about a file whose content is not there.
func pointer(c candidate, size int64) classified {
	switch {
	case c.mustBeRead():
		return classified{row: failed(c.target(size), LostContent(c.path))}
	case c.kind == result.KindIaC:
		return classified{notSent: &result.NotSent{Path: c.path, What: Pointer, Why: "the content is not in the checkout: git lfs pull fetches it"}}
	}
	return classified{}
}

// mustBeRead reports whether the name alone says that a file is deployed.
func (c candidate) mustBeRead() bool {
	if isTerraform(c.path) || c.name == dockerfileName || c.name == likelyName {
		return true
	}
	ext := strings.ToLower(path.Ext(c.path))
	return c.kind == result.KindIaC && (ext == ".yaml" || ext == ".yml")
}

// filtered decides about a file on which git would run a program. What is stored may be anything: a
// target by its name, or by what is stored, is failed.
func (s *selection) filtered(o *opener, c candidate, filter *filterError) classified {
	size := int64(len(filter.raw))
	if isPointer(filter.raw) {
		return pointer(c, size)
	}
	stored := s.decide(o, c, size, filter.raw)
	switch {
	case c.mustBeRead() || !stored.empty():
		return classified{row: failed(c.target(size), result.Fault{
			Cause: result.CauseUnreadable, Reason: c.path + ": " + filter.Error(),
			Fix: "scan a checkout, without --commit and --staged, or exclude it",
		})}
	case c.kind == result.KindIaC && !c.bare():
		return classified{notSent: &result.NotSent{Path: c.path, What: "file with a filter", Why: filter.Error()}}
	}
	return classified{}
}
