package transport

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Class says at which point a request failed.
type Class uint8

// The classes.
const (
	// ClassInput: the request could not be made: its body can't be read, or a
	// credential can't stand in a header.
	ClassInput Class = iota
	// ClassDNS: the host's name could not be resolved.
	ClassDNS
	// ClassRefused: no connection to the host.
	ClassRefused
	// ClassTLS: the host's certificate or protocol is not acceptable.
	ClassTLS
	// ClassProxy: the proxy can't be reached or refuses.
	ClassProxy
	// ClassReset: a broken transfer, in either direction.
	ClassReset
	// ClassTimeout: one request took too long.
	ClassTimeout
	// ClassStatus: an answer that is no success.
	ClassStatus
	// ClassBody: an answer that is not what the service promises. Only the
	// clients over this package can tell.
	ClassBody
	// ClassTooLarge: the answer is over its cap.
	ClassTooLarge
	// ClassRedirect: the answer leads elsewhere.
	ClassRedirect
	// ClassCanceled: the context ended before there was any fault.
	ClassCanceled
)

var classNames = [...]string{
	"input", "dns", "refused", "tls", "proxy", "reset", "timeout",
	"status", "body", "too large", "redirect", "canceled",
}

// String returns the class's name, for logs.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return "unknown"
}

// Error is a request that failed for good.
type Error struct {
	Class  Class
	Method string
	// URL has no query.
	URL string
	// Status is 0 where there was no answer.
	Status int
	// Message is the server's text: one line of at most 300 runes, without
	// secrets and without the values of the request's parameters.
	Message string
	// Attempts counts the requests that were made: 0 where none was, because
	// other requests found nobody there.
	Attempts int
	// RetryAfter is what the last answer asked for, as clamped; 0 if nothing.
	RetryAfter time.Duration
	// Err is the cause, without any URL in it; nil for a mere status.
	Err error

	detail string // Err's text, fit to be shown
	raw    string // the server's text before masking, lower-case, for Says
	ended  error  // why no further attempt was made, where the context ended
	state  attemptState
}

// attemptState is what deciding about another attempt needs to know.
type attemptState struct {
	unsent    bool // nothing can have arrived: no connection was there
	transient bool // the same request may succeed later
	brief     bool // worth a short while only: nothing there answers
	hinted    bool // the answer named the time of the next attempt
	withheld  bool // another attempt may help, and could store the request twice
}

// Unwrap makes errors.Is and errors.As find the cause and, where the context
// ended the attempts, the context's error and its cause.
func (e *Error) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.Err, e.ended} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// Where names the request: method and URL.
func (e *Error) Where() string { return e.Method + " " + e.URL }

// Error says what happened and where, without advice: that is for [Explain]. What
// happened comes first, because the verdict line has room for the beginning alone.
func (e *Error) Error() string {
	where := e.Where()
	switch {
	case e.Attempts > 1:
		where += fmt.Sprintf(", after %d attempts", e.Attempts)
	case e.Attempts == 0 && e.state.brief:
		where += ", not tried: nobody there has answered for too long"
	}
	s := e.what() + " (" + where + ")"
	switch {
	case e.state.withheld:
		s += ", and was not sent again because it may have been stored"
	case e.ended != nil && e.Class != ClassCanceled:
		s += ", and there was no time for another"
	}
	return s
}

// Said quotes the server's text for the end of a message; "" if there is none.
func (e *Error) Said() string {
	if e.Message == "" {
		return ""
	}
	return fmt.Sprintf(" (the answer says: %s)", e.Message)
}

// Says reports whether the server's text holds s, in any case. Unlike Message
// it has no masked places.
func (e *Error) Says(s string) bool { return strings.Contains(e.raw, strings.ToLower(s)) }

func (e *Error) what() string {
	s := e.summary()
	if e.detail != "" {
		s += ": " + e.detail
	}
	return s
}

func (e *Error) summary() string {
	switch e.Class {
	case ClassInput:
		return "the request can't be made"
	case ClassDNS:
		return "the host's name can't be resolved"
	case ClassRefused:
		return "no connection"
	case ClassTLS:
		return "no secure connection"
	case ClassProxy:
		return "the proxy gives no connection"
	case ClassReset:
		return "the transfer broke off"
	case ClassTimeout:
		return "no answer in time"
	case ClassStatus:
		return strings.TrimSpace(fmt.Sprintf("status %d %s", e.Status, http.StatusText(e.Status))) + e.Said()
	case ClassBody:
		return "the answer can't be read"
	case ClassTooLarge:
		return "the answer is too large"
	case ClassRedirect:
		return "the answer redirects"
	default:
		return "ended before an answer came"
	}
}
