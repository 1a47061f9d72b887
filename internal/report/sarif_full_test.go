package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v2/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/scangate/scangate/internal/result"
)

// readFull validates a sarif-full log against the official schema, and checks what the schema does
// not.
func readFull(doc []byte, r *result.Result) error {
	schema, err := sarifSchemaOnce()
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return err
	}
	if err := schema.Validate(v); err != nil {
		return err
	}
	var log sarif.Report
	if err := json.Unmarshal(doc, &log); err != nil {
		return err
	}
	run := log.Runs[0]
	if len(run.Results) != len(r.Findings) {
		return fmt.Errorf("%d results of %d findings", len(run.Results), len(r.Findings))
	}
	for _, res := range run.Results {
		if run.Tool.Driver.Rules[*res.RuleIndex].ID != *res.RuleID || *res.Message.Text == "" {
			return fmt.Errorf("result %s", *res.RuleID)
		}
		for _, l := range res.Locations {
			at := l.PhysicalLocation
			if at == nil || at.ContextRegion != nil && (*at.ContextRegion.StartLine > *at.Region.StartLine || *at.ContextRegion.EndLine < *at.Region.EndLine) {
				return fmt.Errorf("location %+v", l)
			}
		}
	}
	incomplete := len(groupUnanswered(r.Ledger)) > 0
	if *run.Invocations[0].ExecutionSuccessful == incomplete {
		return fmt.Errorf("successful, and rows without an answer: %v", incomplete)
	}
	return nil
}

func TestSARIFFullHoldsWhatUploadLeavesOut(t *testing.T) {
	t.Parallel()
	r := unansweredSample()
	doc := []byte(write(t, SARIFFull, r, Options{Category: "infra/"}))
	if err := readFull(doc, r); err != nil {
		t.Fatal(err)
	}
	var log sarif.Report
	if err := json.Unmarshal(doc, &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if *run.AutomationDetails.ID != "infra/full/" {
		t.Errorf("category %s", *run.AutomationDetails.ID)
	}
	last := run.Results[len(run.Results)-1]
	if last.Locations != nil || len(last.RelatedLocations) != 2 || last.Properties["note"] != "several files are called main.tf" {
		t.Errorf("the finding without a place is %+v", last)
	}
	first := run.Results[0].Locations[0]
	if at := first.PhysicalLocation; *at.ContextRegion.EndLine != 4 || *at.Region.Snippet.Text != "\tacl    = \"public-read\"" {
		t.Errorf("the block's range is %+v", at.ContextRegion)
	}
	var notes []string
	for _, n := range run.Invocations[0].ToolExecutionNotifications {
		notes = append(notes, n.Level+" "+*n.Message.Text)
	}
	want := []string{
		"note Verdict: " + r.Verdict.Line,
		"error No answer for iac infra/big file.tf: the service refuses the file for its size. To fix it: exclude it, or split it. Submissions: s-17.",
		"warning the branch is not known",
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if *run.Invocations[0].ExecutionSuccessful || *run.Invocations[0].ExitCode != 1 {
		t.Error("the run is called successful")
	}
}

func TestSARIFCutsToWhatThePlatformTakes(t *testing.T) {
	t.Parallel()
	r := many(25_001)
	for profile, want := range map[string]int{profileGitHub: 25_000, profileGitLab: 5_000} {
		run := validSARIF(t, r, Options{Profile: profile, Category: "infra/"})
		note := *run.Invocations[0].ToolExecutionNotifications[1].Message.Text
		if len(run.Results) != want || !strings.Contains(note, fmt.Sprintf("The %d least severe are not in this report", 25_001-want)) {
			t.Errorf("%q: %d results, %q", profile, len(run.Results), note)
		}
		if *run.AutomationDetails.ID != "infra/" || len(run.Tool.Driver.Rules) > want {
			t.Errorf("category %s, %d rules", *run.AutomationDetails.ID, len(run.Tool.Driver.Rules))
		}
	}
}

func TestSARIFRuleNames(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"ensure-s3-buckets-are-private-8d1140f6c2ab": "EnsureS3BucketsArePrivate", result.RuleImageVulnerabilities: "ImageVulnerabilities", "x": "X", "--": "Finding", "": "Iac",
		strings.Repeat("long-", 200) + "1": strings.Repeat("Long", 63) + "Lo…",
	} {
		if got := sarifRuleName(&result.Finding{Kind: result.KindIaC, Rule: rule}); got != want {
			t.Errorf("sarifRuleName(%q) = %q, want %q", rule, got, want)
		}
	}
}
