package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

const testKey = "k3y-1234-abcd-5678"

// serve answers requests on a network in memory and returns its dialer.
func serve(t *testing.T, h http.Handler) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	return transporttest.Serve(t, h).Dial
}

// serveRaw runs a function for each connection, and closes it afterwards.
func serveRaw(t *testing.T, handle func(n int, c net.Conn)) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	var handlers sync.WaitGroup
	t.Cleanup(handlers.Wait)
	l := transporttest.Listen(t)
	go func() {
		for n := 1; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			handlers.Go(func() {
				defer c.Close()
				handle(n, c)
			})
		}
	}()
	return l.Dial
}

func newClient(t *testing.T, dial func(context.Context, string, string) (net.Conn, error), change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		Base:      &url.URL{Scheme: "http", Host: "svc.example", Path: "/base"},
		Authorize: func(r *http.Request) { r.Header.Set("Authorization", "ApiKey "+testKey) },
		Secrets:   []secret.Value{testKey},
		Proxy:     func(*http.Request) (*url.URL, error) { return nil, nil },
		Dial:      dial,
		Now:       time.Now,
	}
	for _, f := range change {
		f(&cfg)
	}
	c := New(cfg)
	t.Cleanup(c.Close)
	return c
}

func getRequest() Request {
	return Request{
		Method:     http.MethodGet,
		Path:       "api/v1/thing",
		Query:      url.Values{"mail": {"dev@acme.example"}, "file": {"secret plan.tf"}},
		Repeatable: true,
	}
}

func postRequest(body string) Request {
	r := getRequest()
	r.Method, r.ContentType, r.Length = http.MethodPost, "text/plain", int64(len(body))
	r.Body = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
	return r
}

// fault checks that err is an Error of the class whose text names the request and
// shows no secret.
func fault(t *testing.T, err error, want Class) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error is %T (%v), want *Error", err, err)
	}
	if e.Class != want {
		t.Errorf("class %v, want %v: %v", e.Class, want, err)
	}
	text := err.Error()
	for _, secret := range []string{testKey, "dev@acme.example", "dev%40acme", "secret plan", "secret+plan", "pr0xy-pass"} {
		if strings.Contains(text, secret) {
			t.Errorf("the error shows %q: %s", secret, text)
		}
	}
	if !strings.Contains(text, e.Method+" ") || !strings.Contains(text, "/base/api/v1/thing") {
		t.Errorf("the error doesn't say where: %s", text)
	}
	return e
}

func within(t *testing.T, name string, got, low, high time.Duration) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s took %v, want %v to %v", name, got, low, high)
	}
}

// counter is a handler that numbers its requests from 1.
func counter(h func(n int, w http.ResponseWriter, r *http.Request)) (http.Handler, *atomic.Int64) {
	var n atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h(int(n.Add(1)), w, r) }), &n
}

func answer(c net.Conn, head, body string) {
	_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\n%s\r\n%s", head, body)
}
