package transport

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// All requests to a dead host together take a minute, one after the other.
func TestOutageIsSharedBySequentialRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var dials atomic.Int64
		c := newClient(t, func(context.Context, string, string) (net.Conn, error) {
			dials.Add(1)
			return nil, syscall.ECONNREFUSED
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		for n := range 100 {
			_, err := c.Do(ctx, getRequest())
			e := fault(t, err, ClassRefused)
			if n > 0 && (e.Attempts != 0 || !strings.Contains(e.Error(), "not attempted")) {
				t.Fatalf("request %d: %d attempts: %v", n, e.Attempts, e)
			}
		}
		within(t, "100 requests", time.Since(start), 30*time.Second, time.Minute)
		if n := dials.Load(); n > 40 {
			t.Errorf("%d connections, want at most 40", n)
		}
	})
}

// Concurrent requests share the minute, and each has an error of its own.
func TestOutageIsSharedByConcurrentRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, failingDial(syscall.ECONNREFUSED))
		start := time.Now()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				for range 5 {
					_, err := c.Do(t.Context(), getRequest())
					fault(t, err, ClassRefused)
				}
			})
		}
		all.Wait()
		within(t, "100 requests", time.Since(start), 30*time.Second, time.Minute)
	})
}

// A request in flight may still reach the host when another gives up. Then all are
// made again.
func TestOutageEndsWithAConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		up := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		c := newClient(t, func(ctx context.Context, network, addr string) (net.Conn, error) {
			if time.Since(start) < 50*time.Second {
				return nil, syscall.ECONNREFUSED
			}
			return up(ctx, network, addr)
		})
		c.outage.giveUp(&Error{Class: ClassRefused, state: attemptState{unsent: true}})
		if _, err := c.Do(t.Context(), getRequest()); err == nil {
			t.Fatal("a request was made after another gave up")
		}
		c.outage.end()
		if _, err := c.Do(t.Context(), getRequest()); err != nil {
			t.Fatalf("after %v: %v", time.Since(start), err)
		}
		c.outage.giveUp(&Error{Class: ClassRefused, state: attemptState{unsent: true}})
		c.outage.end()
		if _, err := c.Do(t.Context(), getRequest()); err != nil {
			t.Error(err)
		}
	})
}

// A proxy that takes a connection and never opens the way: other attempts follow before
// the host is given up.
func TestProxyThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		c := newClient(t, serveRaw(t, func(_ int, c net.Conn) {
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				asked.Add(1)
			}
			_, _ = io.Copy(io.Discard, c)
		}), func(cfg *Config) {
			cfg.Base.Scheme = "https"
			cfg.Proxy = func(*http.Request) (*url.URL, error) { return &url.URL{Scheme: "http", Host: "proxy.example"}, nil }
		})
		start := time.Now()
		_, err := c.Do(t.Context(), getRequest())
		fault(t, err, ClassTimeout)
		within(t, "giving up", time.Since(start), time.Minute, 2*time.Minute)
		if n := asked.Load(); n < 2 {
			t.Errorf("the proxy was asked %d times", n)
		}
	})
}

// Requests to a name that does not exist wait for no pace, once one of them has found that out. A
// host that was reached before is asked for again: its name comes back.
func TestUnknownHostIsGivenUp(t *testing.T) {
	t.Parallel()
	for _, reached := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var dials atomic.Int64
			c := newClient(t, func(context.Context, string, string) (net.Conn, error) {
				dials.Add(1)
				return nil, &net.DNSError{Err: "no such host", Name: "svc.example", IsNotFound: true}
			})
			c.cfg.Pace = PerSecond(time.Now, 10)
			if reached {
				c.outage.end()
			}
			start := time.Now()
			for range 50 {
				_, err := c.Do(t.Context(), getRequest())
				fault(t, err, ClassDNS)
			}
			if took := time.Since(start); reached != (took > time.Second) || reached != (dials.Load() == 50) {
				t.Errorf("reached before: %v; it took %v, with %d attempts", reached, took, dials.Load())
			}
		})
	}
}
