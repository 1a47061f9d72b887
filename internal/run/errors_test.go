package run

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// A deadline is named as the flag that set it.
func TestEarlyDeadline(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithDeadline(t.Context(), time.Time{})
	defer cancel()
	for text, err := range map[string]error{
		"--timeout was over before all targets were found; fix: raise --timeout":                              ctx.Err(),
		"git: list the files of /src: --timeout was over before all targets were found; fix: raise --timeout": fmt.Errorf("git: list the files of /src: %w", ctx.Err()),
	} {
		if got := early(ctx, err).Error(); got != text {
			t.Errorf("got  %s\nwant %s", got, text)
		}
	}
	if err := early(t.Context(), context.DeadlineExceeded); err != context.DeadlineExceeded {
		t.Errorf("a deadline of something else: %v", err)
	}
}
