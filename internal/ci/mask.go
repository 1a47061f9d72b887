package ci

import (
	"io"
	"strings"
)

// shortestMask is the length from which a secret is masked: a mask of a few
// letters blots them out wherever they stand in the log.
const shortestMask = 6

// Mask has the host hide a secret in the job's log from here on. w must lead to
// the log as it is: what is written is a command to the host
// (https://docs.github.com/actions, "Masking a value in a log"), and a
// neutralised command is none. Of a secret of several lines each is masked, as
// logs have lines.
//
// Where w can't be written, no log is either.
func (s *Step) Mask(w io.Writer, secret string) {
	for line := range strings.FieldsFuncSeq(secret, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if line = strings.TrimSpace(line); len(line) >= shortestMask {
			_ = guard(func() { s.action(w).AddMask(line) })
		}
	}
}
