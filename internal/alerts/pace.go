package alerts

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// rateLimit is a vendor's limit: n requests in each period, burst of which may come at once.
type rateLimit struct {
	n     int
	per   time.Duration
	burst int
}

// bucket makes a token bucket that stays within the limit in every window of its length, not only
// on average: the refill is reduced by the burst. A quarter of a request is left as a margin for
// requests that the network bunches up.
func (l rateLimit) bucket() *rate.Limiter {
	refill := (float64(l.n-l.burst) + 0.75) / l.per.Seconds()
	return rate.NewLimiter(rate.Limit(refill), l.burst)
}

// pacer keeps the requests to one service within its rate limits.
type pacer struct {
	buckets []*rate.Limiter
	now     func() time.Time
}

func newPacer(now func() time.Time, limits []rateLimit) *pacer {
	p := &pacer{now: now}
	for _, l := range limits {
		p.buckets = append(p.buckets, l.bucket())
	}
	return p
}

// wait returns when a request may be made, or when ctx ends.
func (p *pacer) wait(ctx context.Context) {
	for _, b := range p.buckets {
		// A bucket refuses at once what it can't grant by ctx's deadline. No request may go out
		// then, so that all that is left is to wait for the deadline.
		if b.Wait(ctx) != nil {
			<-ctx.Done()
		}
	}
}

// authorizer adds the wait to authorize, which is called for each attempt: retries wait as well.
func (p *pacer) authorizer(authorize func(*http.Request)) func(*http.Request) {
	return func(r *http.Request) {
		p.wait(r.Context())
		authorize(r)
	}
}

// need returns how long n more requests take at least.
func (p *pacer) need(n int) time.Duration {
	var longest time.Duration
	for _, b := range p.buckets {
		missing := float64(n) - b.TokensAt(p.now())
		longest = max(longest, time.Duration(missing/float64(b.Limit())*float64(time.Second)))
	}
	return longest
}
