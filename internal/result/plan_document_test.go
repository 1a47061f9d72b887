package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

// Rows that are written one at a time make the document that encoding/json makes of all.
func TestEncodePlanIsTheWholeDocument(t *testing.T) {
	t.Parallel()
	row := PlannedRow{
		Row: Row{Target: Target{Kind: KindIaC, Name: "a\n  \"ledger\": []<b>\u2028.tf", Size: 5}, Status: Pending, Submissions: []string{"x"}},
		Why: "Terraform & more", SendTo: []string{"embedded"}, SHA256: "00",
	}
	for _, d := range []*PlanDocument{
		{},
		{Endpoint: "\n  \"ledger\": []", Ledger: []PlannedRow{row}},
		{Ledger: []PlannedRow{row, {}, row}, Helpers: []PlannedHelper{{Path: "a.tfvars"}}, NotSent: []NotSent{{Path: "b"}}},
	} {
		var got, want bytes.Buffer
		if err := EncodePlan(&got, d); err != nil {
			t.Fatal(err)
		}
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		whole := *d
		whole.Ledger = append([]PlannedRow{}, d.Ledger...)
		if err := enc.Encode(&whole); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("got:\n%s\nwant:\n%s", &got, &want)
		}
	}
	if err := EncodePlan(broken{}, &PlanDocument{}); !errors.Is(err, errBroken) {
		t.Errorf("a writer that fails: %v", err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }
