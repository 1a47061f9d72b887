package run

import (
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// A run that a signal ended after all answers has no target without an answer.
func TestWhyAReportIsNotWritten(t *testing.T) {
	t.Parallel()
	answered, failed := rowOf("a", result.Answered, result.Fault{}), rowOf("b", result.Failed, result.Fault{Cause: result.CauseNetwork})
	for want, res := range map[string]*result.Result{
		"sarif: not written: the run ended early, ":         {Ledger: []result.Row{answered}, Interrupted: 130},
		"sarif: not written: some targets have no answer, ": {Ledger: []result.Row{answered, failed}, Interrupted: 130},
	} {
		if got := notWritten([]string{"sarif"}, res); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
