package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scangate/scangate/internal/jsonx"
)

func TestStatuses(t *testing.T) {
	t.Parallel()
	for status, again := range map[int]bool{
		400: false, 401: false, 403: false, 404: false, 405: false, 410: false, 413: false, 414: false, 418: false,
		501: false, 505: false,
		408: true, 425: true, 429: true, 500: true, 502: true, 503: true, 504: true, 507: true, 520: true,
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, n := counter(func(n int, w http.ResponseWriter, _ *http.Request) {
					if n < 4 {
						http.Error(w, `{"message":"no `+testKey+` for dev@acme.example\r\nX"}`, status)
					}
				})
				_, err := newClient(t, serve(t, h)).Do(t.Context(), getRequest())
				if again {
					if err != nil || n.Load() != 4 {
						t.Errorf("after %d requests: %v, want success at the 4th", n.Load(), err)
					}
					return
				}
				e := fault(t, err, ClassStatus)
				if n.Load() != 1 || e.Status != status {
					t.Errorf("%d requests, status %d; want 1, %d", n.Load(), e.Status, status)
				}
				if e.Message != "no [redacted] for […] X" || !e.Says("DEV@acme.example") {
					t.Errorf("message %q", e.Message)
				}
				if fixOf(e) == "" {
					t.Error("no advice")
				}
			})
		})
	}
}

// Only the documented status is a success, and its neighbours are not asked for again.
func TestStatusOfASuccess(t *testing.T) {
	t.Parallel()
	for _, want := range []int{0, http.StatusOK, http.StatusCreated} {
		for status := 200; status < 208; status++ {
			h, n := counter(func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = io.WriteString(w, `{"message":"whole"}`)
			})
			c, r := newClient(t, serve(t, h)), getRequest()
			r.Status = want
			_, err := c.Do(t.Context(), r)
			streamed := c.Stream(t.Context(), r, jsonx.Options{}, func(io.Reader, jsonx.Options) error { return nil })
			if ok := status == max(want, http.StatusOK); (err == nil) != ok || (streamed == nil) != ok || n.Load() != 2 {
				t.Errorf("want %d, got %d: %v, %v after %d requests", want, status, err, streamed, n.Load())
			}
			if err != nil && (fault(t, err, ClassStatus).Status != status || fixOf(err) == "" || strings.Contains(err.Error(), "whole")) {
				t.Error(err)
			}
		}
	}
}

func TestForeverUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, n := counter(func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		// Longer than the attempts of a context without a deadline may last.
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		_, err := newClient(t, serve(t, h)).Do(ctx, getRequest())
		e := fault(t, err, ClassStatus)
		within(t, "the attempts", time.Since(start), time.Hour, time.Hour)
		if !errors.Is(err, context.DeadlineExceeded) || e.Status != http.StatusBadGateway {
			t.Errorf("%v: want the last fault and the deadline", err)
		}
		if int64(e.Attempts) != n.Load() || e.Attempts < 120 || e.Attempts > 400 {
			t.Errorf("%d attempts, %d requests; want 120 to 400", e.Attempts, n.Load())
		}
	})
}

func TestWithoutDeadlineAttemptsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := counter(func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
		start := time.Now()
		_, err := newClient(t, serve(t, h)).Do(t.Context(), getRequest())
		fault(t, err, ClassStatus)
		within(t, "the attempts", time.Since(start), 25*time.Minute, maxWithoutDeadline)
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	date := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for name, tc := range map[string]struct {
		header    func() string
		low, high time.Duration
	}{
		"seconds":     {func() string { return "30" }, 30 * time.Second, 31 * time.Second},
		"zero":        {func() string { return "0" }, 100 * time.Millisecond, time.Second},
		"date":        {func() string { return date(40 * time.Second) }, 39 * time.Second, 42 * time.Second},
		"past date":   {func() string { return date(-time.Hour) }, 100 * time.Millisecond, time.Second},
		"far date":    {func() string { return date(24 * time.Hour) }, 2 * time.Minute, 2 * time.Minute},
		"absurd":      {func() string { return "99999999999999999999999" }, 2 * time.Minute, 2 * time.Minute},
		"a day":       {func() string { return "86400" }, 2 * time.Minute, 2 * time.Minute},
		"negative":    {func() string { return "-5" }, 100 * time.Millisecond, time.Second},
		"no sense":    {func() string { return "soon" }, 100 * time.Millisecond, time.Second},
		"not a whole": {func() string { return "1.5" }, 100 * time.Millisecond, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, n := counter(func(n int, w http.ResponseWriter, _ *http.Request) {
					if n == 1 {
						w.Header().Set("Retry-After", tc.header())
						w.WriteHeader(http.StatusTooManyRequests)
					}
				})
				start := time.Now()
				if _, err := newClient(t, serve(t, h)).Do(t.Context(), getRequest()); err != nil || n.Load() != 2 {
					t.Fatalf("%d requests: %v", n.Load(), err)
				}
				within(t, "the pause", time.Since(start), tc.low, tc.high)
			})
		})
	}
}

// A local clock that is wrong by a day must not turn a date into no pause or a very
// long pause.
func TestRetryAfterDateWithWrongClock(t *testing.T) {
	t.Parallel()
	for _, now := range []func() time.Time{nil, func() time.Time { return time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC) }} {
		c := newClient(t, nil, func(c *Config) { c.Now = now })
		d, ok := c.retryAfter(http.Header{
			"Retry-After": {"Sat, 21 Nov 2026 10:00:45 GMT"},
			"Date":        {"Sat, 21 Nov 2026 10:00:00 GMT"},
		})
		if d != 45*time.Second || !ok {
			t.Errorf("got %v, %v; want 45s", d, ok)
		}
	}
	if _, ok := newClient(t, nil, func(c *Config) { c.Now = nil }).retryAfter(http.Header{"Retry-After": {"Sat, 21 Nov 2026 10:00:45 GMT"}}); ok {
		t.Error("a date was parsed without a clock")
	}
}

// A successful answer may ask for a pause too, but not with RateLimit-Reset: many answers
// say so how long a window lasts, even if there is room in it.
func TestRetryAfterOfASuccess(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header, value string
		want          time.Duration
	}{
		"seconds":         {"Retry-After", "45", 45 * time.Second},
		"a day":           {"Retry-After", "86400", 2 * time.Minute},
		"no sense":        {"Retry-After", "soon", 0},
		"empty":           {"Retry-After", "", 0},
		"RateLimit-Reset": {"RateLimit-Reset", "45", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set(tc.header, tc.value) })
				resp, err := newClient(t, serve(t, h)).Do(t.Context(), getRequest())
				if err != nil || resp.RetryAfter != tc.want {
					t.Errorf("got %v, %v; want %v", resp.RetryAfter, err, tc.want)
				}
			})
		})
	}
}

// Some vendors send RateLimit-Reset instead of Retry-After.
func TestRateLimitReset(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	c := newClient(t, nil, func(c *Config) { c.Now = func() time.Time { return at } })
	for reset, want := range map[string]time.Duration{
		"45":                                  45 * time.Second,
		strconv.FormatInt(at.Unix()+30, 10):   30 * time.Second,
		strconv.FormatInt(at.Unix()-30, 10):   0,
		strconv.FormatInt(at.Unix()+9999, 10): 2 * time.Minute,
		"9223372036854775807":                 2 * time.Minute,
		"999999999":                           2 * time.Minute,
		"-1":                                  -1,
		"soon":                                -1,
		"":                                    -1,
	} {
		d, ok := c.retryAfter(http.Header{"Ratelimit-Reset": {reset}})
		d = c.clamp(d)
		if ok != (want >= 0) || ok && d != want {
			t.Errorf("%q: %v, %v; want %v", reset, d, ok, want)
		}
	}
	if d, _ := c.retryAfter(http.Header{"Ratelimit-Reset": {"45"}, "Retry-After": {"7"}}); d != 7*time.Second {
		t.Errorf("Retry-After comes first: %v", d)
	}
}

