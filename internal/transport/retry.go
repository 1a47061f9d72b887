package transport

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// maxWithoutDeadline bounds the attempts where the context has no deadline.
const maxWithoutDeadline = 30 * time.Minute

// pauses adds to the library's exponential pauses what the server asks for, and the
// limit of an outage.
type pauses struct {
	*backoff.ExponentialBackOff
	policy RetryPolicy
	last   *Error
	// undecodable counts the answers that were not JSON, without another one between them.
	undecodable int
	outage      *outage
	began       time.Time // the last attempt
	// deadline is that of the context, zero without one.
	deadline time.Time
}

func newPauses(ctx context.Context, p RetryPolicy, o *outage) *pauses {
	limit := maxWithoutDeadline
	deadline, ok := ctx.Deadline()
	if ok {
		limit = 0
	}
	return &pauses{policy: p, outage: o, deadline: deadline, ExponentialBackOff: backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(p.First),
		backoff.WithMaxInterval(p.Longest),
		backoff.WithMaxElapsedTime(limit),
	)}
}

// NextBackOff returns the pause after the last fault, or backoff.Stop.
func (p *pauses) NextBackOff() time.Duration {
	pause := p.ExponentialBackOff.NextBackOff()
	if pause == backoff.Stop {
		return backoff.Stop
	}
	if p.last.state.unsent {
		return p.untilGivenUp(pause)
	}
	if p.last.state.hasRetryAfter {
		if p.isTooLate() {
			return backoff.Stop
		}
		// A little more than the server asks for, so that clients that it refused
		// together don't return together.
		return max(pause, min(p.last.RetryAfter+pause/2, p.policy.MaxRetryAfter))
	}
	return pause
}

// isTooLate reports whether the server asks for a pause beyond the deadline, and notes on the
// fault how much time was left. Asking again earlier would be against what the server says.
func (p *pauses) isTooLate() bool {
	if p.deadline.IsZero() {
		return false
	}
	left := p.deadline.Sub(p.outage.clock.Now())
	if p.last.state.asked <= left {
		return false
	}
	p.last.state.left = max(left, 1)
	return true
}

// untilGivenUp cuts a pause at the limit of an outage, so that the last attempt is
// made then. A longer wait for a host that can't be reached would only hide a wrong
// address.
func (p *pauses) untilGivenUp(pause time.Duration) time.Duration {
	left := p.policy.Connect - p.outage.length(p.began)
	if left <= 0 {
		p.outage.giveUp(p.last)
		return backoff.Stop
	}
	return min(pause, left)
}

// retry makes attempts until one succeeds, another can't help, or ctx ends. The
// error is the last fault. It is the end of the context only if there was no
// fault before.
func (c *Client) retry(ctx context.Context, r Request, try func(*attempt) error) error {
	if e := c.outage.fault(r.Method, c.plainURL(r)); e != nil {
		return e
	}
	p := newPauses(ctx, c.cfg.Retry, &c.outage)
	attempts := 0
	var failure error
	_ = backoff.Retry(func() error {
		c.cfg.Pace.Wait(ctx)
		if e := c.outage.fault(r.Method, c.plainURL(r)); e != nil && attempts == 0 {
			failure = e // another request has given up meanwhile
			return backoff.Permanent(e)
		}
		attempts++
		p.began = p.outage.clock.Now()
		a := &attempt{c: c, r: r, ctx: ctx, number: attempts, id: c.cfg.IDs.next()}
		start := c.now()
		err := try(a)
		c.log(ctx, a, err, c.now().Sub(start))
		failure = p.note(err)
		if err == nil || p.again(err, r) {
			return err
		}
		if p.last != nil {
			p.outage.giveUpUnknown(p.last)
		}
		return backoff.Permanent(err)
	}, backoff.WithContext(p, ctx)) // outermost, because a wrapper around it would not end a pause
	if e, ok := errors.AsType[*Error](failure); ok {
		e.finish(ctx, r, attempts)
	}
	return failure
}

