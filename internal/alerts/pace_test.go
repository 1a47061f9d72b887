package alerts

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// Where the rate limit allows no request before the deadline, none goes out at all.
func TestNoRequestBeyondTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(time.Now, []rateLimit{{2, time.Minute, 1}})
		start := time.Now()
		if p.wait(t.Context()); time.Since(start) != 0 {
			t.Errorf("the first request waited %s", time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if p.wait(ctx); time.Since(start) != 10*time.Second {
			t.Errorf("the second request went out after %s", time.Since(start))
		}
	})
}

// What is needed for more requests is what they then wait.
func TestNeedIsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(time.Now, []rateLimit{{20, time.Minute, 5}, {400, time.Hour, 360}})
		if need := p.need(5); need != 0 {
			t.Errorf("the first five need %s", need)
		}
		for range 5 {
			p.wait(t.Context())
		}
		need, start := p.need(30), time.Now()
		for range 30 {
			p.wait(t.Context())
		}
		if waited := time.Since(start); need <= 0 || (waited-need).Abs() > time.Second {
			t.Errorf("30 requests waited %s, and %s were said", waited, need)
		}
		if need := newPacer(time.Now, nil).need(1000); need != 0 {
			t.Errorf("without a limit: %s", need)
		}
	})
}
