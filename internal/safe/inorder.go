package safe

import "cmp"

// InOrder calls produce with 0 to n-1, in at most limit goroutines, and consume with each value in
// this order, in the caller's goroutine. No more than limit values exist that consume has not
// taken. After the first panic of produce, which is the error, it starts no further call; it
// returns when all calls have.
func InOrder[T any](n, limit int, produce func(i int) T, consume func(i int, value T)) error {
	limit = max(1, min(n, limit))
	values, done := make([]T, limit), make([]<-chan error, limit)
	var err error
	for i := range n + limit {
		slot := i % limit
		if done[slot] != nil {
			err = cmp.Or(err, <-done[slot])
			if err == nil {
				consume(i-limit, values[slot])
			}
			values[slot], done[slot] = *new(T), nil
		}
		if i < n && err == nil {
			done[slot] = Go(func() error { values[slot] = produce(i); return nil })
		}
	}
	return err
}
