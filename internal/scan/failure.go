package scan

import (
	"context"
	"errors"
	"fmt"

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

func (f *failure) Error() string { return f.reason }

// fatal reports whether every other request will fail in the same way.
func (f *failure) fatal() bool {
	return f.cause == result.CauseUnauthorized
}

func protocol(reason string) *failure {
	return &failure{result.CauseProtocol, reason,
		"check that --endpoint is the Cloud Optix API; if it is, the service has changed: look for a newer scangate"}
}

func service(reason, fix string) *failure {
	return &failure{result.CauseService, reason, fix}
}

func quotaFull() *failure {
	return &failure{result.CauseQuota, "the service's quota has no room for the images of this submission",
		"free or extend the quota of the Cloud Optix licence, or exclude images with --exclude"}
}

func unreadable(e *unreadableError) *failure {
	return &failure{result.CauseUnreadable, e.Error(),
		"make the file readable and leave it alone while it is scanned, or exclude it with --exclude"}
}

func unreadImage(img optix.Image) *failure {
	reason, fix := optix.Explain(img.Err)
	return &failure{result.CauseProtocol, fmt.Sprintf("the result of image %s: %s", img.FullTag, reason), fix}
}

func notNamed(image string) *failure {
	return &failure{result.CauseNotAnswered,
		fmt.Sprintf("the service's answer does not name it: it could not pull it, or calls %s by another name", image),
		"make sure that Cloud Optix can pull it, or exclude it with --exclude"}
}

func neverAsked() *failure {
	return &failure{result.CauseNotAnswered, "nothing was asked for it", "this is a bug of scangate: please report it"}
}

// explain turns any error of a run into a failure.
func explain(ctx context.Context, err error) *failure {
	var known *failure
	switch {
	case ctx.Err() != nil && cutOff(ctx, err):
		return explainEnd(ctx, err)
	case errors.As(err, &known):
		return known
	}
	return explainFault(err)
}

// explainEnd is for errors that came of the end of the run: a refused key
// elsewhere, a signal, or the deadline, where a fault before it counts more
// than the deadline itself.
func explainEnd(ctx context.Context, err error) *failure {
	var elsewhere *failure
	var wait *waiting
	switch {
	case errors.As(context.Cause(ctx), &elsewhere):
		return elsewhere
	case !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &failure{result.CauseInterrupted, fmt.Sprintf("the run was ended: %v", context.Cause(ctx)), "run the scan again"}
	case errors.As(err, &wait):
		return &failure{result.CauseTimeout, "not done by the deadline: " + wait.what, "give the service more time with --timeout"}
	}
	f := explainFault(err)
	f.reason = "gave up at the deadline: " + f.reason
	return f
}

// explainFault classes an error by its type; the words are the error's own.
func explainFault(err error) *failure {
	var decode *optix.DecodeError
	var fault *transport.Error
	reason, fix := optix.Explain(err)
	f := &failure{result.CauseService, reason, fix}
	switch {
	// A key was sent, or nothing would have been asked: ErrNoKey too is a refusal,
	// and none that --on-no-credentials speaks of.
	case errors.Is(err, optix.ErrUnauthorized), errors.Is(err, optix.ErrUser), errors.Is(err, optix.ErrNoKey):
		f.cause = result.CauseUnauthorized
	case refusedForSize(err):
		f.cause = result.CauseTooLarge
		f.fix = "make the file smaller, or exclude it with --exclude"
	case errors.As(err, &decode):
		f.cause = result.CauseProtocol
	case errors.As(err, &fault):
		f.cause = transportCause(fault.Class)
	}
	if f.fix == "" {
		f.fix = "run the scan again"
	}
	return f
}

func transportCause(c transport.Class) result.Cause {
	switch c {
	case transport.ClassStatus:
		return result.CauseService
	case transport.ClassInput, transport.ClassBody, transport.ClassTooLarge:
		return result.CauseProtocol
	}
	return result.CauseNetwork
}
