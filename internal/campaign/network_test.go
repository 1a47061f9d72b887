package campaign

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	host = "localhost:8080"
	// elsewhere is where redirects lead: no client may follow them.
	elsewhere = "evil.example"
)

// outage is a time in which no connection comes about.
type outage struct {
	from, to time.Duration
	how      string
}

// The ways in which a connection may not come about: for the time being, or for good.
const (
	dialOutages   = "refused dns hole"
	tlsOutages    = "tls-reset tls-hang"
	proxyOutages  = "proxy-502 proxy-503 proxy-reset proxy-hang"
	dialRefusals  = "nohost"
	tlsRefusals   = "unknown-authority expired other-host self-signed no-tls old-tls"
	proxyRefusals = "proxy-403 proxy-407 proxy-garbage intercepted"
)

func (f front) outages() []string {
	hows := dialOutages + " " + dialRefusals
	switch f {
	case secured:
		hows = tlsOutages + " " + tlsRefusals + " " + hows
	case proxied:
		hows = proxyOutages + " " + proxyRefusals + " " + hows
	}
	return strings.Fields(hows)
}

// forGood: another attempt can't help.
func (o outage) forGood() bool {
	return slices.Contains(strings.Fields(dialRefusals+" "+tlsRefusals+" "+proxyRefusals), o.how)
}

func drawOutages(d dice, f front) []outage {
	if f == plain && d.chance(85) || d.chance(50) {
		return nil
	}
	o := outage{how: oneOf(d, f.outages()...)}
	o.from = oneOf(d, 0, 0, d.span(0, 20*time.Second))
	o.to = o.from + d.span(0, 40*time.Second)
	if d.chance(30) {
		o.to = math.MaxInt64
	}
	return []outage{o}
}

// loss is a connection that did not come about.
type loss struct {
	at time.Duration
	outage
}

// network is the way to the service, in memory.
type network struct {
	front   front
	ids     *identities
	key     string // the secret that a proxy must not see
	start   time.Time
	outages []outage
	conns   chan net.Conn
	closed  chan struct{}
	once    sync.Once
	open    sync.WaitGroup

	mu sync.Mutex
	// stopped: nothing is dialed any more.
	stopped bool
	dials   []string // addresses that are not the service's
	lost    []loss
	wrongs  []string // what no client may do
}

func newNetwork(f front, outages []outage, ids *identities, key string) *network {
	return &network{
		front: f, ids: ids, key: key, start: time.Now(), outages: outages,
		conns: make(chan net.Conn), closed: make(chan struct{}),
	}
}

func (n *network) wrong(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wrongs = append(n.wrongs, fmt.Sprintf(format, args...))
}

// Dial is the product's only way out.
func (n *network) Dial(ctx context.Context, netw, addr string) (net.Conn, error) {
	o := n.outage(addr)
	if slices.Contains(strings.Fields(dialOutages+" "+dialRefusals), o.how) {
		return nil, o.fail(ctx, n.closed, netw, addr)
	}
	near, far := net.Pipe()
	broken := new(atomic.Bool)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stopped { // a dial that the command has not waited for
		return nil, net.ErrClosed
	}
	n.open.Go(func() {
		conn := &serverConn{far, broken}
		if n.front == proxied {
			n.proxy(o.how, conn)
		} else {
			n.connect(o.how, conn)
		}
	})
	return &clientConn{near, broken}, nil
}

// connect takes a connection to the service, or to what stands in its place.
func (n *network) connect(how string, conn *serverConn) {
	if how != "" {
		n.handshake(how, conn)
		return
	}
	var served net.Conn = conn
	if n.front != plain {
		served = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{n.ids.good}, SessionTicketsDisabled: true})
	}
	select {
	case n.conns <- served:
	case <-n.closed:
		_ = conn.Close()
	}
}

// outage is what a connection to an address meets now.
func (n *network) outage(addr string) outage {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Since(n.start)
	if addr != n.front.address() {
		n.dials = append(n.dials, addr)
		return outage{how: "refused"}
	}
	for _, o := range n.outages {
		if o.from <= now && now < o.to {
			n.lost = append(n.lost, loss{now, o})
			return o
		}
	}
	return outage{}
}

func (o outage) fail(ctx context.Context, closed <-chan struct{}, netw, addr string) error {
	switch o.how {
	case "refused":
		return &net.OpError{Op: "dial", Net: netw, Err: syscall.ECONNREFUSED}
	case "dns":
		return &net.OpError{Op: "dial", Net: netw, Err: &net.DNSError{Err: "server misbehaving", Name: addr, IsTemporary: true}}
	case "nohost":
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

// withConn lets a handler break off the connection below.
func withConn(ctx context.Context, c net.Conn) context.Context {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	return context.WithValue(ctx, connKey{}, c)
}

// serve answers on the network until it is closed. The returned function ends
// it and waits for its connections.
func (n *network) serve(h http.Handler) (stop func()) {
	var open sync.WaitGroup
	srv := &http.Server{
		Handler: h, ConnContext: withConn, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
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
		n.mu.Lock()
		n.stopped = true
		n.mu.Unlock()
		n.open.Wait()
	}
}
