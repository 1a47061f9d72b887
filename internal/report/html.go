package report

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"sync"

	"github.com/scangate/scangate/internal/result"
)

var (
	//go:embed html.tmpl
	htmlTemplate string
	//go:embed html.css
	htmlCSS string
	//go:embed html.js
	htmlJS string
)

// The bounds of a page that a browser still opens at once. What lies beyond them
// is counted on the page.
const (
	htmlFindings = 10_000
	htmlRows     = 5_000
)

// htmlPage parses the page's template when the first report needs it.
var htmlPage = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Parse(htmlTemplate)
})

// writeHTML writes one page that is complete in itself: no script, style, font or
// picture comes from elsewhere, and its policy forbids it to load any. It is whole
// without its script, which filters the findings. It is written piece by piece.
func writeHTML(w io.Writer, r *result.Result, o Options) error {
	page, err := htmlPage()
	if err != nil {
		return err
	}
	shown, hidden := visible(r.Findings, o)
	shown, left := htmlWorst(shown)
	files := groups(shown)
	out := htmlWriter{page: page, out: bufio.NewWriterSize(w, 64<<10)}
	out.write("head", htmlHead(r, files, left, hidden))
	for i, g := range files {
		out.write("file", htmlFileOf(g, i))
		for _, it := range g.items {
			out.write("finding", htmlFindingOf(it))
		}
		out.text("</section>\n")
	}
	out.write("tail", htmlTail(r))
	return out.end()
}

// htmlWriter writes pieces of the page and keeps the first error.
type htmlWriter struct {
	page *template.Template
	out  *bufio.Writer
	err  error
}

func (h *htmlWriter) write(name string, data any) {
	if h.err == nil {
		h.err = h.page.ExecuteTemplate(h.out, name, data)
	}
}

func (h *htmlWriter) text(s string) {
	if h.err == nil {
		_, h.err = h.out.WriteString(s)
	}
}

func (h *htmlWriter) end() error {
	if h.err != nil {
		return h.err
	}
	return h.out.Flush()
}

// htmlPolicy allows the page its own style and script, by their hashes, and
// nothing else (Content Security Policy, level 2).
func htmlPolicy() string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		htmlHash(htmlCSS), htmlHash(htmlJS))
}

func htmlHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

type htmlTarget struct{ Kind, Name, More string }

type htmlReason struct {
	Reason, Fix string
	Targets     []htmlTarget
}

// htmlReasons groups the rows without an answer, all of them: they matter most.
func htmlReasons(rows []result.Row) []htmlReason {
	var all []htmlReason
	for _, group := range unansweredBy(rows) {
		first := group[0]
		reason := htmlReason{
			Reason: plain(sentence(cmp.Or(first.Reason, string(first.Cause), "the run ended before it was asked for"))),
			Fix:    plain(sentence(first.Fix)),
		}
		for _, row := range group {
			reason.Targets = append(reason.Targets, htmlTarget{plain(string(row.Target.Kind)), plain(row.Target.Name), plain(submissions(row))})
		}
		all = append(all, reason)
	}
	return all
}

type htmlKind struct {
	Kind                               string
	Planned, Answered, Failed, Skipped int
}

type htmlRow struct {
	Name, Kind, Status string
	Failed             bool
}

type htmlTailData struct {
	Kinds        []htmlKind
	Rows         []htmlRow
	More, Footer string
	Notes        []string
	JS           template.JS
}

func htmlTail(r *result.Result) htmlTailData {
	t := htmlTailData{
		JS:     template.JS(htmlJS), //nolint:gosec // the page's own script, whose hash its policy names
		Footer: plain(fmt.Sprintf("Made by scangate %s from a result of %s.", r.Tool.Version, htmlTime(r.Finished))),
	}
	for _, k := range ledgerByKind(r.Ledger) {
		t.Kinds = append(t.Kinds, htmlKind{plain(string(k.kind)), k.answered + k.failed, k.answered, k.failed, k.skipped})
	}
	rows := r.Ledger[:min(htmlRows, len(r.Ledger))]
	if more := len(r.Ledger) - len(rows); more > 0 {
		t.More = fmt.Sprintf("%d more targets are in the json report; all without an answer are listed above.", more)
	}
	for i := range rows {
		row := &rows[i]
		failed := row.Status != result.Answered && row.Status != result.Skipped
		t.Rows = append(t.Rows, htmlRow{plain(row.Target.Name), plain(string(row.Target.Kind)), plain(htmlStatus(row)), failed})
	}
	for _, n := range r.Notices {
		at := ""
		if n.Path != "" {
			at = place(result.Location{Path: n.Path, Line: n.Line}) + ": "
		}
		t.Notes = append(t.Notes, plain(at+n.Text))
	}
	for _, n := range r.NotSent {
		t.Notes = append(t.Notes, plain(fmt.Sprintf("%s (%s) was not sent: %s.", n.Path, n.What, n.Why)))
	}
	return t
}

// htmlStatus says what became of a row, and how that is known.
func htmlStatus(row *result.Row) string {
	switch {
	case row.Status == result.Answered && row.Evidence == result.BySubmission:
		return "answered, by submission"
	case row.Status == result.Answered:
		return "answered"
	}
	return joinNonEmpty(": ", row.Status.String(), cmp.Or(row.Reason, string(row.Cause)))
}
