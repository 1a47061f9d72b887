package transport

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/text"
)

const (
	dialTimeout = 10 * time.Second
	tlsTimeout  = 10 * time.Second
	// connectTimeout is for all that comes before a request: a proxy too.
	connectTimeout = 30 * time.Second
	// headerTimeout is from the end of the request to the answer, unless it is slow.
	headerTimeout = time.Minute
	// readTimeout is for all of a small answer, and for each read of a streamed
	// answer.
	readTimeout = time.Minute
	// sendTimeout is for each read of an upload's body.
	sendTimeout = 2 * time.Minute
	idleTimeout = 90 * time.Second
	ioBuffer    = 64 << 10
	// idleConnections are kept for requests at the same time over HTTP/1.1.
	idleConnections = 16
	// pingAfter is how long an HTTP/2 connection with requests may be silent before a ping, and
	// pingTimeout is for the answer: it waits after what the upload has in buffers.
	pingAfter   = 10 * time.Second
	pingTimeout = 20 * time.Second
	// streamBuffer is how much of an answer over HTTP/2 may wait for its reader.
	streamBuffer = 1 << 20
)

// Client makes requests to one service. It is safe for concurrent use.
type Client struct {
	cfg     Config
	http    *http.Client
	secrets secret.Masker
	outage  outage
}

// New returns a client. It opens no connection.
func New(cfg Config) *Client {
	cfg.Retry = cfg.Retry.withDefaults()
	if cfg.Base.Path == "" {
		// JoinPath would return relative paths.
		cfg.Base = cfg.Base.JoinPath("/")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	c := &Client{cfg: cfg, secrets: secret.Credentials(cfg.Secrets...), outage: outage{clock: backoff.SystemClock}}
	c.http = &http.Client{Transport: newTransport(cfg), CheckRedirect: checkRedirect}
	return c
}

// Close closes idle connections. It does not affect requests in flight.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// newTransport speaks HTTP/2 where the service offers it over TLS, else HTTP/1.1. Over HTTP/2 all
// requests share a connection. If it dies, all of them fail, and pings notice it within seconds.
//
// net/http sends a request again by itself if nothing of it was sent, if the service says that it
// did not process it (GOAWAY, REFUSED_STREAM), and after PROTOCOL_ERROR, when that is not known:
// see setBody.
func newTransport(cfg Config) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	return &http.Transport{
		Proxy:                  proxyOf(cfg.Proxy),
		DialContext:            dialer(cfg.Dial),
		TLSClientConfig:        &tls.Config{RootCAs: cfg.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    tlsTimeout,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    idleConnections,
		MaxResponseHeaderBytes: 256 << 10,
		WriteBufferSize:        ioBuffer,
		Protocols:              protocols,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout: pingAfter, PingTimeout: pingTimeout,
			MaxReceiveBufferPerStream: streamBuffer,
		},
		OnProxyConnectResponse: onProxyConnect,
	}
}

func dialer(dial func(ctx context.Context, network, addr string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	if dial == nil {
		dial = (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext
	}
	return func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
		ctx, cancel := context.WithTimeout(ctx, dialTimeout)
		defer cancel()
		// net/http dials in a goroutine of its own, where a panic would end the process.
		err = safe.Do(func() (err error) {
			conn, err = dial(ctx, network, addr)
			return err
		})
		if err != nil && !isA[*net.OpError](err) {
			err = &net.OpError{Op: "dial", Net: network, Err: err}
		}
		return conn, err
	}
}

// messageRunes is the length of a text from outside in a message.
const messageRunes = 300

// Clean prepares a text from outside for a message about r: one line, at most 300
// runes, without secrets and without the values of r's query.
func (c *Client) Clean(r Request, s string) string {
	s = secret.Parameters(r.Query).Mask(c.Mask(s))
	// Folding may join the parts of a secret.
	return c.Mask(text.Truncate(text.OneLine(s), messageRunes))
}

// Mask replaces the client's secrets in a text of the service, which may echo them.
func (c *Client) Mask(s string) string { return c.secrets.Mask(s) }

func (c *Client) url(r Request) *url.URL {
	u := c.cfg.Base.JoinPath(r.Path)
	u.RawQuery = r.Query.Encode()
	return u
}

func (c *Client) plainURL(r Request) string {
	u := c.url(r)
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}

func (c *Client) now() time.Time {
	if c.cfg.Now == nil {
		return time.Time{}
	}
	return c.cfg.Now()
}
