//go:build unix

package cli_test

import (
	"fmt"
	"syscall"
	"testing"
)

// The runner of a cancelled job signals the shell alone; on Windows it signals every process of the
// console. The program's own code is the step's, however often it is signaled.
func TestRunStepPassesSignalsOn(t *testing.T) {
	t.Parallel()
	for sig, code := range map[syscall.Signal]int{syscall.SIGHUP: 129, syscall.SIGTERM: 143} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			// A shell can't trap SIGINT here: in the background it is ignored from the start.
			// It ends at the third signal, after some work.
			s := newRunStep(t, fmt.Sprintf("n=0\ntrap 'n=$((n+1)); : >\"$OUTPUT.$n\"' HUP INT TERM\n: >\"$OUTPUT.0\"\nwhile [ $n -lt 3 ]; do sleep 0.01; done\necho partial >\"$OUTPUT.json\"\nexit %d\n", code))
			cmd := scriptCommand(t, 1, s.env)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for n := range 3 {
				waitFor(t, fmt.Sprintf("%s.%d", s.outputs, n))
				if err := cmd.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
			}
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != code || contentOf(t, s.outputs+".json") == "" {
				t.Errorf("exit %d, want %d after the program's work", got, code)
			}
		})
	}
}
