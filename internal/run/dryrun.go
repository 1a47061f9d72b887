package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/scan"
)

// jsonFormat is the format of --output that a plan can be written in.
const jsonFormat = "json"

// dryRun lists exactly what would be sent, and sends nothing.
func dryRun(ctx context.Context, in inputs, p planned) (Ending, error) {
	doc, err := planDocument(ctx, in, p)
	if err != nil {
		return Ending{}, err
	}
	in.shareDocument(doc, p)
	if err := in.writePlan(doc); err != nil {
		return Ending{}, err
	}
	if err := in.sys.Publisher.setOutputs(dryRunOutcome, gate.ExitPass); err != nil {
		return Ending{}, err
	}
	line := summaryOf(doc)
	if in.shard.Total > 0 {
		line += fmt.Sprintf("; shard %d/%d", in.shard.Index, in.shard.Total)
	}
	return Ending{Code: gate.ExitPass, Line: line}, nil
}

// writePlan writes the plan to standard output, and to each file of the format json.
// The other formats need a verdict.
func (in inputs) writePlan(doc *result.PlanDocument) error {
	asJSON := func(w io.Writer) error { return report.WritePlan(w, doc) }
	stdout, write := io.Writer(in.sys.Out), func(w io.Writer) error { return listPlan(w, doc) }
	if in.outputs.stdout == jsonFormat {
		stdout, write = in.sys.Stdout, asJSON
	}
	if err := write(stdout); err != nil {
		return NotPrinted(err)
	}
	var due []config.Output
	for _, f := range in.outputs.files {
		if f.Format != jsonFormat {
			in.sys.warnf("--output %s: a dry run has no verdict to report; the plan is written as json", f.Format)
			continue
		}
		due = append(due, f)
	}
	_, err := writeFiles(due, func(w io.Writer, _ string) error { return asJSON(w) }, nil)
	return err
}

// planDocument digests what would be uploaded. It fails only with the cause of
// ctx's end.
func planDocument(ctx context.Context, in inputs, p planned) (*result.PlanDocument, error) {
	d := &result.PlanDocument{
		Format: result.FormatVersion, Tool: in.sys.tool(), Endpoint: in.cfg.Endpoint, Embedded: in.cfg.Embedded(),
		Change: p.change, NotSent: slices.Clone(p.plan.NotSent), Builds: p.plan.Builds, Variables: p.plan.Variables,
	}
	if needsIdentity(in, p.plan.Rows) {
		d.Repository, d.Committer = p.repo.repository(), p.repo.committer()
	}
	d.Ledger = make([]result.PlannedRow, 0, len(p.plan.Rows)+len(in.alerts.Rows()))
	in.setExcludeLines(nil, d.NotSent)
	endpoint := []string{in.cfg.Endpoint}
	for _, row := range p.plan.Rows {
		if signal, ok := interruptOf(ctx); ok {
			return nil, signal
		}
		d.Ledger = append(d.Ledger, in.plannedRow(p, row, endpoint))
	}
	for _, row := range in.alerts.Rows() {
		asks := in.alerts.Request(row.Target, in.sys.Getenv, in.cfg.Endpoint)
		d.Ledger = append(d.Ledger, result.PlannedRow{
			Row: row, Why: "the config file asks for it", SendTo: asks.Addresses, Filters: asks.Filters,
		})
	}
	sent := scan.Helpers(&p.plan)
	for _, h := range sent {
		size, sum := in.digest(p, h.Path)
		d.Helpers = append(d.Helpers, result.PlannedHelper{Path: h.Path, Size: size, SHA256: sum, Why: whyHelper(h)})
	}
	for _, h := range p.plan.Helpers {
		if !slices.Contains(sent, h) {
			d.NotSent = append(d.NotSent, result.NotSent{
				Path: h.Path, What: "variables", Why: "too big to go along with the templates of the folder",
			})
		}
	}
	return d, nil
}

// setDigest sets the SHA-256 of the plan.json that a dry run would write, in hexadecimal. That of a
// shard's plan leaves out the revision by which the base of the change was found: it may move
// between the jobs, and the base is what counts.
func (p *planned) setDigest(ctx context.Context, in inputs) error {
	// What discovery left is garbage.
	defer limitMemory(heapFor(len(p.plan.Rows)))()
	doc, err := planDocument(ctx, in, *p)
	if err != nil {
		return err
	}
	if p.digest, err = digestOf(doc); err != nil || p.share == nil || doc.Change == nil {
		p.shardDigest = p.digest
		return err
	}
	unnamed := *doc.Change
	unnamed.From = ""
	doc.Change = &unnamed
	p.shardDigest, err = digestOf(doc)
	return err
}

