package scan

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// The pauses between two polls of one scan or task. With the share s and the jitter
// j, a poll at the time t is followed by one at t(1+s), and so a service that takes
// the time T is answered late
//
//   - by at most s(1+j) of T, which is 11.9 %, and on average by s/ln(1+s) - 1, which
//     is 5.7 %;
//   - below shortestPause/s, which is 8.6 s, by half a second on average.
//
// There are 10 polls up to 9.4 s, and then one for each factor of 1+s: in all
// 10 + ln(T/9.4 s)/ln(1+s), rounded up. This is 11 for 10 s, 42 for 5 min and 58 for
// 30 min, and one more if every draw of the jitter is the lowest.
const (
	// firstPause is less than shortestPause because many scans take less than a second.
	firstPause    = 400 * time.Millisecond
	shortestPause = time.Second
	pauseShare    = 0.116
	// pauseJitter keeps runs that began together from polling together.
	pauseJitter = 0.02
	// lastPoll is how long before the deadline a scan is polled for the last time. A
	// pause beyond it would miss an answer that there is still time to read.
	lastPoll = 5 * time.Second
)

// pauses is the policy of one wait, as a [backoff.BackOff]: a pause is a share of the
// time already waited. Only the context ends a wait, and no pause ends after its
// deadline. It must not be shared by goroutines.
type pauses struct {
	// retryAfter is what the last answer asked for. The next pause is not shorter.
	retryAfter time.Duration

	clock    backoff.Clock
	random   func() float64 // in [0,1)
	deadline time.Time      // zero if there is none
	start    time.Time
	shortest time.Duration
	// expected returns when the scan probably ends; nil if nothing says so.
	expected func() window
}

func newPauses(ctx context.Context) *pauses {
	p := &pauses{clock: backoff.SystemClock, random: rand.Float64}
	p.deadline, _ = ctx.Deadline()
	p.Reset()
	return p
}

// Reset begins a new wait.
func (p *pauses) Reset() {
	p.start, p.shortest, p.retryAfter = p.clock.Now(), firstPause, 0
}

// waited returns how long the wait has been so far.
func (p *pauses) waited() time.Duration { return p.clock.Now().Sub(p.start) }

// NextBackOff returns the pause before the next poll. It is never [backoff.Stop].
func (p *pauses) NextBackOff() time.Duration {
	now := p.clock.Now()
	waited := now.Sub(p.start)
	pause := max(p.shortest, portion(waited, pauseShare))
	if p.expected != nil {
		pause = p.expected().bound(pause, waited)
	}
	pause += portion(pause, pauseJitter*(2*p.random()-1))
	p.shortest = shortestPause
	if p.deadline.IsZero() {
		return max(pause, p.retryAfter)
	}
	left := p.deadline.Sub(now)
	if last := left - lastPoll; last >= shortestPause {
		pause = min(pause, last)
	}
	return max(min(max(pause, p.retryAfter), left), 0)
}

func portion(d time.Duration, share float64) time.Duration {
	return time.Duration(float64(d) * share)
}
