package result

import (
	"fmt"
	"strings"
	"time"
)

// Origin is where the user stated something.
type Origin struct {
	// Setting is the flag, the variable or the key of the config file, such as --exclude,
	// SCANGATE_EXCLUDE or targets.exclude; for a default "default".
	Setting string `json:"setting"`
	// Place is path:line:column in a config file, as messages show it, else "".
	Place string `json:"place,omitempty"`
	// Path and Line are the place relative to the root of the repository, zero outside of it.
	Path string `json:"path,omitempty"`
	Line int    `json:"line,omitempty"`
}

// DefaultSetting is the Setting of what applies where nothing is stated.
const DefaultSetting = "default"

// String returns [path:line:column: ]setting.
func (o Origin) String() string {
	if o.Place == "" {
		return o.Setting
	}
	return o.Place + ": " + o.Setting
}

// Location returns the place in the repository, or nil outside of it.
func (o Origin) Location() *Location {
	if o.Path == "" {
		return nil
	}
	return &Location{Path: o.Path, Line: o.Line}
}

// Notice returns a notice about what was stated there.
func (o Origin) Notice(format string, args ...any) Notice {
	what := fmt.Sprintf(format, args...)
	if o.Path == "" {
		return Notice{Text: o.String() + ": " + what}
	}
	return Notice{Text: o.Setting + ": " + what, Path: o.Path, Line: o.Line}
}

// NamedImage is an image that a flag, a variable or the config file names.
type NamedImage struct {
	Ref string
	// Location is that of an [Origin].
	Location *Location
}

// CIFiles is a kind of file whose images run in CI or on a developer's machine, with the
// secrets that are there, and are not deployed.
type CIFiles string

// The kinds of such files, which are read by choice.
const (
	GitHubFiles       CIFiles = "github"
	GitLabFiles       CIFiles = "gitlab"
	DevContainerFiles CIFiles = "devcontainer"
)

// AllCIFiles lists the kinds.
func AllCIFiles() []CIFiles { return []CIFiles{GitHubFiles, GitLabFiles, DevContainerFiles} }

// BuildArg is a value for an ARG of Dockerfiles.
type BuildArg struct {
	// Dockerfile is the path of a Dockerfile or of the folder that it lies in; "" gives
	// the value to every Dockerfile.
	Dockerfile  string
	Name, Value string
	Origin      Origin
}

// Exclusion is a choice to leave files or images out of the plan.
type Exclusion struct {
	// Pattern is a glob of files; or a repository, a reference or a glob of images.
	Pattern string `json:"pattern"`
	// Reason and Owner say why, and who decided so; "" if that is not stated.
	Reason string `json:"reason,omitempty"`
	Owner  string `json:"owner,omitempty"`
	// Expires is the last day on which it counts, as YYYY-MM-DD in UTC; "" if it always does.
	Expires string `json:"expires,omitempty"`
	Origin  Origin `json:"-"`
}

// Expired reports whether the exclusion counts no more at a time.
func (e *Exclusion) Expired(now time.Time) bool {
	return e.Expires != "" && e.Expires < now.UTC().Format(time.DateOnly)
}

// Skip returns a skipped row of a target that the exclusion leaves out.
func (e *Exclusion) Skip(t Target) Row {
	return Row{Target: t, Status: Skipped, Exclusion: e, Fault: Fault{Cause: CauseExcluded, Reason: "excluded by " + e.String()}}
}

// String returns pattern[: reason][ (owner, until day)].
func (e *Exclusion) String() string {
	text := e.Pattern
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	var more []string
	if e.Owner != "" {
		more = append(more, e.Owner)
	}
	if e.Expires != "" {
		more = append(more, "until "+e.Expires)
	}
	if more == nil {
		return text
	}
	return text + " (" + strings.Join(more, ", ") + ")"
}
