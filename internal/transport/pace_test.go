package transport

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Where the rate limit allows no request before the deadline, none goes out at all.
func TestNoRequestBeyondTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(time.Now, RateLimit{2, time.Minute, 1})
		start := time.Now()
		if p.Wait(t.Context()); time.Since(start) != 0 {
			t.Errorf("the first request waited %s", time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if p.Wait(ctx); time.Since(start) != 10*time.Second {
			t.Errorf("the second request went out after %s", time.Since(start))
		}
	})
}

// What is needed for more requests is what they then wait.
func TestNeedIsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(time.Now, RateLimit{20, time.Minute, 5}, RateLimit{400, time.Hour, 360})
		if need := p.Need(5); need != 0 {
			t.Errorf("the first five need %s", need)
		}
		for range 5 {
			p.Wait(t.Context())
		}
		need, start := p.Need(30), time.Now()
		for range 30 {
			p.Wait(t.Context())
		}
		if waited := time.Since(start); need <= 0 || (waited-need).Abs() > time.Second {
			t.Errorf("30 requests waited %s, and %s were said", waited, need)
		}
		if need := NewPacer(time.Now).Need(1000); need != 0 {
			t.Errorf("without a limit: %s", need)
		}
	})
}

// Without a pacer there is no limit.
func TestWithoutAPacer(t *testing.T) {
	t.Parallel()
	var p *Pacer
	p.Wait(t.Context())
	if need := p.Need(1000); need != 0 {
		t.Errorf("need %s", need)
	}
}

// busiest returns the largest number of times within any period of a length.
func busiest(times []time.Time, period time.Duration) int {
	most := 0
	for _, from := range times {
		n := 0
		for _, at := range times {
			if !at.Before(from) && at.Before(from.Add(period)) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// All attempts of all requests wait for the pacer: first attempts, retries, and those of other
// clients that share it. The wait is not a stall of a request.
func TestClientsKeepThePace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var came []time.Time
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if came = append(came, time.Now()); len(came)%3 == 0 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		pace := NewPacer(time.Now, RateLimit{2, time.Minute, 1})
		paced := func(c *Config) { c.Pace = pace }
		start, dial := time.Now(), serve(t, h)
		var all sync.WaitGroup
		for range 2 {
			c := newClient(t, dial, paced)
			for range 4 {
				all.Go(func() {
					if _, err := c.Do(t.Context(), getRequest()); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		if most := busiest(came, time.Minute); most > 2 {
			t.Errorf("%d requests within a minute, want at most 2", most)
		}
		within(t, "all requests", time.Since(start), 4*time.Minute, 12*time.Minute)
		if len(came) < 11 {
			t.Errorf("%d requests: the retries are missing", len(came))
		}
	})
}
