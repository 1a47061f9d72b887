package transport

import (
	"context"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/scangate/scangate/internal/secret"
)

// Config says where requests go and how. Base is required.
type Config struct {
	// Base is the service's address: see [ParseEndpoint].
	Base *url.URL
	// Authorize sets the credential header. It is called only for requests to
	// Base's scheme, host and port; redirects elsewhere are never followed.
	Authorize func(*http.Request)
	// Secrets are kept out of every error text and log line.
	Secrets   []secret.Value
	UserAgent string
	// RootCAs are the trusted authorities; nil means the system's.
	RootCAs *x509.CertPool
	// Proxy chooses the proxy; nil means http.ProxyFromEnvironment.
	Proxy func(*http.Request) (*url.URL, error)
	// Dial replaces the network, for tests.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Log gets one debug line per attempt: method, URL without query, status,
	// duration, attempt; never headers or bodies. nil means no log.
	Log *slog.Logger
	// Now reads the clock for Retry-After dates and for the log. nil means that
	// dates are compared with the answer's own Date header alone.
	Now func() time.Time
	// Retry says how long and how often to try again.
	Retry RetryPolicy
	// Seen is told the header of every answer, by several goroutines; it is
	// optional.
	Seen func(http.Header)
}

// RetryPolicy bounds the attempts. A zero field means its default. Attempts go
// on until the context's deadline; a context without one gets half an hour.
type RetryPolicy struct {
	// First is the mean of the first pause, 500 ms by default; pauses grow by
	// half each time and are spread by half in both directions.
	First time.Duration
	// Longest is the mean of the longest pause, 20 s by default.
	Longest time.Duration
	// MaxRetryAfter bounds what a server may ask for, 2 min by default.
	MaxRetryAfter time.Duration
	// Connect is how long nobody may answer any request of the client at all
	// (connection refused, no route, no name), 1 min by default. Once a request
	// has given up for that, others fail without being tried, until one that is
	// under way finds somebody.
	Connect time.Duration
}

func (p RetryPolicy) withDefaults() RetryPolicy {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	set(&p.First, 500*time.Millisecond)
	set(&p.Longest, 20*time.Second)
	set(&p.MaxRetryAfter, 2*time.Minute)
	set(&p.Connect, time.Minute)
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
	// Length is Body's exact length in bytes; it is sent as Content-Length, and
	// a body of another length fails the request.
	Length int64
	// Repeatable: the request may be sent again after it may have arrived.
	// Others are sent again only where it is certain that they were not
	// processed: no connection was made, or the answer was 408, 425, 429, or 503
	// with Retry-After.
	Repeatable bool
	// MaxBody caps the answer in decoded bytes; 0 means 1 MiB.
	MaxBody int64
}

const defaultMaxBody = 1 << 20

func (r Request) maxBody() int64 {
	if r.MaxBody > 0 {
		return r.MaxBody
	}
	return defaultMaxBody
}

// Response is a successful answer (2xx), read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}
