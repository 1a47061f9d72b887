package report

import (
	"bytes"
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
	//go:embed html_first.tmpl
	htmlFirstTemplate string
	//go:embed html_list.tmpl
	htmlListTemplate string
	//go:embed html.css
	htmlCSS string
	//go:embed html.js
	htmlJS string
)

// htmlPage parses the page's template when the first report needs it.
var htmlPage = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Parse(htmlTemplate + htmlFirstTemplate + htmlListTemplate)
})

// writeHTML writes one page that is complete in itself: it loads no script, style, font or image,
// and its policy forbids it to load any. Its script filters the findings and follows links to them.
//
// The list of findings has the room that the rest of the page leaves.
func writeHTML(w io.Writer, m *Model, o Options) error {
	page, err := htmlPage()
	if err != nil {
		return err
	}
	problems := problemsOf(m.withKnown())
	var head, tail bytes.Buffer
	if err := cmp.Or(page.ExecuteTemplate(&head, "head", htmlHead(m)), page.ExecuteTemplate(&tail, "tail", htmlTail(m))); err != nil {
		return err
	}
	list, err := htmlListOf(m, page, problems, htmlBytes-head.Len()-tail.Len())
	if err != nil {
		return err
	}
	note := list.note()
	for _, left := range []string{note.Findings, note.Frames} {
		if left != "" {
			o.leftOut(left)
		}
	}
	if err := page.ExecuteTemplate(&head, "left", note); err != nil {
		return err
	}
	for _, part := range []*bytes.Buffer{&head, &list.out, &tail} {
		if _, err := part.WriteTo(w); err != nil {
			return err
		}
	}
	return nil
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

type htmlKind struct {
	Kind                               string
	Planned, Answered, Failed, Skipped int
}

type htmlRow struct {
	Name, Kind, Status string
	Failed             bool
}

// htmlWaived is a waived finding, and who accepts it until when.
type htmlWaived struct{ ID, Title, By string }

type htmlTailData struct {
	Kinds        []htmlKind
	Rows         []htmlRow
	More, Footer string
	Notes        []string
	WaivedHead   string
	MoreWaived   string
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
	rows, more := htmlRows(r.Ledger)
	t.More = htmlMore(more, "target", "targets")
	for i := range rows {
		row := &rows[i]
		t.Rows = append(t.Rows, htmlRow{plain(showTarget(row.Target)), plain(string(row.Target.Kind)), plain(htmlStatus(row)), row.Unanswered()})
	}
	waived, more := htmlRows(m.waived)
	t.MoreWaived = htmlMore(more, "finding", "findings")
	for _, f := range waived {
		t.WaivedHead = plain(m.waivedHead())
		t.Waived = append(t.Waived, htmlWaived{htmlID(f), plain(waivedTitle(f)), plain(m.waivedBy(f))})
	}
	for _, n := range m.notices {
		t.Notes = append(t.Notes, plain(n.String()))
	}
	notSent, more := htmlRows(r.NotSent)
	for _, n := range notSent {
		note := fmt.Sprintf("%s (%s) was not sent: %s.", showPath(n.Path), n.What, n.Why)
		t.Notes = append(t.Notes, plain(joinNonEmpty(" ", note, label("To leave it out: ", n.Exclude))))
	}
	if more > 0 {
		t.Notes = append(t.Notes, htmlMore(more, "file that was not sent", "files that were not sent"))
	}
	return t
}

// htmlStatus is a row's status, with its evidence or its reason.
func htmlStatus(row *result.Row) string {
	switch {
	case row.Status == result.Answered && row.Evidence == result.BySubmission:
		return "answered, by submission"
	case row.Status == result.Answered && row.Choice != nil:
		return "answered: " + row.Choice.String()
	case row.Status == result.Answered:
		return "answered"
	}
	return joinNonEmpty(": ", row.Status.String(), cmp.Or(row.Reason, string(row.Cause)))
}
