package console

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/text"
)

// How often the status is shown. In a log a change is shown at the next tick, and what does not
// change after stillTicks: a CI host must see that the run is alive.
const (
	liveEvery  = 200 * time.Millisecond
	plainEvery = 10 * time.Second
	stillTicks = 3
)

// View is what a run is doing. All texts are cleaned.
type View struct {
	// Line says it all in short, "" for nothing to show. A log has it whenever it changes.
	Line string
	// Lines say it in a live area, with more details.
	Lines []string
	// Next is what happens next, such as "next poll in 8s", "" if that is not known.
	Next string
	// Still is what a log has while nothing changes, such as "waiting for 3 targets".
	Still string
}

// StatusOptions say how the status is shown.
type StatusOptions struct {
	// Live redraws an area in place, which needs a terminal. Otherwise lines are written.
	Live bool
	// Size returns the terminal's columns and lines, 0 if unknown. It is asked at each tick: a
	// terminal may be resized. It may be nil.
	Size func() (columns, lines int)
	// Look returns what is going on. It is called by a goroutine of the status.
	Look func() View
	// Started and Now are for the elapsed seconds.
	Started time.Time
	Now     func() time.Time
}

// Status shows what a run is doing. A nil Status shows nothing.
type Status struct {
	w     *Writer
	o     StatusOptions
	quit  chan struct{}
	ticks safe.Group
	stop  sync.Once
	// What was shown last, and for how many ticks in a log.
	lines []string
	line  string
	since int
}

// NewStatus starts a goroutine that shows the status on w, through a [Writer]. Stop ends it.
func NewStatus(w io.Writer, o StatusOptions) *Status {
	if o.Size == nil {
		o.Size = func() (int, int) { return 0, 0 }
	}
	s := &Status{w: NewWriter(w), o: o, quit: make(chan struct{})}
	s.ticks.Go(s.run)
	return s
}

// Stop erases a live area and ends the status: after it returns, nothing is written. It returns a
// panic of the goroutine as an error. It may be called again.
func (s *Status) Stop() error {
	if s == nil {
		return nil
	}
	s.stop.Do(func() { close(s.quit) })
	return s.ticks.Wait()
}

func (s *Status) run() error {
	every, show := plainEvery, s.write
	if s.o.Live {
		every, show = liveEvery, s.draw
		defer s.w.show(nil, nil) //nolint:errcheck // errors must not end a run
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-s.quit:
			return nil
		case <-ticker.C:
			show(s.o.Look(), elapsed(s.o.Now().Sub(s.o.Started)))
		}
	}
}

// draw shows a view in the live area. It is redrawn only if it has changed, or was overwritten.
func (s *Status) draw(v View, passed string) {
	columns, lines := s.o.Size()
	now := layout(v, passed, columns, lines)
	if !slices.Equal(now, s.lines) || len(now) > 0 && !s.w.showing() {
		s.lines = now
		fit := func() bool {
			c, l := s.o.Size()
			return c == columns && l == lines
		}
		_ = s.w.show(now, fit) // errors must not end a run
	}
}

// write writes a view to a log, if it has changed or has not been written for some ticks.
func (s *Status) write(v View, passed string) {
	s.since++
	switch {
	case v.Line == "":
		return
	case v.Line != s.line:
		s.w.Say(v.Line + " · " + passed)
	case s.since >= stillTicks:
		s.w.Say("still " + v.Still + " · " + passed)
	default:
		return
	}
	s.line, s.since = v.Line, 0
}

// layout returns the lines of the live area for a terminal of that size. The last column stays
// free, because a full line would wrap, and so does one line of the screen, for what is above it.
func layout(v View, passed string, columns, lines int) []string {
	if v.Line == "" || columns == 1 {
		return nil
	}
	if columns <= 0 {
		columns = defaultWidth
	}
	ending := passed
	if v.Next != "" {
		ending += " · " + v.Next
	}
	room := columns - 1
	if len(v.Lines) > 1 && len(v.Lines) < lines-1 {
		var all []string
		for _, line := range append(slices.Clone(v.Lines), ending) {
			all = append(all, fit(line, room))
		}
		return all
	}
	if len(v.Lines) == 1 {
		if whole := Clean(v.Lines[0] + " · " + ending); text.Width(whole) <= room {
			return []string{whole}
		}
	}
	return []string{shortened(v.Line, passed, room)}
}

// shortened returns a line of at most so many columns that ends with the elapsed time.
func shortened(line, passed string, room int) string {
	const least = 10 // columns below which a text says nothing
	passed = " · " + passed
	left := room - text.Width(passed)
	if left < least {
		return fit(line, room)
	}
	return fit(line, left) + passed
}

// fit cuts a line to so many columns. Few have no room for what aligns it with others.
func fit(line string, columns int) string {
	const few = 30
	line = Clean(line)
	if columns < few {
		line = strings.Join(strings.Fields(line), " ")
	}
	return text.TruncateWidth(line, columns)
}

// elapsed writes whole seconds as 7s, 1m07s or 1h02m.
func elapsed(d time.Duration) string {
	sec := max(int(d/time.Second), 0)
	switch {
	case sec < 60:
		return fmt.Sprintf("%ds", sec)
	case sec < 3600:
		return fmt.Sprintf("%dm%02ds", sec/60, sec%60)
	}
	return fmt.Sprintf("%dh%02dm", sec/3600, sec/60%60)
}
