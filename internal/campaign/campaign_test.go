package campaign

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

var (
	schedules = flag.Int("schedules", defaultSchedules, "how many schedules TestCampaign runs")
	firstSeed = flag.Uint64("seed", 1, "the seed of the first schedule; each next one has the next seed")
	traced    = flag.Bool("trace", false, "print the trace of every schedule")
)

// shortRun is the number of schedules with -short.
const shortRun = 200

// TestCampaign runs schedules against the oracle, in as many chunks side by
// side as there are processors.
func TestCampaign(t *testing.T) {
	t.Parallel()
	n := *schedules
	if testing.Short() {
		n = min(n, shortRun)
	}
	seen := &tallies{counts: map[string]int{}}
	t.Cleanup(func() { seen.check(t, n) })
	chunks := min(n, 2*runtime.GOMAXPROCS(0))
	for chunk := range chunks {
		t.Run(fmt.Sprint("chunk", chunk), func(t *testing.T) {
			t.Parallel()
			disk := ramDisk(t)
			for i := chunk; i < n; i += chunks {
				seed := *firstSeed + uint64(i)
				t.Run(fmt.Sprint("seed", seed), func(t *testing.T) {
					seen.add(attempt(t, seed, filepath.Join(disk, fmt.Sprint(seed))))
				})
			}
		})
	}
}

// attempt runs one schedule and fails the test with its trace.
func attempt(t *testing.T, seed uint64, dir string) *run {
	t.Helper()
	r := perform(t, newSchedule(seed), dir)
	_ = os.RemoveAll(dir)
	faults := judge(r)
	if len(faults) > 0 {
		t.Errorf("seed %d: %s\n%s  repeat with: go test ./internal/campaign -run TestCampaign -schedules 1 -seed %d",
			seed, strings.Join(faults, "\n\t"), r.Trace(), seed)
	} else if *traced {
		t.Log(r.Trace())
	}
	return r
}

// ramDisk is a folder in memory where the machine has one: the command syncs
// what it writes, and disks are slow at that.
func ramDisk(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "campaign") //nolint:usetesting // t.TempDir is on the disk
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// tallies counts what the schedules brought about: a campaign that no longer
// meets a verdict or a fault checks nothing.
type tallies struct {
	mu     sync.Mutex
	counts map[string]int
}

func (s *tallies) add(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts["schedules"]++
	s.counts["requests"] += r.v.requests
	s.counts["percent of the bound, at most"] = max(s.counts["percent of the bound, at most"], 100*r.v.requests/mostRequests(r.s))
	s.counts[fmt.Sprint("exit ", r.code)]++
	for _, word := range headwords() {
		if lines := r.lines(); strings.HasPrefix(lines[len(lines)-1], "scangate: "+word+" (") {
			s.counts[word]++
		}
	}
	seen := map[string]bool{}
	for _, e := range r.v.events {
		for _, f := range strings.Fields(e.what) {
			seen[f] = true
		}
	}
	for _, k := range r.v.works {
		if k.earlier {
			seen["state "+r.s.earlier.fate] = true
		}
	}
	for _, fate := range fates() {
		if seen["state "+fate] {
			s.counts["state "+fate]++
		}
	}
	if slices.ContainsFunc(r.v.events, func(e event) bool { k := r.v.works[e.subject]; return k != nil && k.earlier }) {
		s.counts["resumed"]++
	}
	for _, l := range r.n.lost {
		seen["outage "+l.how] = true
	}
	for _, f := range []front{plain, secured, proxied} {
		for _, how := range f.outages() {
			if r.s.front == f && seen["outage "+how] {
				s.counts["outage "+string(f)+" "+how]++
			}
		}
	}
	for _, f := range faults() {
		if seen[f.name] {
			s.counts["fault "+f.name]++
		}
	}
}

func (s *tallies) check(t *testing.T, n int) {
	if n < 2000 || *firstSeed != 1 || t.Failed() { // other seeds may miss what is rare
		return
	}
	want := []string{"exit 0", "exit 1", "exit 2", "exit 3", "exit 4", "exit 5", "exit 129", "exit 130", "exit 143"}
	want = append(want, headwords()...)
	for _, f := range faults() {
		if f.name != "slow" {
			want = append(want, "fault "+f.name)
		}
	}
	want = append(want, "resumed")
	for _, fate := range fates() {
		want = append(want, "state "+fate)
	}
	for _, f := range []front{plain, secured, proxied} {
		for _, how := range f.outages() {
			want = append(want, "outage "+string(f)+" "+how)
		}
	}
	for _, name := range want {
		if s.counts[name] == 0 {
			t.Errorf("in %d schedules there was no %s: the campaign misses it", n, name)
		}
	}
	t.Logf("met: %v", s.counts)
}
