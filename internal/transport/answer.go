package transport

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/scangate/scangate/internal/jsonx"
)

// maxUndecodable is how many answers in a row to a GET may fail to be JSON. A login page or a
// gateway may answer for the service while that restarts.
const maxUndecodable = 3

// JSON makes a request like Do and calls read with the answer. What read returns without the
// client's secrets: see [jsonx.Options].Mask. If the answer is not JSON or read fails with a
// [*jsonx.Error], the error has [ClassBody]. A GET whose answer is not JSON is retried. Any
// other error of read ends the request and is returned as it is. The response has no body.
func (c *Client) JSON(ctx context.Context, r Request, opts jsonx.Options, read func(*jsonx.Object) error) (*Response, error) {
	opts.Mask = c.Mask
	return c.do(ctx, r, func(resp *Response) error {
		o := jsonx.Parse(resp.Body, opts)
		resp.Body = nil
		if err := read(o); err != nil {
			return err
		}
		return o.Err()
	})
}

// Do makes a request and reads the answer, which is not masked. It retries faults where that
// may help and can't do harm. Every answer without the status of a success is an [Error].
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	return c.do(ctx, r, func(*Response) error { return nil })
}

func (c *Client) do(ctx context.Context, r Request, read func(*Response) error) (*Response, error) {
	var out *Response
	err := c.retry(ctx, r, func(a *attempt) error {
		return a.do(func(resp *http.Response, body io.Reader) error {
			b, err := io.ReadAll(body)
			if err != nil {
				return err
			}
			out = &Response{Header: resp.Header, Body: b}
			if resp.Header.Get("Retry-After") != "" {
				asked, _ := c.retryAfter(resp.Header)
				out.RetryAfter = c.clamp(asked)
			}
			return read(out)
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Stream makes a request like Do and calls read with the body of the answer and with opts, to
// which it adds the mask of the client's secrets. If the transfer breaks, or the answer to a
// GET is not JSON, it retries the request and calls read again with the body from its
// beginning: read must then drop what it did before. Any other error of read ends the request
// and is returned as it is, unless the transfer broke first. A streamed answer may take until
// the context ends, but no minute without a byte.
func (c *Client) Stream(ctx context.Context, r Request, opts jsonx.Options, read func(io.Reader, jsonx.Options) error) error {
	opts.Mask = c.Mask
	return c.retry(ctx, r, func(a *attempt) error {
		a.streamed = true
		return a.do(func(_ *http.Response, body io.Reader) error { return read(body, opts) })
	})
}

// unreadable turns an error about the JSON of an answer into one of this attempt.
func (a *attempt) unreadable(err error) error {
	body, ok := errors.AsType[*jsonx.Error](err)
	if !ok {
		return err
	}
	e := a.newError(ClassBody, err)
	e.state.transient = body.Undecodable && a.r.Method == http.MethodGet
	return e
}

// BodyError returns the error for a part of an answer to r that can't be read; err says what
// is wrong.
func (c *Client) BodyError(r Request, err error) *Error {
	return &Error{Class: ClassBody, Method: r.Method, URL: c.plainURL(r), Attempts: 1, Err: err, detail: c.Clean(r, err.Error())}
}

// Where names a request for messages: method and URL without query.
func (c *Client) Where(r Request) string { return r.Method + " " + c.plainURL(r) }
