package change

import (
	"testing"
)

func TestAFileThatWasNotComparedIsTouched(t *testing.T) {
	t.Parallel()
	s := &Scope{differs: map[string]bool{"same": false, "other": true}}
	for file, want := range map[string]bool{"same": false, "other": true, "unknown": true} {
		if got := s.touched(file); got != want {
			t.Errorf("%s: touched is %v, want %v", file, got, want)
		}
	}
}
