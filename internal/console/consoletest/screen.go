// Package consoletest is a small terminal for tests: it shows what a person sees of the bytes that
// the program writes.
package consoletest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/text"
)

// Screen is a terminal with a scrollback. It is an io.Writer, and safe for concurrent use.
type Screen struct {
	mu            sync.Mutex
	columns, rows int
	// lines are those of the scrollback and the screen, which begins at top.
	lines []line
	top   int
	// x and y are where the cursor is; y counts from the first of lines.
	x, y int
	rest []byte
	// unknown are the control characters that were not understood.
	unknown []string
	hidden  bool
	noWrap  bool
}

// line is a row of cells. A wide character has a second cell, which is "".
type line struct {
	cells []string
	// wrapped: the next row continues this one.
	wrapped bool
}

// New returns a screen of a size.
func New(columns, rows int) *Screen {
	return &Screen{columns: columns, rows: rows, lines: []line{{}}}
}

// Size returns the columns and rows.
func (s *Screen) Size() (columns, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hidden {
		return 0, 0
	}
	return s.columns, s.rows
}

// HideSize makes the size unknown, as it is on a serial line.
func (s *Screen) HideSize() { s.hidden = true }

// Write shows p as a terminal does in its usual mode: a line feed returns to the first column, too.
func (s *Screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = append(s.rest, p...)
	for len(s.rest) > 0 {
		n := s.step(s.rest)
		if n == 0 {
			break // an incomplete sequence
		}
		s.rest = s.rest[n:]
	}
	return len(p), nil
}

var (
	sequence   = regexp.MustCompile(`^\x1b(?:\[([0-9;?]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\))`)
	incomplete = regexp.MustCompile(`^\x1b(?:\[[0-9;?]*|\][^\x07\x1b]*\x1b?)?$`)
)

// step takes the first character or sequence of p, and returns its length.
func (s *Screen) step(p []byte) int {
	if m := sequence.FindSubmatch(p); m != nil {
		if len(m[2]) > 0 {
			s.control(string(m[1]), string(m[2]))
		}
		return len(m[0])
	}
	if incomplete.Match(p) || !utf8.FullRune(p) {
		return 0
	}
	r, n := utf8.DecodeRune(p)
	switch {
	case r == '\r':
		s.x = 0
	case r == '\n':
		s.lines[s.y].wrapped = false
		s.feed()
	case r < ' ' || r == 0x7f:
		s.unknown = append(s.unknown, strconv.QuoteRune(r))
	default:
		s.put(string(r), text.Width(string(r)))
	}
	return n
}

// control executes ESC [ parameters final.
func (s *Screen) control(parameters, final string) {
	switch {
	case final == "m":
	case parameters == "?7" && (final == "l" || final == "h"):
		s.noWrap = final == "l"
	case final == "K" && parameters == "":
		s.eraseLine()
	case final == "J" && parameters == "":
		if s.x == 0 && s.y == s.top {
			s.unknown = append(s.unknown, "erase all of the screen, which tmux keeps in its history")
		}
		s.eraseLine()
		s.lines = s.lines[:s.y+1]
	case final == "A":
		n, err := strconv.Atoi(parameters)
		if err != nil || n > s.y-s.top {
			s.unknown = append(s.unknown, "up "+parameters+" out of the screen")
		}
		s.y = max(s.y-n, s.top)
	default:
		s.unknown = append(s.unknown, "ESC ["+parameters+final)
	}
}

func (s *Screen) eraseLine() {
	l := &s.lines[s.y]
	l.cells, l.wrapped = l.cells[:min(s.x, len(l.cells))], false
}

// feed moves to the first column of the next row.
func (s *Screen) feed() {
	s.x = 0
	s.y++
	if s.y == len(s.lines) {
		s.lines = append(s.lines, line{})
	}
	s.top = max(s.top, s.y-s.rows+1)
}

func (s *Screen) put(char string, width int) {
	l := &s.lines[s.y]
	if width == 0 {
		if s.x > 0 {
			l.cells[s.x-1] += char
		}
		return
	}
	if s.x+width > s.columns && s.noWrap {
		return // a real one overwrites its last cell again and again
	}
	if s.x+width > s.columns {
		l.wrapped = true
		s.feed()
		l = &s.lines[s.y]
	}
	for len(l.cells) < s.x+width {
		l.cells = append(l.cells, " ")
	}
	l.cells[s.x] = char
	for i := 1; i < width; i++ {
		l.cells[s.x+i] = ""
	}
	s.x += width
}

// Resize changes the size. Most terminals wrap the lines anew; xterm and the console of Linux cut
// them.
func (s *Screen) Resize(columns, rows int, reflow bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reflow {
		s.reflow(columns)
	} else {
		for i := range s.lines {
			s.lines[i].cells = s.lines[i].cells[:min(columns, len(s.lines[i].cells))]
			s.lines[i].wrapped = false
		}
	}
	s.columns, s.rows = columns, rows
	s.x = min(s.x, columns-1)
	s.top = max(0, min(len(s.lines)-rows, s.y))
	if s.y-s.top >= rows {
		s.top = s.y - rows + 1
	}
	s.lines = s.lines[:min(len(s.lines), s.top+rows)]
}

// reflow wraps all lines anew. The cursor stays on its character.
func (s *Screen) reflow(columns int) {
	var all []line
	y, x := 0, 0
	for i := 0; i < len(s.lines); i++ {
		whole, at := slices.Clone(s.lines[i].cells), -1
		if i == s.y {
			at = s.x
		}
		for s.lines[i].wrapped && i+1 < len(s.lines) {
			i++
			if i == s.y {
				at = len(whole) + s.x
			}
			whole = append(whole, s.lines[i].cells...)
		}
		for {
			n := min(columns, len(whole))
			if n < len(whole) && whole[n] == "" {
				n-- // a wide character is not split
			}
			if at >= 0 && at <= n {
				y, x, at = len(all), at, -1
			}
			at -= n
			all = append(all, line{whole[:n:n], n < len(whole)})
			if whole = whole[n:]; len(whole) == 0 {
				break
			}
		}
	}
	s.lines, s.y, s.x = all, y, x
}

// Shown returns the rows of the screen, without the blank ones at the end.
func (s *Screen) Shown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, l := range s.lines[s.top:] {
		all = append(all, strings.TrimRight(strings.Join(l.cells, ""), " "))
	}
	return withoutBlank(all)
}

// Text returns the lines of the scrollback and the screen as they were written: wrapped ones are
// joined. There are no blank ones at the end.
func (s *Screen) Text() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	continued := false
	for _, l := range s.lines {
		row := strings.Join(l.cells, "")
		if continued {
			all[len(all)-1] += row
		} else {
			all = append(all, row)
		}
		continued = l.wrapped
	}
	return withoutBlank(all)
}

func withoutBlank(all []string) []string {
	for len(all) > 0 && strings.TrimSpace(all[len(all)-1]) == "" {
		all = all[:len(all)-1]
	}
	return all
}

// Err says which control characters were not understood: people would see garbage.
func (s *Screen) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.unknown) > 0 {
		return fmt.Errorf("control characters that this terminal does not know: %s", strings.Join(s.unknown, ", "))
	}
	return nil
}
