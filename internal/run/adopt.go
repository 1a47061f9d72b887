package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/text"
)

// record scans, writes the baseline, and names it in the new config file.
func (i *initializer) record(ctx context.Context) (Ending, error) {
	baseline := filepath.Join(filepath.Dir(i.file), firstBaseline)
	req := i.req.Request
	req.leaveOut = i.leaveOut
	req.Flags = config.Flags{}
	for name, texts := range i.req.Flags {
		req.Flags[name] = slices.Clone(texts)
	}
	req.Flags["write-baseline"] = []string{fromHere(baseline)}
	ending, err := Scan(ctx, i.sys, req)
	if errors.Is(err, errAgain) {
		ending, err = Scan(ctx, i.sys, req)
	}
	if _, missing := os.Stat(baseline); err != nil || missing != nil {
		if err == nil { // the run said why
			i.sys.Say("no baseline yet; fix: scangate scan --write-baseline " + fromHere(baseline) +
				", then add to " + filepath.Base(i.file) + ": baseline: " + firstBaseline)
		}
		return ending, err
	}
	f, err := os.OpenFile(i.file, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_, err = f.WriteString("baseline: " + firstBaseline + " # its findings don't count: scangate help baseline\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return ending, cantWrite(i.file, err)
	}
	i.sayNext(ctx, config.FileName+" and "+firstBaseline, "")
	return ending, nil
}

// errAgain ends a scan whose targets without an answer are excluded now, because the answers of
// others depend on them.
var errAgain = errors.New("again")

// leaveOut has the new config file exclude the targets that have no answer, and skips them in this
// run. It does nothing if the next run may have an answer, because the fault is not one of the
// targets.
func (i *initializer) leaveOut(rows []result.Row) error {
	i.setExcludeLines(rows, nil)
	failed, again := lasting(rows)
	asked := len(rows) - skipped(rows)
	if len(failed) == 0 || !i.ask(true, "No answer for %d of %d targets. Exclude them, each with its reason?", len(failed), asked) {
		return nil
	}
	before := i.content()
	for _, k := range failed {
		i.rows = append(i.rows, rows[k])
	}
	if err := i.replace(before, i.content()); err != nil {
		i.sys.warnf("%v", err)
		return nil
	}
	for _, k := range failed {
		e := &result.Exclusion{Pattern: rows[k].Target.Name, Reason: text.OneLine(rows[k].Reason)}
		rows[k] = e.Skip(rows[k].Target)
	}
	i.say("excluded %d of %d targets: no answer; %s has the reason and the fix of each", len(failed), asked, fromHere(i.file))
	if again {
		return errAgain
	}
	return nil
}

// skipped counts the targets that nothing is asked about.
func skipped(rows []result.Row) (n int) {
	for k := range rows {
		if rows[k].Status == result.Skipped {
			n++
		}
	}
	return n
}

// lasting returns the indexes of the rows that fail again in the next run unless somebody fixes
// them. There are none if others fail as well, or nothing is answered: the service may be down.
// again is set if Dockerfiles fail only because none of their images could be pulled.
func lasting(rows []result.Row) (failed []int, again bool) {
	answered := false
	for k := range rows {
		row := &rows[k]
		switch {
		case row.Status != result.Failed:
			answered = answered || row.Status == result.Answered
		case row.Exclude != "" && isLasting(row.Cause):
			failed = append(failed, k)
		case row.Target.Kind == result.KindDockerfile && row.Cause == result.CauseProtocol:
			again = true
		default:
			return nil, false
		}
	}
	if !answered && !again {
		return nil, false
	}
	return failed, again
}

// isLasting reports whether a fault of a target stays until somebody fixes it.
func isLasting(c result.Cause) bool {
	switch c {
	case result.CauseTooLarge, result.CauseNotAnswered, result.CauseUnresolved, result.CauseUnparsable,
		result.CauseUnreadable, result.CauseSensitive, result.CauseNotRendered:
		return true
	}
	return false
}

// replace gives the new config file another content, unless it was edited meanwhile.
func (i *initializer) replace(before, content string) error {
	now, err := os.ReadFile(i.file)
	if err != nil || string(now) != before {
		return fmt.Errorf("%s was edited during the scan: nothing is excluded", fromHere(i.file))
	}
	if err := os.WriteFile(i.file, []byte(content), 0o644); err != nil {
		return cantWrite(i.file, err)
	}
	return nil
}

// sayNext says what to do with the files of the policy, after the commands in more.
func (i *initializer) sayNext(ctx context.Context, files, more string) {
	branch := "the default branch"
	if i.tree.Repo != nil {
		branch = i.tree.Repo.DefaultBranch(ctx)
	}
	i.say("Next:\n"+
		"  scangate doctor          # is everything in place?\n%s\n"+
		"The pipeline needs the API key: the secret SCANGATE_API_KEY. The policy of the\n"+
		"target branch judges a change: what is in\n"+
		"%s counts\n"+
		"once it is merged into %s, or with the label that the run of its\n"+
		"request names (scangate help policy).\n",
		more, files, branch)
}

// content is the new config file. What can't be answered is excluded, each with its reason.
func (i *initializer) content() string {
	var b strings.Builder
	b.WriteString("# What scangate scans and allows. Check it with: scangate config verify\n" +
		"# yaml-language-server: $schema=https://raw.githubusercontent.com/scangate/scangate/" + schemaRef(i.sys.Version) + "/internal/config/config.schema.json\n" +
		"version: 1\n")
	if lines := exclusions(i.rows); len(lines) > 0 {
		b.WriteString("targets:\n  exclude:\n    # These have no answer as they are. Follow a fix, and remove the line.\n")
		b.WriteString(strings.Join(lines, ""))
	}
	b.WriteString("limits:\n  fail-on: high # a finding of this severity or worse fails the gate: scangate help limits\n")
	return i.sys.secrets.Mask(b.String())
}

// schemaRef is the ref of the repository that has the schema of a version: its tag for a release.
func schemaRef(version string) string {
	if regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(version) {
		return "v" + version
	}
	return "main"
}

// exclusions are the entries for the targets that can't be answered, after their fixes.
func exclusions(rows []result.Row) []string {
	var lines []string
	fix := ""
	for _, row := range rows {
		if row.Exclude == "" {
			continue
		}
		reason := strings.ReplaceAll(row.Exclude, "reason: WHY", fmt.Sprintf("reason: %q", text.OneLine(row.Reason)))
		if row.Fix != fix {
			fix = row.Fix
			lines = append(lines, fmt.Sprintf("    # fix: %s\n", text.OneLine(fix)))
		}
		lines = append(lines, "    "+reason+"\n")
	}
	return lines
}
