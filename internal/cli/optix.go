package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scangate/scangate/internal/choice"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/run"
	"github.com/scangate/scangate/internal/table"
)

// groupRows is the heading of the flags of optix commands that are not settings.
const groupRows config.Group = "What is listed"

func (a *app) optixCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "optix",
		Short: "Read and change Cloud Optix by hand: inventory, search, alerts, IP lists, scans by id",
		Long: `optix reads the areas of Cloud Optix that no scan needs, and sends lists of addresses.
It takes no verdict: exit 0 means that everything was read or sent, 3 that it was not.`,
		Example: `  $ scangate optix accounts
  $ scangate optix users --provider AWS --format csv --include-personal-data > users.csv
  $ scangate optix search AWS_S3 --search-term isPublic:true --format jsonl | jq -r .name
  $ scangate optix ip-whitelist 203.0.113.0/24        # shows what would be sent
  $ scangate optix ip-whitelist 203.0.113.0/24 --yes`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	if !a.names(cmd) {
		return cmd
	}
	for _, area := range optix.Areas() {
		place(cmd, area.Name, a.areaCommand(area))
	}
	for _, list := range optix.AddressLists() {
		cmd.AddCommand(a.addressCommand(list))
	}
	for _, s := range scans() {
		place(cmd, s.name, a.scanByIDCommand(s))
	}
	return cmd
}

