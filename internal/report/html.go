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

// The bounds of a page that a browser opens without delay. What is left out is counted on the page.
const (
	htmlFindings = 10_000
	htmlRows     = 5_000
)

// htmlPage parses the page's template when the first report needs it.
var htmlPage = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Parse(htmlTemplate)
})

// writeHTML writes one page that is complete in itself: it loads no script, style, font or image,
// and its policy forbids it to load any. Without its script, which filters the findings, the page
// is whole. It is written piece by piece.
func writeHTML(w io.Writer, m *Model, _ Options) error {
	page, err := htmlPage()
	if err != nil {
		return err
	}
	all := m.knownEntries()
	kept := all[:min(htmlFindings, len(all))]
	files := filesOf(kept)
	out := htmlWriter{page: page, out: bufio.NewWriterSize(w, 64<<10)}
	out.write("head", htmlHead(m, files, all[len(kept):]))
	for i, f := range files {
		out.write("file", htmlFileOf(f, i))
		for _, e := range f.entries {
			out.write("finding", m.htmlFindingOf(e))
		}
		out.text("</section>\n")
	}
	out.write("tail", htmlTail(m))
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

// htmlPolicy allows the page its own style and script, by their hashes, and nothing else (Content
// Security Policy, level 2).
func htmlPolicy() string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		htmlHash(htmlCSS), htmlHash(htmlJS))
}

func htmlHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

type htmlTarget struct{ Kind, Name, Notes, Exclude string }

type htmlUnanswered struct {
	Reason, Fix string
	Targets     []htmlTarget
}

// htmlUnansweredOf lists all rows without an answer, because they matter most.
func htmlUnansweredOf(groups []unanswered) []htmlUnanswered {
	var all []htmlUnanswered
	for _, u := range groups {
		group := htmlUnanswered{Reason: plain(sentence(u.reason)), Fix: plain(sentence(u.fix))}
		for _, row := range u.rows {
			group.Targets = append(group.Targets, htmlTarget{
				plain(string(row.Target.Kind)), plain(showTarget(row.Target)), plain(inParentheses(row.notes())), plain(row.Exclude),
			})
		}
		all = append(all, group)
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

// htmlWaived is a waived finding, and who accepts it until when.
type htmlWaived struct{ Title, By string }

type htmlTailData struct {
	Kinds        []htmlKind
	Rows         []htmlRow
	More, Footer string
	Notes        []string
	WaivedHead   string
	Waived       []htmlWaived
	JS           template.JS
}

func htmlTail(m *Model) htmlTailData {
	r := m.result
	t := htmlTailData{
		JS:     template.JS(htmlJS), //nolint:gosec // the page's own script, whose hash its policy names
		Footer: plain(fmt.Sprintf("Made by scangate %s from a result of %s.", r.Tool.Version, htmlTime(r.Finished))),
	}
	for _, k := range ledgerByKind(r.Ledger) {
		t.Kinds = append(t.Kinds, htmlKind{plain(string(k.kind)), k.planned(), k.answered, k.failed, k.skipped})
	}
	rows := r.Ledger[:min(htmlRows, len(r.Ledger))]
	if more := len(r.Ledger) - len(rows); more > 0 {
		t.More = plural(more, "more target is", "more targets are") + " in the json report; all without an answer are listed above."
	}
	for i := range rows {
		row := &rows[i]
		t.Rows = append(t.Rows, htmlRow{plain(showTarget(row.Target)), plain(string(row.Target.Kind)), plain(htmlStatus(row)), row.Unanswered()})
	}
	for _, f := range m.waived {
		t.WaivedHead = plain(m.waivedHead())
		t.Waived = append(t.Waived, htmlWaived{plain(waivedTitle(f)), plain(m.waivedBy(f))})
	}
	for _, n := range m.notices {
		t.Notes = append(t.Notes, plain(n.String()))
	}
	for _, n := range r.NotSent {
		note := fmt.Sprintf("%s (%s) was not sent: %s.", showPath(n.Path), n.What, n.Why)
		t.Notes = append(t.Notes, plain(joinNonEmpty(" ", note, label("To leave it out: ", n.Exclude))))
	}
	return t
}

// htmlStatus is a row's status, with its evidence or its reason.
func htmlStatus(row *result.Row) string {
	switch {
	case row.Status == result.Answered && row.Evidence == result.BySubmission:
		return "answered, by submission"
	case row.Status == result.Answered:
		return "answered"
	}
	return joinNonEmpty(": ", row.Status.String(), cmp.Or(row.Reason, string(row.Cause)))
}
