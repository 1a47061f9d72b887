package transport

import (
	"errors"
	"fmt"
	"net/http"
)

const maxRedirects = 3

// redirectError is a redirect that is not followed.
type redirectError struct{ reason string }

func (e *redirectError) Error() string { return e.reason }

// checkRedirect follows at most three redirects of a GET to the same scheme, host
// and port. Errors name only the host of the target: its query may hold a token.
func checkRedirect(req *http.Request, via []*http.Request) error {
	switch {
	case !sameOrigin(req.URL, via[0].URL):
		return &redirectError{fmt.Sprintf("to %s://%s: credentials are not sent there", req.URL.Scheme, req.URL.Host)}
	case via[0].Method != http.MethodGet:
		return &redirectError{"a " + via[0].Method + ": it is not sent twice"}
	case len(via) > maxRedirects:
		return &redirectError{fmt.Sprintf("more than %d times", maxRedirects)}
	default:
		return nil
	}
}

func isRedirect(err error) bool {
	var r *redirectError
	return errors.As(err, &r)
}
