package ci

import (
	"io"
	"strings"

	"github.com/sethvargo/go-githubactions"
)

// shortestMask is the length from which a secret is masked: a mask of a few
// letters blots them out wherever they stand in the log.
const shortestMask = 8

// Mask has the host hide a secret in the job's log from here on. The host masks
// its own secrets by itself; this is for keys that came from a file or standard
// input. w must lead to the log as it is: what is written is a command to the
// host (https://docs.github.com/actions, "Masking a value in a log"), and a
// neutralised command is none. Where the host has no such command nothing is
// written.
func (h Host) Mask(w io.Writer, secret string) {
	if h.Name != "github" || len(secret) < shortestMask || strings.ContainsAny(secret, "\r\n") {
		return
	}
	githubactions.New(githubactions.WithWriter(w)).AddMask(secret)
}
