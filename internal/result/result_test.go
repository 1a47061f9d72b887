package result

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sample() *Result {
	high := High
	return &Result{
		Format: FormatVersion, Tool: Tool{Name: "scangate", Version: "1.0.0"},
		Started: time.Unix(1e9, 0).UTC(), Finished: time.Unix(1e9+60, 0).UTC(),
		Endpoint: "https://optix.example", Repository: Repository{URL: "https://git.example/shop", Branch: "main"},
		Policy: Policy{Sources: []LimitSource{
			{Strength: FromFlags, FailOn: &FailOn{Severity: &high, Origin: Origin{Setting: "--fail-on"}}},
			{Strength: FromFile, Max: []Limit{{Kind: KindImage, Severity: Medium, Max: 3, Origin: Origin{Setting: "limits.max", Place: ".scangate.yaml:3:5"}}}},
		}},
		Ledger: []Row{
			{Target: Target{Kind: KindIaC, Name: "infra/main.tf", Framework: "terraform", Size: 10}, Status: Answered, Evidence: BySubmission, Submissions: []string{"s-1"}},
			{Target: Target{Kind: KindImage, Name: "docker.io/library/nginx:1.19", Named: true}, Status: Failed, Fault: Fault{Cause: CauseQuota, Reason: "r", Fix: "m"}},
		},
		Findings: []Finding{{
			Fingerprint: "f", Kind: KindIaC, Rule: "r-1f3a5b7c9d1e", Severity: High, Count: 1, Summary: "Ensure <x> & \u2028",
			Placement: PlacedResource, Locations: []Location{{Path: "infra/main.tf", Line: 3, Block: &Range{Start: 3, End: 9}}},
		}},
		Verdict: Verdict{Outcome: OutcomeFail, Exit: 1, Counts: map[Severity]int{High: 1}, Limits: []LimitCheck{}},
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	want := sample()
	var b bytes.Buffer
	if err := Encode(&b, want); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(b.String(), "}\n") {
		t.Errorf("the document does not end in a newline: %q", b.String()[b.Len()-10:])
	}
	got, err := Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after a round trip (-want +got):\n%s", diff)
	}
}

func TestEmptyResultCanBeReadBack(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	empty := &Result{Format: FormatVersion, Endpoint: "embedded", Verdict: Verdict{Outcome: OutcomeEmpty, Counts: map[Severity]int{}, Limits: []LimitCheck{}}}
	if err := Encode(&b, empty); err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(&b); err != nil {
		t.Errorf("a run without targets can't be read back: %v", err)
	}
}

// A part of a result must never be taken for the whole.
func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := Encode(&b, sample()); err != nil {
		t.Fatal(err)
	}
	whole := b.String()
	tests := map[string]string{
		"nothing":             "",
		"another document":    `{"runs":[]}`,
		"cut off":             whole[:len(whole)/2],
		"two documents":       whole + whole,
		"unknown field":       strings.Replace(whole, `"format"`, `"waived": true, "format"`, 1),
		"newer format":        strings.Replace(whole, `"format": 1`, `"format": 2`, 1),
		"no ledger":           `{"format": 1, "findings": []}`,
		"null ledger":         `{"format": 1, "ledger": null, "findings": []}`,
		"no findings":         `{"format": 1, "ledger": []}`,
		"misspelt severity":   strings.Replace(whole, `"severity": "high"`, `"severity": "hgih"`, 1),
		"count of wrong type": strings.Replace(whole, `"count": 1`, `"count": "1"`, 1),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if text == whole {
				t.Fatal("the test changes nothing")
			}
			if _, err := Decode(strings.NewReader(text)); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestUnknownStatusIsNoAnswer(t *testing.T) {
	t.Parallel()
	var s Status
	if err := s.UnmarshalText([]byte("answred")); err == nil || s != Pending {
		t.Errorf("status %v, error %v; want pending and an error", s, err)
	}
}

func TestSeverityZeroValueIsUnknown(t *testing.T) {
	t.Parallel()
	var s Severity
	if s != Unknown || s.String() != "unknown" || Severity(99).String() != "unknown" {
		t.Errorf("zero value %s, out of range %s", s, Severity(99))
	}
	for _, want := range Severities() {
		got, err := ParseSeverity(strings.ToUpper(want.String()))
		if err != nil || got != want {
			t.Errorf("%s reads as %v, %v", want, got, err)
		}
	}
	if _, err := ParseSeverity(""); err == nil {
		t.Error("an empty severity is accepted")
	}
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	if err := Encode(&b, sample()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"format":1,"ledger":[{}],"findings":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := Encode(&again, r); err != nil {
			t.Fatalf("what was decoded can't be encoded: %v", err)
		}
		if _, err := Decode(&again); err != nil {
			t.Fatalf("what was encoded can't be decoded: %v", err)
		}
	})
}

// A row whose status is not one of the known was planned and has no answer.
func TestUnansweredRows(t *testing.T) {
	t.Parallel()
	for status, want := range map[Status]string{
		Pending: "pending, unanswered", Answered: "answered", Failed: "failed, unanswered", Skipped: "skipped",
		Status(len(statusNames)): "pending, unanswered", 255: "pending, unanswered",
	} {
		got := status.String()
		if (&Row{Status: status}).Unanswered() {
			got += ", unanswered"
		}
		if got != want {
			t.Errorf("status %d: %s, want %s", status, got, want)
		}
	}
}

// Reports and results refer to targets by their names.
func TestNamesOfTargets(t *testing.T) {
	t.Parallel()
	if got := (Target{Kind: KindIaC, Name: "infra/main.tf"}).ID(); got != "iac:infra/main.tf" {
		t.Errorf("target %q", got)
	}
}

// A plan stands in the order in which people read it, whatever found its parts first.
func TestPlanIsSorted(t *testing.T) {
	t.Parallel()
	row := func(k Kind, name string) Row { return Row{Target: Target{Kind: k, Name: name}} }
	p := Plan{
		Rows:    []Row{row(KindIaC, "a"), row(KindImage, "b"), row(KindImage, "a"), row(KindDockerfile, "z")},
		Helpers: []Helper{{Path: "b"}, {Path: "a"}}, NotSent: []NotSent{{Path: "d"}, {Path: "c"}},
	}
	p.Sort()
	want := Plan{
		Rows:    []Row{row(KindDockerfile, "z"), row(KindImage, "a"), row(KindImage, "b"), row(KindIaC, "a")},
		Helpers: []Helper{{Path: "a"}, {Path: "b"}}, NotSent: []NotSent{{Path: "c"}, {Path: "d"}},
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Each finding has its own stamp.
func TestStampsStandWithTheirFindings(t *testing.T) {
	t.Parallel()
	r := Result{Findings: []Finding{{Rule: "a"}, {Rule: "b"}}}
	r.SetVerdict(Verdict{Exit: 1}, []Stamp{{Count: 1}, {Count: 2}})
	if want := []Finding{{Rule: "a", Stamp: Stamp{Count: 1}}, {Rule: "b", Stamp: Stamp{Count: 2}}}; !cmp.Equal(r.Findings, want) || r.Verdict.Exit != 1 {
		t.Errorf("%+v", r)
	}
}

func TestRangeContainsItsEnds(t *testing.T) {
	t.Parallel()
	r := Range{Start: 3, End: 5}
	for line, want := range map[int]bool{2: false, 3: true, 4: true, 5: true, 6: false} {
		if r.Contains(line) != want {
			t.Errorf("line %d: %v", line, !want)
		}
	}
}
