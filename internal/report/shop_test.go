package report

import (
	"time"

	"github.com/scangate/scangate/internal/result"
)

// shop is the result of a small repository: three services, Terraform, Kubernetes, and at least one
// of everything that reports handle.
func shop() *result.Result {
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	return judged(&result.Result{
		Format: result.FormatVersion, Tool: result.Tool{Name: "scangate", Version: "v1.2.3"},
		Started: at, Finished: at.Add(74 * time.Second), Endpoint: "embedded", Embedded: true,
		Repository: result.Repository{URL: "https://github.com/acme/shop", Branch: "main"},
		Policy:     result.Policy{Sources: []result.LimitSource{}},
		Ledger:     shopLedger(),
		Findings:   shopFindings(),
		NotSent:    []result.NotSent{{Path: "charts/shop/Chart.yaml", What: "Helm chart", Why: "the service is not known to take this format"}},
		Notices:    []result.Notice{{Text: "--platform is not sent: the service picks the architecture by itself"}},
		Verdict: result.Verdict{
			Outcome: result.OutcomeFail, Exit: 1,
			Line:    "FAIL (exit 1): critical 3 > 0, high 12 > 0, medium 13, low 1; 7/7 answered, 4 by submission; 2 skipped; embedded, sample data",
			Counts:  map[result.Severity]int{result.Critical: 3, result.High: 12, result.Medium: 13, result.Low: 1},
			Limits:  []result.LimitCheck{},
			Planned: 7, Answered: 7, BySubmission: 4, Skipped: 2,
		},
	})
}

func shopLedger() []result.Row {
	answered := func(k result.Kind, name string, e result.Evidence) result.Row {
		return result.Row{Target: result.Target{Kind: k, Name: name}, Status: result.Answered, Evidence: e}
	}
	skipped := func(k result.Kind, name string, c result.Cause) result.Row {
		return result.Row{Target: result.Target{Kind: k, Name: name}, Status: result.Skipped, Fault: result.Fault{Cause: c}}
	}
	vendored := result.Exclusion{Pattern: "third_party/**", Reason: "vendored", Owner: "platform@acme.example", Expires: "2027-01-31"}
	return []result.Row{
		answered(result.KindDockerfile, "services/cart/Dockerfile", result.ByName),
		answered(result.KindDockerfile, "services/web/Dockerfile", result.ByName),
		answered(result.KindImage, "docker.io/library/node:18-alpine", result.ByName),
		answered(result.KindIaC, "infra/aws/storage.tf", result.BySubmission),
		answered(result.KindIaC, "infra/aws/network.tf", result.BySubmission),
		answered(result.KindIaC, "deploy/cart.yaml", result.BySubmission),
		answered(result.KindIaC, "infra/ä b#1.tf", result.BySubmission),
		skipped(result.KindImage, "shop/cart:dev", result.CauseBuiltHere),
		vendored.Skip(result.Target{Kind: result.KindIaC, Name: "third_party/x.tf"}),
	}
}

func shopFindings() []result.Finding {
	iac := func(s result.Severity, rule, summary, path string, line int, resource string) result.Finding {
		return result.Finding{
			Fingerprint: rule + "@" + resource, Kind: result.KindIaC, Rule: rule, Severity: s, Count: 1, Summary: summary,
			Details: summary + "\n(Ref: " + resource + ", File: " + path + ")\nRemediation: Fix " + resource + ".", Target: "iac:" + path, Resource: resource,
			Placement: result.PlacedResource, Locations: []result.Location{{Path: path, Line: line}},
		}
	}
	image := func(s result.Severity, n int) result.Finding {
		return result.Finding{
			Fingerprint: "node@" + s.String(), Kind: result.KindImage, Rule: "vulnerabilities-in-node-77aa03c5e1f8", Severity: s, Count: n,
			Summary: s.String() + " vulnerabilities in docker.io/library/node:18-alpine", Image: "docker.io/library/node:18-alpine",
			Placement: result.PlacedResource, Locations: []result.Location{
				{Path: "services/cart/Dockerfile", Line: 3}, {Path: "services/web/Dockerfile", Line: 1},
			},
		}
	}
	lost := iac(result.Medium, "s3-logging-9c47c30d19be", "Ensure S3 bucket access logging is enabled", "", 0, "")
	lost.Placement, lost.Locations, lost.Target = result.PlacedAmbiguous, nil, ""
	lost.Note, lost.Uncertain = "several files are called main.tf", "several files are called main.tf"
	lost.Candidates = []result.Location{{Path: "infra/a/main.tf", Line: 4}, {Path: "infra/b/main.tf", Line: 9}}
	return []result.Finding{
		image(result.Medium, 12), image(result.Critical, 2), image(result.High, 7),
		iac(result.High, "ensure-s3-bucket-has-versioning-enabled-1f3a5b7c9d1e", "Ensure S3 bucket has versioning enabled", "infra/aws/storage.tf", 12, "aws_s3_bucket.logs[0]"),
		iac(result.Critical, "ensure-s3-bucket-is-not-public-8d1140f6c2ab", "Ensure that no S3 bucket can be read by everybody on the internet", "infra/aws/storage.tf", 31, "aws_s3_bucket.assets"),
		iac(result.High, "ensure-no-security-group-allows-ssh-from-anywhere-02bb6a90d4e7", "Ensure no security group allows SSH from anywhere", "infra/aws/network.tf", 104, "aws_security_group.bastion"),
		iac(result.High, "ensure-no-security-group-allows-ssh-from-anywhere-02bb6a90d4e7", "Ensure no security group allows SSH from anywhere", "infra/aws/network.tf", 104, "aws_security_group_rule.bastion"),
		iac(result.High, "privileged-5e20b7c1d904", "Containers must not run privileged", "deploy/cart.yaml", 27, "Deployment/cart"),
		iac(result.Low, "labels-5e47c30d19be", "Set the recommended labels", "deploy/cart.yaml", 1, "Deployment/cart"),
		iac(result.High, "disk-6647c30d19be", "Encrypt managed disks with a customer managed key", "infra/ä b#1.tf", 5, "azurerm_managed_disk.data"),
		lost,
	}
}
