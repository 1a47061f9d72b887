// Package table writes rows as an aligned table for people, as JSON lines or as CSV. It holds no
// more than the first rows of a table, from which it measures the columns.
package table

import (
	"fmt"
	"io"
	"strings"

	"github.com/scangate/scangate/internal/console"
)

// Format is a form of rows.
type Format string

// The formats.
const (
	Aligned   Format = "table"
	JSONLines Format = "jsonl"
	CSV       Format = "csv"
)

// Formats returns the formats, the default first.
func Formats() []Format { return []Format{Aligned, JSONLines, CSV} }

// Row is what a table shows of a row.
type Row interface {
	// Text returns the value of a column; ok is false if the row has none.
	Text(column string) (text string, ok bool)
	// JSON returns the whole row as JSON on one line.
	JSON() []byte
}

// Options say how rows are written.
type Options struct {
	Format Format
	// Columns are those of a table and of CSV. JSON lines have whole rows.
	Columns []string
	// Width is that of the terminal in columns; 0 means that lines may have any length.
	Width int
	// People is where a table goes, through a writer that makes it harmless, and Machine where the
	// other formats go: these escape by themselves.
	People, Machine io.Writer
}

// Writer writes rows.
type Writer struct {
	row   func(Row) error
	close func() error
}

// NewWriter returns a writer of rows.
func NewWriter(o Options) *Writer {
	switch o.Format {
	case JSONLines:
		w := console.NewJSONWriter(o.Machine)
		return &Writer{row: func(r Row) error { return writeAll(w, append(r.JSON(), '\n')) }}
	case CSV:
		c := &csvWriter{dst: o.Machine, columns: o.Columns}
		return &Writer{c.row, c.header}
	}
	a := &alignedWriter{dst: o.People, columns: o.Columns, width: o.Width}
	return &Writer{a.row, a.flush}
}

// Row writes a row, or holds it until the columns are measured.
func (w *Writer) Row(r Row) error { return w.row(r) }

// Close writes what is held, and the header of a list without rows. It doesn't close the streams.
func (w *Writer) Close() error {
	if w.close == nil {
		return nil
	}
	return w.close()
}

func writeAll(w io.Writer, b []byte) error {
	_, err := w.Write(b)
	return err
}

// csvWriter writes CSV (RFC 4180) that a spreadsheet can't execute.
type csvWriter struct {
	dst     io.Writer
	columns []string
	begun   bool
}

// header writes the names of the columns, once.
func (c *csvWriter) header() error {
	if c.begun {
		return nil
	}
	c.begun = true
	return c.line(c.columns)
}

func (c *csvWriter) row(r Row) error {
	if err := c.header(); err != nil {
		return err
	}
	cells := make([]string, len(c.columns))
	for i, column := range c.columns {
		cells[i], _ = r.Text(column)
	}
	return c.line(cells)
}

// line writes cells, all of them quoted: a spreadsheet that separates at semicolons must not find a
// cell within a cell.
func (c *csvWriter) line(cells []string) error {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"%s"`, strings.ReplaceAll(harmless(cell), `"`, `""`))
	}
	b.WriteString("\r\n")
	return writeAll(c.dst, []byte(b.String()))
}

// harmless returns a cell that is not a formula. A number with a sign stays one.
func harmless(cell string) string {
	if cell = console.Clean(cell); isNumber(strings.TrimSpace(cell)) {
		return cell
	}
	return console.NoFormula(cell)
}

// isNumber reports whether a text is a decimal number with a sign.
func isNumber(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	whole, fraction, _ := strings.Cut(digits, ".")
	return len(s)-len(digits) == 1 && whole != "" && strings.Trim(whole+fraction, "0123456789") == ""
}
