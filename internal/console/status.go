package console

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/text"
)

// How often the status is told.
const (
	liveEvery  = 200 * time.Millisecond
	plainEvery = 30 * time.Second
)

// StatusOptions say where and how the status is told.
type StatusOptions struct {
	// Live redraws one line in place; it needs a terminal. Without it a plain line is written every
	// 30 seconds, so that a CI host sees signs of life.
	Live bool
	// Width of the terminal in columns; 0 means [DefaultWidth].
	Width int
	// Now tells the time, for the seconds that have passed.
	Now func() time.Time
}

// Status tells what a run is doing while it does it. A nil Status is silent.
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

// NewStatus starts telling on w, which becomes a [Writer] if it is none. Nothing is written before
// the first Set. Stop ends it.
func NewStatus(w io.Writer, o StatusOptions) *Status {
	if o.Width <= 0 {
		o.Width = DefaultWidth
	}
	s := &Status{
		w: NewWriter(w), o: o, started: o.Now(),
		quit: make(chan struct{}),
	}
	s.ticks.Go(s.run)
	return s
}

// Set changes the text, which the next tick shows; an empty one shows nothing. It is cleaned.
func (s *Status) Set(text string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = Clean(text)
}

// Stop ends the telling and takes a live line away. When it returns, nothing is written any more.
// It may be called again. The error is a panic.
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
			last = s.tell(last)
		}
	}
}

// tell shows the text and the time that has passed, and returns what it showed. A live line is
// drawn again only where it changed or was written over. Errors are dropped: a status that can't be
// told must not end a run.
func (s *Status) tell(last string) string {
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

// line composes the text and the time that has passed, "" without a text.
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
