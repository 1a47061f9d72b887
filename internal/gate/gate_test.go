package gate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// passed reports whether every target was answered and no limit was crossed. UNVERIFIED and a soft
// failure have not passed, although both exit 0.
func passed(v gate.Verdict) bool { return v.Record().Outcome == result.OutcomePass }

func sev(s result.Severity) *result.Severity { return &s }

func row(kind result.Kind, name string, s result.Status) result.Row {
	r := result.Row{Target: result.Target{Kind: kind, Name: name}, Status: s}
	if s == result.Answered {
		r.Evidence = result.ByName
	}
	return r
}

func failed(name string, c result.Cause, reason string) result.Row {
	r := row(result.KindIaC, name, result.Failed)
	r.Cause, r.Reason = c, reason
	return r
}

func finding(k result.Kind, s result.Severity, n int) result.Finding {
	return result.Finding{Kind: k, Severity: s, Count: n}
}

// flags is a policy that flags state. failOn is nil for none.
func flags(failOn *result.Severity, limits []result.Limit) result.Policy {
	s := result.LimitSource{Strength: result.FromFlags}
	if failOn != nil {
		s.FailOn = &result.FailOn{Severity: failOn, Origin: result.Origin{Setting: "--fail-on"}}
	}
	for _, l := range limits {
		l.Origin = result.Origin{Setting: "--max"}
		s.Max = append(s.Max, l)
	}
	return result.Policy{Sources: []result.LimitSource{s}}
}

func countingUnknownAs(s result.Severity, p result.Policy) result.Policy {
	p.UnknownAs = &s
	return p
}

func rowLimits(target string, limits map[result.Severity]int) result.RowLimits {
	return result.RowLimits{Target: target, Max: limits, Origin: result.Origin{Setting: "alerts", Place: ".scangate.yaml:3:3"}}
}

var (
	high     = flags(sev(result.High), nil)
	none     = result.Policy{}
	answered = row(result.KindIaC, "a.tf", result.Answered)
	skipped  = row(result.KindIaC, "b.tf", result.Skipped)
	pending  = row(result.KindIaC, "c.tf", result.Pending)
	odd      = row(result.KindIaC, "d.tf", result.Status(77))
	timeout  = failed("e.tf", result.CauseTimeout, "not done by the deadline")
	broken   = failed("g.tf", result.CauseUnparsable, "g.tf:3:1: no brace")
	network  = failed("f.tf", result.CauseNetwork, "connection reset")
	noKey    = failed("g.tf", result.CauseNoCredentials, "no API key")
	bad      = finding(result.KindIaC, result.High, 1)
	bug      = &result.Fault{Cause: result.CauseInternal, Reason: "internal error: panic in x"}
	unasked  = failed("h.tf", result.CauseInternal, bug.Reason)
)

