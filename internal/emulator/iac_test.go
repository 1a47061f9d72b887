package emulator

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const publicCluster = "resource \"aws_redshift_cluster\" \"house\" {\n  publicly_accessible = true\n}\n"

func status(ongoing, success bool, failure any) map[string]any {
	return map[string]any{"processing_ongoing": ongoing, "success": success, "error": failure}
}

func (b *bench) wantStatus(id string, want map[string]any) {
	b.Helper()
	if diff := cmp.Diff(want, b.decode(b.get(CallIaCStatus, "scan_id="+id))); diff != "" {
		b.Errorf("status of %s (-want +got):\n%s", id, diff)
	}
}

func TestScanTakesTime(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Timing: Timing{Queued: time.Second}})
	got := b.decode(b.post(CallIaCScan, "policy_name=Sample+AWS+policy", "infra/main.tf", publicCluster))
	if diff := cmp.Diff(map[string]any{"scan_id": "id-1", "summary": nil}, got); diff != "" {
		t.Error(diff)
	}
	b.wantStatus("id-1", status(false, false, nil))
	b.refused(b.get(CallIaCReport, "scan_id=id-1"), 400, "Unable to find the scan you requested")
	b.later(time.Second)
	b.wantStatus("id-1", status(true, false, nil))
	b.later(402 * time.Millisecond)
	b.wantStatus("id-1", status(false, true, nil))
	report := b.decode(b.get(CallIaCReport, "scan_id=id-1"))
	want := map[string]any{"alerts": []any{map[string]any{
		"scanID": "id-1", "criticalLevel": "CRITICAL", "alertSummary": "Ensure Redshift clusters are not publicly accessible",
		"alertDetails": "Redshift cluster 'house' is publicly accessible. AWS_REDSHIFT_CLUSTER (Ref: house, File: infra/main.tf)\n" +
			"Remediation: Set publicly_accessible to false.",
	}}}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Error(diff)
	}
}

func TestSynchronousScan(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	got := b.decode(b.post(CallIaCScan, "async=false", "main.tf", publicCluster))
	want := map[string]any{"scan_id": "id-1", "summary": map[string]any{
		"num_critical_alerts": 1.0, "num_high_alerts": 0.0, "num_medium_alerts": 0.0, "num_low_alerts": 0.0,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	b.wantStatus("id-1", status(false, true, nil))
}

func TestScanWithoutTemplatesHasAnEmptyReport(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	b.post(CallIaCScan, "async=false", "main.tf", "")
	if got := b.decode(b.get(CallIaCReport, "scan_id=id-1")); !cmp.Equal(got, map[string]any{"alerts": []any{}}) {
		t.Errorf("got %v", got)
	}
}

func TestScanOfAnInvalidTemplate(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	b.post(CallIaCScan, "", "a/broken.tf", "resource {{{", "a/main.tf", publicCluster)
	b.wantStatus("id-1", status(true, false, nil))
	b.later(time.Second)
	got := b.decode(b.get(CallIaCStatus, "scan_id=id-1"))
	text, _ := got["error"].(string)
	if got["success"] != false || got["processing_ongoing"] != false || !strings.Contains(text, "a/broken.tf") {
		t.Errorf("got %v", got)
	}
	b.refused(b.get(CallIaCReport, "scan_id=id-1"), 400, "Unable to find the scan you requested")
}

func TestScanFaults(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Faults: Faults{NeverDone: true}})
	b.post(CallIaCScan, "", "main.tf", publicCluster)
	b.later(time.Hour)
	b.wantStatus("id-1", status(true, false, nil))
	b = newBench(t, Options{Faults: Faults{TaskFailed: true}})
	b.post(CallIaCScan, "", "main.tf", publicCluster)
	b.later(time.Hour)
	b.wantStatus("id-1", status(false, false, "Internal error while processing the files"))
}

// Two files called main.tf differ in their folders alone.
func TestFileNamesKeepTheirFolders(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	for _, name := range []string{"a/b/main.tf", "größe/main.tf", `q"uote\back/main.tf`, "sp ace/#%.tf"} {
		scan := b.decode(b.post(CallIaCScan, "async=false", name, publicCluster))["scan_id"].(string)
		alerts := b.decode(b.get(CallIaCReport, "scan_id="+scan))["alerts"].([]any)
		if len(alerts) != 1 || !strings.Contains(alerts[0].(map[string]any)["alertDetails"].(string), "File: "+name+")") {
			t.Errorf("%q: %v", name, alerts)
		}
	}
}
