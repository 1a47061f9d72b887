// Package safe starts goroutines and turns their panics into errors.
//
// The Go runtime ends a process whose goroutine panics with exit code 2, which
// means wrong usage here, before any report is written. So the product has no go
// statement outside this package: a test in internal/house forbids it.
package safe

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Group runs functions in goroutines and collects the first error, as
// [errgroup.Group] does. A panic counts as an error, a [*PanicError]. The zero
// value is ready for use and cancels nothing.
type Group struct {
	group  errgroup.Group
	cancel context.CancelCauseFunc
}

// WithContext returns a Group and a context that ends with the first error of a
// function, or when Wait returns.
func WithContext(ctx context.Context) (*Group, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	return &Group{cancel: cancel}, ctx
}

// SetLimit bounds the number of functions that run at the same time: Go blocks
// while there are n. It must be called before Go.
func (g *Group) SetLimit(n int) { g.group.SetLimit(n) }

// Go runs f in a new goroutine.
func (g *Group) Go(f func() error) {
	g.group.Go(func() error {
		err := Do(f)
		if err != nil && g.cancel != nil {
			g.cancel(err)
		}
		return err
	})
}

// Wait blocks until every function has returned, and returns the first error.
func (g *Group) Wait() error {
	err := g.group.Wait()
	if g.cancel != nil {
		g.cancel(err)
	}
	return err
}

// Go runs f in a new goroutine. The returned channel receives its error, and
// needs no receiver: f's goroutine ends either way.
func Go(f func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- Do(f) }()
	return done
}

// Do calls f in this goroutine. If f panics, the error is a [*PanicError].
func Do(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = newPanicError(value)
		}
	}()
	return f()
}
