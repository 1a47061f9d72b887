package transport

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Class is the kind of failure of a request.
type Class uint8

// The classes.
const (
	// ClassInput: the request could not be made, because its body can't be read or a
	// credential is invalid in a header.
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
	// ClassStatus: an answer that is not a success.
	ClassStatus
	// ClassBody: an answer that is not JSON, or not what its reader expects.
	ClassBody
	// ClassTooLarge: the answer is over its cap.
	ClassTooLarge
	// ClassRedirect: a redirect that is not followed.
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

// Error is a request that failed, after all retries.
type Error struct {
	Class  Class
	Method string
	// URL has no query.
	URL string
	// Status is 0 if there was no answer.
	Status int
	// Message is the text of the server: one line of at most 300 runes, without
	// secrets and without the values of the request's parameters.
	Message string
	// Attempts counts the requests that were made. It is 0 if none was, because
	// other requests did not reach the host.
	Attempts int
	// RetryAfter is what the last answer asked for, clamped; 0 if nothing.
	RetryAfter time.Duration
	// Err is the cause, without a URL in it; nil for a status.
	Err error

	detail string // the text of Err, cleaned
	raw    string // the text of the server before masking, in lower case
	ended  error  // the end of the context, if that ended the attempts
	state  attemptState
}

// attemptState is what a decision about another attempt depends on.
type attemptState struct {
	unsent        bool // there was no connection: nothing can have arrived
	transient     bool // the same request may succeed later
	hasRetryAfter bool // the answer named the time of the next attempt
	withheld      bool // another attempt may help, but could store the request twice
	// asked is the pause that the answer asks for, not clamped.
	asked time.Duration
	// left is the time to the deadline where that is less than asked, which ended the attempts;
	// 0 otherwise.
	left time.Duration
}

// Unwrap returns the cause and, if the context ended the attempts, the error and
// the cause of the context.
func (e *Error) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.Err, e.ended} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// IsRefused reports whether the service answered that the credential may not do what was asked for,
// or that there is no such thing for it.
func IsRefused(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || e.Status == http.StatusNotFound)
}

// Where names the request: method and URL.
func (e *Error) Where() string { return e.Method + " " + e.URL }

// Error says what happened and where, without advice: see [Explain]. What happened
// comes first, because the verdict line has room for the beginning only.
func (e *Error) Error() string {
	where := e.Where()
	switch {
	case e.Attempts > 1:
		where += fmt.Sprintf(", after %d attempts", e.Attempts)
	case e.Attempts == 0 && e.state.unsent:
		where += ", not attempted: other requests did not reach the host"
	}
	s := e.what() + " (" + where + ")"
	switch {
	case e.state.left > 0:
		s = fmt.Sprintf("the service asks to wait %s, and %s are left until the deadline: %s", seconds(e.state.asked), seconds(e.state.left), s)
	case e.state.withheld:
		s += ", not sent again because the service may have stored it"
	case e.ended != nil && e.Class != ClassCanceled:
		s += ", with no time left for another attempt"
	}
	return s
}

// seconds rounds a duration for a message.
func seconds(d time.Duration) time.Duration { return d.Round(time.Second) }

// Said quotes the text of the server for the end of a message; "" without one.
func (e *Error) Said() string {
	if e.Message == "" {
		return ""
	}
	return fmt.Sprintf(" (the answer says: %s)", e.Message)
}

// Says reports whether the text of the server contains s, in any case. It searches
// the text before masking.
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
		return "no connection through the proxy"
	case ClassReset:
		return "the connection was lost"
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
