package campaign

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	host     = "localhost:8080"
	endpoint = "http://" + host + "/gateway"
	// elsewhere is where redirects lead: nobody may follow them.
	elsewhere = "evil.example"
)

// outage is a time in which no connection comes about.
type outage struct {
	from, to time.Duration
	how      string // refused, dns, hole
}

// network is the way to the service, in memory.
type network struct {
	start   time.Time
	outages []outage
	conns   chan net.Conn
	closed  chan struct{}
	once    sync.Once

	mu    sync.Mutex
	dials []string // addresses that are not the service's
	lost  []time.Duration
}

func newNetwork(outages []outage) *network {
	return &network{start: time.Now(), outages: outages, conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial is the product's only way out.
func (n *network) Dial(ctx context.Context, netw, addr string) (net.Conn, error) {
	n.mu.Lock()
	if addr != host {
		n.dials = append(n.dials, addr)
	}
	n.mu.Unlock()
	if o := n.outage(); o != nil || addr != host {
		err := o.fail(ctx, n.closed, netw, addr)
		n.mu.Lock()
		n.lost = append(n.lost, time.Since(n.start))
		n.mu.Unlock()
		return nil, err
	}
	near, far := net.Pipe()
	broken := new(atomic.Bool)
	select {
	case n.conns <- &serverConn{far, broken}:
		return &clientConn{near, broken}, nil
	case <-n.closed:
		return nil, &net.OpError{Op: "dial", Net: netw, Err: syscall.ECONNREFUSED}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *network) outage() *outage {
	now := time.Since(n.start)
	for i, o := range n.outages {
		if o.from <= now && now < o.to {
			return &n.outages[i]
		}
	}
	return nil
}

func (o *outage) fail(ctx context.Context, closed <-chan struct{}, netw, addr string) error {
	switch {
	case o == nil || o.how == "refused":
		return &net.OpError{Op: "dial", Net: netw, Err: syscall.ECONNREFUSED}
	case o.how == "dns":
		return &net.OpError{Op: "dial", Net: netw, Err: &net.DNSError{Err: "server misbehaving", Name: addr, IsTemporary: true}}
	case o.how == "nohost":
		return &net.OpError{Op: "dial", Net: netw, Err: &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}}
	}
	select {
	case <-ctx.Done():
	case <-closed:
	}
	return &net.OpError{Op: "dial", Net: netw, Err: context.DeadlineExceeded}
}

// Accept, Close and Addr make it a listener.
func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error   { n.once.Do(func() { close(n.closed) }); return nil }
func (n *network) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

// serverConn can break off: the other side then sees a reset and no end.
type serverConn struct {
	net.Conn
	broken *atomic.Bool
}

func (c *serverConn) reset() {
	c.broken.Store(true)
	_ = c.Close()
}

type clientConn struct {
	net.Conn
	broken *atomic.Bool
}

func (c *clientConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, c.real("read", err)
}

func (c *clientConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, c.real("write", err)
}

func (c *clientConn) real(op string, err error) error {
	if err != nil && c.broken.Load() {
		return &net.OpError{Op: op, Net: "tcp", Err: syscall.ECONNRESET}
	}
	return err
}

type connKey struct{}

// serve answers on the network until it is closed. The returned function ends
// it and waits for its connections.
func (n *network) serve(h http.Handler) (stop func()) {
	var open sync.WaitGroup
	srv := &http.Server{
		Handler:     h,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
		ConnState: func(_ net.Conn, s http.ConnState) {
			switch s {
			case http.StateNew:
				open.Add(1)
			case http.StateClosed, http.StateHijacked:
				open.Done()
			}
		},
	}
	open.Go(func() { _ = srv.Serve(n) })
	return func() {
		_ = srv.Close()
		_ = n.Close()
		open.Wait()
	}
}
