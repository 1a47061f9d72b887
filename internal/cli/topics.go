package cli

import (
	"embed"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// helpFiles holds the help topics: one Markdown file each, with the title as its first
// heading. They are read on GitHub too.
//
//go:embed help/*.md
var helpFiles embed.FS

// topics returns a command without an action for each help topic, as cobra lists them. A topic
// with the name of a command is the description of that command.
func (a *app) topics(commands ...*cobra.Command) []*cobra.Command {
	names, _ := fs.Glob(helpFiles, "help/*.md") // the pattern is valid
	all := make([]*cobra.Command, 0, len(names))
	for _, name := range names {
		word := strings.TrimSuffix(path.Base(name), ".md")
		if i := slices.IndexFunc(commands, func(c *cobra.Command) bool { return c.Name() == word }); i >= 0 {
			if a.names(commands[i]) {
				commands[i].Long += "\n\n" + topicText(name)
			}
			continue
		}
		topic := &cobra.Command{
			Use:   word,
			Short: topicTitle(name),
		}
		topic.SetHelpFunc(func(cmd *cobra.Command, _ []string) { cmd.Print(topicText(name)) })
		all = append(all, topic)
	}
	return all
}

// maxTopicTitle is the longest first line of a topic, in bytes.
const maxTopicTitle = 128

// topicTitle returns the first heading of a topic.
func topicTitle(name string) string {
	file, err := helpFiles.Open(name)
	if err != nil {
		return ""
	}
	var head [maxTopicTitle]byte
	n, _ := io.ReadFull(file, head[:]) // a short topic is one too
	title, _, _ := strings.Cut(string(head[:n]), "\n")
	return strings.TrimPrefix(title, "# ")
}

// topicText returns a topic as plain text.
func topicText(name string) string {
	text, _ := helpFiles.ReadFile(name) // an embedded file is readable
	return plainText(string(text))
}

// helpCommand is cobra's help command, except that an unknown topic is a usage error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "Help about any command or topic",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknown("help topic", strings.Join(args, " "), topicNames(cmd.Root()), "scangate help")
			}
			return about.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var words []cobra.Completion
			for _, c := range cmd.Root().Commands() {
				if !c.Hidden {
					words = append(words, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return words, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// topicNames are the words that help takes.
func topicNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return names
}

// plainText removes the markup of a help topic and lays out its tables. It handles the
// Markdown that the topics use, and no more.
func plainText(markdown string) string {
	var out strings.Builder
	links := regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)
	markup := strings.NewReplacer("`", "", "**", "")
	code := false
	var table [][]string
	for line := range strings.Lines(markdown + "\n") {
		plain := markup.Replace(links.ReplaceAllString(line, "$1"))
		if !code && strings.HasPrefix(line, "|") {
			if !strings.HasPrefix(line, "|--") {
				table = append(table, cellsOf(plain))
			}
			continue
		}
		writeTable(&out, table)
		table = nil
		switch {
		case strings.HasPrefix(line, "```"):
			code = !code
		case code:
			out.WriteString("    " + line)
		case strings.HasPrefix(line, "<!--"):
		case strings.HasPrefix(line, "#"):
			out.WriteString(strings.ToUpper(strings.TrimLeft(line, "# ")))
		default:
			out.WriteString(plain)
		}
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// cellsOf are the cells of a table's row.
func cellsOf(line string) []string {
	cells := strings.Split(strings.Trim(line, "|\n"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}
