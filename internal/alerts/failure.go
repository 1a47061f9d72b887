package alerts

import (
	"context"
	"errors"
	"fmt"
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
func explain(ctx context.Context, err error, v *vendor) failure {
	var slow *tooLongError
	switch {
	case errors.As(err, &slow):
		return failure{result.CauseTimeout, slow.Error(), "narrow the list with " + slow.narrow + ", or give more time with --timeout"}
	case ctx.Err() == nil:
		return explainFault(err, v)
	case !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return failure{result.CauseInterrupted, fmt.Sprintf("interrupted: %v", context.Cause(ctx)), "run it again"}
	}
	if e, ok := errors.AsType[*transport.Error](err); !ok || e.Class == transport.ClassCanceled {
		return failure{result.CauseTimeout, "not read to its end by the deadline", "give it more time with --timeout, or narrow the list with the source's filters"}
	}
	f := explainFault(err, v)
	f.reason = "gave up at the deadline: " + f.reason
	return f
}

// explainFault classes an error by its type.
func explainFault(err error, v *vendor) failure {
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
		return explainOptix(err)
	case errors.As(err, &fault):
		return explainTransport(fault, v)
	}
	return failure{result.CauseProtocol, err.Error(), v.fixAddress()}
}

func explainOptix(err error) failure {
	reason, fix := optix.Explain(err)
	f := failure{result.CauseService, reason, fix}
	var decode *optix.DecodeError
	var fault *transport.Error
	switch {
	case errors.Is(err, optix.ErrUnauthorized), errors.Is(err, optix.ErrUser):
		f.cause = result.CauseUnauthorized
	case errors.Is(err, optix.ErrNoKey):
		f.cause = result.CauseNoCredentials
	case errors.As(err, &decode):
		f.cause = result.CauseProtocol
	case errors.As(err, &fault):
		f.cause = causeOf(fault)
	}
	return f
}

func explainRefusal(e *refusedError, v *vendor) failure {
	f := failure{cause: result.CauseService, reason: e.Error(), fix: "check the source's filters in the config"}
	if e.unauthorized {
		f.cause, f.fix = result.CauseUnauthorized, v.fixCredentials()
	}
	return f
}

// explainTransport takes the service's own words out of an error where they may
// hold the data of people.
func explainTransport(fault *transport.Error, v *vendor) failure {
	e := *fault
	if v.personal && e.Class != transport.ClassBody {
		e.Message = ""
	}
	f := failure{causeOf(&e), e.Reason(), e.Fix()}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		f.cause, f.fix = result.CauseUnauthorized, v.fixCredentials()
	case http.StatusNotFound:
		f.fix = v.fixAddress()
	case http.StatusBadRequest:
		f.fix = "check the source's filters in the config"
	case http.StatusTooManyRequests:
		f.fix = "something else uses up the service's rate limit: run it again later"
	case 0:
		f.fix = v.fixAddress()
	}
	return f
}

func causeOf(e *transport.Error) result.Cause {
	switch e.Class {
	case transport.ClassStatus:
		return result.CauseService
	case transport.ClassInput, transport.ClassBody, transport.ClassTooLarge:
		return result.CauseProtocol
	}
	return result.CauseNetwork
}
