//go:build linux && (amd64 || arm64) && !race

// The race detector's runtime ends the process by itself when memory is short.

package cli_test

import (
	"syscall"
	"testing"
	"unsafe"
)

// Where the machine has no more memory, Go's runtime ends the process. Its code is not 0, and no
// report is left.
func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	h := holdRun(t, alertsService(1_000_000, "main.tf"), "/detailedReport")
	limit := syscall.Rlimit{Cur: 1, Max: 1} // what the process has, it keeps
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(h.cmd.Process.Pid), syscall.RLIMIT_AS, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if errno != 0 {
		t.Skip("this system limits no other process: ", errno)
	}
	h.answer()
	if code, status := h.wait(); code != 2 && !status.Signaled() {
		t.Errorf("exit %d, want Go's own 2: %s", code, h.said)
	}
	if names := h.left(t); len(names) > 0 {
		t.Errorf("left %v", names)
	}
}
