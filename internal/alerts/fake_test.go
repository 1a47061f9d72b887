package alerts

import (
	"encoding/json"
	"github.com/scangate/scangate/internal/transport"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// fake is the service of one vendor in the tests. A fake is written from the vendor's documentation
// and shares nothing with the code that reads it.
type fake struct {
	vendor string
	// port of 127.0.0.1 at which env expects the service.
	port string
	// env sets the vendor up.
	env map[string]string
	// secrets are the credentials in env and those that the service issues.
	secrets []string
	// serve makes a service with a list of alerts.
	serve func(list) http.Handler
	// open returns how many of n alerts are open.
	open func(n int) int
	// pageSize is the filter that sets the number of alerts on a page.
	pageSize string
	// paths is the prefix of the paths to which limit applies, after the port.
	paths string
	// limit is the documented rate limit, 0 without one.
	limit transport.RateLimit
}

// fakes has one entry for each vendor.
func fakes() []fake {
	return []fake{optixFake(), zpcFake(), iotFake(), workflowFake(), netskopeFake()}
}

func all(n int) int { return n }

// list is a list of generated alerts.
type list struct {
	from, n int // the number of the first alert, and of alerts
	age     time.Duration
	changes change
	// throttle is the rate limit that the service enforces, 0 for none.
	throttle transport.RateLimit
}

// change is what happens to a list before the n-th request (from 1): alerts are added at the front
// or removed there.
type change func(n int) (add, remove int)

// shelf is the state of a list.
type shelf struct {
	list
	mu     sync.Mutex
	served int
}

// next counts a request and returns the numbers of the alerts as of then.
func (s *shelf) next() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.served++
	if s.changes != nil {
		add, remove := s.changes(s.served)
		s.from += remove - add
		s.n += add - remove
	}
	numbers := make([]int, s.n)
	for i := range numbers {
		numbers[i] = s.from + i
	}
	return numbers
}

// throttle answers 429 where more requests than its limit come within a period. The zero value
// never does.
type throttle struct {
	limit transport.RateLimit
	mu    sync.Mutex
	came  []time.Time
}

// refuses notes a request and reports whether it exceeds the limit.
func (t *throttle) refuses() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.came = append(slices.DeleteFunc(t.came, func(at time.Time) bool { return !at.After(now.Add(-t.limit.Per)) }), now)
	return t.limit.N > 0 && len(t.came) > t.limit.N
}

func cut(numbers []int, from, size int) []int {
	from = min(max(0, from), len(numbers))
	return numbers[from:min(from+size, len(numbers))]
}

// word returns the severity of alert i.
func word(i int) string { return []string{"HIGH", "MEDIUM", "LOW", "CRITICAL"}[i&3] }

func answerJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func intOf(s string, fallback int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return fallback
}
