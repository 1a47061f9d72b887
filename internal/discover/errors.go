package discover

import (
	"fmt"

	"github.com/scangate/scangate/internal/result"
)

// UsageError says that what was asked for makes no sense: exit code 2.
type UsageError struct {
	// What was given, for example "--iac" or "PATH", and its value.
	What, Value string
	// Location is where the value stands, nil for the command line.
	Location *result.Location
	// Msg says what is wrong and what to do.
	Msg string
}

// Error is [path:line: ]what "value": message.
func (e *UsageError) Error() string {
	text := fmt.Sprintf("%s %q: %s", e.What, e.Value, e.Msg)
	if e.Location != nil {
		text = fmt.Sprintf("%s:%d: %s", e.Location.Path, e.Location.Line, text)
	}
	return text
}
