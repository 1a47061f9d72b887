package scan

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func TestOnlyPendingRowsChange(t *testing.T) {
	t.Parallel()
	plan := planOf("iac:a", "iac:b", "iac:c", "iac:d")
	plan.Rows[2].Status = result.Skipped
	plan.Rows[3].Submissions = []string{"s0"}
	l := newLedger(plan.Rows)
	l.answer("iac:a", result.BySubmission)
	l.fail("iac:a", quotaFull())
	l.fail("iac:b", quotaFull())
	l.answer("iac:b", result.ByName)
	l.answer("iac:c", result.ByName)
	l.answer("iac:nobody", result.ByName)
	l.submitted([]string{"iac:a", "iac:d", "iac:nobody"}, "s1")
	l.submitted([]string{"iac:a"}, "s1")

	full, never := quotaFull(), neverAsked()
	want := []result.Row{
		{Target: plan.Rows[0].Target, Status: result.Answered, Evidence: result.BySubmission, Submissions: []string{"s1"}},
		{Target: plan.Rows[1].Target, Status: result.Failed, Fault: result.Fault{Cause: full.cause, Reason: full.reason, Fix: full.fix}},
		{Target: plan.Rows[2].Target, Status: result.Skipped},
		{Target: plan.Rows[3].Target, Status: result.Failed, Fault: result.Fault{Cause: never.cause, Reason: never.reason, Fix: never.fix}, Submissions: []string{"s0", "s1"}},
	}
	if diff := cmp.Diff(want, l.close(never)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if len(plan.Rows[3].Submissions) != 1 {
		t.Error("the plan's row was changed")
	}
}

func TestFirstDoubtCountsUnlessAnAnswerComes(t *testing.T) {
	t.Parallel()
	l := newLedger(planOf("image:a", "image:b").Rows)
	for _, id := range []string{"image:a", "image:b"} {
		l.doubt(id, quotaFull())
		l.doubt(id, protocol("later"))
	}
	l.answer("image:b", result.ByName)
	rows := l.close(neverAsked())
	if rows[0].Cause != result.CauseQuota || rows[1].Status != result.Answered {
		t.Errorf("rows %+v", rows)
	}
}

func TestLedgerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	l := newLedger(planOf("iac:a", "iac:b").Rows)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			l.submitted([]string{"iac:a", "iac:b"}, "s")
			l.doubt("iac:a", quotaFull())
			l.answer("iac:b", result.ByName)
			_ = l.pending(result.KindIaC)
		})
	}
	all.Wait()
	if rows := l.close(neverAsked()); len(rows[0].Submissions) != 1 || rows[1].Status != result.Answered {
		t.Errorf("rows %+v", rows)
	}
}
