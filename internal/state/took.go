package state

import "time"

// Took says how long the service took for a submission: it was not done after the time After, and
// it was by the time By.
type Took struct{ After, By time.Duration }

// MaxTook is how many are kept for each kind of submissions; the latest stay.
const MaxTook = 16

// valid rejects what no run can have seen.
func (t Took) valid() bool { return t.After >= 0 && t.By > t.After && t.By <= lifetime }

func tookOf(r record) Took {
	return Took{time.Duration(r.After) * time.Millisecond, time.Duration(r.By) * time.Millisecond}
}

// Latest returns the last [MaxTook] of a list.
func Latest(all []Took) []Took { return all[max(0, len(all)-MaxTook):] }

// Took returns how long the latest submissions of a kind took in earlier runs of the same scope.
func (s *Store) Took(kind string) []Took {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Took(nil), s.took[s.scoped(KeyOf("took", kind))]...)
}

// PutTook records how long a submission of a kind took, for later runs. What can't be is not
// recorded. Milliseconds are kept.
func (s *Store) PutTook(kind string, t Took) {
	t = Took{t.After.Truncate(time.Millisecond), t.By.Truncate(time.Millisecond)}
	if s == nil || !t.valid() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.save(record{entry: entry{Key: s.scoped(KeyOf("took", kind))}, After: t.After.Milliseconds(), By: t.By.Milliseconds()})
}
