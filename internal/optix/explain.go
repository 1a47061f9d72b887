package optix

import (
	"errors"
	"fmt"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// Explain turns an error of this package into the fault of a row. It refines
// [transport.Explain] for the failures that the reference lists.
func Explain(err error, n result.Names) result.Fault {
	f := transport.Explain(err, n)
	if errors.Is(err, ErrTooLarge) {
		f.Cause, f.Fix = result.CauseTooLarge, "make the file smaller, or exclude it with "+n.Exclude
	}
	if _, ok := errors.AsType[*FileChangedError](err); ok {
		f.Cause, f.Fix = result.CauseUnreadable, "run again while nothing writes to the file"
	}
	if e, ok := errors.AsType[*Error](err); ok {
		f.Reason = e.Error()
		if e.Kind != nil {
			f.Cause, f.Fix = e.explain(f, n)
		}
	}
	return f
}

// explain returns the cause and the fix of a failure that the reference lists.
// byStatus is the fault by its status alone.
func (e *Error) explain(byStatus result.Fault, n result.Names) (result.Cause, string) {
	switch {
	case errors.Is(e.Kind, ErrNoKey):
		// A key was sent, because nothing is asked without one.
		return result.CauseUnauthorized, "check the key in " + n.Key + ", and that no proxy removes the Authorization header"
	case errors.Is(e.Kind, ErrUnauthorized):
		return result.CauseUnauthorized, "check the key in " + n.Key + ": it may have expired, or been replaced by a newer key"
	case errors.Is(e.Kind, ErrUser):
		return result.CauseUnauthorized, "check that the key in " + n.Key + " was generated in the account that you mean"
	case errors.Is(e.Kind, ErrForbidden):
		// A proxy or a firewall may have answered for the service.
		return result.CauseService, byStatus.Fix
	case errors.Is(e.Kind, ErrArguments):
		return result.CauseService, fmt.Sprintf("check %s, %s, %s and %s", n.RepoURL, n.Branch, n.Image, n.Policy)
	case errors.Is(e.Kind, ErrScanNotFound), errors.Is(e.Kind, ErrTaskNotFound):
		return result.CauseService, "run the scan again"
	case errors.Is(e.Kind, ErrFilter):
		return result.CauseService, "check the settings of the alert source"
	}
	return byStatus.Cause, byStatus.Fix
}
