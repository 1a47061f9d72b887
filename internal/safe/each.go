package safe

import (
	"cmp"
	"context"
	"runtime"
	"sync/atomic"
)

// Each calls f with 0 to n-1, in as many goroutines as there are processors. It
// returns when all calls have, with the first panic as its error. When ctx ends it
// returns its cause at once, without waiting for calls that are under way.
func Each(ctx context.Context, n int, f func(i int)) error {
	done := Go(func() error {
		var group Group
		var next atomic.Int64
		for range min(n, runtime.GOMAXPROCS(0)) {
			group.Go(func() (err error) {
				for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
					err = cmp.Or(err, Do(func() error { f(i); return nil }))
				}
				return err
			})
		}
		return group.Wait()
	})
	select {
	case err := <-done:
		return cmp.Or(err, context.Cause(ctx))
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