func TestDecide(t *testing.T) {
	t.Parallel()
	type rows = []result.Row
	type findings = []result.Finding
	tests := []struct {
		name     string
		rows     rows
		findings findings
		policy   result.Policy
		options  gate.Options
		line     string
		passed   bool
	}{
		{"pass", rows{answered}, nil, high, gate.Options{}, "PASS (exit 0): no findings; 1/1 answered", true},
		{"pass with a skip", rows{answered, skipped}, nil, high, gate.Options{}, "PASS (exit 0): no findings; 1/1 answered; 1 skipped", true},
		{"pass below the limit", rows{answered}, findings{finding("iac", result.Medium, 8)}, high, gate.Options{}, "PASS (exit 0): medium 8; 1/1 answered", true},
		{"fail", rows{answered}, findings{bad}, high, gate.Options{}, "FAIL (exit 1): high 1 > 0; 1/1 answered", false},
		{"soft fail", rows{answered}, findings{bad}, high, gate.Options{SoftFail: true}, "FAIL (exit 0, soft): high 1 > 0; 1/1 answered", false},
		{"fail and incomplete", rows{answered, network}, findings{bad}, high, gate.Options{}, "FAIL (exit 1): high 1 > 0; 1/2 answered, 1 failed: f.tf: connection reset", false},
		{"soft fail and incomplete", rows{answered, network}, findings{bad}, high, gate.Options{SoftFail: true}, "INCOMPLETE (exit 3): 1/2 answered, 1 failed: f.tf: connection reset; high 1 > 0", false},
		{"soft fail and warned", rows{network}, findings{bad}, high, gate.Options{SoftFail: true, OnErrorWarn: true}, "UNVERIFIED (exit 0, soft): 0/1 answered, 1 failed: f.tf: connection reset; high 1 > 0", false},
		{"fail and warned", rows{network}, findings{bad}, high, gate.Options{OnErrorWarn: true}, "FAIL (exit 1): high 1 > 0; 0/1 answered, 1 failed: f.tf: connection reset", false},
		{"incomplete", rows{answered, network, timeout}, nil, high, gate.Options{}, "INCOMPLETE (exit 3): 1/3 answered, 2 failed: f.tf: connection reset", false},
		{"pending", rows{answered, pending}, nil, high, gate.Options{}, "INCOMPLETE (exit 3): 1/2 answered, 1 without an answer", false},
		{"unknown status", rows{answered, odd}, nil, high, gate.Options{}, "INCOMPLETE (exit 3): 1/2 answered, 1 without an answer", false},
		{"a place in the file", rows{answered, broken}, nil, high, gate.Options{}, "INCOMPLETE (exit 3): 1/2 answered, 1 failed: g.tf:3:1: no brace", false},
		{"timeout", rows{answered, timeout}, nil, high, gate.Options{}, "TIMEOUT (exit 5): 1/2 answered, 1 failed: e.tf: not done by the deadline", false},
		{"pending with a timeout's cause", rows{{Fault: result.Fault{Cause: result.CauseTimeout}}}, nil, high, gate.Options{}, "INCOMPLETE (exit 3): 0/1 answered, 1 without an answer", false},
		{"timeout warned", rows{timeout}, nil, high, gate.Options{OnErrorWarn: true}, "UNVERIFIED (exit 0): 0/1 answered, 1 failed: e.tf: not done by the deadline", false},
		{"no key", rows{noKey, noKey}, nil, high, gate.Options{}, "INCOMPLETE (exit 3): 0/2 answered, 2 failed: no API key", false},
		{"no key warned", rows{noKey, noKey}, nil, high, gate.Options{OnNoCredentialsWarn: true}, "UNVERIFIED (exit 0): 0/2 answered, 2 failed: no API key", false},
		{"no key and more, warned", rows{noKey, noKey, network}, nil, high, gate.Options{OnNoCredentialsWarn: true}, "INCOMPLETE (exit 3): 0/3 answered, 3 failed: no API key", false},
		{"nothing", nil, nil, high, gate.Options{}, "NOTHING TO SCAN (exit 4): no target was found", false},
		{"nothing, warned", nil, nil, high, gate.Options{OnErrorWarn: true, OnNoCredentialsWarn: true}, "NOTHING TO SCAN (exit 4): no target was found", false},
		{"all skipped", rows{skipped}, nil, high, gate.Options{}, "NOTHING TO SCAN (exit 4): every target was skipped; 1 skipped", false},
		{"empty allowed", rows{skipped}, nil, high, gate.Options{AllowEmpty: true}, "PASS (exit 0): every target was skipped; 1 skipped", true},
		{"empty allowed does not answer", rows{pending}, nil, high, gate.Options{AllowEmpty: true}, "INCOMPLETE (exit 3): 0/1 answered, 1 without an answer", false},
		{"interrupted", rows{answered}, findings{bad}, high, gate.Options{Interrupted: 143}, "INTERRUPTED (exit 143): high 1 > 0; 1/1 answered", false},
		{"interrupted, tampered", rows{answered}, nil, high, gate.Options{Interrupted: 256}, "INTERRUPTED (exit 130): no findings; 1/1 answered", false},
		{"interrupted by SIGHUP", rows{answered}, nil, high, gate.Options{Interrupted: 129}, "INTERRUPTED (exit 129): no findings; 1/1 answered", false},
		{"interrupted in discovery", nil, nil, high, gate.Options{Interrupted: 143, AllowEmpty: true}, "INTERRUPTED (exit 143): ended before a target was found", false},
		{"a bug after all answers", rows{answered}, nil, high, gate.Options{Panic: bug}, "INCOMPLETE (exit 3): internal error: panic in x; 1/1 answered", false},
		{"a bug before an answer", rows{answered, unasked, unasked}, findings{bad}, none, gate.Options{Panic: bug}, "INCOMPLETE (exit 3): internal error: panic in x; 1/3 answered, 2 failed; high 1", false},
		{"a bug and another fault", rows{unasked, unasked, network}, nil, high, gate.Options{Panic: bug}, "INCOMPLETE (exit 3): internal error: panic in x; 0/3 answered, 3 failed: f.tf: connection reset", false},
		{"a bug and a crossed limit", rows{answered, unasked}, findings{bad}, high, gate.Options{Panic: bug}, "FAIL (exit 1): high 1 > 0; internal error: panic in x; 1/2 answered, 1 failed", false},
		{"a bug and a crossed limit, softly", rows{answered}, findings{bad}, high, gate.Options{Panic: bug, SoftFail: true}, "INCOMPLETE (exit 3): internal error: panic in x; 1/1 answered; high 1 > 0", false},
		{"a bug in discovery", nil, nil, high, gate.Options{Panic: bug, AllowEmpty: true}, "INCOMPLETE (exit 3): internal error: panic in x; ended before a target was found", false},
		{"a bug and a timeout", rows{timeout}, nil, high, gate.Options{Panic: bug}, "INCOMPLETE (exit 3): internal error: panic in x; 0/1 answered, 1 failed: e.tf: not done by the deadline", false},
		{"a bug and no key, warned", rows{noKey}, nil, high, gate.Options{Panic: bug, OnNoCredentialsWarn: true}, "INCOMPLETE (exit 3): internal error: panic in x; 0/1 answered, 1 failed: g.tf: no API key", false},
		{"a bug, warned", rows{answered}, nil, high, gate.Options{Panic: bug, OnErrorWarn: true}, "UNVERIFIED (exit 0): internal error: panic in x; 1/1 answered", false},
		{"a bug and a signal", rows{unasked}, nil, high, gate.Options{Panic: bug, Interrupted: 130}, "INTERRUPTED (exit 130): internal error: panic in x; 0/1 answered, 1 failed", false},
		{"a bug after an untouched plan", nil, nil, high, gate.Options{Panic: bug, Change: &result.Change{Existing: 2}}, "INCOMPLETE (exit 3): internal error: panic in x; 0 of 2 targets touched", false},
		{"tolerated", rows{answered}, nil, high, gate.Options{Tolerated: []result.Contradiction{result.ReportError}}, "PASS (exit 0): no findings; 1/1 answered; tolerated: report-error", true},
		{"several tolerated", rows{answered, skipped}, findings{bad}, high, gate.Options{Embedded: true, Tolerated: []result.Contradiction{result.ReportError, result.AlertCount}}, "FAIL (exit 1): high 1 > 0; 1/1 answered; 1 skipped; tolerated: report-error, alert-count; embedded", false},
		{"embedded", rows{answered}, nil, high, gate.Options{Embedded: true}, "PASS (exit 0): no findings; 1/1 answered; embedded", true},
		{"embedded image", rows{row(result.KindImage, "nginx", result.Answered)}, nil, high, gate.Options{Embedded: true}, "PASS (exit 0): no findings; 1/1 answered; embedded, sample data", true},
		{"embedded Dockerfile", rows{row(result.KindDockerfile, "Dockerfile", result.Answered), answered}, nil, high, gate.Options{Embedded: true}, "PASS (exit 0): no findings; 2/2 answered; embedded, sample data", true},
		{"two invalid severities", rows{answered}, findings{finding("iac", 99, 1)}, result.Policy{UnknownAs: sev(77)}, gate.Options{}, "FAIL (exit 1): unknown 1 > 0; 1/1 answered", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, _ := gate.Decide(tt.rows, tt.findings, tt.policy, tt.options)
			if v.Line() != tt.line || passed(v) != tt.passed {
				t.Errorf("got  %q (passed %v)\nwant %q (passed %v)", v.Line(), passed(v), tt.line, tt.passed)
			}
		})
	}
}

