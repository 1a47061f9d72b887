package alerts

import (
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// What the search has no documented name for is chosen from the incidents that
// were read, by the fields that they have.
func TestWorkflowChoice(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		entry []string
		want  int
	}{
		"all":               {nil, 40},
		"engine":            {[]string{"engines", "glba"}, 40},
		"another engine":    {[]string{"engines", "PCI"}, 0},
		"source":            {[]string{"integrationType", "ZscalerDLP"}, 40},
		"a field of nulls":  {[]string{"sourceType", "x"}, 0},
		"incident group":    {[]string{"incidentGroupIds", "1"}, 20},
		"both must fit":     {[]string{"incidentGroupIds", "1", "engines", "PCI"}, 0},
		"the search's, too": {[]string{"incidentGroupIds", "7", "severity", "HIGH"}, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, "3", &fakeWorkflow{shelf: shelf{n: 50}, life: time.Hour, age: time.Hour})
				row, found := w.ask(t.Context(), t, o, mustSource(t, append([]string{"source", "zscaler-workflow"}, tt.entry...)...))
				if row.Status != result.Answered || len(found) != tt.want {
					t.Errorf("%s, %d findings, want %d: %s", row.Status, len(found), tt.want, row.Reason)
				}
			})
		})
	}
}

// A transaction's incidents are asked for by its own call, all pages of it; one
// that isn't there is no empty list.
func TestWorkflowTransactions(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "3", &fakeWorkflow{shelf: shelf{n: 50}, life: time.Hour, age: time.Hour})
		row, found := w.ask(t.Context(), t, o, mustSource(t, "source", "zscaler-workflow", "transactionId", "16786974353290000003|16786974353290000005"))
		if row.Status != result.Answered || len(found) != 4 {
			t.Errorf("%s, %d findings: %s", row.Status, len(found), row.Reason)
		}
		row, _ = w.ask(t.Context(), t, o, mustSource(t, "source", "zscaler-workflow", "transactionId", "99"))
		if row.Status != result.Failed || !strings.Contains(row.Reason, "404") {
			t.Errorf("%s: %s", row.Status, row.Reason)
		}
	})
}
