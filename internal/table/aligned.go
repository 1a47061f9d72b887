package table

import (
	"io"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/text"
)

const (
	// measured is the number of rows from which the columns get their widths.
	measured = 100
	// gap separates columns.
	gap = "  "
	// narrowest is the least width that a column is cut to.
	narrowest = 6
	// missing stands for a value that a row does not have.
	missing = "-"
)

// alignedWriter writes a table.
type alignedWriter struct {
	dst     io.Writer
	columns []string
	width   int

	held   [][]string // the header and the first rows, until the columns are measured
	widths []int
}

func (a *alignedWriter) row(r Row) error {
	cells := make([]string, len(a.columns))
	for i, column := range a.columns {
		value, ok := r.Text(column)
		if cells[i] = console.Clean(value); !ok {
			cells[i] = missing
		}
	}
	if a.widths != nil {
		return a.line(cells)
	}
	a.hold(cells)
	if len(a.held) > measured {
		return a.flush()
	}
	return nil
}

// hold keeps a row, and the header before the first one.
func (a *alignedWriter) hold(cells ...[]string) {
	if a.held == nil {
		header := make([]string, len(a.columns))
		for i, column := range a.columns {
			header[i] = strings.ToUpper(column[strings.LastIndexByte(column, '.')+1:])
		}
		a.held = [][]string{header}
	}
	a.held = append(a.held, cells...)
}

// flush measures the columns and writes the held lines.
func (a *alignedWriter) flush() error {
	if a.widths != nil {
		return nil
	}
	a.hold()
	a.widths = a.measure()
	for _, cells := range a.held {
		if err := a.line(cells); err != nil {
			return err
		}
	}
	a.held = nil
	return nil
}

// measure returns the widths of the columns: what the held cells need, cut to the terminal at the
// widest columns.
func (a *alignedWriter) measure() []int {
	widths := make([]int, len(a.columns))
	total := len(gap) * (len(widths) - 1)
	for i := range widths {
		for _, cells := range a.held {
			widths[i] = max(widths[i], text.Width(cells[i]))
		}
		total += widths[i]
	}
	for a.width > 0 && total > a.width {
		widest := slices.Max(widths)
		if widest <= narrowest {
			break
		}
		widths[slices.Index(widths, widest)]--
		total--
	}
	return widths
}

// line writes the cells of a row.
func (a *alignedWriter) line(cells []string) error {
	var b strings.Builder
	for i, cell := range cells {
		if a.width > 0 {
			cell = text.TruncateWidth(cell, a.widths[i])
		}
		if i > 0 {
			b.WriteString(gap)
		}
		b.WriteString(cell)
		if i < len(cells)-1 {
			b.WriteString(strings.Repeat(" ", max(0, a.widths[i]-text.Width(cell))))
		}
	}
	b.WriteByte('\n')
	return writeAll(a.dst, []byte(b.String()))
}
