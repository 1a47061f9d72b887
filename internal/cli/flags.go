package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/run"
)

// rawFlag collects the texts of one flag. config parses them, together with those from the
// environment and the file.
type rawFlag struct {
	setting config.Setting
	texts   []string
}

func (f *rawFlag) String() string { return strings.Join(f.texts, ",") }
func (f *rawFlag) Type() string   { return f.setting.Value }

// IsBoolFlag lets pflag take --flag for --flag=true.
func (f *rawFlag) IsBoolFlag() bool { return f.setting.Switch() }

func (f *rawFlag) Set(text string) error {
	f.texts = append(f.texts, text)
	return nil
}

// addFlags gives cmd, if the command line may name it, a flag for each setting of c. It returns a
// function that makes the request of the flags that were used.
func (a *app) addFlags(cmd *cobra.Command, c config.Command) func() run.Request {
	if !a.names(cmd) {
		return nil
	}
	settings := config.Settings(c)
	raw := make([]*rawFlag, 0, len(settings))
	cmd.Flags().SortFlags = false
	for _, s := range settings {
		f := &rawFlag{setting: s}
		raw = append(raw, f)
		flag := cmd.Flags().VarPF(f, s.Name, s.Short, usageText(s))
		if s.Switch() {
			flag.NoOptDefVal = "true"
		}
		flag.Annotations = map[string][]string{"group": {string(s.Group)}}
	}
	cmd.SetUsageFunc(groupedUsage)
	return func() run.Request {
		used := config.Flags{}
		for _, f := range raw {
			if len(f.texts) > 0 {
				used[f.setting.Name] = f.texts
			}
		}
		return run.Request{Path: ".", Settings: settings, Flags: used}
	}
}

func usageText(s config.Setting) string {
	if s.Default == "" || s.Default == "unknown" {
		return s.Usage
	}
	return fmt.Sprintf("%s (default %s)", s.Usage, s.Default)
}

// groupedUsage prints the usage of a command with its flags under the headings of their
// groups.
func groupedUsage(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasExample() {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	for _, group := range append([]config.Group{groupOther, groupRows}, config.Groups()...) {
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		set.SortFlags = false
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if groupOf(f) == group {
				set.AddFlag(f)
			}
		})
		if set.HasFlags() {
			fmt.Fprintf(w, "\n%s:\n%s", group, set.FlagUsagesWrapped(80))
		}
	}
	also := "Flags are also variables: --fail-on is SCANGATE_FAIL_ON."
	if cmd.Flags().Lookup("format") != nil || cmd.Flags().Lookup("yes") != nil {
		also = "Flags of the service and the run are also variables: --endpoint is SCANGATE_ENDPOINT."
	}
	_, err := fmt.Fprintf(w, "\n%s See scangate help environment.\n", also)
	return err
}

// groupOther is the heading of the flags that are not settings.
const groupOther config.Group = "Flags"

// groupOf returns the heading of a flag, "" for --help.
func groupOf(f *pflag.Flag) config.Group {
	switch g := f.Annotations["group"]; {
	case len(g) == 1:
		return config.Group(g[0])
	case f.Name == "help":
		return ""
	}
	return groupOther
}