// place adds a command whose name may have two words: the first names a command above it, which is
// made where there is none.
func place(parent *cobra.Command, name string, cmd *cobra.Command) {
	group, _, nested := strings.Cut(name, " ")
	if !nested {
		parent.AddCommand(cmd)
		return
	}
	for _, above := range parent.Commands() {
		if above.Name() == group {
			above.AddCommand(cmd)
			return
		}
	}
	above := &cobra.Command{
		Use: group, Short: groupTitles()[group],
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	above.AddCommand(cmd)
	parent.AddCommand(above)
}

// groupTitles are the titles of commands that have others below them and do nothing by themselves.
func groupTitles() map[string]string {
	return map[string]string{
		"traffic": "List outgoing traffic of a VPC or an instance",
		"iac":     "Show the state or the alerts of an IaC scan",
		"image":   "Show the results of image scans",
	}
}

// lastWord is the name of a command below the one that the other words name.
func lastWord(name string) string { return name[strings.LastIndexByte(name, ' ')+1:] }

// areaCommand makes the command of a list. Everything that it says comes from the list.
func (a *app) areaCommand(area optix.Area) *cobra.Command {
	req := run.ListRequest{Area: area}
	values := map[string]*[]string{}
	cmd := &cobra.Command{
		Use:   lastWord(area.Name),
		Short: "List " + area.Summary,
		Long:  "Lists " + area.Summary + " (section " + area.Section + " of the API reference).",
	}
	request := a.addFlags(cmd, config.Optix)
	example := "  $ scangate optix " + area.Name
	for _, p := range area.Params {
		if p.InPath {
			cmd.Use += " " + run.ArgumentName(p.Name)
			cmd.ValidArgs = p.Values
			example += " " + p.Example
			continue
		}
		values[p.Name] = addParam(cmd, p)
		if p.Required {
			example += fmt.Sprintf(" --%s %s", run.FlagName(p.Name), slices.Concat(p.Values, []string{p.Example})[0])
		}
	}
	cmd.Example = example + "\n" + example + " --format csv"
	addRowFlags(cmd, &req.Rows, fieldNames(area))
	if area.Pages.Max > 0 {
		usage := fmt.Sprintf("rows in one answer: `N` from %d to %d", area.Pages.Min, area.Pages.Max)
		rowFlag(cmd, func(f *pflag.FlagSet, name string) { f.IntVar(&req.PageSize, name, 0, usage) }, "page-size")
	}
	a.asking(cmd, request, func(ctx context.Context, r run.Request, args []string) (run.Ending, error) {
		req.Request, req.Values = r, given(cmd, area, values, args)
		if cmd.Flags().Changed("page-size") && req.PageSize == 0 {
			return run.Ending{}, usagef("--page-size: must be an integer from %d to %d, got 0", area.Pages.Min, area.Pages.Max)
		}
		return run.List(ctx, a.sys.System, req)
	})
	return cmd
}

// given returns the values of the parameters that the command line has. Lists are separated by
// commas, too.
func given(cmd *cobra.Command, area optix.Area, flags map[string]*[]string, args []string) map[string][]string {
	values := map[string][]string{}
	for _, p := range area.Params {
		switch {
		case p.InPath:
			values[p.Name] = args
		case !cmd.Flags().Changed(run.FlagName(p.Name)):
		case p.Repeat:
			values[p.Name] = strings.Split(strings.Join(*flags[p.Name], ","), ",")
		default:
			values[p.Name] = *flags[p.Name]
		}
	}
	return values
}

// addParam adds the flag of a parameter.
func addParam(cmd *cobra.Command, p optix.Param) *[]string {
	values := new([]string)
	usage := p.Usage
	if len(p.Values) > 0 {
		usage += ": " + strings.Join(p.Values, ", ")
	}
	switch {
	case p.Required:
		usage += " (required)"
	case p.Repeat:
		usage += " (repeatable, or separated by commas)"
	}
	rowFlag(cmd, func(f *pflag.FlagSet, name string) { f.VarP(textFlag{values}, name, "", usage) }, run.FlagName(p.Name))
	if p.Values != nil {
		complete(cmd, run.FlagName(p.Name), p.Values)
	}
	return values
}

// textFlag collects texts as they are written.
type textFlag struct{ values *[]string }

func (f textFlag) String() string { return "" }
func (f textFlag) Type() string   { return "VALUE" }

func (f textFlag) Set(text string) error {
	*f.values = append(*f.values, text)
	return nil
}

// fieldNames returns the names of the documented fields of an area, for completion.
func fieldNames(area optix.Area) []string {
	var names []string
	for _, f := range area.AllFields() {
		names = append(names, f.Name)
	}
	return names
}

// addRowFlags adds the flags of commands that write rows.
func addRowFlags(cmd *cobra.Command, rows *run.Rows, fields []string) {
	rows.Format = table.Aligned
	rowFlag(cmd, func(f *pflag.FlagSet, name string) {
		f.Var((*formatFlag)(&rows.Format), name, "table (for people), jsonl (whole rows, one JSON object a line) or csv")
	}, "format")
	rowFlag(cmd, func(f *pflag.FlagSet, name string) {
		f.StringSliceVar(&rows.Columns, name, nil, "`FIELDS` of a table or of CSV, separated by commas")
	}, "columns")
	rowFlag(cmd, func(f *pflag.FlagSet, name string) {
		f.IntVar(&rows.Limit, name, 0, "end after `N` rows; without it all rows are read")
	}, "limit")
	complete(cmd, "format", formatNames())
	complete(cmd, "columns", fields)
}

func formatNames() []string {
	var names []string
	for _, f := range table.Formats() {
		names = append(names, string(f))
	}
	return names
}

// formatFlag is a format of rows.
type formatFlag table.Format

func (f *formatFlag) String() string { return string(*f) }
func (f *formatFlag) Type() string   { return strings.Join(formatNames(), "|") }

func (f *formatFlag) Set(text string) error {
	if !slices.Contains(formatNames(), text) {
		return choice.Unknown("format", text, formatNames())
	}
	*f = formatFlag(text)
	return nil
}

// rowFlag adds a flag under the heading groupRows.
func rowFlag(cmd *cobra.Command, add func(flags *pflag.FlagSet, name string), name string) {
	add(cmd.Flags(), name)
	_ = cmd.Flags().SetAnnotation(name, "group", []string{string(groupRows)}) // the flag exists
}

func complete(cmd *cobra.Command, flag string, words []string) {
	// It can't fail, because the flag exists and is completed once.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// asking makes cmd a command that asks Cloud Optix and takes no verdict.
func (a *app) asking(cmd *cobra.Command, request func() run.Request, work func(context.Context, run.Request, []string) (run.Ending, error)) {
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		req := request()
		return a.judge(cmd.Context(), func(ctx context.Context) (run.Ending, error) { return work(ctx, req, args) })
	}
}

// addressCommand makes the command that sends addresses to a list.
func (a *app) addressCommand(list optix.AddressList) *cobra.Command {
	req := run.AddressRequest{List: list}
	cmd := &cobra.Command{
		Use:   list.Name + " ADDRESS…",
		Short: strings.ToUpper(list.Summary[:1]) + list.Summary[1:],
		Long: fmt.Sprintf(`%s sends addresses to Cloud Optix (section %s of the API reference):
%s. The API can't list or remove what is there. Without --yes the command
shows what it would send, and ends with exit 2.`, list.Name, list.Section, list.Summary),
		Example: fmt.Sprintf("  $ scangate optix %s 203.0.113.7\n  $ scangate optix %s 203.0.113.7 2001:db8::1 --account-ids 111122223333 --yes", list.Name, list.Name),
	}
	request := a.addFlags(cmd, config.Optix)
	rowFlag(cmd, func(f *pflag.FlagSet, name string) {
		f.StringSliceVar(&req.Accounts, name, nil, "only for the accounts with these `IDS`, separated by commas; without it for all")
	}, "account-ids")
	rowFlag(cmd, func(f *pflag.FlagSet, name string) { f.BoolVar(&req.Yes, name, false, "send it") }, "yes")
	a.asking(cmd, request, func(ctx context.Context, r run.Request, args []string) (run.Ending, error) {
		req.Request, req.Addresses = r, args
		// An unset variable must not mean all accounts.
		if cmd.Flags().Changed("account-ids") && len(req.Accounts) == 0 {
			return run.Ending{}, usagef("--account-ids must not be empty; fix: name the accounts, or leave it out to send the list for all accounts")
		}
		return run.UpdateAddresses(ctx, a.sys.System, req)
	})
	return cmd
}

// scanByID is a command that asks for a scan by its id.
type scanByID struct {
	name, argument, short, long string
	ask                         func(context.Context, run.System, run.ScanRequest) (run.Ending, error)
}

func scans() []scanByID {
	return []scanByID{{
		"iac status", "SCAN-ID", "Show whether an IaC scan is done",
		"Shows the state of an IaC scan: ongoing, success or failed.", run.ScanStatus,
	}, {
		"iac report", "SCAN-ID", "List the alerts of an IaC scan",
		"Lists the alerts in the detailed report of an IaC scan.", run.ScanReport,
	}, {
		"image result", "TASK|IMAGE", "List the results of an image task, or that of one image",
		"Lists the images of a task with their vulnerabilities, or shows those of one image,\nwhich is named in full: docker.io/library/redis:7.2.", run.ImageResult,
	}}
}

func (a *app) scanByIDCommand(s scanByID) *cobra.Command {
	req := run.ScanRequest{}
	cmd := &cobra.Command{
		Use: lastWord(s.name) + " " + s.argument, Short: s.short, Long: s.long,
		Example: "  $ scangate optix " + s.name + " 5f0c1e2a-7c1b-4c5e-9d57-0d9d3c1f8a01",
	}
	request := a.addFlags(cmd, config.Optix)
	addRowFlags(cmd, &req.Rows, nil)
	a.asking(cmd, request, func(ctx context.Context, r run.Request, args []string) (run.Ending, error) {
		req.Request, req.ID = r, args[0]
		return s.ask(ctx, a.sys.System, req)
	})
	return cmd
}
