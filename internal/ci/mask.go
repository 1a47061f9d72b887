package ci

import (
	"io"
	"strings"
)

// shortestMask is the length, in bytes, from which a secret is masked. A mask of a few letters
// would hide these everywhere in the log.
const shortestMask = 6

// Mask makes the host hide a secret in the job's log from now on. It writes a command
// (https://docs.github.com/actions, "Masking a value in a log"), which must reach the log
// unchanged. Each line of a secret is masked, because logs have lines.
//
// Errors are dropped: if w can't be written, neither can the log.
func (s *Step) Mask(w io.Writer, secret string) {
	for line := range strings.FieldsFuncSeq(secret, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if line = strings.TrimSpace(line); len(line) >= shortestMask {
			_ = guard(func() { s.action(w).AddMask(line) })
		}
	}
}
