package run

import (
	"bufio"
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	if notices := p.plan.Notices; p.isEmpty() && len(in.alerts.Rows()) == 0 {
		return Ending{}, usagef("nothing was written: %s", notices[len(notices)-1].Text)
	}
	in.setExcludeLines(p.plan.Rows, nil)
	i := initializer{inputs: in, req: req, answers: bufio.NewScanner(sys.Stdin), rows: p.plan.Rows}
	i.summarize(&p.plan)
	return i.write(ctx)
}

// initializer writes the first files.
type initializer struct {
	inputs
	req     InitRequest
	answers *bufio.Scanner
	// rows are those of the plan, and later also those that the service has no answer for.
	rows []result.Row
	// file is the path of the new config file.
	file string
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
func (i *initializer) write(ctx context.Context) (Ending, error) {
	i.file = filepath.Join(i.tree.Root, filepath.FromSlash(i.tree.Under), config.FileName)
	if !i.ask(true, "Write %s?", config.FileName) {
		return Ending{}, usagef("nothing was written; fix: answer yes, or use --yes")
	}
	if err := i.create(i.file, i.content()); err != nil {
		return Ending{}, err
	}
	if err := i.writeWorkflow(ctx); err != nil {
		return Ending{}, err
	}
	if i.req.Record || i.ask(false, "Record today's findings as known, so that only new ones count? It scans now.") {
		return i.record(ctx)
	}
	i.say("")
	i.sayNext(ctx, config.FileName,
		"  scangate scan            # the first verdict\n"+
			"  scangate help baseline   # with many old findings\n")
	return Ending{}, nil
}

// create writes a file that is not there yet.
func (i *initializer) create(file, content string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return cantWrite(file, err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return cantWrite(file, err)
	}
	_, err = f.WriteString(content)
	if err := errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(file) // the next init is to find no half of it
		return cantWrite(file, err)
	}
	i.say("wrote %s", fromHere(file))
	return nil
}

func cantWrite(file string, err error) error {
	return fmt.Errorf("can't write %s: %w; fix: make room there, or make the folder writable", fromHere(file), text.WithoutPath(err))
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
	content, err := workflows.ReadFile(source)
	if err != nil {
		return err
	}
	pipeline := strings.Replace(string(content), "branches: [main]", fmt.Sprintf("branches: [%q]", i.tree.Repo.DefaultBranch(ctx)), 1)
	file := filepath.Join(i.tree.Root, filepath.FromSlash(name))
	switch _, err := os.Lstat(file); {
	case err == nil && name == gitlabFile: // it has the jobs of everything else, too
		i.say("%s exists, and stays as it is. Add this job to it:\n\n%s", name, pipeline)
	case err == nil:
		i.say("%s exists, and stays as it is.", name)
	case i.ask(true, "Write %s?", name):
		return i.create(file, pipeline)
	}
	return nil
}
