// Package transporttest is a network in memory for tests. Unlike loopback sockets it
// works in the bubbles of testing/synctest, and every run of a test is the same.
package transporttest

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
)

// Network is a listener whose connections come from its own Dial.
type Network struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Listen returns a network that the end of the test closes.
func Listen(t testing.TB) *Network {
	t.Helper()
	n := &Network{conns: make(chan net.Conn), closed: make(chan struct{})}
	t.Cleanup(func() { _ = n.Close() })
	return n
}

// Serve answers on a new network until the test ends. All connections are closed
// then, because a bubble must not end before its goroutines.
func Serve(t testing.TB, h http.Handler) *Network {
	t.Helper()
	return serve(t, h, func(srv *http.Server, n *Network) { _ = srv.Serve(n) })
}

// ServeTLS is Serve over TLS, with the protocols of config: h2, http/1.1 or both.
func ServeTLS(t testing.TB, h http.Handler, config *tls.Config) *Network {
	t.Helper()
	return serve(t, h, func(srv *http.Server, n *Network) {
		srv.Protocols = new(http.Protocols)
		srv.Protocols.SetHTTP1(slices.Contains(config.NextProtos, "http/1.1"))
		srv.Protocols.SetHTTP2(slices.Contains(config.NextProtos, "h2"))
		srv.TLSConfig = config
		_ = srv.ServeTLS(n, "", "")
	})
}

func serve(t testing.TB, h http.Handler, run func(*http.Server, *Network)) *Network {
	t.Helper()
	n := Listen(t)
	var running sync.WaitGroup
	srv := &http.Server{
		Handler:  h,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		ConnState: func(_ net.Conn, s http.ConnState) {
			switch s {
			case http.StateNew:
				running.Add(1)
			case http.StateClosed, http.StateHijacked:
				running.Done()
			}
		},
	}
	running.Go(func() { run(srv, n) })
	t.Cleanup(func() {
		_ = srv.Close()
		running.Wait()
	})
	return n
}

// Dial connects to the network and ignores the address. It has the signature of
// net.Dialer.DialContext.
func (n *Network) Dial(ctx context.Context, network, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case n.conns <- far:
		return near, nil
	case <-n.closed:
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (n *Network) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. It may be called again.
func (n *Network) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

// Addr implements net.Listener.
func (n *Network) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }
