package cli

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
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/scan"
)

// dryRun lists exactly what would be sent, and sends nothing.
func (r *scanRun) dryRun(ctx context.Context) error {
	files, images := 0, 0
	var bytes int64
	w := tabwriter.NewWriter(r.out, 0, 0, 2, ' ', 0)
	send := func(path, why string) {
		size, sum := r.digest(path)
		files, bytes = files+1, bytes+size
		fmt.Fprintf(w, "%s\t%d bytes\tsha256:%s\t%s\n", listedName(path), size, sum, why)
	}
	for _, row := range r.plan.Rows {
		if stopped, ok := stoppedBy(ctx); ok {
			return stopped
		}
		switch t := row.Target; {
		case row.Status != result.Pending:
		case t.Kind == result.KindImage:
			images++
			fmt.Fprintf(w, "%s\t\t\t%s\n", listedName(t.Name), imageWhy(t))
		case t.Kind == result.KindDockerfile:
			send(t.Name, "Dockerfile")
		default:
			send(t.Name, string(t.Framework)+" template")
		}
	}
	helpers := scan.Helpers(r.plan)
	for _, h := range helpers {
		if h.Template {
			send(h.Path, "untouched, goes along with the templates of its folder")
		} else {
			send(h.Path, "variables of the templates in its folder")
		}
	}
	if err := w.Flush(); err != nil {
		return incompleteError{fmt.Errorf("can't write to standard output: %w", err)}
	}
	for _, row := range r.alerts.Rows() {
		fmt.Fprintf(r.out, "asked: %s %s\n", row.Target.Kind, listedName(row.Target.Name))
	}
	r.listUnsent(helpers)
	if r.needsIdentity() {
		fmt.Fprintf(r.out, "\nwith repository %s, branch %s%s\n", console.Clean(r.repo.URL), console.Clean(r.repo.Branch), console.Clean(r.repo.committer()))
	}
	if err := r.setOutputs(wordDryRun, exitOK); err != nil {
		return incompleteError{err}
	}
	line := fmt.Sprintf("DRY RUN (exit 0): %d files (%d bytes) and %d image names would be sent to %s; nothing was sent",
		files, bytes, images, r.cfg.Endpoint)
	if r.change != nil {
		line += fmt.Sprintf("; %d of %d targets touched", r.change.Touched, r.change.Existing)
	}
	r.verdictLine(line)
	return nil
}

// listUnsent names what is not asked for, and why. helpers are those that go
// along.
func (r *scanRun) listUnsent(helpers []result.Helper) {
	for _, h := range r.plan.Helpers {
		if !slices.Contains(helpers, h) {
			fmt.Fprintf(r.out, "not sent: variables %s: too big to go along with the templates of the folder\n", listedName(h.Path))
		}
	}
	for _, row := range r.plan.Rows {
		if row.Status == result.Failed || row.Status == result.Skipped {
			fmt.Fprintf(r.out, "not sent: %s %s: %s: %s\n", row.Target.Kind, listedName(row.Target.Name), row.Status, console.Clean(row.Reason))
		}
	}
}

// listedName is a name as the list has it: in quotes where it holds a space or
// anything else by which it could look like another column or another line.
func listedName(name string) string {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' || r == '"' }
	if strings.ContainsFunc(name, odd) || !utf8.ValidString(name) {
		return strconv.QuoteToASCII(name)
	}
	return name
}

func imageWhy(t result.Target) string {
	if !t.Named {
		return "image name, if the answer for the Dockerfiles leaves it out"
	}
	return "image name"
}

// digest is the size and SHA-256 of a file as it would be uploaded.
func (r *scanRun) digest(path string) (int64, string) {
	f, err := r.tree.FS.Open(path)
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
