package report

import (
	"time"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

var byDefault = result.Origin{Setting: result.DefaultSetting}

// sample is a small result: two answered templates, an image with two severities, and a finding
// without a place.
func sample() *result.Result {
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	high := result.High
	row := func(kind result.Kind, name string, e result.Evidence, places ...result.Location) result.Row {
		return result.Row{Target: result.Target{Kind: kind, Name: name, Places: places}, Status: result.Answered, Evidence: e}
	}
	from := result.Location{Path: "Dockerfile", Line: 1, Block: &result.Range{Start: 1, End: 1}, Snippet: &result.Snippet{Start: 1, Lines: result.LinesOf("FROM node:18", "ENV NPM_TOKEN=…")}}
	image := func(s result.Severity, n int) result.Finding {
		return result.Finding{
			Fingerprint: "f-node-" + s.String(), Kind: result.KindImage, Rule: result.RuleImageVulnerabilities, Severity: s, Count: n,
			Summary: s.String() + " vulnerabilities in docker.io/library/node:18", Target: "image:docker.io/library/node:18",
			Image: "docker.io/library/node:18", Placement: result.PlacedResource, Locations: []result.Location{from},
		}
	}
	return judged(&result.Result{
		Format: result.FormatVersion, Tool: result.Tool{Name: "scangate", Version: "v1.2.3"},
		Started: at, Finished: at.Add(74 * time.Second), Endpoint: "https://optix.example",
		Repository: result.Repository{URL: "https://git.example/acme/shop", Branch: "main", Commit: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"},
		Policy: result.Policy{Sources: []result.LimitSource{
			{Strength: result.FromDefault, FailOn: &result.FailOn{Severity: &high, Origin: byDefault}},
		}},
		Ledger: []result.Row{
			row(result.KindDockerfile, "Dockerfile", result.ByName),
			row(result.KindImage, "docker.io/library/node:18", result.ByName, from),
			row(result.KindIaC, "infra/main.tf", result.BySubmission),
			row(result.KindIaC, "infra/vpc.tf", result.BySubmission),
			{Target: result.Target{Kind: result.KindImage, Name: "shop/web:dev"}, Status: result.Skipped, Fault: result.Fault{Cause: result.CauseBuiltHere, Reason: "the Compose service is built here"}},
		},
		Findings: []result.Finding{
			image(result.High, 7), image(result.Medium, 12),
			{
				Fingerprint: "f-bucket", Block: "0123456789abcdef0123456789abcdef", Kind: result.KindIaC, Rule: "ensure-buckets-are-private-8d1140f6c2ab", Severity: result.Critical, Count: 1,
				Summary: "Ensure buckets are private", Target: "iac:infra/main.tf", Ref: "logs", File: "infra/main.tf", KindWord: "AWS_S3",
				Details:  "Bucket 'logs' can be read by everybody. AWS_S3 (Ref: logs, File: infra/main.tf)\nRemediation: Remove the public ACL.",
				Resource: "aws_s3_bucket.logs", Placement: result.PlacedAttribute, Locations: []result.Location{{
					Path: "infra/main.tf", Line: 3, Block: &result.Range{Start: 1, End: 4},
					Snippet: &result.Snippet{Start: 1, Lines: result.LinesOf(`resource "aws_s3_bucket" "logs" {`, "\tbucket = \"<logs>\"", "\tacl    = \"public-read\"", "}")},
				}},
			},
			{
				Fingerprint: "f-trail", Kind: result.KindIaC, Rule: "ensure-a-trail-exists-77aa03c5e1f8", Severity: result.Low, Count: 1,
				Summary: "Ensure a trail exists", Placement: result.PlacedAmbiguous,
				Note: "several files are called main.tf", Uncertain: "several files are called main.tf",
				Candidates: []result.Location{{Path: "infra/main.tf", Line: 1}, {Path: "modules/main.tf", Line: 9}},
			},
		},
		Notices: []result.Notice{{Text: "the branch is not known", Path: "infra/main.tf", Line: 1}},
		Verdict: result.Verdict{
			Outcome: result.OutcomeFail, Exit: 1, Line: "FAIL (exit 1): critical 1 > 0, high 7 > 0, medium 12, low 1; 4/4 answered, 2 by submission; 1 skipped",
			Counts: map[result.Severity]int{result.Critical: 1, result.High: 7, result.Medium: 12, result.Low: 1},
			Limits: []result.LimitCheck{
				{ID: "critical", Severity: result.Critical, Count: 1, Crossed: true, Origin: byDefault},
				{ID: "high", Severity: result.High, Count: 7, Crossed: true, Origin: byDefault},
				{ID: "unknown", Severity: result.Unknown, Origin: byDefault},
			},
			Planned: 4, Answered: 4, BySubmission: 2, Skipped: 1,
		},
	})
}

// judged stamps the findings of r by its policy and change; the verdict is left as it is.
func judged(r *result.Result) *result.Result {
	_, stamps := gate.Decide(r.Ledger, r.Findings, r.Policy, gate.Options{Change: r.Change})
	r.SetVerdict(r.Verdict, stamps)
	return r
}

// unansweredSample is sample with a row that has no answer.
func unansweredSample() *result.Result {
	r := sample()
	r.Ledger = append(r.Ledger, result.Row{
		Target: result.Target{Kind: result.KindIaC, Name: "infra/big file.tf"}, Status: result.Failed, Fault: result.Fault{Cause: result.CauseTooLarge, Reason: "the service refuses the file for its size", Fix: "exclude it, or split it"}, Submissions: []string{"s-17"},
	})
	r.Verdict.Planned, r.Verdict.Failed = 5, 1
	return r
}

// passed is a run without findings in which every target was answered.
func passed() *result.Result {
	r := sample()
	r.Findings, r.Notices = nil, nil
	r.Verdict.Outcome, r.Verdict.Exit, r.Verdict.Line = result.OutcomePass, 0, "PASS (exit 0): 4/4 answered, 2 by submission; 1 skipped"
	r.Verdict.Counts = map[result.Severity]int{}
	r.Verdict.Limits = []result.LimitCheck{
		{ID: "critical", Severity: result.Critical, Origin: byDefault}, {ID: "high", Severity: result.High, Origin: byDefault},
		{ID: "unknown", Severity: result.Unknown, Origin: byDefault},
	}
	return r
}

// nothing is the smallest result that can be saved.
func nothing() *result.Result {
	return &result.Result{
		Format: result.FormatVersion, Tool: result.Tool{Name: "scangate"}, Endpoint: "embedded", Ledger: []result.Row{}, Findings: []result.Finding{}, Policy: result.Policy{Sources: []result.LimitSource{}},
		Verdict: result.Verdict{Outcome: result.OutcomeEmpty, Exit: 4, Line: "NOTHING TO SCAN (exit 4)", Counts: map[result.Severity]int{}, Limits: []result.LimitCheck{}},
	}
}
