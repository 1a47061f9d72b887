package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scangate/scangate/internal/safe"
)

var (
	// errStalled is the cause of an attempt that made no progress.
	errStalled = errors.New("the transfer made no progress")
	// errReset is a request that the service may have processed.
	errReset = errors.New("the service reset the request")
	// errEarly is a success before the service had all that it is about.
	errEarly = errors.New("it came before the whole request was sent")
)

// attempt is one attempt at a request.
type attempt struct {
	c        *Client
	r        Request
	ctx      context.Context // of the caller
	streamed bool
	number   int
	id       string // of the request, "" for none
	answerID string // of the answer, "" for none

	connected atomic.Bool // there was a connection: the request may have arrived
	begun     atomic.Bool // the headers were sent over HTTP/2
	stall     *stallTimer
	sent      atomic.Pointer[uploadBody]
	got       *sink
	status    int
}

// stallTimer cancels an attempt that makes no progress for as long as it was last
// allowed.
type stallTimer struct {
	timer *time.Timer
	mu    sync.Mutex
	// receiving: the answer has begun, perhaps before all of the request was sent.
	receiving bool
}

func newStallTimer(cancel context.CancelCauseFunc) *stallTimer {
	return &stallTimer{timer: time.AfterFunc(connectTimeout, func() { cancel(errStalled) })}
}

// sent allows d after progress of the request.
func (t *stallTimer) sent(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.receiving {
		t.timer.Reset(d)
	}
}

// received allows d after progress of the answer.
func (t *stallTimer) received(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.receiving = true
	t.timer.Reset(d)
}

// uploadBody is the body of an upload. It keeps its own error, to distinguish a file
// that can't be read from a broken network. net/http reads it in a goroutine of
// its own, where a panic would end the process.
type uploadBody struct {
	io.ReadCloser
	stall *stallTimer
	read  atomic.Int64
	mu    sync.Mutex
	err   error
}

// Read fills p, but never more than ioBuffer: over HTTP/2 each read becomes a frame, and the next
// one comes when that was sent.
func (s *uploadBody) Read(p []byte) (n int, err error) {
	p = p[:min(len(p), ioBuffer)]
	for n < len(p) && err == nil {
		var more int
		err = safe.Do(func() (err error) {
			more, err = s.ReadCloser.Read(p[n:])
			return err
		})
		n += more
	}
	s.read.Add(int64(n))
	s.stall.sent(sendTimeout)
	s.keep(err)
	return n, err
}

// Close closes the body.
func (s *uploadBody) Close() error {
	err := safe.Do(s.ReadCloser.Close)
	s.keep(err)
	return err
}

func (s *uploadBody) keep(err error) {
	if err == nil || errors.Is(err, io.EOF) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *uploadBody) fault() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// overCapError is an answer that is larger than its cap, in bytes.
type overCapError int64

func (e overCapError) Error() string { return fmt.Sprintf("more than %d bytes", int64(e)) }

// sink is the body of an answer, up to its cap. Like uploadBody it keeps its own
// error: a decoder that reads it may not wrap the error.
type sink struct {
	r     io.Reader
	limit int64
	left  int64
	stall *stallTimer // nil: one timeout for the whole answer
	err   error
}

func (s *sink) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	// Reading one byte more than the cap shows that the answer is longer.
	n, err := s.r.Read(p[:min(int64(len(p)), s.left+1)])
	if s.stall != nil {
		s.stall.received(readTimeout)
	}
	if s.left -= int64(n); s.left < 0 {
		n, err = n-1, overCapError(s.limit)
	}
	if err != nil {
		s.err = err
	}
	return n, err
}

// fault is the error that ended the body, or nil at its proper end.
func (s *sink) fault() error {
	if s == nil || errors.Is(s.err, io.EOF) && !errors.Is(s.err, io.ErrUnexpectedEOF) {
		return nil
	}
	return s.err
}

// do makes the attempt, and keeps it in the client's trace. The error is an *Error, or the error of
// handle if nothing else failed.
func (a *attempt) do(handle func(*http.Response, io.Reader) error) error {
	kept := a.record()
	err := a.exchange(kept, handle)
	kept.end(err)
	return err
}

