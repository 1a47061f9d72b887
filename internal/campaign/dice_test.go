package campaign

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// dice draws from a seed and the name of what is drawn, so that a draw does not
// depend on those before it, nor on which request came first.
type dice struct{ *rand.Rand }

func newDice(seed uint64, name ...any) dice {
	h := fnv.New64a()
	fmt.Fprintln(h, name...)
	return dice{rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// chance is true in so many of a hundred cases.
func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// between draws from low to high, both included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

// span draws a duration, to the nanosecond: no two things of a schedule happen
// at the same instant by chance.
func (d dice) span(low, high time.Duration) time.Duration {
	return low + time.Duration(d.Int64N(int64(high-low)))
}

// oneOf draws one of several.
func oneOf[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }
