package console

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func noon() time.Time { return time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC) }

// records decodes a log, each line of which must be a JSON object.
func records(t interface {
	Helper()
	Fatalf(string, ...any)
}, log string,
) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(log) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, r)
	}
	return all
}

func TestLogWriter(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := NewLogWriter(&out, noon)
	w.Say("one")
	w.Log(slog.LevelWarn, "two\nlines")
	w.Log(slog.LevelError, "FAIL", slog.Int("exit", 1))
	all(t, w, "free\n\ntext, ")
	all(t, w, "in pieces\nrest")
	NewPrinter(w, true, 0).Line(Own(), Text("a"), Span{Text: "b", Style: Red})
	w.Logger().Debug("request", "status", 200)
	if err := w.show([]string{"progress"}, nil); err != nil {
		t.Fatal(err)
	}
	record := func(level, msg string) map[string]any {
		return map[string]any{"time": "2026-01-31T12:00:00Z", "level": level, "msg": msg}
	}
	want := []map[string]any{
		record("INFO", "one"), record("WARN", "two\nlines"), record("ERROR", "FAIL"),
		record("INFO", "free"), record("INFO", "text, "), record("INFO", "in pieces"), record("INFO", "rest"),
		record("INFO", "ab"), record("DEBUG", "request"),
	}
	want[2]["exit"], want[8]["status"] = float64(1), float64(200)
	got := records(t, out.String())
	delete(got[8], "time") // a logger has its own clock
	delete(want[8], "time")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever is written, each line of the log is an object, and none is a command of a host.
func TestLogWriterIsAlwaysJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var out bytes.Buffer
		w := NewLogWriter(&out, noon)
		for range rapid.IntRange(1, 5).Draw(t, "writes") {
			text := nasty(t)
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				w.Say(text)
			case 1:
				NewPrinter(w, false, 0).Line(Text(text))
			default:
				_, _ = w.Write([]byte(text))
			}
		}
		_ = w.Flush()
		records(t, out.String())
		if dangerous.MatchString(out.String()) || opened.MatchString(out.String()) {
			t.Fatalf("still dangerous: %q", out.String())
		}
	})
}
