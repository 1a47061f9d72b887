package docs

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/alerts"
	"github.com/scangate/scangate/internal/ci"
	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/run"
	"github.com/scangate/scangate/internal/template"
)

// flags lists every flag under the heading of its group.
func flags(*testing.T) string {
	var b strings.Builder
	for _, group := range config.Groups() {
		fmt.Fprintf(&b, "\n## %s\n\n", group)
		for _, s := range config.AllSettings() {
			if s.Group == group {
				b.WriteString(item(flagName(s) + ": " + s.Usage + notes(s)))
			}
		}
	}
	return b.String() + "\n"
}

// flagName writes a flag as it is typed: `-o, --output FORMAT[=PATH]`.
func flagName(s config.Setting) string {
	name := "--" + s.Name
	if s.Short != "" {
		name = "-" + s.Short + ", " + name
	}
	return code(strings.TrimSpace(name + " " + s.Value))
}

func notes(s config.Setting) string {
	var notes []string
	if s.Default != "" {
		notes = append(notes, "default "+code(s.Default))
	}
	if s.FileKey != "" {
		notes = append(notes, "config key "+code(s.FileKey))
	}
	if s.SavedOnly {
		notes = append(notes, "not of `scan`")
	}
	if s.FlagOnly {
		notes = append(notes, "command line only")
	}
	if s.NoVariable {
		notes = append(notes, "no variable")
	}
	if notes == nil {
		return ""
	}
	return " [" + strings.Join(notes, ", ") + "]"
}

func configKeys(*testing.T) string {
	rows := [][]string{{"key", "flag"}}
	for _, s := range config.Settings(config.Scan) {
		if s.FileKey != "" {
			rows = append(rows, []string{code(s.FileKey), code("--" + s.Name)})
		}
	}
	return table(rows)
}

func formats(*testing.T) string {
	rows := [][]string{{"format", "use"}}
	for _, f := range report.Formats() {
		rows = append(rows, []string{code(f.Name), f.Help})
	}
	return table(rows)
}

func templateFunctions(*testing.T) string {
	rows := [][]string{{"function", "result"}}
	for _, f := range report.TemplateFuncs() {
		rows = append(rows, []string{code(f.Name), f.Help})
	}
	return table(rows)
}

func kinds(*testing.T) string {
	rows := [][]string{{"kind", "targets"}}
	for _, k := range result.Kinds() {
		rows = append(rows, []string{code(string(k.Kind)), k.Help})
	}
	return table(rows)
}

func imagePlaces(*testing.T) string {
	rows := [][]string{{"file", "where an image stands"}}
	for _, p := range discover.ImagePlaces() {
		rows = append(rows, []string{p.File, p.Places})
	}
	return table(rows)
}

func contradictions(*testing.T) string {
	rows := [][]string{{"name", "contradiction"}}
	for _, c := range result.Contradictions() {
		rows = append(rows, []string{code(string(c.Contradiction)), c.Help})
	}
	return table(rows)
}

func languages(*testing.T) string {
	rows := [][]string{{"language", "files"}}
	for _, l := range template.Languages() {
		rows = append(rows, []string{l.Title, strings.Join(l.Names, ", ")})
	}
	return table(rows)
}

func sources(*testing.T) string {
	rows := [][]string{{"source", "alerts"}}
	for _, v := range alerts.Vendors() {
		rows = append(rows, []string{code(v.Name), v.Title})
	}
	return table(rows)
}

func sourceFilters(*testing.T) string {
	var b strings.Builder
	for _, v := range alerts.Vendors() {
		rows := [][]string{{"key", "values"}}
		for _, k := range v.Keys() {
			rows = append(rows, []string{code(k.Name), k.Values})
		}
		fmt.Fprintf(&b, "\n### Keys of %s\n\n%s", v.Name, table(rows))
	}
	return b.String() + "\n"
}

