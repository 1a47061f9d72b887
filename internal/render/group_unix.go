//go:build unix

package render

import (
	"os/exec"
	"syscall"
)

// IsSupported reports whether this system can bound what tools do.
const IsSupported = true

// inGroup makes a command the leader of a process group of its own.
func inGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills a command and everything that it has started.
func killGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
