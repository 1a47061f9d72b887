package console

import "fmt"

// area is the live area of a terminal: lines at the cursor that are redrawn in place. Streams that
// lead to one terminal share it, so that none writes into it.
//
// The cursor stays on its first character. Whatever a terminal makes of the lines when its size
// changes, all of them stand after the cursor, and one sequence erases them. The cursor is not
// hidden: nothing could show it again after SIGKILL.
type area struct {
	owner *Writer
	shown bool
	// lines are what was drawn last, and fit reports whether they still fit the terminal.
	lines []string
	fit   func() bool
	// closed: the process ends.
	closed bool
}

// eraseArea erases from the first column to the end of the screen. The space is overwritten before:
// tmux keeps in its history what is erased from the very first cell of the screen.
const eraseArea = "\r \x1b[J\r"

// drawing returns what draws lines in the place of others, and returns to the first character. It
// overwrites and then erases what is left of a line: erasing first would flicker. The terminal does
// not wrap meanwhile: it may be narrower than it says, as tmux tells a new size a quarter of a
// second late.
func drawing(lines []string) []byte {
	out := []byte("\x1b[?7l\r")
	for i, line := range lines {
		if i > 0 {
			out = append(out, "\x1b[K\n"...)
		}
		out = append(out, line...)
	}
	out = append(out, "\x1b[J\x1b[?7h\r"...)
	if up := len(lines) - 1; up > 0 {
		out = fmt.Appendf(out, "\x1b[%dA", up)
	}
	return out
}

// SharesScreen makes w and other streams to one terminal: the live area of other is erased before
// w writes. Call it before either is used.
func (w *Writer) SharesScreen(other *Writer) { w.mu, w.area = other.mu, other.area }

// show draws the lines of the live area, which must be clean and fit the width; none erases it. A
// write draws them again below what it writes, unless fit says that they fit no more. While a line
// is unfinished there is no area.
func (w *Writer) show(lines []string, fit func() bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.area.lines, w.area.fit = lines, fit
	if len(lines) == 0 {
		_, err := w.send(w.eraseArea(), 0)
		return err
	}
	if w.Records() || w.area.closed || !w.text.atStart() {
		return nil
	}
	w.area.shown = true
	_, err := w.send(drawing(lines), 0)
	return err
}

// CloseArea erases the live area for good: what is written next are the last lines of the process,
// even if a run that hangs was abandoned.
func (w *Writer) CloseArea() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.area.closed = true
	_, _ = w.send(w.eraseArea(), 0) // errors must not hide how the run ended
}

// drawAgain returns what draws the area after what was written over it. w.mu is locked.
func (w *Writer) drawAgain() []byte {
	a := w.area
	if a.shown || a.closed || a.owner != w || len(a.lines) == 0 || !w.text.atStart() || !a.fit() {
		return nil
	}
	a.shown = true
	return drawing(a.lines)
}

// showing reports whether the live area is still shown.
func (w *Writer) showing() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.area.shown
}

// eraseArea returns the codes that erase the live area, if there is one. That of another stream is
// erased at once. w.mu is locked.
func (w *Writer) eraseArea() []byte {
	if !w.area.shown {
		return nil
	}
	w.area.shown = false
	if w.area.owner == w {
		return []byte(eraseArea)
	}
	_, _ = w.area.owner.dst.Write([]byte(eraseArea)) // what w writes matters more
	return nil
}
