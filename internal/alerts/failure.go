package alerts

import (
	"context"
	"errors"
	"net/http"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// failure is why a row has no answer, in the words of the ledger.
type failure struct {
	cause  result.Cause
	reason string
	fix    string
}

// MissingError says that a row can't be asked for, because there is nothing to ask
// with.
type MissingError struct{ Reason, Fix string }

// Error returns the reason and how to fix it.
func (e *MissingError) Error() string { return e.Reason + "; " + e.Fix }

// explain turns an error of reading into the words of a row. v is nil for Cloud
// Optix, whose client explains itself.
func explain(ctx context.Context, err error, v *vendor, n result.Names) failure {
	var slow *tooLongError
	if errors.As(err, &slow) {
		return failure{result.CauseTimeout, slow.Error(), "narrow the list with " + slow.narrow + ", or give more time with " + n.Timeout}
	}
	if e, ok := errors.AsType[*transport.Error](err); ctx.Err() != nil && (!ok || e.Class == transport.ClassCanceled) {
		err = &transport.PendingError{What: "the list was not read to its end"}
	}
	if v != nil {
		n.Address, n.Key = v.address(), v.credentials()
	}
	f := transport.ExplainEnd(ctx, err, n, func(err error, n result.Names) result.Fault {
		f := explainFault(err, v, n)
		return result.Fault{Cause: f.cause, Reason: f.reason, Fix: f.fix}
	})
	return failureOf(f)
}

// explainFault classes an error by its type.
func explainFault(err error, v *vendor, n result.Names) failure {
	var missing *MissingError
	var refused *refusedError
	var moved *movedError
	var loop *loopError
	var fault *transport.Error
	switch {
	case errors.As(err, &missing):
		return failure{result.CauseNoCredentials, missing.Reason, missing.Fix}
	case errors.As(err, &refused):
		return explainRefusal(refused, v)
	case errors.As(err, &moved):
		return failure{result.CauseService, moved.Error(), "run it again when less changes there, or narrow the list with the source's filters"}
	case errors.As(err, &loop):
		return failure{result.CauseProtocol, loop.Error(), "run it again; if it stays so, the service has a fault in its paging: tell its vendor"}
	case v == nil:
		return failureOf(optix.Explain(err, n))
	case errors.As(err, &fault):
		return explainTransport(fault, v, n)
	}
	return failure{result.CauseProtocol, err.Error(), v.fixAddress()}
}

func failureOf(f result.Fault) failure { return failure{f.Cause, f.Reason, f.Fix} }

func explainRefusal(e *refusedError, v *vendor) failure {
	f := failure{cause: result.CauseService, reason: e.Error(), fix: "check the source's filters in the config"}
	if e.unauthorized {
		f.cause, f.fix = result.CauseUnauthorized, v.fixCredentials()
	}
	return f
}

// explainTransport takes the service's own words out of an error where they may
// hold the data of people.
func explainTransport(fault *transport.Error, v *vendor, n result.Names) failure {
	e := *fault
	if v.personal && e.Class != transport.ClassBody {
		e.Message = ""
	}
	f := failureOf(transport.Explain(&e, n))
	if e.Status == http.StatusBadRequest {
		f.fix = "check the source's filters in the config"
	}
	return f
}
