//go:build !unix

package render

import "os/exec"

// IsSupported reports whether this system can bound what tools do.
const IsSupported = false

func inGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
