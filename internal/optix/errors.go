package optix

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/scangate/scangate/internal/transport"
)

// The failures that the reference lists, and the three statuses that gateways
// before the service are known for. An [Error] wraps one of them.
var (
	ErrNoKey        = errors.New("no API key was sent")
	ErrUnauthorized = errors.New("the API key was refused")
	ErrForbidden    = errors.New("access was forbidden")
	ErrUser         = errors.New("the API key belongs to no customer")
	ErrArguments    = errors.New("the service refuses the parameters")
	// ErrScanNotFound: just after a submission it may only mean that the service
	// has not stored the scan yet.
	ErrScanNotFound = errors.New("the service does not know the scan")
	ErrResource     = errors.New("there is no such API at this address")
	// ErrTooLarge: an upload was refused for its size. A 413 to a question is a
	// fault like any other: the upload before it was accepted.
	ErrTooLarge = errors.New("the upload is too large for the service")

	ErrAlertType = errors.New("the service does not know the alert type")
	ErrProvider  = errors.New("the service does not know the provider")
	ErrAccount   = errors.New("the service does not know the account")
	ErrFilters   = errors.New("days and last-seen dates exclude each other")
	ErrDays      = errors.New("days must be 1 to 365")
	ErrDate      = errors.New("the service can't read the date")
	ErrDateOrder = errors.New("the last-seen dates are in the wrong order")
	ErrPageSize  = errors.New("a page holds at most 50 alerts")
)

// Error is a request that failed. Kind is one of the Err values above, or nil
// where the reference doesn't list the failure; Err says the rest.
type Error struct {
	Kind error
	Err  *transport.Error
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

// Unwrap makes errors.Is find the kind and errors.As the transport's error.
func (e *Error) Unwrap() []error {
	if e.Kind == nil {
		return []error{e.Err}
	}
	return []error{e.Kind, e.Err}
}

// FileChangedError is a file whose size at upload is not the planned one: its
// content may be another one than was decided on.
type FileChangedError struct {
	Path    string
	Planned int64
	// Got is the size that was read; one byte more than planned stands for any
	// larger size.
	Got int64
}

// Error says which file and both sizes.
func (e *FileChangedError) Error() string {
	if e.Got > e.Planned {
		return fmt.Sprintf("%s: changed during the run: planned %d bytes, it is larger now; run again when nothing writes to it", e.Path, e.Planned)
	}
	return fmt.Sprintf("%s: changed during the run: planned %d bytes, read %d; run again when nothing writes to it", e.Path, e.Planned, e.Got)
}

// withScan names the scan that the service does not know.
func withScan(err error, scanID string) error {
	if e, ok := errors.AsType[*Error](err); ok && errors.Is(e.Kind, ErrScanNotFound) {
		e.ScanID = scanID
	}
	return err
}

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

// badRequest tells the 400s apart by the reference's texts.
func badRequest(t *transport.Error) error {
	for _, known := range []struct {
		text string
		kind error
	}{
		{"apikey not provided", ErrNoKey},
		{"unable to retrieve user", ErrUser},
		{"proper arguments not provided", ErrArguments},
		{"unable to find the scan", ErrScanNotFound},
		{"alert type not supported", ErrAlertType},
		{"provider type not supported", ErrProvider},
		{"account ids", ErrAccount},
		{"can only set one of the filters", ErrFilters},
		{"days cannot be", ErrDays},
		{"is not in proper format", ErrDate},
		{"invalid date format", ErrDate},
		{"should come after", ErrDateOrder},
		{"pageable size", ErrPageSize},
	} {
		if t.Says(known.text) {
			return known.kind
		}
	}
	return nil
}
