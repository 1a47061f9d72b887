//go:build !unix

package cli

import "os"

// isClosed reports whether a stream was closed when the process started: writing to it fails then.
func isClosed(*os.File) bool { return false }
