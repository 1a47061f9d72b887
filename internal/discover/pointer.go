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

// pointer decides by the name alone about a file whose content is not there.
func pointer(c candidate, size int64) classified {
	const lacks = "a Git LFS pointer: the content is not in the checkout"
	mustBeRead := isTerraform(c.path) || c.name == dockerfileName || c.name == likelyName
	switch strings.ToLower(path.Ext(c.path)) {
	case ".yaml", ".yml":
		mustBeRead = mustBeRead || c.kind == result.KindIaC
	}
	switch {
	case mustBeRead:
		return classified{row: failed(c.target(size), result.Fault{
			Cause: result.CauseUnreadable, Reason: c.path + ": " + lacks,
			Fix: "fetch it with git lfs pull (actions/checkout: lfs: true), or exclude it",
		})}
	case c.kind == result.KindIaC:
		return classified{notSent: &result.NotSent{Path: c.path, What: "Git LFS pointer", Why: "the content is not in the checkout: git lfs pull fetches it"}}
	}
	return classified{}
}
