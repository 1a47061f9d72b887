package scan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// policies are ours and its rivals. All of them have their first pause before the first
// poll.
var policies = []struct {
	name string
	new  func(*pauses, *handClock) backoff.BackOff
}{
	{"scangate", func(p *pauses, _ *handClock) backoff.BackOff { return p }},
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
			ours, clock := handPauses(random.Float64)
			w := simulate(policy.new(ours, clock), clock, takes)
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

// simulate waits for a service whose answers take no time.
func simulate(policy backoff.BackOff, clock *handClock, takes time.Duration) wait {
	policy.Reset()
	start := clock.now
	for polls := 1; ; polls++ {
		clock.now = clock.now.Add(policy.NextBackOff())
		if waited := clock.now.Sub(start); waited >= takes {
			return wait{takes: takes, delay: waited - takes, polls: polls}
		}
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
	ours := table[0]
	for _, rival := range table[1:] {
		if rival.polls <= ours.polls && rival.share <= ours.share {
			t.Errorf("a rival is better:\n%s%s", ours, rival)
		}
	}
	help, err := os.ReadFile("../cli/help/speed.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := tableHead + ours.String(); !strings.Contains(string(help), want) {
		t.Errorf("internal/cli/help/speed.md is stale, want\n%s", want)
	}
}
