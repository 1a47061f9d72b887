package run

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/secret"
)

func rowOf(name string, s result.Status, f result.Fault) result.Row {
	row := result.Row{Target: result.Target{Kind: result.KindIaC, Name: name}, Status: s, Fault: f}
	if s == result.Answered {
		row.Evidence = result.BySubmission
	}
	return row
}

// Every planned target has a row, in the order of the plan; what is known of one is kept.
func TestCutShort(t *testing.T) {
	t.Parallel()
	ended, network := result.Fault{Cause: result.CauseInternal, Reason: "x"}, result.Fault{Cause: result.CauseNetwork}
	p := planned{plan: result.Plan{Rows: []result.Row{
		rowOf("a", result.Pending, result.Fault{}), rowOf("b", result.Pending, result.Fault{}),
		rowOf("c", result.Pending, result.Fault{}), rowOf("d", result.Skipped, result.Fault{Cause: result.CauseExcluded}), rowOf("e", result.Pending, result.Fault{}),
	}}}
	// The rows of a part that ended early may be missing, pending or empty.
	a := answers{rows: []result.Row{rowOf("e", result.Pending, result.Fault{}), {}, rowOf("c", result.Failed, network), rowOf("b", result.Answered, result.Fault{})}}
	want := []result.Row{
		rowOf("a", result.Failed, ended), rowOf("b", result.Answered, result.Fault{}), rowOf("c", result.Failed, network),
		rowOf("d", result.Skipped, result.Fault{Cause: result.CauseExcluded}), rowOf("e", result.Failed, ended),
	}
	if diff := cmp.Diff(want, a.cutShort(inputs{}, p, ended).rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if p.plan.Rows[0].Status != result.Pending {
		t.Error("the plan was changed")
	}
}

// What breaks the placing of findings costs their places only.
func TestPanicWhilePlacing(t *testing.T) {
	t.Parallel()
	// A tree that was not opened panics when a file is read.
	in := inputs{sys: System{Version: "1"}, cfg: &config.Config{}, tree: &discover.Tree{}}
	a := answers{
		rows: []result.Row{rowOf("main.tf", result.Answered, result.Fault{})},
		submissions: []result.Submission{{ID: "s", Paths: []string{"main.tf"}, Alerts: []result.Alert{
			{Severity: result.High, Summary: "Bucket open", Details: "x (Ref: aws_s3_bucket.b, File: main.tf)"},
		}}},
		alerts: []result.Finding{{Kind: result.KindAlerts, Severity: result.Low, Count: 1}},
	}
	res := place(t.Context(), in, planned{}, a)
	if res.Panic == nil || !strings.HasPrefix(res.Panic.Reason, "internal error: panic in ") || len(res.Notices) != 1 {
		t.Fatalf("panic %+v, notices %v", res.Panic, res.Notices)
	}
	if len(res.Findings) != 2 || res.Findings[0].Severity != result.High || res.Findings[1].Severity != result.Low {
		t.Errorf("findings %+v", res.Findings)
	}
	if v := judge(in.cfg, &res, res.Started); v.ExitCode() != 3 || !strings.Contains(v.Line(), "high 1") {
		t.Errorf("verdict %s", v.Line())
	}
	// The first panic is the one to report.
	a.bug = &result.Fault{Cause: result.CauseInternal, Reason: "the first"}
	if res = place(t.Context(), in, planned{}, a); res.Panic.Reason != "the first" {
		t.Errorf("panic %+v, want the first one", res.Panic)
	}
}

// The value of a panic may hold what the code was working on.
func TestBugHoldsNoSecret(t *testing.T) {
	t.Parallel()
	sys := System{Environ: []string{"SCANGATE_API_KEY=0123456789abcdef-key", "SCANGATE_NETSKOPE_TOKEN=netskope-token", "GITHUB_TOKEN=github-token"}}
	value := strings.Repeat("x", 185) + " 0123456789abcdef-key netskope-token github-token of-a-file ann@acme.example\n\x1b[2J"
	got := sys.bugFault(&safe.PanicError{Value: value[185:], Func: "f", File: "f.go", Line: 1}, secret.Value("of-a-file"))
	want := "internal error: panic in f (f.go:1): [redacted] [redacted] [redacted] [redacted] [personal data] [2J"
	if got.Reason != want || got.Cause != result.CauseInternal || got.Fix != safe.Fix {
		t.Errorf("got %+v\nwant %s", got, want)
	}
	// A text is cut after it was masked, or a part of a key would be left.
	if got := sys.bugFault(&safe.PanicError{Value: value}); strings.Contains(got.Reason, "0123") {
		t.Errorf("a part of the key is left in %s", got.Reason)
	}
}
