package cli

import (
	"os"

	"golang.org/x/sys/windows"
)

// takesSequences reports whether a stream takes escape sequences, as all but a console do that is
// too old. A console takes them once it was asked to.
func takesSequences(f *os.File) bool {
	console := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(console, &mode) != nil {
		return true // not a console
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
