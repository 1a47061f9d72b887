package locate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// foundIn places submissions whose files can't be read.
func foundIn(submissions []result.Submission) []*result.Finding {
	found, err := Place(context.Background(), submissions, nil, Checkout{Read: func(string) ([]byte, error) { return nil, errors.New("no file") }})
	if err != nil {
		panic(err)
	}
	var all []*result.Finding
	for i := range found {
		all = append(all, &found[i])
	}
	return all
}

// However the submissions of a run are divided, renumbered fingerprints are those of one run.
func TestRenumberedFingerprintsAreThoseOfOneRun(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		alerts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) result.Alert {
			return result.Alert{
				Severity: rapid.SampledFrom([]result.Severity{result.Low, result.High, result.Unknown}).Draw(t, "severity"),
				Summary:  rapid.SampledFrom([]string{"one", "two"}).Draw(t, "summary"),
				Details:  rapid.SampledFrom([]string{"a", "b", "b (Ref: x, File: a.tf)"}).Draw(t, "details"),
			}
		}), 0, 5)
		var submissions []result.Submission
		for i := range rapid.IntRange(1, 6).Draw(t, "submissions") {
			submissions = append(submissions, result.Submission{
				ID: fmt.Sprintf("s%d", i), Paths: []string{fmt.Sprintf("d%d/a.tf", i)}, Alerts: alerts.Draw(t, "alerts"),
			})
		}
		whole := foundIn(submissions)
		shards := make([][]result.Submission, rapid.IntRange(1, 4).Draw(t, "shards"))
		for _, s := range submissions {
			at := rapid.IntRange(0, len(shards)-1).Draw(t, "shard")
			shards[at] = append(shards[at], s)
		}
		var parts [][]*result.Finding
		for _, s := range shards {
			parts = append(parts, foundIn(s))
		}
		Renumber(parts)
		if diff := cmp.Diff(numbersOf(whole), numbersOf(slices.Concat(parts...))); diff != "" {
			t.Fatalf("fingerprints (-one run +shards):\n%s", diff)
		}
	})
}

// numbersOf lists submission, alert and fingerprint of findings, sorted.
func numbersOf(findings []*result.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, fmt.Sprint(f.Submission, f.Alert, f.Fingerprint))
	}
	slices.Sort(all)
	return all
}

func TestAlertsThatAShardRaisedAreDropped(t *testing.T) {
	t.Parallel()
	const here = "https://git.example/x"
	rule := result.RuleID("Open port")
	open := func() []result.Finding {
		return []result.Finding{
			{Kind: result.KindAlerts, Summary: "Open port", Cloud: &result.Cloud{Account: here + ".git", AlertID: "raised"}},
			{Kind: result.KindAlerts, Summary: "Open bucket", Cloud: &result.Cloud{Account: here, AlertID: "other rule"}},
			{Kind: result.KindAlerts, Summary: "Open port", Cloud: &result.Cloud{Account: "https://git.example/y", AlertID: "other repository"}},
			{Kind: result.KindChecks, Summary: "Open port", Cloud: &result.Cloud{Account: here, AlertID: "check"}},
		}
	}
	var left []string
	for _, f := range DropRaised(open(), map[string]bool{rule: true}, here) {
		left = append(left, f.InCloud().AlertID)
	}
	if diff := cmp.Diff([]string{"other rule", "other repository", "check"}, left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
	if all := DropRaised(open(), map[string]bool{rule: true}, ""); len(all) != 4 {
		t.Errorf("%d left of a run that saves nothing", len(all))
	}
}
