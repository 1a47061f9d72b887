package scan

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func testFault(reason string) result.Fault {
	return result.Fault{Cause: result.CauseService, Reason: reason, Fix: "none"}
}

func TestOnlyPendingRowsChange(t *testing.T) {
	t.Parallel()
	plan := planOf("iac:a", "iac:b", "iac:c", "iac:d")
	plan.Rows[2].Status = result.Skipped
	plan.Rows[3].Submissions = []string{"s0"}
	l := newLedger(plan.Rows)
	l.answer("iac:a", result.BySubmission)
	l.fail("iac:a", testFault("a"))
	l.fail("iac:b", testFault("b"))
	l.answer("iac:b", result.ByName)
	l.answer("iac:c", result.ByName)
	l.answer("iac:unknown", result.ByName)
	l.addSubmission([]string{"iac:a", "iac:d", "iac:unknown"}, "s1")
	l.addSubmission([]string{"iac:a"}, "s1")

	want := []result.Row{
		{Target: plan.Rows[0].Target, Status: result.Answered, Evidence: result.BySubmission, Submissions: []string{"s1"}},
		{Target: plan.Rows[1].Target, Status: result.Failed, Fault: testFault("b")},
		{Target: plan.Rows[2].Target, Status: result.Skipped},
		{Target: plan.Rows[3].Target, Status: result.Failed, Submissions: []string{"s0", "s1"}, Fault: result.Fault{
			Cause: result.CauseNotAnswered, Reason: "internal error: the target was not submitted", Fix: "report this line as a bug of scangate",
		}},
	}
	if diff := cmp.Diff(want, l.close(notAsked())); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if len(plan.Rows[3].Submissions) != 1 {
		t.Error("the plan's row was changed")
	}
}

func TestFirstFaultCountsUnlessAnswered(t *testing.T) {
	t.Parallel()
	l := newLedger(planOf("image:a", "image:b").Rows)
	for _, id := range []string{"image:a", "image:b"} {
		l.failUnlessAnswered(id, testFault("first"))
		l.failUnlessAnswered(id, testFault("second"))
	}
	l.answer("image:b", result.ByName)
	rows := l.close(notAsked())
	if rows[0].Reason != "first" || rows[1].Status != result.Answered {
		t.Errorf("rows %+v", rows)
	}
}

func TestLedgerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	l := newLedger(planOf("iac:a", "iac:b").Rows)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			l.addSubmission([]string{"iac:a", "iac:b"}, "s")
			l.failUnlessAnswered("iac:a", testFault("a"))
			l.answer("iac:b", result.ByName)
			_ = l.pending(result.KindIaC)
		})
	}
	all.Wait()
	if rows := l.close(notAsked()); len(rows[0].Submissions) != 1 || rows[1].Status != result.Answered {
		t.Errorf("rows %+v", rows)
	}
}
