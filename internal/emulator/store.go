package emulator

// store keeps the latest values by id, up to its bound, so that a server that runs
// for weeks does not grow.
type store[T any] struct {
	bound int
	byID  map[string]T
	order []string
}

func newStore[T any](bound int) store[T] {
	return store[T]{bound: bound, byID: map[string]T{}}
}

func (s *store[T]) add(id string, v T) {
	if len(s.order) >= s.bound {
		delete(s.byID, s.order[0])
		s.order = append(s.order[:0], s.order[1:]...)
	}
	s.byID[id] = v
	s.order = append(s.order, id)
}

func (s *store[T]) get(id string) (T, bool) {
	v, ok := s.byID[id]
	return v, ok
}

// all calls f for every value, oldest first.
func (s *store[T]) all(f func(T)) {
	for _, id := range s.order {
		f(s.byID[id])
	}
}
