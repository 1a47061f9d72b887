package transport

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted stands wherever a secret would be shown.
const redacted = "[redacted]"

// Secret is a credential. However it is printed, encoded or logged, it shows
// itself as "[redacted]"; only Reveal gives it out.
type Secret string

// Reveal returns the credential itself.
func (s Secret) Reveal() string { return string(s) }

// String returns "[redacted]".
func (s Secret) String() string { return redacted }

// GoString returns "[redacted]".
func (s Secret) GoString() string { return redacted }

// Format writes "[redacted]" for every verb: for a verb that doesn't fit, fmt
// would print the value itself.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText returns "[redacted]".
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns "[redacted]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
