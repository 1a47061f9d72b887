package cli

import (
	"io"
	"os"
	"sync/atomic"
)

// closedOutput is a standard output that was closed when the process started. It notes what is
// written, and discards it.
type closedOutput struct{ lost atomic.Bool }

// Write discards p.
func (c *closedOutput) Write(p []byte) (int, error) {
	c.lost.Store(true)
	return len(p), nil
}

// standardOutput is that of this process.
func standardOutput() io.Writer {
	if isClosed(os.Stdout) {
		return &closedOutput{}
	}
	return os.Stdout
}
