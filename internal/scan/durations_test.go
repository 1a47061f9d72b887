package scan

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/state"
)

// drawTook draws what earlier runs may have recorded, likely or not.
func drawTook(t *rapid.T) []state.Took {
	var took []state.Took
	for range rapid.IntRange(0, state.MaxTook).Draw(t, "earlier") {
		after := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "after"))
		took = append(took, state.Took{After: after, By: after + time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "width"))})
	}
	return took
}

// Whatever earlier submissions took, no pause is longer than without them, and none is so short
// that it costs more than a few polls.
func TestNoPauseIsLongerForWhatOthersTook(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Float64Range(0, 0.999).Draw(t, "draw")
		took := drawTook(t)
		plain, clock := handPauses(func() float64 { return draw })
		informed, other := handPauses(func() float64 { return draw })
		informed.expected = func() window { return windowOf(took) }
		within := 0
		for range 60 {
			waited := clock.now.Sub(plain.start)
			pause, longest := informed.NextBackOff(), plain.NextBackOff()
			if pause > longest || pause < min(longest, windowPause*9/10) {
				t.Fatalf("after %s: a pause of %s; %s without what %v took", waited, pause, longest, took)
			}
			if pause < longest {
				within++
			}
			clock.now = clock.now.Add(pause)
			other.now = clock.now
		}
		if within > windowPolls+2 {
			t.Fatalf("%d more polls for what %v took", within, took)
		}
	})
}

// The bounds of the delay and of the polls hold for services that take another time than before.
func TestServiceThatTakesAnotherTimeThanBefore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		took := drawTook(t)
		p, clock := handPauses(func() float64 { return rapid.Float64Range(0, 0.999).Draw(t, "draw") })
		p.expected = func() window { return windowOf(took) }
		takes := time.Duration(rapid.Int64Range(int64(time.Second), int64(30*time.Minute)).Draw(t, "takes"))
		w := simulate(p, clock, takes)
		if w.takes >= shortService && w.share() > maxShare || w.takes < shortService && w.delay > maxDelay {
			t.Fatalf("%s late after %s, where %v took", w.delay, takes, took)
		}
	})
}

// Times that contradict each other neither stop the polls nor delay them.
func TestWindowOfNonsense(t *testing.T) {
	t.Parallel()
	for name, took := range map[string][]state.Took{
		"none":        nil,
		"far between": {{After: 0, By: time.Hour}},
		"reversed":    {{After: time.Hour, By: time.Second}},
		"all by then": {{After: 0, By: 1}, {After: 0, By: 1}},
	} {
		w := windowOf(took)
		for _, waited := range []time.Duration{0, time.Second, time.Minute, time.Hour} {
			if got := w.bound(10*time.Second, waited); got < windowPause || got > 10*time.Second {
				t.Errorf("%s: a pause of %s after %s", name, got, waited)
			}
		}
	}
}

// A run notices the end of a submission earlier if earlier batches, or earlier runs with the same
// state file, have seen how long it takes.
func TestEarlierSubmissionsInformThePolls(t *testing.T) {
	t.Parallel()
	for kind, id := range map[result.Kind]string{
		result.KindIaC: "iac:main.tf", result.KindDockerfile: "dockerfile:Dockerfile", result.KindImage: "image:" + nginx,
	} {
		synctest.Test(t, func(t *testing.T) {
			const takes = 97 * time.Second
			a := newSeries(t, &fake{takes: takes, counts: map[string]map[string]int{nginx: {}}}, id)
			first := time.Now()
			a.onlyUnfinished = true
			if row := rowOf(t, a.run(t, 5*time.Minute), id); row.Status != result.Answered {
				t.Fatalf("%s: %+v", id, row)
			}
			late := time.Since(first) - takes
			var again time.Duration
			for range 3 { // each run narrows it down
				start := time.Now()
				a.run(t, 5*time.Minute)
				again = time.Since(start) - takes
			}
			if again > late || again > 2*time.Second {
				t.Errorf("%s: %s late, then %s", id, late, again)
			}
			s := state.Open(a.path, state.Options{APIKey: "key", Now: time.Now})
			if got := s.Took(string(kind)); len(got) != 4 {
				t.Errorf("%s: the state has the times %v", id, got)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // 24 submissions, one after the other in 8 slots
		var ids []string
		for i := range 24 {
			ids = append(ids, fmt.Sprintf("iac:%d/main.tf", i))
		}
		plan := planOf(ids...)
		start := time.Now()
		(&fake{takes: 97 * time.Second}).scanWith(t.Context(), t, plan, options(plan))
		if took := time.Since(start); took > 3*97*time.Second+14*time.Second {
			t.Errorf("3 rounds of 97 s take %s", took)
		}
	})
}
