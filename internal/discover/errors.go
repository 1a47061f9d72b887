package discover

import (
	"fmt"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/secret"
)

// UsageError says that a setting or an argument can't be used: exit code 2.
type UsageError struct {
	// Name is what the user calls it, and Value what was given.
	Name, Value string
	// Location is where the value stands, nil for the command line.
	Location *result.Location
	// Msg says what is wrong and what to do.
	Msg string
}

// Error returns [path:line: ]name "value": message, without a password in the value.
func (e *UsageError) Error() string {
	text := fmt.Sprintf("%s %q: %s", e.Name, secret.HidePassword(e.Value), e.Msg)
	if e.Location != nil {
		text = fmt.Sprintf("%s:%d: %s", e.Location.Path, e.Location.Line, text)
	}
	return text
}
