package discover

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/result"
)

// withheld returns why a file is not sent, nil if it may be. A row with the fault is
// failed, not skipped, because the user has not chosen to leave it out.
func (s *selection) withheld(o *opener, c candidate, size int64, content []byte) (*result.Fault, error) {
	if !utf8.ValidString(c.path) {
		return s.invalidName(c.path), nil
	}
	secret, err := s.secretIn(o, c, size, content)
	if secret == "" {
		return nil, err
	}
	fix := "remove the secret"
	if secret == byItsName {
		fix = "rename the file if it holds no secret"
	}
	return &result.Fault{
		Cause:  result.CauseSensitive,
		Reason: fmt.Sprintf("%s: not sent: %s", c.path, secret),
		Fix:    fix + ", exclude the file, or send it anyway with " + s.Names.IncludeSensitive,
	}, err
}

// invalidName returns the fault of a file or folder whose name is not UTF-8. Neither a
// request nor a report can hold the name.
func (s *selection) invalidName(path string) *result.Fault {
	return &result.Fault{
		Cause:  result.CauseInvalidName,
		Reason: path + ": the name is not UTF-8: neither an upload nor a report can hold it",
		Fix:    fmt.Sprintf("rename it, or exclude it with %s '%s'", s.Names.Exclude, globOf(path)),
	}
}

// globOf returns a pattern that matches a path and that can be typed: ? stands for all
// characters that can't, and for those that have a meaning in globs or shells.
func globOf(path string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) || strings.ContainsRune(`*[]{}\'`, r) {
			return '?'
		}
		return r
	}, path)
}
