//go:build !windows

package cli

import "os"

// takesSequences reports whether a stream takes escape sequences; TERM says where one does not.
func takesSequences(*os.File) bool { return true }
