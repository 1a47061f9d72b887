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
)

const testKey = "k3y-1234-abcd-5678"

// pipeListener is a network in memory: what dials it comes out of Accept. It
// can be used within a synctest bubble, where loopback sockets can't.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipeListener(t *testing.T) *pipeListener {
	t.Helper()
	l := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serve answers on a network in memory and returns its dialer.
func serve(t *testing.T, h http.Handler) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	l := newPipeListener(t)
	var conns sync.WaitGroup
	srv := &http.Server{Handler: h, ConnState: func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			conns.Add(1)
		case http.StateClosed:
			conns.Done()
		}
	}}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() {
		_ = srv.Close()
		conns.Wait() // a bubble must not end before its goroutines
	})
	return l.dial
}

// serveRaw runs one function per connection, and closes it afterwards.
func serveRaw(t *testing.T, handle func(n int, c net.Conn)) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	var handlers sync.WaitGroup
	t.Cleanup(handlers.Wait)
	l := newPipeListener(t)
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
	return l.dial
}

func newClient(t *testing.T, dial func(context.Context, string, string) (net.Conn, error), change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		Base:      &url.URL{Scheme: "http", Host: "svc.example", Path: "/base"},
		Authorize: func(r *http.Request) { r.Header.Set("Authorization", "ApiKey "+testKey) },
		Secrets:   []Secret{testKey},
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

// fault checks that err is an Error of the class whose text says where and
// shows nothing that must not be shown.
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

// counter is a handler that gives its request numbers, from 1.
func counter(h func(n int, w http.ResponseWriter, r *http.Request)) (http.Handler, *atomic.Int64) {
	var n atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h(int(n.Add(1)), w, r) }), &n
}

func answer(c net.Conn, head, body string) {
	_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\n%s\r\n%s", head, body)
}
