package safe_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/safe"
)

// explode panics with a runtime error on the line after the one it stores.
func explode(line *int) error {
	list := make([]int, 0)
	_, _, *line, _ = runtime.Caller(0)
	list[*line] = 1
	return nil
}

func wantPanic(t *testing.T, err error, line int) {
	t.Helper()
	var p *safe.PanicError
	if !errors.As(err, &p) {
		t.Fatalf("got %v, want a *PanicError", err)
	}
	if p.Func != "safe_test.explode" || p.File != "internal/safe/safe_test.go" || p.Line != line+1 {
		t.Errorf("panic at %s (%s:%d), want safe_test.explode (internal/safe/safe_test.go:%d)", p.Func, p.File, p.Line, line+1)
	}
	want := fmt.Sprintf("internal error: panic in safe_test.explode (internal/safe/safe_test.go:%d): runtime error: index out of range", line+1)
	if !strings.HasPrefix(err.Error(), want) {
		t.Errorf("message %q, want it to begin with %q", err, want)
	}
	if !strings.Contains(p.Stack, "safe_test.explode") {
		t.Errorf("the stack lacks the function that panicked:\n%s", p.Stack)
	}
}

func TestPanicBecomesError(t *testing.T) {
	t.Parallel()
	starts := map[string]func(f func() error) error{
		"Do": safe.Do,
		"Go": func(f func() error) error { return <-safe.Go(f) },
		"Group": func(f func() error) error {
			var g safe.Group
			g.Go(f)
			return g.Wait()
		},
		"WithContext": func(f func() error) error {
			g, _ := safe.WithContext(t.Context())
			g.Go(f)
			return g.Wait()
		},
	}
	for name, start := range starts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var line int
			wantPanic(t, start(func() error { return explode(&line) }), line)
			want := errors.New("ordinary")
			if err := start(func() error { return want }); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
			if err := start(func() error { return nil }); err != nil {
				t.Errorf("got %v, want no error", err)
			}
		})
	}
}

// A panic in one function must not keep the others from finishing.
func TestGroupWaitsForAll(t *testing.T) {
	t.Parallel()
	var g safe.Group
	g.SetLimit(2)
	var finished atomic.Int64
	var line int
	g.Go(func() error { return explode(&line) })
	for range 20 {
		g.Go(func() error { finished.Add(1); return nil })
	}
	wantPanic(t, g.Wait(), line)
	if n := finished.Load(); n != 20 {
		t.Errorf("%d of 20 functions finished", n)
	}
}

func TestFirstErrorEndsTheContext(t *testing.T) {
	t.Parallel()
	g, ctx := safe.WithContext(t.Context())
	var line int
	g.Go(func() error { return explode(&line) })
	g.Go(func() error { <-ctx.Done(); return ctx.Err() })
	wantPanic(t, g.Wait(), line)
	wantPanic(t, context.Cause(ctx), line)

	g, ctx = safe.WithContext(t.Context())
	if err := g.Wait(); err != nil || ctx.Err() == nil {
		t.Errorf("after Wait: error %v, context %v; want no error and an ended context", err, ctx.Err())
	}
}

// A panic outside the product, for example in a callback of a library's
// goroutine, has no place that could be named.
func TestPanicWithoutPlace(t *testing.T) {
	t.Parallel()
	err := &safe.PanicError{Value: "odd"}
	if want := "internal error: panic in an unknown function: odd"; err.Error() != want {
		t.Errorf("message %q, want %q", err, want)
	}
}

// A panic's value may hold anything.
func TestPanicIsOneShortLine(t *testing.T) {
	t.Parallel()
	err := safe.Do(func() error { panic("a\nscangate: PASS (exit 0)\x1b[2J" + strings.Repeat("é", 1000)) })
	if got := err.Error(); strings.ContainsAny(got, "\n\x1b") || utf8.RuneCountInString(got) > 400 || !strings.Contains(got, ": a scangate: PASS") {
		t.Errorf("message %q", got)
	}
}
