//go:build unix

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// isClosed reports whether a stream may have been closed when the process started. Go then opens
// the null device for it, for reading and writing, where > /dev/null only writes. Some programs
// discard the output of others in the same way, so that this is not an error
// (https://github.com/golang/go/blob/go1.21.0/src/runtime/fds_unix.go).
func isClosed(f *os.File) bool {
	null, err := os.Stat(os.DevNull)
	if err != nil {
		return false
	}
	info, err := f.Stat()
	if err != nil || !os.SameFile(info, null) {
		return err != nil
	}
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
}