func (a *attempt) exchange(kept *recording, handle func(*http.Response, io.Reader) error) error {
	ctx, cancel := context.WithCancelCause(a.ctx)
	defer cancel(nil)
	a.stall = newStallTimer(cancel)
	defer a.stall.timer.Stop()

	req, err := a.request(ctx)
	if err != nil {
		return a.inputError(err)
	}
	resp, err := a.c.http.Do(req)
	if err != nil {
		return a.fault(ctx, err)
	}
	kept.answered(resp)
	defer resp.Body.Close()
	defer kept.drain()
	a.status, a.answerID = resp.StatusCode, a.c.answerID(resp.Header)
	if a.c.cfg.Seen != nil {
		a.c.cfg.Seen(resp.Header)
	}
	a.stall.received(readTimeout)
	if resp.StatusCode != a.r.status() {
		return a.statusError(resp)
	}
	return a.receive(ctx, resp, handle)
}

func (a *attempt) receive(ctx context.Context, resp *http.Response, handle func(*http.Response, io.Reader) error) error {
	a.got = &sink{r: resp.Body, limit: a.r.maxBody(), left: a.r.maxBody()}
	if a.streamed {
		a.got.stall = a.stall
	}
	if resp.ContentLength > a.got.left {
		a.got.err = overCapError(a.got.limit)
	}
	err := handle(resp, a.got)
	if fault := a.got.fault(); fault != nil {
		return a.fault(ctx, fault)
	}
	if err == nil && a.isEarly() {
		return a.newError(ClassBody, errEarly)
	}
	return a.unreadable(err)
}

// isEarly reports whether an answer came before the whole body was sent. What was read of the body
// counts: more can't have arrived.
func (a *attempt) isEarly() bool {
	sent := a.sent.Load()
	return sent != nil && sent.read.Load() < a.r.Length
}

func (a *attempt) request(ctx context.Context) (*http.Request, error) {
	var multiplexed atomic.Bool
	trace := &httptrace.ClientTrace{
		GotConn: func(got httptrace.GotConnInfo) {
			over, ok := got.Conn.(*tls.Conn)
			multiplexed.Store(ok && over.ConnectionState().NegotiatedProtocol == "h2")
			a.begun.Store(false)
			a.connected.Store(true)
			a.c.outage.end()
			a.stall.sent(sendTimeout)
		},
		WroteHeaders: func() { a.begun.Store(multiplexed.Load()) },
		WroteRequest: func(httptrace.WroteRequestInfo) { a.awaitAnswer() },
	}
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
	if a.id != "" {
		req.Header.Set(idHeader, a.id)
	}
	if a.c.cfg.Authorize != nil && sameOrigin(req.URL, a.c.cfg.Base) {
		a.c.cfg.Authorize(req)
	}
	return req, checkHeader(req.Header)
}

// awaitAnswer sets the time for the wait between request and answer.
func (a *attempt) awaitAnswer() {
	wait := headerTimeout
	if a.r.Slow {
		wait = math.MaxInt64
	}
	a.stall.sent(wait)
}

// setBody lets net/http open the body again if the server closed a reused connection before
// anything was sent. Over HTTP/2 net/http would also open it if the request began and was reset:
// not if it may be sent once only, because net/http does not say how it was reset.
func (a *attempt) setBody(req *http.Request) error {
	open := func() (io.ReadCloser, error) {
		rc, err := a.r.Body()
		if err != nil {
			return nil, err
		}
		s := &uploadBody{ReadCloser: rc, stall: a.stall}
		a.sent.Store(s)
		return s, nil
	}
	body, err := open()
	req.Body, req.ContentLength = body, a.r.Length
	req.GetBody = func() (io.ReadCloser, error) {
		if a.begun.Load() && !a.r.Repeatable {
			return nil, errReset
		}
		return open()
	}
	if a.r.Length == 0 && err == nil {
		// net/http would send an empty body of unknown length in chunks.
		req.Body, req.GetBody = http.NoBody, nil
		err = body.Close()
	}
	return err
}

// headerError is a credential that is not valid in a header.
type headerError struct{ name string }

func (e *headerError) Error() string {
	return fmt.Sprintf("header %s: the value contains a control character", e.name)
}

// checkHeader refuses what net/http would refuse with a less helpful message.
func checkHeader(h http.Header) error {
	for name, values := range h {
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return &headerError{name}
			}
		}
	}
	return nil
}
