package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/run"
)

func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report RESULT",
		Short: "Write reports from a saved result",
		Long: `report reads a result that scan wrote with -o json=RESULT, and writes it in other
formats, byte for byte as scan would have with the same flags. It decides nothing:
exit 0 means that the reports are written, whatever the saved verdict is.`,
		Example: `  $ scangate report result.json -o html=report.html -o junit=junit.xml
  $ scangate report result.json -o sarif=scangate.sarif --sarif-profile gitlab
  $ scangate report result.json -v`,
	}
	if a.names(cmd) {
		cmd.Long += "\n\n" + formatsHelp()
	}
	request := a.addFlags(cmd, config.Report)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return run.Report(cmd.Context(), a.sys.System, request(), args[0])
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
