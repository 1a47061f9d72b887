package transport

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// A dead host costs a minute in all, however many requests there are, and one
// after the other or side by side.
func TestADeadHostCostsOneMinuteInAll(t *testing.T) {
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
			if n > 0 && (e.Attempts != 0 || !strings.Contains(e.Error(), "not tried")) {
				t.Fatalf("request %d was tried %d times: %v", n, e.Attempts, e)
			}
		}
		within(t, "100 requests", time.Since(start), 30*time.Second, time.Minute)
		if n := dials.Load(); n > 40 {
			t.Errorf("%d connections were tried, want at most 40", n)
		}
	})
}

// Requests side by side share the minute, and each has an error of its own.
func TestADeadHostSideBySide(t *testing.T) {
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

// A request that is under way when another gives up may find somebody yet, and
// then all are tried again.
func TestSilenceEndsWithASignOfLife(t *testing.T) {
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
		c.silence.giveUp(&Error{Class: ClassRefused, state: attemptState{brief: true}})
		if _, err := c.Do(t.Context(), getRequest()); err == nil {
			t.Fatal("a request was made after another gave up")
		}
		c.silence.heard()
		if _, err := c.Do(t.Context(), getRequest()); err != nil {
			t.Fatalf("after %v: %v", time.Since(start), err)
		}
		c.silence.giveUp(&Error{Class: ClassRefused, state: attemptState{brief: true}})
		c.silence.heard()
		if _, err := c.Do(t.Context(), getRequest()); err != nil {
			t.Error(err)
		}
	})
}