// finish completes the error that the caller gets.
func (e *Error) finish(ctx context.Context, r Request, attempts int) {
	e.Attempts = attempts
	switch {
	case e.Class == ClassCanceled, e.state.transient && ctx.Err() != nil:
		e.ended = errors.Join(ctx.Err(), context.Cause(ctx))
	case e.state.transient && !e.repeatable(r):
		e.state.withheld = true
	}
}

// note records a fault and returns the error of a request that ends now: the end
// of the context doesn't replace the fault before it.
func (p *pauses) note(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	if e.Class == ClassCanceled && p.last != nil {
		return p.last
	}
	switch {
	case e.Class == ClassBody:
		p.undecodable++
	case !e.state.unsent:
		p.undecodable = 0
	}
	p.last = e
	return e
}

// again reports whether to make another attempt after err.
func (p *pauses) again(err error, r Request) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.state.transient && e.repeatable(r) && p.undecodable < maxUndecodable
}

// repeatable reports whether r may be sent again after e.
func (e *Error) repeatable(r Request) bool {
	return r.Repeatable || e.state.unsent || e.unprocessed()
}

// unprocessed reports whether the answer says that the request was not processed.
// A 503 without Retry-After may come from a gateway whose backend processed it.
func (e *Error) unprocessed() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusServiceUnavailable:
		return e.state.hasRetryAfter
	default:
		return false
	}
}

// maxPause bounds a pause that a server may ask for, so that it can be added to a time.
const maxPause = 10 * 365 * 24 * time.Hour

// clamp bounds a pause that a server asks for to what the policy allows.
func (c *Client) clamp(d time.Duration) time.Duration { return min(d, c.cfg.Retry.MaxRetryAfter) }

// retryAfter reads Retry-After (RFC 9110, 10.2.3): seconds or a date. ok is false if it is
// missing or invalid. A date is compared with the Date header of the same answer, so that a
// wrong clock here does no harm.
func (c *Client) retryAfter(h http.Header) (d time.Duration, ok bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return c.rateLimitReset(h)
	}
	if digits(text) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n > int64(maxPause/time.Second) {
			return maxPause, true
		}
		return time.Duration(n) * time.Second, true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = c.now()
	}
	if now.IsZero() {
		return 0, false
	}
	return min(max(at.Sub(now), 0), maxPause), true
}

// firstEpoch is the number from which a RateLimit-Reset is a time and not a delay:
// the year 2001 in seconds since 1970.
const firstEpoch = 1_000_000_000

// rateLimitReset reads RateLimit-Reset, which some vendors send instead of
// Retry-After: seconds from now (draft-ietf-httpapi-ratelimit-headers-07), or
// since 1970 (Zscaler).
func (c *Client) rateLimitReset(h http.Header) (time.Duration, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(h.Get("RateLimit-Reset")), 10, 64)
	if err != nil || n < 0 {
		return 0, false
	}
	if n < firstEpoch {
		return min(time.Duration(n)*time.Second, maxPause), true
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = c.now()
	}
	if now.IsZero() {
		return 0, false
	}
	return min(max(time.Unix(min(n, 1<<40), 0).Sub(now), 0), maxPause), true
}

func digits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

func (c *Client) log(ctx context.Context, a *attempt, err error, took time.Duration) {
	attrs := []slog.Attr{
		slog.String("method", a.r.Method),
		slog.String("url", a.c.plainURL(a.r)),
		slog.Int("attempt", a.number),
		slog.Float64("ms", milliseconds(took)),
	}
	if a.status != 0 {
		attrs = append(attrs, slog.Int("status", a.status))
	}
	if a.id != "" {
		attrs = append(attrs, slog.String("request_id", a.id))
	}
	if a.answerID != "" {
		attrs = append(attrs, slog.String("answer_id", a.answerID))
	}
	if e, ok := errors.AsType[*Error](err); ok {
		attrs = append(attrs, slog.String("fault", e.Class.String()))
	}
	c.cfg.Log.LogAttrs(ctx, slog.LevelDebug, "request", attrs...)
}

// milliseconds rounds to a tenth.
func milliseconds(d time.Duration) float64 { return math.Round(d.Seconds()*1e4) / 10 }
