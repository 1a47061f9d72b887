package run

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/scan"
)

// dryRun lists exactly what would be sent, and sends nothing.
func dryRun(ctx context.Context, in inputs, p planned) (Ending, error) {
	l := listing{in: in, w: tabwriter.NewWriter(in.sys.Out, 0, 0, 2, ' ', 0)}
	for _, row := range p.plan.Rows {
		if signal, ok := interruptOf(ctx); ok {
			return Ending{}, signal
		}
		l.row(row)
	}
	helpers := scan.Helpers(&p.plan)
	for _, h := range helpers {
		l.helper(h)
	}
	if err := l.w.Flush(); err != nil {
		return Ending{}, fmt.Errorf("can't write to standard output: %w", err)
	}
	for _, row := range in.alerts.Rows() {
		fmt.Fprintf(in.sys.Out, "asked: %s %s\n", row.Target.Kind, quoted(row.Target.Name))
	}
	listUnsent(in.sys.Out, p.plan, helpers)
	if needsIdentity(in, p.plan.Rows) {
		id := fmt.Sprintf("repository %s, branch %s", p.repo.URL, p.repo.Branch)
		if who := p.repo.committer(); who != "" {
			id += ", committer " + who
		}
		fmt.Fprintf(in.sys.Out, "\nwith %s\n", console.Clean(id))
	}
	if err := in.sys.Publisher.setOutputs(dryRunOutcome, gate.ExitPass); err != nil {
		return Ending{}, err
	}
	return Ending{Code: gate.ExitPass, Line: l.summary(p)}, nil
}

// listing lists what would be sent, and counts it.
type listing struct {
	in            inputs
	w             *tabwriter.Writer
	files, images int
	bytes         int64
}

func (l *listing) row(row result.Row) {
	switch t := row.Target; {
	case row.Status != result.Pending:
	case t.Kind == result.KindImage:
		l.images++
		why := "image name"
		if !t.Named {
			why = "image name, if the answer for the Dockerfiles leaves it out"
		}
		fmt.Fprintf(l.w, "%s\t\t\t%s\n", quoted(t.Name), why)
	case t.Kind == result.KindDockerfile:
		l.file(t.Name, "Dockerfile")
	default:
		l.file(t.Name, string(t.Framework)+" template")
	}
}

func (l *listing) helper(h result.Helper) {
	if h.Template {
		l.file(h.Path, "untouched, goes along with the templates of its folder")
		return
	}
	l.file(h.Path, "variables of the templates in its folder")
}

func (l *listing) file(path, why string) {
	size, sum := l.digest(path)
	l.files, l.bytes = l.files+1, l.bytes+size
	fmt.Fprintf(l.w, "%s\t%d bytes\tsha256:%s\t%s\n", quoted(path), size, sum, why)
}

// digest is the size and SHA-256 of a file as it would be uploaded.
func (l *listing) digest(path string) (int64, string) {
	f, err := l.in.tree.FS.Open(path)
	if err != nil {
		return 0, "unreadable"
	}
	defer f.Close()
	h := sha256.New()
	size, err := io.Copy(h, f)
	if err != nil {
		return 0, "unreadable"
	}
	return size, fmt.Sprintf("%x", h.Sum(nil))
}

func (l *listing) summary(p planned) string {
	line := fmt.Sprintf("DRY RUN (exit 0): %d files (%d bytes) and %d image names would be sent to %s; nothing was sent",
		l.files, l.bytes, l.images, l.in.cfg.Endpoint)
	if p.change != nil {
		line += fmt.Sprintf("; %d of %d targets touched", p.change.Touched, p.change.Existing)
	}
	return line
}

// listUnsent names what is not asked for, and why. sent are the helpers that go
// along.
func listUnsent(w io.Writer, plan result.Plan, sent []result.Helper) {
	for _, h := range plan.Helpers {
		if !slices.Contains(sent, h) {
			fmt.Fprintf(w, "not sent: variables %s: too big to go along with the templates of the folder\n", quoted(h.Path))
		}
	}
	for _, row := range plan.Rows {
		if row.Status == result.Failed || row.Status == result.Skipped {
			fmt.Fprintf(w, "not sent: %s %s: %s: %s\n", row.Target.Kind, quoted(row.Target.Name), row.Status, console.Clean(row.Reason))
		}
	}
}

// quoted is a name in quotes if it holds a space or anything else by which it
// could look like another column or another line.
func quoted(name string) string {
	ambiguous := func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' || r == '"' }
	if strings.ContainsFunc(name, ambiguous) || !utf8.ValidString(name) {
		return strconv.QuoteToASCII(name)
	}
	return name
}
