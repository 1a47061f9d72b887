package optix

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/secret"
	"github.com/scangate/scangate/internal/transport"
)

const (
	apiPrefix = "api/v1/"
	// maxLargeAnswer bounds answers that grow with what was asked for; all
	// others keep the transport's bound for small answers.
	maxLargeAnswer = 16 << 20
	// maxReport bounds a detailed report: room for a million alerts.
	maxReport = 512 << 20
)

// Client speaks with one Cloud Optix endpoint. It is safe for concurrent use.
type Client struct {
	t *transport.Client
}

// New returns a client over t, which holds endpoint and credentials.
func New(t *transport.Client) *Client { return &Client{t: t} }

// Authorize returns the function that sets the credential header,
// "Authorization: ApiKey <key>" (reference, introduction). An empty key sets
// none, which the service answers with [ErrNoKey].
func Authorize(key secret.Value) func(*http.Request) {
	value := strings.TrimSpace(key.Reveal())
	return func(r *http.Request) {
		if value != "" {
			r.Header.Set("Authorization", "ApiKey "+value)
		}
	}
}

// call does a request and decodes its answer.
func call[T any](ctx context.Context, c *Client, r transport.Request, decode func(*jsonx.Object) T) (T, error) {
	var none T
	resp, err := c.t.Do(ctx, r)
	if err != nil {
		return none, c.failure(r, err)
	}
	v, err := decoded(resp.Body, decode)
	if err != nil {
		return none, c.failure(r, err)
	}
	return v, nil
}

// failure names an error in the reference's terms.
func (c *Client) failure(r transport.Request, err error) error {
	if _, ok := errors.AsType[*jsonx.Error](err); ok {
		return c.t.BodyError(r, err)
	}
	if t, ok := errors.AsType[*transport.Error](err); ok {
		return &Error{Kind: kindOf(t), Err: t}
	}
	return err
}

// upload is a POST of files as multipart/form-data.
func upload(path string, q url.Values, files []File) (transport.Request, error) {
	body, contentType, length, err := Multipart(files)
	if err != nil {
		return transport.Request{}, err
	}
	return transport.Request{
		Method:      http.MethodPost,
		Path:        apiPrefix + path,
		Query:       q,
		ContentType: contentType,
		Body:        body,
		Length:      length,
	}, nil
}
