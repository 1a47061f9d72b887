package safe_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/scangate/scangate/internal/safe"
)

func TestEach(t *testing.T) {
	t.Parallel()
	var called [100]atomic.Int32
	if err := safe.Each(t.Context(), len(called), func(i int) { called[i].Add(1) }); err != nil {
		t.Fatal(err)
	}
	for i := range called {
		if n := called[i].Load(); n != 1 {
			t.Errorf("%d calls with %d", n, i)
		}
	}
	err := safe.Each(t.Context(), 3, func(i int) {
		if i == 1 {
			panic("broken")
		}
	})
	if _, ok := errors.AsType[*safe.PanicError](err); !ok {
		t.Errorf("err = %v, want a *PanicError", err)
	}
}

func TestEachEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("interrupted")
	block := make(chan struct{})
	defer close(block)
	err := safe.Each(ctx, 1, func(int) {
		cancel(cause)
		<-block
	})
	if !errors.Is(err, cause) {
		t.Errorf("err = %v, want the context's cause", err)
	}
}
