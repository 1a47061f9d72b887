package scan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/scangate/scangate/internal/state"
)

// policies are ours and its rivals. All of them have their first pause before the first
// poll.
var policies = []struct {
	name string
	new  func(*pauses, *handClock) backoff.BackOff
}{
	{ours, func(p *pauses, _ *handClock) backoff.BackOff { return p }},
	{informed, func(p *pauses, _ *handClock) backoff.BackOff { return p }},
	{"every 5 s", func(*pauses, *handClock) backoff.BackOff { return backoff.NewConstantBackOff(5 * time.Second) }},
	{"every 10 s", func(*pauses, *handClock) backoff.BackOff { return backoff.NewConstantBackOff(10 * time.Second) }},
	{"backoff's default", func(_ *pauses, c *handClock) backoff.BackOff {
		// The default ends after 15 min, which would leave the longer services out.
		return backoff.NewExponentialBackOff(backoff.WithClockProvider(c), backoff.WithMaxElapsedTime(0))
	}},
}

// costs are the averages of a policy over all services.
type costs struct {
	name  string
	polls float64
	// share is the delay as a share of what the service took.
	share float64
	// seconds is the delay of short services, longShare and worst are the share of the
	// others, on average and at most.
	seconds, longShare, worst float64
}

// compare simulates all policies with the same services.
func compare() []costs {
	table := make([]costs, len(policies))
	for i, policy := range policies {
		var waits []wait
		random := rand.New(rand.NewPCG(1, 2)) // the same table each time
		total := costs{name: policy.name}
		for _, takes := range serviceTimes(20_000) {
			p, clock := handPauses(random.Float64)
			if policy.name == informed {
				inform(p, clock, takes, random)
			}
			w := simulate(policy.new(p, clock), clock, takes)
			total.polls += float64(w.polls)
			total.share += w.share()
			if takes >= shortService {
				total.worst = max(total.worst, w.share())
			}
			waits = append(waits, w)
		}
		total.polls /= float64(len(waits))
		total.share /= float64(len(waits))
		total.seconds, total.longShare = average(waits)
		table[i] = total
	}
	return table
}

const (
	ours     = "scangate"
	informed = "scangate, after 8 scans"
)

// inform has a policy wait for eight scans that took up to a fifth less or more, and tells it how
// long they took.
func inform(p *pauses, clock *handClock, takes time.Duration, random *rand.Rand) {
	var took []state.Took
	p.expected = func() window { return windowOf(took) }
	for range 8 {
		w := simulate(p, clock, time.Duration(float64(takes)*(0.8+0.4*random.Float64())))
		took = append(took, state.Took{After: w.ongoing, By: w.takes + w.delay})
	}
}

// simulate waits for a service whose answers take no time.
func simulate(policy backoff.BackOff, clock *handClock, takes time.Duration) wait {
	policy.Reset()
	start, ongoing := clock.now, time.Duration(0)
	for polls := 1; ; polls++ {
		clock.now = clock.now.Add(policy.NextBackOff())
		waited := clock.now.Sub(start)
		if waited >= takes {
			return wait{takes: takes, delay: waited - takes, polls: polls, ongoing: ongoing}
		}
		ongoing = waited
	}
}

const tableHead = `
| policy | polls | delay | below 10 s | above 10 s | above 10 s, at most |
|---|---|---|---|---|---|
`

// String returns a row of the table in the help topic.
func (c costs) String() string {
	return fmt.Sprintf("| %s | %.0f | %.0f %% | %.1f s | %.1f %% | %.0f %% |\n",
		c.name, c.polls, 100*c.share, c.seconds, 100*c.longShare, 100*c.worst)
}

// BenchmarkPolling prints the table, in simulated time.
func BenchmarkPolling(b *testing.B) {
	var table []costs
	for b.Loop() {
		table = compare()
	}
	text := tableHead
	for _, c := range table {
		text += c.String()
	}
	b.Log(text)
}

// No rival has both fewer polls and less delay. The rivals draw their own jitter, so that
// the help topic is exact only about our policy.
func TestNoRivalIsBetter(t *testing.T) {
	t.Parallel()
	table := compare()
	for _, rival := range table[2:] {
		for _, row := range table[:2] {
			if rival.polls <= row.polls && rival.share <= row.share {
				t.Errorf("a rival is better:\n%s%s", row, rival)
			}
		}
	}
	if table[1].share >= table[0].share || table[1].worst > maxShare {
		t.Errorf("what earlier scans took is of no use:\n%s%s", table[0], table[1])
	}
	help, err := os.ReadFile("../cli/help/speed.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := tableHead + table[0].String() + table[1].String(); !strings.Contains(string(help), want) {
		t.Errorf("internal/cli/help/speed.md is stale, want\n%s", want)
	}
}
