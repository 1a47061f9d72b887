package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/console"
	"github.com/scangate/scangate/internal/text"
)

// cells is a row; a column that it lacks has no value.
type cells map[string]string

func (c cells) Text(column string) (string, bool) {
	v, ok := c[column]
	return v, ok
}

func (c cells) JSON() []byte { return fmt.Appendf(nil, `{"a":%q}`, c["a"]) }

// written returns what is written for rows, for people and for machines.
func written(t *testing.T, o Options, rows ...Row) (people, machine string) {
	t.Helper()
	var p, m bytes.Buffer
	o.People, o.Machine = console.NewWriter(&p), &m
	w := NewWriter(o)
	for _, r := range rows {
		if err := w.Row(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return p.String(), m.String()
}

func TestAligned(t *testing.T) {
	t.Parallel()
	people, machine := written(t, Options{Columns: []string{"x.name", "b", "c"}},
		cells{"x.name": "日本", "b": "1", "c": "end"}, cells{"x.name": "longer\nname\x1b[2J", "c": ""}, cells{"b": "::error::x"})
	for i, line := range []string{"NAME", "日本", `longer\nname\x1b[2J`, "-"} {
		if got := strings.Split(people, "\n")[i]; !strings.HasPrefix(got, line) {
			t.Errorf("line %d is %q, want %q", i, got, line)
		}
	}
	if machine != "" || strings.Contains(people, "\x1b") {
		t.Errorf("%q, %q", people, machine)
	}
	if people, _ := written(t, Options{Columns: []string{"a", "b"}}); people != "A  B\n" {
		t.Errorf("a table without rows is %q", people)
	}
}

// Columns start at the same place in all lines that were measured.
func TestColumnsAlign(t *testing.T) {
	t.Parallel()
	var rows []Row
	for i := range measured + 20 {
		rows = append(rows, cells{"a": strings.Repeat("x", i%17), "b": "|"})
	}
	people, _ := written(t, Options{Columns: []string{"a", "b"}}, rows...)
	lines := strings.Split(strings.TrimSuffix(people, "\n"), "\n")
	if len(lines) != len(rows)+1 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, line := range lines[1:] {
		if strings.Index(line, "|") != 16+len(gap) {
			t.Errorf("%q", line)
		}
	}
}

// Lines fit the terminal, also those of rows that came after the columns were measured.
func TestTableFitsTheTerminal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		width := rapid.IntRange(40, 200).Draw(rt, "width")
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"", "x", "日本語", strings.Repeat("word ", 30), "\x1b[31m", "e\u0301"}), 4, 4)
		var rows []Row
		for range rapid.IntRange(0, 130).Draw(rt, "rows") {
			w := words.Draw(rt, "cells")
			rows = append(rows, cells{"a": w[0], "b": w[1], "c": w[2], "d": w[3]})
		}
		people, _ := written(t, Options{Columns: []string{"a", "b", "c", "d"}, Width: width}, rows...)
		lines := strings.Split(strings.TrimSuffix(people, "\n"), "\n")
		if len(lines) != len(rows)+1 {
			rt.Fatalf("%d lines of %d rows", len(lines), len(rows))
		}
		for _, line := range lines {
			if text.Width(line) > width {
				rt.Fatalf("%d columns of %d: %q", text.Width(line), width, line)
			}
		}
	})
}

func TestJSONLines(t *testing.T) {
	t.Parallel()
	people, machine := written(t, Options{Format: JSONLines}, cells{"a": "##[x] \u202e"}, cells{})
	if want := "{\"a\":\"#\\u0023[x] \\u202e\"}\n{\"a\":\"\"}\n"; machine != want || people != "" {
		t.Errorf("%q, want %q", machine, want)
	}
	if _, machine := written(t, Options{Format: JSONLines}); machine != "" {
		t.Errorf("no rows are %q", machine)
	}
}

// A spreadsheet finds no formula in a cell, and reads back all other cells as they were.
func TestCSV(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"plain": "plain", `a "quoted", b`: `a "quoted", b`, "": "", " = 1": "' = 1", "=1+1": "'=1+1", "+1+1": "'+1+1", "-1+1": "'-1+1", "@SUM(A1)": "'@SUM(A1)",
		"＝1": "'＝1", "-": "'-", "-12": "-12", "+1.5": "+1.5", "-1.": "-1.", "--1": "'--1", "-1.2.3": "'-1.2.3", "+": "'+", "\t=1": "' =1", "\r=1": `\r=1`, "\n=1": `\n=1`,
		"a\nb": `a\nb`, "::error::x": ": :error::x", "##[group]": "## [group]", "a;=1": "a;=1", "2026-01-31": "2026-01-31", "日本": "日本",
	} {
		people, machine := written(t, Options{Format: CSV, Columns: []string{"a", "x.b"}}, cells{"a": cell})
		lines, err := csv.NewReader(strings.NewReader(machine)).ReadAll()
		if err != nil || people != "" {
			t.Fatalf("%q: %v", machine, err)
		}
		if diff := cmp.Diff([][]string{{"a", "x.b"}, {want, ""}}, lines); diff != "" {
			t.Errorf("%q: %s", cell, diff)
		}
		if strings.Count(machine, "\r\n") != 2 || strings.Count(machine, "\n") != 2 || !strings.HasPrefix(machine, `"`) {
			t.Errorf("%q", machine)
		}
	}
	if _, machine := written(t, Options{Format: CSV, Columns: []string{"a"}}); machine != "\"a\"\r\n" {
		t.Errorf("no rows are %q", machine)
	}
}

// failing fails after some bytes.
type failing struct{ left int }

var errFull = errors.New("full")

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestErrorsOfTheStream(t *testing.T) {
	t.Parallel()
	for _, format := range Formats() {
		for _, left := range []int{0, 10, 100} {
			out := &failing{left}
			w := NewWriter(Options{Format: format, Columns: []string{"a"}, People: out, Machine: out})
			var err error
			for range 300 {
				if err = w.Row(cells{"a": "value"}); err != nil {
					break
				}
			}
			if !errors.Is(err, errFull) {
				t.Errorf("%s after %d bytes: %v", format, left, err)
			}
		}
	}
}