func digestOf(doc *result.PlanDocument) (string, error) {
	h := sha256.New()
	if err := report.WritePlan(h, doc); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// plannedRow is a row of the plan as the document has it. All rows share endpoint.
func (in inputs) plannedRow(p planned, row result.Row, endpoint []string) result.PlannedRow {
	in.setExcludeLine(&row)
	planned := result.PlannedRow{Row: row, Why: whyTarget(row.Target)}
	if row.Status != result.Pending {
		return planned
	}
	planned.SendTo = endpoint
	if row.Target.Kind != result.KindImage {
		planned.Target.Size, planned.SHA256 = in.digest(p, row.Target.Name)
	}
	return planned
}

func whyTarget(t result.Target) string {
	switch {
	case t.Kind == result.KindDockerfile:
		return "Dockerfile"
	case t.RenderedFrom != "":
		return strings.TrimSpace(string(t.Framework) + " template, rendered from " + t.RenderedFrom)
	case t.Kind != result.KindImage:
		return strings.TrimSpace(string(t.Framework) + " template")
	case t.Named:
		return "image name"
	}
	return "image name, if the answer for the Dockerfiles leaves it out"
}

func whyHelper(h result.Helper) string {
	if h.Template {
		return "untouched, goes along with the templates of its folder"
	}
	return "variables of the templates in its folder"
}

// digest is the size and SHA-256 of a file as it would be uploaded.
func (in inputs) digest(p planned, path string) (int64, string) {
	_, isRendered := p.plan.Rendered[path]
	if known := p.plan.Contents[path]; !known.SHA256.IsZero() && !isRendered {
		return known.Size, known.SHA256.String()
	}
	f, err := in.sent(p).Open(path)
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

// listPlan writes the plan for people.
func listPlan(dst io.Writer, d *result.PlanDocument) error {
	out := console.NewLines(dst)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range d.Ledger {
		switch t := row.Target; {
		case row.Status != result.Pending || !isScanned(t.Kind):
		case t.Kind == result.KindImage:
			fmt.Fprintf(w, "%s\t\t\t%s\n", quoted(t.Name), row.Why)
		default:
			fmt.Fprintf(w, "%s\t%d bytes\tsha256:%s\t%s\n", quoted(t.Name), t.Size, row.SHA256, row.Why)
		}
	}
	for _, h := range d.Helpers {
		fmt.Fprintf(w, "%s\t%d bytes\tsha256:%s\t%s\n", quoted(h.Path), h.Size, h.SHA256, h.Why)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	listOthers(out, d)
	if _, err := io.WriteString(out, repositoryLine(d)); err != nil {
		return err
	}
	return out.Flush()
}

// listOthers lists what is only asked about, and what is not sent, and why.
func listOthers(w io.Writer, d *result.PlanDocument) {
	for _, row := range d.Ledger {
		if !isScanned(row.Target.Kind) {
			fmt.Fprintf(w, "asked: %s %s\n", row.Target.Kind, console.Clean(quoted(row.Target.Name)+askedAt(row)))
		}
	}
	for _, n := range d.NotSent {
		fmt.Fprintf(w, "not sent: %s %s: %s\n", console.Clean(n.What), quoted(n.Path), console.Clean(n.Why))
	}
	for _, row := range d.Ledger {
		if row.Status != result.Pending {
			fmt.Fprintf(w, "not sent: %s %s: %s: %s\n", row.Target.Kind, quoted(row.Target.Name), row.Status, console.Clean(row.Reason))
		}
		if row.Exclude != "" {
			fmt.Fprintf(w, "  exclude: %s\n", console.Clean(row.Exclude))
		}
	}
}

// askedAt says where a source or a check would be asked, and for what.
func askedAt(row result.PlannedRow) string {
	at := " at an address that is not set"
	if len(row.SendTo) > 0 {
		at = " at " + strings.Join(row.SendTo, " and ")
	}
	var filters []string
	for _, key := range slices.Sorted(maps.Keys(row.Filters)) {
		filters = append(filters, key+": "+strings.Join(row.Filters[key], ", "))
	}
	if filters == nil {
		return at
	}
	return at + " for " + strings.Join(filters, "; ")
}

// repositoryLine names what the scan would be associated with, as far as it is known;
// "" if nothing needs it.
func repositoryLine(d *result.PlanDocument) string {
	var parts []string
	for _, p := range [][2]string{{"repository", d.Repository.URL}, {"branch", d.Repository.Branch}, {"committer", d.Committer}} {
		if p[1] != "" {
			parts = append(parts, p[0]+" "+p[1])
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("\nwith %s\n", console.Clean(strings.Join(parts, ", ")))
}

func summaryOf(d *result.PlanDocument) string {
	files, images, asked, bytes := len(d.Helpers), 0, 0, int64(0)
	for _, h := range d.Helpers {
		bytes += h.Size
	}
	for _, row := range d.Ledger {
		switch {
		case row.Status != result.Pending:
		case !isScanned(row.Target.Kind):
			asked++
		case row.Target.Kind == result.KindImage:
			images++
		default:
			files, bytes = files+1, bytes+row.Target.Size
		}
	}
	line := fmt.Sprintf("DRY RUN (exit 0): %d files (%d bytes) and %d image names would be sent to %s; nothing was sent", files, bytes, images, d.Endpoint)
	if asked > 0 {
		line += fmt.Sprintf("; %d alert sources and checks would be asked", asked)
	}
	if d.Change != nil {
		line += fmt.Sprintf("; %d of %d targets touched", d.Change.Touched, d.Change.Existing)
	}
	return line
}

func isScanned(k result.Kind) bool {
	return slices.ContainsFunc(result.Kinds(), func(info result.KindInfo) bool { return info.Kind == k && info.Scanned })
}

// quoted is a name in quotes if it holds a space or anything else by which it
// could look like another column or another line.
func quoted(name string) string {
	ambiguous := func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' || r == '"' }
	if strings.ContainsFunc(name, ambiguous) || !utf8.ValidString(name) || strings.IndexAny(name, "-+~^:#") == 0 {
		return strconv.QuoteToASCII(name)
	}
	return name
}