// A pause beyond the deadline ends the attempts at once, and the message says so. A pause that is
// only longer than the policy allows is cut.
func TestRetryAfterBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header, value string
		requests      int64
		said, fix     string
	}{
		"beyond":          {"Retry-After", "3600", 1, "the service asks to wait 1h0m0s, and 10m0s are left until the deadline: status 503", "run again in 1h0m0s, or give more time with --timeout"},
		"just beyond":     {"Retry-After", "601", 1, "the service asks to wait 10m1s, and 10m0s are left", "run again in 10m1s"},
		"absurd":          {"Retry-After", "99999999999999999999999", 1, "the service asks to wait", "run again in"},
		"RateLimit-Reset": {"RateLimit-Reset", "3600", 1, "the service asks to wait 1h0m0s", "run again in 1h0m0s"},
		"at the deadline": {"Retry-After", "600", 6, "no time left for another attempt", "the service has a problem"},
		"a short one":     {"Retry-After", "1", 20, "no time left for another attempt", "the service has a problem"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, n := counter(func(n int, w http.ResponseWriter, _ *http.Request) {
					if n == 1 || tc.value == "1" && int64(n) <= tc.requests {
						w.Header().Set(tc.header, tc.value)
					}
					w.WriteHeader(http.StatusServiceUnavailable)
				})
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				start := time.Now()
				_, err := newClient(t, serve(t, h)).Do(ctx, getRequest())
				fault(t, err, ClassStatus)
				if !strings.Contains(err.Error(), tc.said) || !strings.Contains(fixOf(err), tc.fix) {
					t.Errorf("%v; fix: %s", err, fixOf(err))
				}
				if tc.requests == 1 && (time.Since(start) > 0 || n.Load() != 1) {
					t.Errorf("%d requests, ended after %s", n.Load(), time.Since(start))
				}
				if n.Load() < tc.requests {
					t.Errorf("%d requests, want at least %d", n.Load(), tc.requests)
				}
			})
		})
	}
}

func failingDial(err error) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) { return nil, err }
}

func TestUnreachableHost(t *testing.T) {
	t.Parallel()
	hang := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, tc := range map[string]struct {
		dial      func(context.Context, string, string) (net.Conn, error)
		class     Class
		low, high time.Duration
		advice    string
	}{
		"refused":       {failingDial(syscall.ECONNREFUSED), ClassRefused, 30 * time.Second, time.Minute, "HTTPS_PROXY"},
		"no route":      {failingDial(&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}), ClassRefused, 30 * time.Second, time.Minute, "firewall"},
		"no such host":  {failingDial(&net.DNSError{Err: "no such host", Name: "svc.example", IsNotFound: true}), ClassDNS, 0, 0, "--endpoint"},
		"dns trouble":   {failingDial(&net.DNSError{Err: "server misbehaving", Name: "svc.example", IsTemporary: true}), ClassDNS, 30 * time.Second, time.Minute, "HTTPS_PROXY"},
		"swallowed":     {hang, ClassTimeout, 30 * time.Second, 75 * time.Second, "network"},
		"dns times out": {failingDial(&net.DNSError{Err: "i/o timeout", IsTimeout: true}), ClassDNS, 30 * time.Second, time.Minute, "HTTPS_PROXY"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				r := postRequest("x")
				r.Repeatable = false // nothing arrives, so that even these are retried
				start := time.Now()
				_, err := newClient(t, tc.dial).Do(ctx, r)
				e := fault(t, err, tc.class)
				within(t, "giving up", time.Since(start), tc.low, tc.high)
				if !strings.Contains(fixOf(e), tc.advice) {
					t.Errorf("no %q in: %s", tc.advice, fixOf(e))
				}
				if tc.low > 0 && e.Attempts < 2 {
					t.Error("no second attempt")
				}
			})
		})
	}
}

