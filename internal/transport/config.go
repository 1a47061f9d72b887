package transport

import (
	"cmp"
	"context"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/trace"
)

// Config says where requests go and how. Base is required.
type Config struct {
	// Base is the service's address: see [ParseEndpoint].
	Base *url.URL
	// Authorize sets the header with the credentials. It is called only for
	// requests to the scheme, host and port of Base. Redirects to others are never
	// followed.
	Authorize func(*http.Request)
	// Secrets are masked in every error text and log line.
	Secrets   []secret.Value
	UserAgent string
	// RootCAs are the trusted authorities; nil means the system's.
	RootCAs *x509.CertPool
	// Proxy chooses the proxy; nil means http.ProxyFromEnvironment.
	Proxy func(*http.Request) (*url.URL, error)
	// Dial replaces the network, for tests.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Log receives one debug line per attempt: method, URL without query, status,
	// duration, attempt, and the ids of request and answer; never other headers or bodies. nil
	// means no log.
	Log *slog.Logger
	// IDs are sent as X-Request-Id, one for each attempt; nil sends none.
	IDs *IDs
	// Trace keeps all attempts; nil keeps none. Service names the setting with the address there.
	Trace   *trace.Dir
	Service string
	// Now returns the time, for Retry-After dates and for the log. If it is nil,
	// dates are only compared with the Date header of the same answer.
	Now func() time.Time
	// Pace is what every attempt waits for. Clients of one service share it; nil means no limit.
	Pace *Pacer
	// Retry says how long and how often to retry.
	Retry RetryPolicy
	// Seen is called with the header of every answer, from several goroutines. It
	// is optional.
	Seen func(http.Header)
}

// RetryPolicy bounds the retries. A zero field means its default. Retries end with
// the deadline of the context, or after half an hour if it has none.
type RetryPolicy struct {
	// First is the mean of the first pause, 500 ms by default. Pauses grow by half
	// each time and vary by half in both directions.
	First time.Duration
	// Longest is the mean of the longest pause, 20 s by default.
	Longest time.Duration
	// MaxRetryAfter bounds the pause that a server may ask for, 2 min by default.
	MaxRetryAfter time.Duration
	// Connect is how long the client tries to reach the host (connection refused,
	// no route, no name), 1 min by default. When a request has given up, others
	// fail without an attempt, until one in flight reaches the host.
	Connect time.Duration
}

func (p RetryPolicy) withDefaults() RetryPolicy {
	p.First = cmp.Or(max(p.First, 0), 500*time.Millisecond)
	p.Longest = cmp.Or(max(p.Longest, 0), 20*time.Second)
	p.MaxRetryAfter = cmp.Or(max(p.MaxRetryAfter, 0), 2*time.Minute)
	p.Connect = cmp.Or(max(p.Connect, 0), time.Minute)
	return p
}

// Request is one call of a service.
type Request struct {
	Method string
	// Path is appended to the base URL's path.
	Path  string
	Query url.Values
	// ContentType is that of Body.
	ContentType string
	// Body opens the body, once per attempt. nil means none.
	Body func() (io.ReadCloser, error)
	// Length is the exact length of the body in bytes. It is sent as
	// Content-Length, and a body of another length fails the request.
	Length int64
	// Repeatable: the request may be sent twice. Others are sent again only if
	// they were certainly not processed: no connection was made, or the answer was
	// 408, 425, 429, or 503 with Retry-After.
	Repeatable bool
	// Slow: the service may work before it answers. Only the end of the context ends
	// the wait, so that the request is not sent again while the service works on it.
	Slow bool
	// MaxBody caps the answer in decoded bytes; 0 means 1 MiB.
	MaxBody int64
	// Status is that of a success; 0 means 200. Other 2xx are errors too: 202 has no result
	// yet, and 206 has a part of one.
	Status int
}

const defaultMaxBody = 1 << 20

func (r Request) maxBody() int64 {
	if r.MaxBody > 0 {
		return r.MaxBody
	}
	return defaultMaxBody
}

func (r Request) status() int { return cmp.Or(r.Status, http.StatusOK) }

// Response is a successful answer, read to its end. Body is as the service sent it, secrets
// included.
type Response struct {
	Header http.Header
	Body   []byte
	// RetryAfter is what the answer asks for, clamped; 0 if nothing. Unlike that of a
	// fault, it doesn't come from RateLimit-Reset, which many answers have.
	RetryAfter time.Duration
}
