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

// newError returns an error of this attempt.
func (a *attempt) newError(class Class, err error) *Error {
	e := &Error{Class: class, Method: a.r.Method, URL: a.c.plainURL(a.r), Status: a.status, Attempts: a.number, Err: err}
	e.state.unsent = !a.connected.Load()
	if err != nil {
		e.detail = a.c.Clean(a.r, err.Error())
	}
	return e
}

func (a *attempt) inputError(err error) *Error { return a.newError(ClassInput, err) }

// fault classifies everything but the status of an answer.
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
	class := classOf(err, a.connected.Load())
	e := a.newError(class, err)
	e.state.transient = isTransient(class, err)
	return e
}

func (a *attempt) canceled() *Error {
	return a.newError(ClassCanceled, context.Cause(a.ctx))
}

// classOf classifies an error of net/http. connected distinguishes a broken
// transfer from a connection that was never made.
func classOf(err error, connected bool) Class {
	switch {
	case isA[overCapError](err):
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

// isTransient reports whether another attempt may help after a fault.
func isTransient(class Class, err error) bool {
	switch class {
	case ClassDNS:
		dns, ok := errors.AsType[*net.DNSError](err)
		return ok && !dns.IsNotFound
	case ClassProxy:
		return proxyMayRecover(err)
	}
	return class == ClassRefused || class == ClassReset || class == ClassTimeout
}

func proxyMayRecover(err error) bool {
	if p, ok := errors.AsType[*proxyError](err); ok {
		return p.status >= 500
	}
	dns, ok := errors.AsType[*net.DNSError](err)
	return !isTLS(err) && !(ok && dns.IsNotFound)
}

// statusError reads an answer that is not a success.
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
	case resp.StatusCode/100 == 2:
		e.raw, e.Message = "", "" // it may be a whole report
		e.detail = fmt.Sprintf("only %d is a success", a.r.status())
	case resp.StatusCode/100 == 3:
		e.Class, e.detail = ClassRedirect, fmt.Sprintf("status %d", resp.StatusCode)
	case resp.StatusCode == http.StatusProxyAuthRequired:
		e.Class, e.detail = ClassProxy, "it requires credentials (status 407)"
	default:
		e.state.transient = transientStatus(resp.StatusCode)
		e.state.asked, e.state.hasRetryAfter = a.c.retryAfter(resp.Header)
		e.RetryAfter = a.c.clamp(e.state.asked)
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

// messageOf finds the text for people in the body of an error: a field of a JSON
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
	// Lower-casing may change lengths outside ASCII: then the title is left out.
	if start < 0 || end < start || len(lower) != len(page) {
		return ""
	}
	return ": " + page[start+len("<title>"):end]
}
