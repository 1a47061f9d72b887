package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// build says what this program was built from.
type build struct {
	Version string `json:"version"`
	// Origin is "release" for the build of a release, "module" for go install, else "source".
	Origin string `json:"origin"`
	// Commit and Time are those of the source; both are empty for a module, whose version names it.
	Commit string `json:"commit,omitempty"`
	Time   string `json:"time,omitempty"`
	// Modified is set if the source differed from the commit.
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (a *app) versionCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Example: `  $ scangate version
  $ scangate version --json | jq -r .commit`,
		RunE: func(*cobra.Command, []string) error {
			if !asJSON {
				_, err := fmt.Fprintln(a.sys.Out, "scangate", a.sys.Version)
				return err
			}
			return json.NewEncoder(a.sys.Out).Encode(builtFrom(a.release, a.sys.Version))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON: version, origin, commit, Go and platform")
	return cmd
}

// builtFrom reads what Go recorded in the build.
func builtFrom(release bool, version string) build {
	b := build{Version: version, Origin: "source", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	switch {
	case release:
		b.Origin = "release"
	case info.Main.Sum != "":
		b.Origin = "module"
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// builtVersion returns the version that Go recorded in the build.
func builtVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return cmp.Or(info.Main.Version, "(devel)")
}