// An answer shows that the host is reachable: the minute begins again.
func TestOutageBeginsAfterTheLastAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		h, _ := counter(func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		up := serve(t, h)
		dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
			if time.Since(start) > 5*time.Minute {
				return nil, syscall.ECONNREFUSED
			}
			return up(ctx, network, addr)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := newClient(t, dial).Do(ctx, getRequest())
		fault(t, err, ClassRefused)
		within(t, "giving up", time.Since(start), 5*time.Minute+20*time.Second, 7*time.Minute)
	})
}

func TestContextEnds(t *testing.T) {
	t.Parallel()
	stopped := errors.New("a signal came")
	hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	t.Run("before any fault", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(stopped) })
			start := time.Now()
			_, err := newClient(t, serve(t, hang)).Do(ctx, getRequest())
			fault(t, err, ClassCanceled)
			within(t, "ending", time.Since(start), time.Second, time.Second)
			if !errors.Is(err, stopped) || !errors.Is(err, context.Canceled) {
				t.Errorf("%v is neither the cause nor canceled", err)
			}
		})
	})
	t.Run("during a pause", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			h, _ := counter(func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "60")
				w.WriteHeader(http.StatusServiceUnavailable)
			})
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(stopped) })
			start := time.Now()
			_, err := newClient(t, serve(t, h)).Do(ctx, getRequest())
			if e := fault(t, err, ClassStatus); e.RetryAfter != time.Minute {
				t.Errorf("RetryAfter %v", e.RetryAfter)
			}
			within(t, "ending", time.Since(start), time.Second, time.Second)
			if !errors.Is(err, stopped) {
				t.Errorf("%v is not the cause", err)
			}
		})
	})
	t.Run("within a later attempt", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			h, _ := counter(func(n int, w http.ResponseWriter, r *http.Request) {
				if n == 1 {
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
				<-r.Context().Done()
			})
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, err := newClient(t, serve(t, h)).Do(ctx, getRequest())
			if e := fault(t, err, ClassStatus); e.Status != 500 || e.Attempts != 2 {
				t.Errorf("status %d after %d attempts, want the 500 before", e.Status, e.Attempts)
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v is not the deadline", err)
			}
		})
	})
}

// A request that may have arrived is sent again only if the server says that it
// did not process it.
func TestNotRepeatable(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status   int
		header   string
		requests int64
	}{
		"429":                  {429, "", 2},
		"425":                  {425, "", 2},
		"408":                  {408, "", 2},
		"503 with Retry-After": {503, "1", 2},
		"503":                  {503, "", 1},
		"500":                  {500, "1", 1},
		"502":                  {502, "", 1},
		"504":                  {504, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, n := counter(func(n int, w http.ResponseWriter, _ *http.Request) {
					if n == 1 {
						if tc.header != "" {
							w.Header().Set("Retry-After", tc.header)
						}
						w.WriteHeader(tc.status)
					}
				})
				r := postRequest("body")
				r.Repeatable = false
				_, err := newClient(t, serve(t, h)).Do(t.Context(), r)
				if n.Load() != tc.requests || (err == nil) != (tc.requests == 2) {
					t.Errorf("%d requests, want %d: %v", n.Load(), tc.requests, err)
				}
				if err != nil && !strings.Contains(err.Error(), "not sent again") {
					t.Errorf("doesn't say why it isn't retried: %v", err)
				}
			})
		})
	}
	t.Run("reset", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			conns := 0
			dial := serveRaw(t, func(n int, c net.Conn) {
				conns = n
				_, _ = c.Read(make([]byte, 4096))
			})
			r := postRequest("body")
			r.Repeatable = false
			_, err := newClient(t, dial).Do(t.Context(), r)
			fault(t, err, ClassReset)
			if conns != 1 {
				t.Errorf("%d connections, want 1", conns)
			}
		})
	})
}