func sourceVariables(*testing.T) string {
	rows := [][]string{{"variable", "value"}}
	for _, v := range alerts.Variables() {
		rows = append(rows, []string{code(v.Name), v.Use})
	}
	return table(rows)
}

// areas lists the commands of scangate optix that read lists, with the parameters of each.
func areas(*testing.T) string {
	rows := [][]string{{"command", "section of the reference", "parameters", "rows in one answer"}}
	for _, a := range optix.Areas() {
		command := "scangate optix " + a.Name
		var params []string
		for _, p := range a.Params {
			switch name := code("--" + run.FlagName(p.Name)); {
			case p.InPath:
				command += " " + run.ArgumentName(p.Name)
			case p.Required:
				params = append(params, name+" (required)")
			default:
				params = append(params, name)
			}
		}
		size := "all"
		if a.Pages.Max > 0 {
			size = fmt.Sprintf("%d to %d", a.Pages.Min, a.Pages.Max)
		}
		rows = append(rows, []string{code(command), a.Section, strings.Join(params, ", "), size})
	}
	return table(rows)
}

func searchKeys(*testing.T) string {
	return wrap("", strings.Join(optix.SearchKeys(), ", "))
}

func hosts(*testing.T) string {
	rows := [][]string{{"host", "recognized by", "base of a change (`--new-only`)", "number of the job (`--shard auto`)", "repository and branch", "where results show"}}
	for _, h := range ci.Profiles() {
		rows = append(rows, []string{h.Title, h.Signal, h.Base, h.Nodes(), h.Identity, h.Surface})
	}
	return table(rows)
}

// history lists how the hosts that have an answer of their own give a job the whole history.
func history(*testing.T) string {
	rows := [][]string{{"host", "the whole history"}}
	for _, h := range ci.Profiles() {
		if h.FullHistory != "" {
			rows = append(rows, []string{h.Title, h.FullHistory})
		}
	}
	return table(append(rows, []string{"others", "`git fetch --unshallow`"}))
}

// exitCodes repeats the table of the help topic.
func exitCodes(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(read(t, filepath.Join(root, "internal/cli/help/exit-codes.md"))) {
		if strings.HasPrefix(line, "|") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// topics lists the help topics. README.md links their folder.
func topics(*testing.T) string {
	var names []string
	paths, _ := filepath.Glob(filepath.Join(root, "internal/cli/help/*.md")) // the pattern is valid
	for _, path := range paths {
		names = append(names, code(strings.TrimSuffix(filepath.Base(path), ".md")))
	}
	return wrap("", strings.Join(names, ", "))
}

func resultSchema(t *testing.T) string {
	t.Helper()
	return jsonBlock(t, schemaFile)
}

func planSchema(t *testing.T) string {
	t.Helper()
	return jsonBlock(t, planFile)
}

func jsonBlock(t *testing.T, file string) string {
	t.Helper()
	return "```json\n" + strings.TrimSpace(read(t, file)) + "\n```\n"
}

// frameworks is the list of the frameworks in the schema of result.json.
func frameworks() string {
	var names []string
	for _, l := range template.Languages() {
		if name := strconv.Quote(string(l.Framework)); l.Framework != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// inventoryFields lists the documented fields of inventories. They depend on the last parameter
// that is required.
func inventoryFields(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, area := range alerts.Inventories() {
		chosen := map[string][]string{}
		last, values := "", []string{""}
		for _, p := range area.Params {
			if p.Required {
				last, values = p.Name, p.Values
				chosen[p.Name] = p.Values[:1]
			}
		}
		for _, value := range values {
			if last != "" {
				chosen[last] = []string{value}
			}
			q, err := area.Query(chosen, 0)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, f := range q.Fields() {
				names = append(names, f.Name)
			}
			b.WriteString(wrap("- ", strings.TrimSpace(code(area.Name)+" "+value)+": "+strings.Join(names, ", ")))
		}
	}
	return b.String()
}
