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

func unreadImage(img optix.Image, n result.Names) *failure {
	f := optix.Explain(img.Err, n)
	return &failure{result.CauseProtocol, fmt.Sprintf("the result of image %s: %s", img.FullTag, f.Reason), f.Fix}
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
func explain(ctx context.Context, err error, n result.Names) *failure {
	f := transport.ExplainEnd(ctx, err, n, func(err error, n result.Names) result.Fault {
		if known, ok := errors.AsType[*failure](err); ok {
			return known.fault()
		}
		return optix.Explain(err, n)
	})
	return &failure{f.Cause, f.Reason, f.Fix}
}

func (f *failure) fault() result.Fault {
	return result.Fault{Cause: f.cause, Reason: f.reason, Fix: f.fix}
}
