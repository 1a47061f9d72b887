package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scangate/scangate/internal/config"
)

// rawFlag collects the texts of one flag; config judges them, together with
// those of the other sources.
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

// addFlags gives the command a flag for each setting and returns a function
// that reads those that were used.
func addFlags(cmd *cobra.Command, settings []config.Setting) func() config.Flags {
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
	return func() config.Flags {
		used := config.Flags{}
		for _, f := range raw {
			if len(f.texts) > 0 {
				used[f.setting.Name] = f.texts
			}
		}
		return used
	}
}

func usageText(s config.Setting) string {
	if s.Default == "" || s.Default == "unknown" {
		return s.Usage
	}
	return fmt.Sprintf("%s (default %s)", s.Usage, s.Default)
}

// groupedUsage prints a command's usage with its flags under the headings of
// their groups: forty flags in one list are not read.
func groupedUsage(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasExample() {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	for _, group := range config.Groups() {
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		set.SortFlags = false
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if g := f.Annotations["group"]; len(g) == 1 && g[0] == string(group) {
				set.AddFlag(f)
			}
		})
		if set.HasFlags() {
			fmt.Fprintf(w, "\n%s:\n%s", group, set.FlagUsagesWrapped(80))
		}
	}
	_, err := fmt.Fprintln(w, "\nEach flag is also a variable: --fail-on is SCANGATE_FAIL_ON. See scangate help environment.")
	return err
}
