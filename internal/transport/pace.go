package transport

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// RateLimit is a limit of a service: N requests in each period, Burst of which may come at once.
type RateLimit struct {
	N     int
	Per   time.Duration
	Burst int
}

// bucket makes a token bucket that stays within the limit in every window of its length, not only
// on average: the refill is reduced by the burst. A quarter of a request is left as a margin for
// requests that the network bunches up.
func (l RateLimit) bucket() *rate.Limiter {
	refill := (float64(l.N-l.Burst) + 0.75) / l.Per.Seconds()
	return rate.NewLimiter(rate.Limit(refill), l.Burst)
}

// Pacer keeps the requests of all clients that share it within rate limits. nil means no limit. It
// is safe for concurrent use.
type Pacer struct {
	buckets []*rate.Limiter
	now     func() time.Time
}

// NewPacer returns a pacer for limits that all hold. now is for [Pacer.Need].
func NewPacer(now func() time.Time, limits ...RateLimit) *Pacer {
	p := &Pacer{now: now}
	for _, l := range limits {
		p.buckets = append(p.buckets, l.bucket())
	}
	return p
}

// PerSecond returns a pacer for n requests a second on average, n of which may come at once.
func PerSecond(now func() time.Time, n int) *Pacer {
	return &Pacer{now: now, buckets: []*rate.Limiter{rate.NewLimiter(rate.Limit(n), n)}}
}

// Wait returns when a request may be made, or when ctx ends.
func (p *Pacer) Wait(ctx context.Context) {
	if p == nil {
		return
	}
	for _, b := range p.buckets {
		// A bucket refuses at once what it can't grant by ctx's deadline. No request may go out
		// then, so that all that is left is to wait for the deadline.
		if b.Wait(ctx) != nil {
			<-ctx.Done()
		}
	}
}

// Need returns how long n more requests wait at least.
func (p *Pacer) Need(n int) time.Duration {
	if p == nil {
		return 0
	}
	var longest time.Duration
	for _, b := range p.buckets {
		missing := float64(n) - b.TokensAt(p.now())
		longest = max(longest, time.Duration(missing/float64(b.Limit())*float64(time.Second)))
	}
	return longest
}
