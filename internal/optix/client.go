package optix

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

const (
	apiPrefix = "api/v1/"
	// maxLargeAnswer bounds answers that grow with the number of targets. The bound
	// of the transport for small answers applies to all others.
	maxLargeAnswer = 16 << 20
	// maxReport bounds a detailed report. A million alerts fit.
	maxReport = 512 << 20
)

// Client makes requests to one Cloud Optix endpoint. It is safe for concurrent use.
type Client struct {
	t *transport.Client
}

// New returns a client over t, which holds endpoint and credentials.
func New(t *transport.Client) *Client { return &Client{t: t} }

// Authorize returns a function that sets the header "Authorization: ApiKey <key>"
// (reference, introduction). It sets none for an empty key.
func Authorize(key secret.Value) func(*http.Request) {
	value := strings.TrimSpace(key.Reveal())
	return func(r *http.Request) {
		if value != "" {
			r.Header.Set("Authorization", "ApiKey "+value)
		}
	}
}

// call makes a request and decodes its answer.
func call[T any](ctx context.Context, c *Client, r transport.Request, decode func(*jsonx.Object) T) (T, error) {
	v, _, err := poll(ctx, c, r, decode)
	return v, err
}

// poll is call for an answer that may ask for a pause before the next call.
func poll[T any](ctx context.Context, c *Client, r transport.Request, decode func(*jsonx.Object) T) (v T, retryAfter time.Duration, err error) {
	resp, err := c.t.JSON(ctx, r, answers(), func(o *jsonx.Object) error {
		v = decode(o)
		return nil // JSON returns the error of o
	})
	if err != nil {
		var none T
		return none, 0, c.failure(err)
	}
	return v, resp.RetryAfter, nil
}

// failure adds the meaning of the reference to an error of the transport.
func (c *Client) failure(err error) error {
	if t, ok := errors.AsType[*transport.Error](err); ok {
		return &Error{Kind: kindOf(t), Err: t}
	}
	return err
}

// upload returns a POST of files as multipart/form-data.
func upload(path string, q url.Values, files []File) transport.Request {
	body, contentType, length := Multipart(files)
	return transport.Request{
		Method:      http.MethodPost,
		Path:        apiPrefix + path,
		Query:       q,
		ContentType: contentType,
		Body:        body,
		Length:      length,
		Slow:        true,
	}
}
