package console

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"time"
)

// NewLogWriter returns a Writer that makes a JSON object of each line, with the keys time, level
// and msg of [slog.JSONHandler]. now returns the time.
func NewLogWriter(dst io.Writer, now func() time.Time) *Writer {
	w := NewWriter(dst)
	opts := &slog.HandlerOptions{Level: slog.LevelDebug}
	w.records, w.now = slog.NewJSONHandler(NewJSONWriter(dst), opts), now
	return w
}

// Records reports whether lines are JSON objects.
func (w *Writer) Records() bool { return w.records != nil }

// Logger returns a logger whose records are lines of w: JSON objects, or key=value pairs.
func (w *Writer) Logger() *slog.Logger {
	if w.Records() {
		return slog.New(lockedHandler{w.records, w})
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Log writes a message of our own on one line. People see no attributes, and the level of a warning
// alone. Errors are dropped: there is no other place to report them.
func (w *Writer) Log(level slog.Level, message string, attrs ...slog.Attr) {
	if w.Records() {
		w.mu.Lock()
		defer w.mu.Unlock()
		_ = w.record(level, message, attrs...)
		return
	}
	if level == slog.LevelWarn {
		message = "warning: " + message
	}
	_ = w.line([]Span{Own(), Text(Clean(message))}, false)
}

// Say is Log for a message that is neither a warning nor an error.
func (w *Writer) Say(message string) { w.Log(slog.LevelInfo, message) }

// record writes one JSON object. w.mu is locked.
func (w *Writer) record(level slog.Level, message string, attrs ...slog.Attr) error {
	r := slog.NewRecord(w.now(), level, w.masked(message), 0)
	r.AddAttrs(attrs...)
	return w.records.Handle(context.Background(), r)
}

// recordLines writes the whole lines of p and of what came before it, and keeps the rest. w.mu is
// locked.
func (w *Writer) recordLines(p []byte) error {
	w.rest = append(w.rest, p...)
	whole := string(w.rest)
	cut := strings.LastIndexByte(whole, '\n') + 1
	w.rest = []byte(whole[cut:])
	for text := range strings.Lines(whole[:cut]) {
		if text = strings.TrimRight(text, "\r\n"); strings.TrimSpace(text) == "" {
			continue
		}
		if err := w.record(slog.LevelInfo, text); err != nil {
			return err
		}
	}
	return nil
}

// lockedHandler separates the records of loggers from those of the Writer.
type lockedHandler struct {
	slog.Handler
	w *Writer
}

// Handle writes one record.
func (h lockedHandler) Handle(ctx context.Context, r slog.Record) error {
	h.w.mu.Lock()
	defer h.w.mu.Unlock()
	return h.Handler.Handle(ctx, r)
}