func TestDecideIssueExample(t *testing.T) {
	t.Parallel()
	rows := []result.Row{skipped}
	for i := range 14 {
		r := answered
		r.Target.Name += string(rune('a' + i))
		if i < 9 {
			r.Evidence = result.BySubmission
		} else {
			r.Target.Kind = result.KindImage
		}
		rows = append(rows, r)
	}
	p := flags(sev(result.High), []result.Limit{{Severity: result.High, Max: 5}})
	f := []result.Finding{finding("image", result.Medium, 8), finding("image", result.High, 3), finding("iac", result.Critical, 1), finding("iac", result.Critical, 1)}
	v, _ := gate.Decide(rows, f, p, gate.Options{Embedded: true})
	want := "FAIL (exit 1): critical 2 > 0, high 3 <= 5, medium 8; 14/14 answered, 9 by submission; 1 skipped; embedded, sample data"
	if v.Line() != want {
		t.Errorf("got  %q\nwant %q", v.Line(), want)
	}
	rec := result.Verdict{
		Outcome: result.OutcomeFail, Exit: 1, Line: want,
		Counts: map[result.Severity]int{result.Critical: 2, result.High: 3, result.Medium: 8},
		Limits: []result.LimitCheck{
			{ID: "critical", Severity: result.Critical, Count: 2, Crossed: true, Origin: result.Origin{Setting: "--fail-on"}},
			{ID: "high", Severity: result.High, Count: 3, Max: 5, Origin: result.Origin{Setting: "--max"}},
			{ID: "unknown", Severity: result.Unknown, Origin: result.Origin{Setting: "default"}},
		},
		Planned: 14, Answered: 14, BySubmission: 9, Skipped: 1,
	}
	if diff := cmp.Diff(rec, v.Record()); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

func TestZeroVerdict(t *testing.T) {
	t.Parallel()
	var v gate.Verdict
	if passed(v) || v.ExitCode() != gate.ExitIncomplete {
		t.Errorf("zero verdict: passed %v, exit %d", passed(v), v.ExitCode())
	}
	want := result.Verdict{
		Outcome: result.OutcomeIncomplete, Exit: 3, Line: "INCOMPLETE (exit 3): no verdict was taken",
		Counts: map[result.Severity]int{}, Limits: []result.LimitCheck{},
	}
	if diff := cmp.Diff(want, v.Record()); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

func TestRecordIsACopy(t *testing.T) {
	t.Parallel()
	v, _ := gate.Decide([]result.Row{answered}, []result.Finding{bad}, high, gate.Options{})
	v.Record().Counts[result.High] = 99
	v.Record().Limits[0].Crossed = true
	if got := v.Record(); got.Counts[result.High] != 1 || got.Limits[0].Crossed {
		t.Errorf("the record reaches into the verdict: %+v", got)
	}
}

func TestReasonIsOneShortLine(t *testing.T) {
	t.Parallel()
	long := failed("x", result.CauseService, "bad\r\n::error::gateway\x1b[2J "+string(make([]byte, 500)))
	v, _ := gate.Decide([]result.Row{long}, nil, high, gate.Options{})
	got := v.Line()
	if want := "INCOMPLETE (exit 3): 0/1 answered, 1 failed: x: bad ::error::gateway [2J"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	long.Reason = strings.Repeat("é", 500)
	v, _ = gate.Decide([]result.Row{long}, nil, high, gate.Options{})
	if want := "INCOMPLETE (exit 3): 0/1 answered, 1 failed: x: " + strings.Repeat("é", 116) + "…"; v.Line() != want {
		t.Errorf("got %q, want %q", v.Line(), want)
	}
}
