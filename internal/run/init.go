package run

import (
	"bufio"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// workflows are the smallest pipelines of the examples.
//
//go:embed workflows/*.yml
var workflows embed.FS

const (
	firstBaseline = ".scangate-baseline.json"
	githubFile    = ".github/workflows/scangate.yml"
	gitlabFile    = ".gitlab-ci.yml"
)

// InitRequest asks for the first files of a repository.
type InitRequest struct {
	Request
	// Yes takes the answer that each question proposes.
	Yes bool
	// Record records the findings of today without a question.
	Record bool
}

// Init writes a config file for the repository at PATH, made of its plan, and if wanted the
// pipeline of its host and a baseline. It replaces no file. The ending is that of the run that
// records the baseline, else exit 0.
func Init(ctx context.Context, sys System, req InitRequest) (Ending, error) {
	in, err := prepare(ctx, sys, req.Request)
	defer in.close()
	if err != nil {
		return Ending{}, err
	}
	if in.config.path != "" || in.config.named {
		return Ending{}, usagef("there is a config file already: %s; fix: edit it, and check it with scangate config verify", in.config.path)
	}
	p, err := discoverPlan(ctx, in)
	if err != nil {
		return Ending{}, err
	}
	in.setExcludeLines(p.plan.Rows, p.plan.NotSent)
	i := initializer{inputs: in, req: req, answers: bufio.NewScanner(sys.Stdin)}
	i.summarize(&p.plan)
	return i.write(ctx, &p.plan)
}

// initializer writes the first files.
type initializer struct {
	inputs
	req     InitRequest
	answers *bufio.Scanner
}

func (i *initializer) say(format string, args ...any) { fmt.Fprintf(i.sys.Out, format+"\n", args...) }

// ask asks a question whose proposed answer is yes or no. Without an answer it is no.
func (i *initializer) ask(proposed bool, format string, args ...any) bool {
	if i.req.Yes {
		return proposed
	}
	choices := "[y/N]"
	if proposed {
		choices = "[Y/n]"
	}
	fmt.Fprintf(i.sys.Out, format+" "+choices+" ", args...)
	if !i.answers.Scan() {
		i.say("")
		return false
	}
	switch strings.ToLower(strings.TrimSpace(i.answers.Text())) {
	case "":
		return proposed
	case "y", "yes":
		return true
	}
	return false
}

// summarize says what the repository holds.
func (i *initializer) summarize(plan *result.Plan) {
	i.say("This repository has these targets:")
	for _, k := range result.Kinds() {
		planned, failed := 0, 0
		for _, row := range plan.Rows {
			switch {
			case row.Target.Kind != k.Kind:
			case row.Status == result.Failed:
				failed++
			case row.Status == result.Pending:
				planned++
			}
		}
		if planned+failed == 0 {
			continue
		}
		line := fmt.Sprintf("  %-10s %d", k.Kind, planned+failed)
		if failed > 0 {
			line += fmt.Sprintf(", %d of them can't be answered as they are", failed)
		}
		i.say("%s", line)
	}
	if n := len(plan.NotSent); n > 0 {
		i.say("  %-10s %d that the service is not known to take; scangate scan --dry-run lists them", "not sent", n)
	}
	i.say("")
}

// write writes the files that are wanted, and says what comes next.
func (i *initializer) write(ctx context.Context, plan *result.Plan) (Ending, error) {
	file := filepath.Join(i.tree.Root, filepath.FromSlash(i.tree.Under), config.FileName)
	if !i.ask(true, "Write %s?", config.FileName) {
		return Ending{}, usagef("nothing was written; fix: answer yes, or use --yes")
	}
	if err := i.create(file, configText(plan, i.sys.Version)); err != nil {
		return Ending{}, err
	}
	if err := i.writeWorkflow(ctx); err != nil {
		return Ending{}, err
	}
	if i.req.Record || i.ask(false, "Record today's findings as known, so that only new ones count? It scans now.") {
		return i.record(ctx, file)
	}
	i.say("\nNext:\n" +
		"  scangate doctor          # is everything in place?\n" +
		"  scangate scan            # the first verdict\n" +
		"  scangate help baseline   # with many old findings")
	return Ending{}, nil
}

// create writes a file that is not there yet.
func (i *initializer) create(file, content string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("can't write %s: %w", file, err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usagef("%s exists; fix: move it away, or edit it", file)
	}
	if err != nil {
		return fmt.Errorf("can't write %s: %w", file, err)
	}
	_, err = f.WriteString(content)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("can't write %s: %w", file, err)
	}
	i.say("wrote %s", fromHere(file))
	return nil
}

