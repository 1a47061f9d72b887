package scan

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// The bounds of a verdict's delay. A short service is one that takes less than 10 s. The
// others are bounded by a share of what the service took.
const (
	shortService  = 10 * time.Second
	maxShortDelay = 600 * time.Millisecond  // on average
	maxDelay      = 1200 * time.Millisecond // of a single short service
	maxMeanShare  = 0.06
	maxShare      = 0.12
)

// maxPolls are the bounds of the polls of services that take that long or less.
var maxPolls = []struct {
	takes time.Duration
	polls int
}{{10 * time.Second, 12}, {5 * time.Minute, 45}, {30 * time.Minute, 60}}

// serviceTimes returns n times from 1 s to 30 min at equal distances on a logarithmic
// scale.
func serviceTimes(n int) []time.Duration {
	times := make([]time.Duration, n)
	for i := range times {
		times[i] = time.Duration(float64(time.Second) * math.Pow(1800, (float64(i)+0.5)/float64(n)))
	}
	return times
}

// wait is what became of one service.
type wait struct {
	takes, delay time.Duration
	polls        int
	// ongoing is when it was last not done.
	ongoing time.Duration
}

func (w wait) share() float64 { return w.delay.Seconds() / w.takes.Seconds() }

// check holds the bounds of one service.
func (w wait) check(t *testing.T) {
	t.Helper()
	if w.takes >= shortService && w.share() > maxShare || w.takes < shortService && w.delay > maxDelay {
		t.Errorf("a service that takes %s: %s late (%.1f %%)", w.takes, w.delay, 100*w.share())
	}
	for _, limit := range maxPolls {
		if w.takes <= limit.takes && w.polls > limit.polls {
			t.Errorf("a service that takes %s: %d polls, at most %d", w.takes, w.polls, limit.polls)
		}
	}
}

// average returns the mean delay of short services in seconds, and the mean share of the
// others.
func average(waits []wait) (seconds, share float64) {
	var short, long float64
	for _, w := range waits {
		if w.takes < shortService {
			short++
			seconds += w.delay.Seconds()
			continue
		}
		long++
		share += w.share()
	}
	return seconds / short, share / long
}

// waitFor runs a plan of one target against a service in memory.
func waitFor(t *testing.T, id, path string, takes time.Duration) wait {
	t.Helper()
	w := wait{takes: takes}
	synctest.Test(t, func(t *testing.T) {
		f := &fake{takes: takes, counts: map[string]map[string]int{nginx: {}}}
		plan := planOf(id)
		start := time.Now()
		o := f.scanWith(t.Context(), t, plan, options(plan))
		if row := rowOf(t, o, id); row.Status != result.Answered {
			t.Errorf("a service that takes %s: %s (%s)", takes, row.Status, row.Reason)
		}
		polls := f.to(path)
		if first := polls[0].at.Sub(start); first > time.Second {
			t.Errorf("the first poll came after %s", first)
		}
		w.delay, w.polls = time.Since(start)-takes, len(polls)
	})
	return w
}

func TestVerdictComesWhenTheServiceIsDone(t *testing.T) {
	t.Parallel()
	times := append(serviceTimes(60), 10*time.Second, time.Minute, 5*time.Minute, 30*time.Minute)
	for id, path := range map[string]string{
		"iac:main.tf":           pathStatus,
		"dockerfile:Dockerfile": pathTask,
		"image:" + nginx:        pathTask,
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			for _, takes := range times {
				waitFor(t, id, path, takes).check(t)
			}
		})
	}
}

// The mean needs many services: 60 draws of a delay between nothing and 12 % leave it
// uncertain by more than its distance to the bound.
func TestVerdictIsPromptOnAverage(t *testing.T) {
	t.Parallel()
	p, clock := handPauses(rand.New(rand.NewPCG(1, 2)).Float64)
	var waits []wait
	for _, takes := range serviceTimes(5000) {
		w := simulate(p, clock, takes)
		w.check(t)
		waits = append(waits, w)
	}
	seconds, share := average(waits)
	if seconds > maxShortDelay.Seconds() || share > maxMeanShare {
		t.Errorf("on average %.2f s late, and %.1f %% from %s on", seconds, 100*share, shortService)
	}
}

// The answer of the last poll is in time even if the pause before it would have been too
// long.
func TestServiceIsPolledShortlyBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	for takes, want := range map[time.Duration]result.Status{
		30*time.Minute - lastPoll - time.Second: result.Answered,
		31 * time.Minute:                        result.Failed,
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
			defer cancel()
			plan := planOf("iac:main.tf", "dockerfile:Dockerfile")
			o := (&fake{takes: takes}).scanWith(ctx, t, plan, options(plan))
			for _, row := range o.Rows {
				if row.Status != want || want == result.Failed && row.Cause != result.CauseTimeout {
					t.Errorf("takes %s: %s is %s (%s: %s), want %s", takes, row.Target.ID(), row.Status, row.Cause, row.Reason, want)
				}
			}
		})
	}
}

