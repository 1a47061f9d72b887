package optix

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/scangate/scangate/internal/transport"
)

// The failures that the reference lists, and three statuses that gateways in front
// of the service are known for. An [Error] wraps one of them.
var (
	ErrNoKey        = errors.New("the service received no API key")
	ErrUnauthorized = errors.New("the service refused the API key")
	ErrForbidden    = errors.New("access was forbidden")
	ErrUser         = errors.New("the API key belongs to no customer")
	ErrArguments    = errors.New("the service refused the parameters")
	ErrFilter       = errors.New("the service refused a filter")
	ErrTimeRange    = errors.New("the service has too much traffic for one answer")
	ErrAddresses    = errors.New("the service refused the list of addresses")
	ErrResource     = errors.New("the address has no such API")

	// ErrScanNotFound: just after a submission it may only mean that the service
	// has not stored the scan yet.
	ErrScanNotFound = errors.New("the service does not know the scan")
	// ErrTaskNotFound: the address that accepted a task has no result of it.
	ErrTaskNotFound = errors.New("the service does not know the task")
	// ErrTooLarge: the service refuses an upload because of its size. A 413 to
	// another request is not one: the upload before it was accepted.
	ErrTooLarge = errors.New("the upload is too large for the service")
)

// Error is a request that failed.
type Error struct {
	// Kind is one of the Err values above, or nil for a failure that the
	// reference doesn't list.
	Kind error
	// Err has the details.
	Err *transport.Error
	// ScanID is the scan that [ErrScanNotFound] is about.
	ScanID string
}

// Error says what happened and where.
func (e *Error) Error() string {
	if e.Kind == nil {
		return e.Err.Error()
	}
	text := fmt.Sprintf("%v%s (%s, status %d)", e.Kind, e.Err.Said(), e.Err.Where(), e.Err.Status)
	if e.ScanID != "" {
		text = fmt.Sprintf("scan %q: %s", e.ScanID, text)
	}
	return text
}

// Unwrap returns the kind and the error of the transport.
func (e *Error) Unwrap() []error {
	if e.Kind == nil {
		return []error{e.Err}
	}
	return []error{e.Kind, e.Err}
}

// FileChangedError is a file whose size is not the planned one, so that its content
// may not be the planned one either.
type FileChangedError struct {
	Path string
	// Planned and Got are sizes in bytes. Got is Planned+1 for any larger file.
	Planned, Got int64
}

// Error says which file changed, and both sizes.
func (e *FileChangedError) Error() string {
	got := fmt.Sprintf("read %d bytes", e.Got)
	if e.Got > e.Planned {
		got = "read more"
	}
	return fmt.Sprintf("%s: changed during the run: planned %d bytes, %s", e.Path, e.Planned, got)
}

// withScan names the scan that the service does not know.
func withScan(err error, scanID string) error {
	if e, ok := errors.AsType[*Error](err); ok && errors.Is(e.Kind, ErrScanNotFound) {
		e.ScanID = scanID
	}
	return err
}

// withTask says what a 404 means where the address has accepted a task.
func withTask(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && errors.Is(e.Kind, ErrResource) {
		e.Kind = ErrTaskNotFound
	}
	return err
}

// kindOf returns the failure of the reference that an error is, or nil.
func kindOf(t *transport.Error) error {
	if t.Class != transport.ClassStatus {
		return nil
	}
	switch t.Status {
	case http.StatusBadRequest:
		return badRequest(t)
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound:
		return ErrResource
	case http.StatusRequestEntityTooLarge:
		if t.Method == http.MethodPost {
			return ErrTooLarge
		}
	}
	return nil
}

// badRequest distinguishes the answers of status 400 by the texts of the reference.
func badRequest(t *transport.Error) error {
	for _, known := range []struct {
		text string
		kind error
	}{
		{"apikey not provided", ErrNoKey},
		{"unable to retrieve user", ErrUser},
		{"proper arguments not provided", ErrArguments},
		{"unable to find the scan", ErrScanNotFound},
		{"alert type not supported", ErrFilter},
		{"provider type not supported", ErrFilter},
		{"account ids", ErrFilter},
		{"can only set one of the filters", ErrFilter},
		{"days cannot be", ErrFilter},
		{"is not in proper format", ErrFilter},
		{"invalid date format", ErrFilter},
		{"should come after", ErrFilter},
		{"pageable size", ErrFilter},
		{"page number should be", ErrFilter},
		{"provider not provided", ErrFilter},
		{"container-type", ErrFilter},
		{"not supported", ErrFilter}, // Provider <<provider>> not supported
		{"invalid data", ErrFilter},
		{"retry using parameters", ErrTimeRange},
		{"data object invalid", ErrAddresses},
	} {
		if t.Says(known.text) {
			return known.kind
		}
	}
	return nil
}
