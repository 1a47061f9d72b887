package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/scangate/scangate/internal/jsonx"
)

const maxErrorBody = 64 << 10

// newError is the frame of every error of this attempt.
func (a *attempt) newError(class Class, err error) *Error {
	e := &Error{Class: class, Method: a.r.Method, URL: a.c.plainURL(a.r), Status: a.status, Attempts: a.number, Err: err}
	e.state.unsent = !a.connected.Load()
	if err != nil {
		e.detail = a.c.Clean(a.r, err.Error())
	}
	return e
}

func (a *attempt) inputError(err error) *Error { return a.newError(ClassInput, err) }

// fault classes everything that is not an answer's status.
func (a *attempt) fault(ctx context.Context, err error) *Error {
	if err := a.sent.Load().fault(); err != nil {
		return a.inputError(err)
	}
	if a.ctx.Err() != nil {
		return a.canceled()
	}
	// The outer text holds the URL with its query.
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if errors.Is(context.Cause(ctx), errStalled) {
		err = errStalled
	}
	e := a.newError(classOf(err, a.connected.Load()), err)
	e.refine()
	return e
}

func (a *attempt) canceled() *Error {
	return a.newError(ClassCanceled, context.Cause(a.ctx))
}

// classOf reads an error of net/http. connected tells a broken transfer from a
// connection that was never there.
func classOf(err error, connected bool) Class {
	switch {
	case errors.Is(err, errOverCap):
		return ClassTooLarge
	case isRedirect(err):
		return ClassRedirect
	case viaProxy(err):
		return ClassProxy
	case isTLS(err):
		return ClassTLS
	case isA[*net.DNSError](err):
		return ClassDNS
	case isTimeout(err):
		return ClassTimeout
	case !connected && isDial(err):
		return ClassRefused
	default:
		return ClassReset
	}
}

func isA[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

func isTLS(err error) bool {
	return isA[*tls.CertificateVerificationError](err) || isA[x509.UnknownAuthorityError](err) ||
		isA[x509.HostnameError](err) || isA[x509.CertificateInvalidError](err) ||
		isA[tls.RecordHeaderError](err) || isA[tls.AlertError](err) || errors.Is(err, http.ErrSchemeMismatch)
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return errors.Is(err, errStalled) || errors.Is(err, context.DeadlineExceeded) || ok && t.Timeout()
}

func isDial(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial" || errors.Is(err, syscall.ECONNREFUSED)
}

// refine says of a fault whether another attempt may help.
func (e *Error) refine() {
	switch e.Class {
	case ClassDNS:
		dns, _ := errors.AsType[*net.DNSError](e.Err)
		e.state.transient = !dns.IsNotFound
	case ClassProxy:
		e.state.transient = proxyMayRecover(e.Err)
	case ClassRefused, ClassReset, ClassTimeout:
		e.state.transient = true
	}
	// What could not even connect is given up soon: where nobody answers for a
	// minute, half an hour of waiting hides a wrong address.
	e.state.brief = e.state.unsent
}

func proxyMayRecover(err error) bool {
	if p, ok := errors.AsType[*proxyError](err); ok {
		return p.status >= 500
	}
	dns, ok := errors.AsType[*net.DNSError](err)
	return !isTLS(err) && !(ok && dns.IsNotFound)
}

// statusError reads the little that is needed of an answer that is no success.
func (a *attempt) statusError(resp *http.Response) *Error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if a.ctx.Err() != nil {
		return a.canceled()
	}
	text := messageOf(body)
	e := a.newError(ClassStatus, nil)
	e.raw = strings.ToLower(text)
	e.Message = a.c.Clean(a.r, text)
	switch {
	case resp.StatusCode/100 == 3:
		e.Class, e.detail = ClassRedirect, fmt.Sprintf("status %d", resp.StatusCode)
	case resp.StatusCode == http.StatusProxyAuthRequired:
		e.Class, e.detail = ClassProxy, "it asks for credentials (status 407)"
	default:
		e.state.transient = transientStatus(resp.StatusCode)
		e.RetryAfter, e.state.hinted = a.c.retryAfter(resp.Header)
	}
	return e
}

func transientStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	default:
		return status >= 500
	}
}

// messageOf finds the text for people in an error's body: a field of a JSON
// object, the title of a page, or the body itself.
func messageOf(body []byte) string {
	o := jsonx.Parse(body, jsonx.Options{})
	if s := o.Words("message", "errorMessage", "msg", "error_description", "detail", "error"); s != "" {
		return s
	}
	text := strings.TrimSpace(string(body))
	if !strings.HasPrefix(text, "<") {
		return text
	}
	return "an HTML page" + titleOf(text)
}

func titleOf(page string) string {
	lower := strings.ToLower(page)
	start := strings.Index(lower, "<title>")
	end := strings.Index(lower, "</title>")
	// Lower-casing can change lengths outside ASCII; then the title is left out.
	if start < 0 || end < start || len(lower) != len(page) {
		return ""
	}
	return ": " + page[start+len("<title>"):end]
}