// A service may ask for a pause with any answer to a poll.
func TestRetryAfterOfAPoll(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusOK, http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		for id, path := range map[string]string{"iac:main.tf": pathStatus, "dockerfile:Dockerfile": pathTask} {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{takes: 10 * time.Minute}
				f.hook = func(c *call) bool {
					if c.path != path || c.n > 3 {
						return false
					}
					c.w.Header().Set("Retry-After", "45")
					return code != http.StatusOK && c.reply(code, "")
				}
				plan := planOf(id)
				wantAnswered(t, f.scanWith(t.Context(), t, plan, options(plan)), id, result.BySubmission)
				polls := f.to(path)
				for i := range 3 {
					if gap := polls[i+1].at.Sub(polls[i].at); gap < 45*time.Second || gap > 75*time.Second {
						t.Errorf("status %d: %s: poll %d came %s after the previous one", code, id, i+2, gap)
					}
				}
				if gap := polls[5].at.Sub(polls[4].at); gap > 30*time.Second {
					t.Errorf("status %d: %s: an unrequested pause of %s", code, id, gap)
				}
			})
		}
	}
}

// handClock is a [backoff.Clock] that a test sets.
type handClock struct{ now time.Time }

func (c *handClock) Now() time.Time { return c.now }

// handPauses returns pauses with a clock of their own, and draws of the jitter.
func handPauses(random func() float64) (*pauses, *handClock) {
	c := &handClock{now: time.Unix(1_800_000_000, 0)}
	p := &pauses{clock: c, random: random}
	p.Reset()
	return p, c
}

func TestPauseIsAShareOfTheWait(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Float64Range(0, 1).Draw(t, "draw")
		p, c := handPauses(func() float64 { return draw })
		if first := p.NextBackOff(); first <= 0 || first > time.Second {
			t.Fatalf("the first poll comes after %s", first)
		}
		begin, previous := c.now, time.Duration(0)
		for range rapid.IntRange(1, 60).Draw(t, "polls") {
			c.now = c.now.Add(time.Duration(rapid.Int64Range(0, int64(5*time.Minute)).Draw(t, "elapsed")))
			pause, waited := p.NextBackOff(), c.now.Sub(begin)
			mean := max(shortestPause.Seconds(), pauseShare*waited.Seconds())
			if off := math.Abs(pause.Seconds()/mean - 1); off > pauseJitter+1e-6 {
				t.Fatalf("after %s: a pause of %s, which is %.1f %% off", waited, pause, 100*off)
			}
			if pause < previous {
				t.Fatalf("after %s: a pause of %s, shorter than the previous %s", waited, pause, previous)
			}
			previous = pause
		}
		p.Reset()
		if first := p.NextBackOff(); first > time.Second {
			t.Fatalf("after a reset, the first poll comes after %s", first)
		}
	})
}

// The pause before the last poll may be as short as any other, and no shorter.
func TestLastPollBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]time.Duration{
		20 * time.Second:              15 * time.Second,
		6 * time.Second:               time.Second,
		6*time.Second - 1:             6*time.Second - 1, // too late for a last poll before the end
		5*time.Second + time.Second/2: 5*time.Second + time.Second/2,
	} {
		p, c := handPauses(func() float64 { return 0.5 })
		c.now = c.now.Add(time.Hour) // the pause would be of minutes
		p.deadline = c.now.Add(left)
		if got := p.NextBackOff(); got != want {
			t.Errorf("%s before the deadline: a pause of %s, want %s", left, got, want)
		}
	}
}

func TestPauseKeepsRetryAfterAndDeadline(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, c := handPauses(func() float64 { return rapid.Float64Range(0, 1).Draw(t, "draw") })
		took := drawTook(t)
		p.expected = func() window { return windowOf(took) }
		deadline := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "deadline"))
		p.deadline = c.now.Add(deadline)
		for range 100 {
			left := p.deadline.Sub(c.now)
			p.retryAfter = time.Duration(rapid.SampledFrom([]int64{0, 0, 1, 10, 120}).Draw(t, "retry after")) * time.Second
			pause := p.NextBackOff()
			if pause < 0 || pause > max(left, 0) {
				t.Fatalf("%s before the deadline: a pause of %s", left, pause)
			}
			if pause < min(p.retryAfter, left) {
				t.Fatalf("%s before the deadline: a pause of %s, and the server asked for %s", left, pause, p.retryAfter)
			}
			c.now = c.now.Add(pause + time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "request")))
		}
	})
}
