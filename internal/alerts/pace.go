package alerts

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// allowance is a vendor's limit: n requests in each period. burst of them may
// come at once.
type allowance struct {
	n     int
	per   time.Duration
	burst int
}

// bucket makes a token bucket that stays within the allowance in every window
// of its length, not only on average: what the burst takes is missing from the
// refill. A quarter of a request is left as room for a network that bunches up.
func (a allowance) bucket() *rate.Limiter {
	refill := (float64(a.n-a.burst) + 0.75) / a.per.Seconds()
	return rate.NewLimiter(rate.Limit(refill), a.burst)
}

// pacer keeps the requests to one host within its limits. nil has none.
type pacer struct {
	buckets []*rate.Limiter
	now     func() time.Time
}

func newPacer(now func() time.Time, limits ...allowance) *pacer {
	p := &pacer{now: now}
	for _, l := range limits {
		p.buckets = append(p.buckets, l.bucket())
	}
	return p
}

// wait returns when a request may be made, or when ctx ends.
func (p *pacer) wait(ctx context.Context) {
	if p == nil {
		return
	}
	// A bucket refuses at once what it can't give by ctx's deadline. Then there
	// is nothing to do but to wait for that: no request may go out.
	for _, b := range p.buckets {
		if b.Wait(ctx) != nil {
			<-ctx.Done()
		}
	}
}

// before makes the wait part of authorize, which is called once for each
// attempt: a request that is made again waits for its turn like any other.
func (p *pacer) before(authorize func(*http.Request)) func(*http.Request) {
	return func(r *http.Request) {
		p.wait(r.Context())
		authorize(r)
	}
}

// need is how long n more requests take at least.
func (p *pacer) need(n int) time.Duration {
	var longest time.Duration
	if p == nil {
		return 0
	}
	for _, b := range p.buckets {
		missing := float64(n) - b.TokensAt(p.now())
		if missing > 0 {
			longest = max(longest, time.Duration(missing/float64(b.Limit())*float64(time.Second)))
		}
	}
	return longest
}
