//go:build !unix

package render

import "os/exec"

// isSupported reports whether this system can bound what tools do.
const isSupported = false

func inGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
