package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// errStalled is the cause of an attempt that made no progress.
var errStalled = errors.New("the transfer stands still")

// attempt is one try of a request.
type attempt struct {
	c        *Client
	r        Request
	ctx      context.Context // the caller's
	streamed bool
	number   int

	connected atomic.Bool // a connection was there: something may have arrived
	stall     *stallGuard
	sent      atomic.Pointer[source]
	got       *sink
	status    int
}

// stallGuard cancels an attempt that makes no progress for as long as it was
// last allowed.
type stallGuard struct {
	timer *time.Timer
}

func newStallGuard(cancel context.CancelCauseFunc) *stallGuard {
	return &stallGuard{timer: time.AfterFunc(sendTimeout, func() { cancel(errStalled) })}
}

func (g *stallGuard) allow(d time.Duration) { g.timer.Reset(d) }

// source is the body of an upload. It remembers its own fault, to tell a file
// that can't be read from a network that breaks.
type source struct {
	io.ReadCloser
	stall *stallGuard
	mu    sync.Mutex
	err   error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.stall.allow(sendTimeout)
	if err != nil && !errors.Is(err, io.EOF) {
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
	}
	return n, err
}

func (s *source) fault() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// errOverCap is an answer that is larger than its cap.
var errOverCap = errors.New("over the cap")

// sink is the body of an answer under its cap. Like source it remembers its own
// fault: what reads it may wrap the error beyond recognition.
type sink struct {
	r     io.Reader
	left  int64
	stall *stallGuard // nil: the whole answer has one limit
	err   error
}

func (s *sink) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	// One byte over the cap is read, to tell a full answer from a longer one.
	n, err := s.r.Read(p[:min(int64(len(p)), s.left+1)])
	if s.stall != nil {
		s.stall.allow(readTimeout)
	}
	if s.left -= int64(n); s.left < 0 {
		n, err = n-1, errOverCap
	}
	if err != nil {
		s.err = err
	}
	return n, err
}

// fault is what ended the body, unless it was its proper end.
func (s *sink) fault() error {
	if s == nil || errors.Is(s.err, io.EOF) && !errors.Is(s.err, io.ErrUnexpectedEOF) {
		return nil
	}
	return s.err
}

// do makes the attempt. The error is an *Error, or that of handle where nothing
// else went wrong.
func (a *attempt) do(handle func(*http.Response, io.Reader) error) error {
	ctx, cancel := context.WithCancelCause(a.ctx)
	defer cancel(nil)
	a.stall = newStallGuard(cancel)
	defer a.stall.timer.Stop()

	req, err := a.request(ctx)
	if err != nil {
		return a.inputError(err)
	}
	resp, err := a.c.http.Do(req)
	if err != nil {
		return a.fault(ctx, err)
	}
	defer resp.Body.Close()
	a.status = resp.StatusCode
	if a.c.cfg.Seen != nil {
		a.c.cfg.Seen(resp.Header)
	}
	a.stall.allow(readTimeout)
	if resp.StatusCode/100 != 2 {
		return a.statusError(resp)
	}
	return a.receive(ctx, resp, handle)
}

func (a *attempt) receive(ctx context.Context, resp *http.Response, handle func(*http.Response, io.Reader) error) error {
	a.got = &sink{r: resp.Body, left: a.r.maxBody()}
	if a.streamed {
		a.got.stall = a.stall
	}
	if resp.ContentLength > a.got.left {
		a.got.err = errOverCap
	}
	err := handle(resp, a.got)
	if fault := a.got.fault(); fault != nil {
		return a.fault(ctx, fault)
	}
	return err
}

func (a *attempt) request(ctx context.Context) (*http.Request, error) {
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		a.connected.Store(true)
		a.c.silence.heard()
		a.stall.allow(sendTimeout)
	}}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), a.r.Method, a.c.url(a.r).String(), nil)
	if err != nil {
		return nil, err
	}
	if a.r.Body != nil {
		if err := a.setBody(req); err != nil {
			return nil, err
		}
	}
	req.Header.Set("Accept", "application/json")
	if a.r.ContentType != "" {
		req.Header.Set("Content-Type", a.r.ContentType)
	}
	if a.c.cfg.UserAgent != "" {
		req.Header.Set("User-Agent", a.c.cfg.UserAgent)
	}
	if a.c.cfg.Authorize != nil && sameOrigin(req.URL, a.c.cfg.Base) {
		a.c.cfg.Authorize(req)
	}
	return req, checkHeader(req.Header)
}

// setBody lets net/http open the body again for a kept connection that the
// server closed before anything was sent.
func (a *attempt) setBody(req *http.Request) error {
	open := func() (io.ReadCloser, error) {
		rc, err := a.r.Body()
		if err != nil {
			return nil, err
		}
		s := &source{ReadCloser: rc, stall: a.stall}
		a.sent.Store(s)
		return s, nil
	}
	body, err := open()
	req.Body, req.GetBody, req.ContentLength = body, open, a.r.Length
	if a.r.Length == 0 && err == nil {
		// A body of unknown length would be sent in chunks.
		req.Body, req.GetBody = http.NoBody, nil
		err = body.Close()
	}
	return err
}

// checkHeader finds what net/http would refuse with a text that names neither
// the setting nor the remedy.
func checkHeader(h http.Header) error {
	for name, values := range h {
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return errors.New("header " + name + ": its value holds a control character: check the key")
			}
		}
	}
	return nil
}
