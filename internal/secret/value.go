package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// Redacted stands in texts in place of a credential.
const Redacted = "[redacted]"

// Value is a credential. However it is printed, encoded or logged, it shows itself
// as [Redacted]; only Reveal returns it.
type Value string

// Reveal returns the credential itself.
func (v Value) Reveal() string { return string(v) }

// String returns [Redacted].
func (v Value) String() string { return Redacted }

// GoString returns [Redacted].
func (v Value) GoString() string { return Redacted }

// Format writes [Redacted] for every verb: for a verb that doesn't fit, fmt would
// print the value itself.
func (v Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalText returns [Redacted].
func (v Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// LogValue returns [Redacted].
func (v Value) LogValue() slog.Value { return slog.StringValue(Redacted) }