// fromHere is a path relative to the working directory.
func fromHere(file string) string {
	here, err := filepath.Abs(".")
	if err != nil {
		return file
	}
	if rel, err := filepath.Rel(here, file); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return file
}

// writeWorkflow writes the pipeline of the host where the repository lives, if it is known and has
// none.
func (i *initializer) writeWorkflow(ctx context.Context) error {
	if i.tree.Repo == nil {
		return nil
	}
	remote, _ := i.tree.Repo.RemoteURL(ctx, "") // without one the host is unknown
	var name, source string
	switch {
	case strings.Contains(remote, "github.com"):
		name, source = githubFile, "workflows/github.yml"
	case strings.Contains(remote, "gitlab"):
		name, source = gitlabFile, "workflows/gitlab.yml"
	default:
		i.say("The CI host is unknown: scangate help hosts has what each one needs.")
		return nil
	}
	file := filepath.Join(i.tree.Root, filepath.FromSlash(name))
	if _, err := os.Lstat(file); err == nil {
		i.say("%s exists, and stays as it is: scangate help github and scangate help gitlab say what the gate needs", name)
		return nil
	}
	if !i.ask(true, "Write %s?", name) {
		return nil
	}
	pipeline, err := workflows.ReadFile(source)
	if err != nil {
		return err
	}
	branch := i.tree.Repo.DefaultBranch(ctx)
	return i.create(file, strings.Replace(string(pipeline), "branches: [main]", fmt.Sprintf("branches: [%q]", branch), 1))
}

// record scans, writes the baseline, and names it in the new config file.
func (i *initializer) record(ctx context.Context, configFile string) (Ending, error) {
	baseline := filepath.Join(filepath.Dir(configFile), firstBaseline)
	req := i.req.Request
	req.Flags = config.Flags{}
	for name, texts := range i.req.Flags {
		req.Flags[name] = slices.Clone(texts)
	}
	req.Flags["write-baseline"] = []string{fromHere(baseline)}
	ending, err := Scan(ctx, i.sys, req)
	if _, missing := os.Stat(baseline); err != nil || missing != nil {
		if err == nil { // the run said why
			i.sys.Say("no baseline yet; fix: scangate scan --write-baseline " + fromHere(baseline) +
				", then add to " + filepath.Base(configFile) + ": baseline: " + firstBaseline)
		}
		return ending, err
	}
	f, err := os.OpenFile(configFile, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return ending, fmt.Errorf("can't name the baseline: %w", err)
	}
	_, err = f.WriteString("baseline: " + firstBaseline + " # its findings don't count: scangate help baseline\n")
	return ending, errors.Join(err, f.Close())
}

// configText is the first config file. What can't be answered is left out, each with its reason.
func configText(plan *result.Plan, version string) string {
	var b strings.Builder
	b.WriteString("# What scangate scans and allows. Check it with: scangate config verify\n" +
		"# yaml-language-server: $schema=https://raw.githubusercontent.com/scangate/scangate/" + schemaRef(version) + "/internal/config/config.schema.json\n" +
		"version: 1\n")
	if lines := exclusions(plan); len(lines) > 0 {
		b.WriteString("targets:\n  exclude:\n    # These have no answer as they are. Follow a fix, and remove the line.\n")
		b.WriteString(strings.Join(lines, ""))
	}
	b.WriteString("limits:\n  fail-on: high # a finding of this severity or worse fails the gate: scangate help limits\n")
	return b.String()
}

// schemaRef is the ref of the repository that has the schema of a version: its tag for a release.
func schemaRef(version string) string {
	if regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(version) {
		return "v" + version
	}
	return "main"
}

// exclusions are the entries for the targets that can't be answered, each after its fix.
func exclusions(plan *result.Plan) []string {
	var lines []string
	for _, row := range plan.Rows {
		if row.Exclude == "" {
			continue
		}
		reason := strings.ReplaceAll(row.Exclude, "reason: WHY", fmt.Sprintf("reason: %q", text.OneLine(row.Reason)))
		lines = append(lines, fmt.Sprintf("    # fix: %s\n    %s\n", text.OneLine(row.Fix), reason))
	}
	return lines
}
