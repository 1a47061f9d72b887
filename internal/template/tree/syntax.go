package tree

import "fmt"

// SyntaxError says why a text can't be read. Line and Col are 1-based; Col is 0 if
// it is not known. Package tree leaves Path empty.
type SyntaxError struct {
	Path      string
	Line, Col int
	Msg       string
	// TooLarge is set for a text beyond a bound of this program. It may be valid.
	TooLarge bool
}

// Error returns path:line:col: message.
func (e *SyntaxError) Error() string {
	if e.Col > 0 {
		return fmt.Sprintf("%s:%d:%d: %s", e.Path, e.Line, e.Col, e.Msg)
	}
	return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Msg)
}
