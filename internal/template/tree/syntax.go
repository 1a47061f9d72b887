package tree

import "fmt"

// SyntaxError says why a text can't be read. Line and Col are 1-based; Col is 0 if
// it is not known. Package tree leaves Path and Language empty.
type SyntaxError struct {
	Path      string
	Line, Col int
	Msg       string
	// TooLarge is set for a text beyond a bound of this program. It may be valid.
	TooLarge bool
	// Language is what the text was read as.
	Language string
}

// Error returns path:line:col: message (read as language).
func (e *SyntaxError) Error() string {
	where := fmt.Sprintf("%s:%d", e.Path, e.Line)
	if e.Col > 0 {
		where = fmt.Sprintf("%s:%d", where, e.Col)
	}
	if e.Language == "" {
		return where + ": " + e.Msg
	}
	return fmt.Sprintf("%s: %s (read as %s)", where, e.Msg, e.Language)
}
