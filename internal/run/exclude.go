package run

import (
	"fmt"

	"github.com/scangate/scangate/internal/glob"
	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/result"
)

// setExcludeLines gives rows without an answer, and what was not sent, the line that leaves
// them out.
func (in inputs) setExcludeLines(rows []result.Row, notSent []result.NotSent) {
	for i := range rows {
		in.setExcludeLine(&rows[i])
	}
	for i := range notSent {
		n := &notSent[i]
		if n.Exclude = in.excludeFile(n.Path); n.Image != "" {
			n.Exclude = excludeEntry("images", image.ExactPattern(n.Image))
		}
	}
}

// setExcludeLine sets it for a row that failed by a fault of its target.
func (in inputs) setExcludeLine(row *result.Row) {
	if row.Status == result.Failed && isOwnFault(row.Cause) {
		row.Exclude = in.excludeLine(row.Target)
	}
}

// isOwnFault reports whether the fault is one of the target. Others, such as a wrong key,
// keep all targets from an answer, and to exclude one of them does not help. A name that is
// not UTF-8 can't be written, and its fix says how to exclude it.
func isOwnFault(c result.Cause) bool {
	switch c {
	case result.CauseNoCredentials, result.CauseUnauthorized, result.CauseQuota, result.CauseNetwork,
		result.CauseTimeout, result.CauseInterrupted, result.CauseInternal, result.CauseInvalidName,
		result.CauseNotAllowed:
		return false
	}
	return true
}

// excludeLine is the entry of targets.exclude for a target, "" for alerts and checks.
func (in inputs) excludeLine(t result.Target) string {
	switch t.Kind {
	case result.KindImage:
		return excludeEntry("images", image.ExactPattern(t.Name))
	case result.KindDockerfile, result.KindIaC:
		return in.excludeFile(t.Name)
	}
	return ""
}

func (in inputs) excludeFile(path string) string {
	pattern := glob.Exact(path)
	if in.tree.Under != "" {
		pattern = "/" + pattern // else it is also relative to PATH
	}
	return excludeEntry("files", pattern)
}

// excludeEntry is one line of YAML: Go's escapes in double quotes are escapes of YAML, too.
func excludeEntry(what, pattern string) string {
	return fmt.Sprintf("- {%s: %q, reason: WHY}", what, pattern)
}
