package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/report"
)

func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report RESULT",
		Short: "Write reports from a saved result",
		Long: `report reads a result that scan wrote with -o json=RESULT, and writes it in other
formats, byte for byte as scan would have with the same flags. It decides nothing:
exit 0 means that the reports are written, whatever the saved verdict is.

` + formatsHelp(),
		Example: `  $ scangate report result.json -o html=report.html -o junit=junit.xml
  $ scangate report result.json -o sarif=scangate.sarif --sarif-profile gitlab
  $ scangate report result.json -v`,
		Args: cobra.ExactArgs(1),
	}
	settings := config.Settings(config.Report)
	flags := addFlags(cmd, settings)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		cfg, err := config.Resolve(settings, flags(), a.sys.Getenv, nil)
		if err != nil {
			return err
		}
		return a.report(cfg, args[0])
	}
	return cmd
}

// formatsHelp lists the formats, a line each.
func formatsHelp() string {
	var b strings.Builder
	b.WriteString("The formats:\n")
	for _, f := range report.Formats() {
		fmt.Fprintf(&b, "\n  %-18s  %s", f.Name, f.Help)
	}
	return b.String()
}

// report writes the reports that are asked for. One that must not be written,
// because a target has no answer, is exit 3: a script that goes on would upload it.
func (a *app) report(cfg *config.Config, path string) error {
	out, err := newOutputs(cfg.Outputs)
	if err != nil {
		return err
	}
	res, err := readResult(path)
	if err != nil {
		return err
	}
	left, err := out.write(res, reportOptions(cfg))
	if err != nil {
		return incompleteError{err}
	}
	switch {
	case !toStdout(cfg.Outputs):
	case out.leaveOut(out.stdout, res):
		left = append(left, out.stdout)
	default:
		if err := a.print(cfg, out, res, reportOptions(cfg)); err != nil {
			return incompleteError{err}
		}
	}
	if len(left) > 0 {
		return incompleteError{fmt.Errorf("%s: not written, because some targets have no answer: an upload would close alerts that nobody looked at",
			strings.Join(left, ", "))}
	}
	a.complain("the saved verdict is " + res.Verdict.Line)
	return nil
}

// toStdout reports whether anything is to be printed: the report without a path,
// or the console's where none is asked for at all.
func toStdout(wanted []config.Output) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(o config.Output) bool { return o.Path == "" })
}
