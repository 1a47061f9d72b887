package safe_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/scangate/scangate/internal/safe"
)

func TestInOrder(t *testing.T) {
	t.Parallel()
	const limit = 3
	for _, n := range []int{0, 1, limit, 100} {
		var open, most atomic.Int32
		var got []int
		err := safe.InOrder(n, limit, func(i int) int {
			most.Store(max(most.Load(), open.Add(1)))
			return 10 * i
		}, func(i, value int) {
			open.Add(-1)
			if value != 10*i {
				t.Errorf("the value of %d is %d", i, value)
			}
			got = append(got, i)
		})
		if err != nil || len(got) != n {
			t.Fatalf("n = %d: %d values, %v", n, len(got), err)
		}
		for i, at := range got {
			if i != at {
				t.Fatalf("n = %d: %d came as number %d", n, at, i)
			}
		}
		if most.Load() > limit {
			t.Errorf("n = %d: %d values at once", n, most.Load())
		}
	}
}

func TestInOrderEndsWithAPanic(t *testing.T) {
	t.Parallel()
	var called atomic.Int32
	taken := 0
	err := safe.InOrder(1000, 2, func(i int) int {
		if called.Add(1); i == 1 {
			panic("broken")
		}
		return i
	}, func(int, int) { taken++ })
	if _, ok := errors.AsType[*safe.PanicError](err); !ok {
		t.Errorf("err = %v, want a *PanicError", err)
	}
	if taken > 1 || called.Load() > 3 {
		t.Errorf("%d values were taken, and %d made", taken, called.Load())
	}
}
