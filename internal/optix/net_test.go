package optix

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/transport"
)

const testKey = "k3y-1234-abcd-5678"

// pipes is a listener in memory, for use within synctest bubbles.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serve returns a client of a server in memory.
func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	l := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
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
	tc := transport.New(transport.Config{
		Base:      &url.URL{Scheme: "http", Host: "optix.example"},
		Authorize: Authorize(testKey + "\n"),
		Secrets:   []transport.Secret{testKey},
		Proxy:     func(*http.Request) (*url.URL, error) { return nil, nil },
		Dial:      l.dial,
		Now:       time.Now,
	})
	t.Cleanup(func() {
		tc.Close()
		_ = srv.Close()
		conns.Wait() // a bubble must not end before its goroutines
	})
	return New(tc)
}

// answering returns a client of a server that always says the same.
func answering(t *testing.T, status int, body string) *Client {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func textFile(path, content string) File {
	return File{Path: path, Size: int64(len(content)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

func decodeErrorOf(t *testing.T, err error) *DecodeError {
	t.Helper()
	d, ok := errors.AsType[*DecodeError](err)
	if !ok {
		t.Fatalf("error is %T (%v), want a DecodeError", err, err)
	}
	return d
}
