package console

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/text"
)

// How often the status is shown.
const (
	liveEvery  = 200 * time.Millisecond
	plainEvery = 30 * time.Second
)

// StatusOptions say how the status is shown.
type StatusOptions struct {
	// Live redraws one line in place, which needs a terminal. Otherwise a line is written every 30
	// seconds, so that a CI host sees that the run is alive.
	Live bool
	// Width of the terminal in columns; 0 means 80.
	Width int
	// Now returns the time, for the elapsed seconds.
	Now func() time.Time
}

// Status shows what a run is doing. A nil Status shows nothing.
type Status struct {
	w       *Writer
	o       StatusOptions
	started time.Time
	quit    chan struct{}
	ticks   safe.Group
	stop    sync.Once

	mu   sync.Mutex
	text string
}

// NewStatus starts a goroutine that shows the status on w, through a [Writer]. It writes nothing
// before the first Set. Stop ends it.
func NewStatus(w io.Writer, o StatusOptions) *Status {
	if o.Width <= 0 {
		o.Width = defaultWidth
	}
	s := &Status{
		w: NewWriter(w), o: o, started: o.Now(),
		quit: make(chan struct{}),
	}
	s.ticks.Go(s.run)
	return s
}

// Set changes the text that the next tick shows. It is cleaned; an empty text shows nothing.
func (s *Status) Set(text string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = Clean(text)
}

// Stop erases a live line and ends the status: after it returns, nothing is written. It returns a
// panic of the goroutine as an error. It may be called again.
func (s *Status) Stop() error {
	if s == nil {
		return nil
	}
	s.stop.Do(func() { close(s.quit) })
	return s.ticks.Wait()
}

func (s *Status) run() error {
	every := plainEvery
	if s.o.Live {
		every = liveEvery
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	last := ""
	for {
		select {
		case <-s.quit:
			s.clear()
			return nil
		case <-ticker.C:
			last = s.show(last)
		}
	}
}

// show writes the text and the elapsed time, and returns what it wrote. A live line is redrawn only
// if it changed or was overwritten. Errors are dropped: they must not end a run.
func (s *Status) show(last string) string {
	line := s.line()
	switch {
	case line == "":
		s.clear()
	case !s.o.Live:
		_, _ = io.WriteString(s.w, line+"\n")
	case line != last || !s.w.showing():
		_ = s.w.show(line)
	}
	return line
}

func (s *Status) clear() {
	if s.o.Live {
		_ = s.w.show("")
	}
}

// line is the text and the elapsed time, "" without a text.
func (s *Status) line() string {
	s.mu.Lock()
	line := s.text
	s.mu.Unlock()
	if line == "" {
		return ""
	}
	passed := " · " + elapsed(s.o.Now().Sub(s.started))
	if s.o.Live { // the last column stays free: a full line would wrap
		line = text.TruncateWidth(line, s.o.Width-1-text.Width(passed))
	}
	return line + passed
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
