package ci

import "io"

// onGitHub is a step with these variables.
func onGitHub(env map[string]string) *Step {
	return OnGitHub(func(name string) string {
		if name == "GITHUB_ACTIONS" {
			return "true"
		}
		return env[name]
	})
}

// broken is a stream that can't be written.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
