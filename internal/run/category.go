package run

import (
	"cmp"
	"html"
	"path/filepath"
	"strings"

	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
)

// resolve merges flags, environment and the config file, which may be nil. Without --category a run
// gets one that tells it from the other gates of the commit. The config is never nil.
func resolve(sys System, req Request, file *config.File) (*config.Config, error) {
	cfg, err := config.Resolve(req.Settings, req.Flags, sys.Getenv, file)
	cfg.Category = cmp.Or(cfg.Category, ci.Category(sys.Getenv, partOf(req)))
	return cfg, err
}

// partOf is the part of the repository that a run judges, "" for all of it: its folder relative to
// the working directory, or the alerts.
func partOf(req Request) string {
	if req.AlertsOnly {
		return "alerts"
	}
	path, err := filepath.Abs(req.Path)
	if err != nil {
		return ""
	}
	here, err := filepath.Abs(".")
	if err != nil {
		return ""
	}
	part, err := filepath.Rel(here, path)
	if err != nil || part == "." {
		return ""
	}
	return filepath.ToSlash(part)
}

// statesCategory reports whether --category is given.
func statesCategory(cfg *config.Config) bool {
	return cfg.Origin("category") != (config.Origin{})
}

// uploadNames reports whether the step that uploads the SARIF file names its category. It does so
// by the workflow, the job and the matrix, or by an input of its own, which counts only if the file
// names none. A part of the repository is not among that.
func (r reporter) uploadNames() bool {
	return r.sys.Publisher.step != nil && !statesCategory(r.cfg) && r.cfg.Category == ci.Category(r.sys.Getenv, "")
}

// gateName is the end of a comment, in Markdown: a pull request may have several gates.
func gateName(category string) string {
	name := html.EscapeString(strings.TrimSuffix(category, "/"))
	name = strings.ReplaceAll(name, "@", "&#64;") // notifies no user
	return "\n<sub>gate: <code>" + name + "</code></sub>\n"
}
