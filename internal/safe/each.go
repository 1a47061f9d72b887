package safe

import (
	"cmp"
	"context"
	"runtime"
)

// Each calls f with 0 to n-1, as many at a time as there are processors. It
// returns when all calls have, with the first panic as its error. When ctx ends it
// returns its cause at once, without waiting for calls that are under way.
func Each(ctx context.Context, n int, f func(i int)) error {
	done := Go(func() error {
		var group Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		for i := range n {
			group.Go(func() error {
				if ctx.Err() == nil {
					f(i)
				}
				return nil
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
