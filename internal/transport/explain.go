package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

// PendingError is a wait for a service that its context ended although nothing
// was wrong: the service had answered well, and was not done.
type PendingError struct {
	// What says what was waited for.
	What string
}

// Error returns What.
func (e *PendingError) Error() string { return e.What }

// Explain turns an error of a request into the fault of a row. A fault that the
// error wraps is returned as it is. n names the settings of the service that was
// asked.
func Explain(err error, n result.Names) result.Fault {
	if known, ok := errors.AsType[*result.FaultError](err); ok {
		return known.Fault
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return result.Fault{Cause: e.cause(), Reason: e.Error(), Fix: e.fix(n)}
	}
	return result.Fault{Cause: result.CauseService, Reason: err.Error(), Fix: runAgain}
}

// ExplainEnd is Explain for work that ends with ctx: explain, which is Explain or
// a refinement of it, classifies errors that have nothing to do with the end.
// Where ctx was ended by a fault, that is the fault of all the work in it.
func ExplainEnd(ctx context.Context, err error, n result.Names, explain func(error, result.Names) result.Fault) result.Fault {
	if !endedBy(ctx, err) {
		return explain(err, n)
	}
	cause := context.Cause(ctx)
	if elsewhere, ok := errors.AsType[*result.FaultError](cause); ok {
		return elsewhere.Fault
	}
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return result.Fault{Cause: result.CauseInterrupted, Reason: fmt.Sprintf("interrupted: %v", cause), Fix: runAgain}
	}
	if pending, ok := errors.AsType[*PendingError](err); ok {
		return result.Fault{
			Cause: result.CauseTimeout, Reason: "not done by the deadline: " + pending.What,
			Fix: "give the service more time with " + n.Timeout,
		}
	}
	f := explain(err, n)
	f.Reason = "gave up at the deadline: " + f.Reason
	return f
}

// endedBy reports whether err came of the end of ctx. A single request that took
// too long looks like an expired context too, hence the first condition.
func endedBy(ctx context.Context, err error) bool {
	if ctx.Err() == nil {
		return false
	}
	_, pending := errors.AsType[*PendingError](err)
	return pending || errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))
}

func (e *Error) cause() result.Cause {
	if isA[*safe.PanicError](e) {
		return result.CauseInternal
	}
	switch e.Class {
	case ClassStatus:
		if e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden {
			return result.CauseUnauthorized
		}
		return result.CauseService
	case ClassInput, ClassBody, ClassTooLarge:
		return result.CauseProtocol
	}
	return result.CauseNetwork
}

const (
	runAgain    = "run again"
	runOrReport = "run again; if it stays so, please report it"
)

// fix says what the reader can do. Only classes and statuses that say something
// of the address advise to check it.
func (e *Error) fix(n result.Names) string {
	if isA[*safe.PanicError](e) {
		return safe.Fix
	}
	if e.state.withheld {
		return "check at the service whether the request arrived before you run again: it could be stored twice"
	}
	if e.state.left > 0 {
		return fmt.Sprintf("run again in %s, or give more time with %s", seconds(e.state.asked), n.Timeout)
	}
	switch e.Class {
	case ClassInput:
		return inputFix(e.Err, n)
	case ClassDNS:
		return fmt.Sprintf("check the host in %s; set %s if this network needs a proxy", n.Address, n.Proxy)
	case ClassRefused:
		return fmt.Sprintf("check %s and the firewall; set %s if this network needs a proxy", n.Address, n.Proxy)
	case ClassTLS:
		return tlsFix(e.Err, n)
	case ClassProxy:
		return fmt.Sprintf("check %s and %s", n.Proxy, n.NoProxy)
	case ClassReset:
		return "run again; if it stays so, check the proxy and the firewall on the way"
	case ClassTimeout:
		return "run again; if it stays so, check the network, or give more time with " + n.Timeout
	case ClassStatus:
		return e.statusFix(n)
	case ClassBody:
		return bodyFix(e.Err, n)
	case ClassTooLarge, ClassRedirect:
		return fmt.Sprintf("check %s and %s: something else may answer for the service", n.Address, n.Proxy)
	case ClassCanceled:
		return canceledFix(e, n)
	}
	return runOrReport
}

// canceledFix has no advice for a run that was stopped on purpose but to start it
// again.
func canceledFix(e *Error, n result.Names) string {
	if errors.Is(e, context.DeadlineExceeded) {
		return "give more time with " + n.Timeout
	}
	return runAgain
}

func inputFix(err error, n result.Names) string {
	if isA[*headerError](err) {
		return "copy " + n.Key + " again: it contains a line break or another control character"
	}
	return runOrReport
}

func bodyFix(err error, n result.Names) string {
	if body, ok := errors.AsType[*jsonx.Error](err); ok && body.HTML {
		return fmt.Sprintf("check %s and %s: a login page or a proxy seems to answer for the service", n.Address, n.Proxy)
	}
	return "check " + n.Address + "; if it is right, the service has changed its answers: please report this"
}

func tlsFix(err error, n result.Names) string {
	switch {
	case isA[x509.HostnameError](err):
		return "check the host in " + n.Address
	case errors.Is(err, http.ErrSchemeMismatch), isA[tls.RecordHeaderError](err):
		return "check the port in " + n.Address + ": the server there does not speak TLS"
	case isExpired(err):
		return "check this machine's clock; if it is right, the service must renew its certificate"
	}
	return fmt.Sprintf("if the certificate's authority is your own, add it with %s; otherwise check %s", n.CAFile, n.Address)
}

func isExpired(err error) bool {
	inv, ok := errors.AsType[x509.CertificateInvalidError](err)
	return ok && inv.Reason == x509.Expired
}

func (e *Error) statusFix(n result.Names) string {
	switch e.Status {
	case http.StatusUnauthorized:
		return "check " + n.Key + ": the credentials may have expired or been replaced"
	case http.StatusForbidden:
		return "check that " + n.Key + " has the rights for this, and that no proxy or firewall refuses the request"
	case http.StatusNotFound:
		return "check " + n.Address
	case http.StatusNotImplemented:
		return "check " + n.Address + ": what answers there does not offer this"
	case http.StatusGone:
		return "look for a newer version: the service no longer offers this"
	case http.StatusTooManyRequests:
		return "run again later, or fewer runs at the same time"
	case http.StatusRequestTimeout, http.StatusTooEarly:
		return serviceTrouble
	}
	if e.Status >= http.StatusInternalServerError {
		return serviceTrouble
	}
	return runOrReport
}

const serviceTrouble = "run again later: the service has a problem"
