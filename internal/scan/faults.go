package scan

import (
	"context"
	"fmt"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/transport"
)

// isFatal reports whether every other request would fail in the same way.
func isFatal(f result.Fault) bool { return f.Cause == result.CauseUnauthorized }

// protocolError is for an answer that contradicts the question or itself.
func protocolError(n result.Names, reason string) error {
	return &result.FaultError{Fault: result.Fault{
		Cause:  result.CauseProtocol,
		Reason: reason,
		Fix:    fmt.Sprintf("check that %s is the address of the Cloud Optix API; if it is, look for a newer scangate", n.Address),
	}}
}

// failedError is for a task or scan that the service reports as failed.
func failedError(reason, fix string) error {
	return &result.FaultError{Fault: result.Fault{Cause: result.CauseService, Reason: reason, Fix: fix}}
}

func quotaError(n result.Names) error {
	return &result.FaultError{Fault: result.Fault{
		Cause:  result.CauseQuota,
		Reason: "the quota of the service has no room for the images of this submission",
		Fix:    fmt.Sprintf("free or extend the quota of the Cloud Optix licence, or exclude images with %s", n.ExcludeImage),
	}}
}

func unreadable(n result.Names, e *unreadableError) result.Fault {
	return result.Fault{
		Cause:  result.CauseUnreadable,
		Reason: e.Error(),
		Fix:    fmt.Sprintf("make the file readable and don't change it during the scan, or exclude it with %s", n.Exclude),
	}
}

func unreadImage(n result.Names, image string, err error) result.Fault {
	f := optix.Explain(err, n)
	f.Reason = fmt.Sprintf("the result of image %s: %s", image, f.Reason)
	return f
}

func notNamed(n result.Names, image string) result.Fault {
	return result.Fault{
		Cause:  result.CauseNotAnswered,
		Reason: fmt.Sprintf("the answer of the service does not name %s: the service could not pull the image, or uses another name for it", image),
		Fix:    fmt.Sprintf("make sure that Cloud Optix can pull the image, or exclude it with %s", n.ExcludeImage),
	}
}

// builtHere is why an image needs no answer that the service can't pull.
func builtHere(t result.Target) result.Fault {
	return result.Fault{
		Cause:  result.CauseBuiltHere,
		Reason: fmt.Sprintf("the service can't pull it, and an image of this name is built here from %s", t.BuiltFrom),
	}
}

func notAsked() *result.Fault {
	return &result.Fault{
		Cause:  result.CauseNotAnswered,
		Reason: "internal error: the target was not submitted",
		Fix:    safe.Fix,
	}
}

// explain turns any error of a run into a fault.
func explain(ctx context.Context, err error, n result.Names) result.Fault {
	return transport.ExplainEnd(ctx, err, n, optix.Explain)
}
