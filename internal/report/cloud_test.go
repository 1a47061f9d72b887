package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
)

// cloudResult has two alerts of two accounts and one hit of a check, none in a file.
func cloudResult() *result.Result {
	alert := func(account, id string) result.Finding {
		return result.Finding{
			Fingerprint: id, Kind: result.KindAlerts, Rule: "encrypt-topics-1a2b7c0d93f4", Severity: result.High, Count: 1, Summary: "Encrypt topics",
			Target: "alerts:zscaler-zpc", Placement: result.Unplaced, Resource: "arn:topic-" + id,
			Cloud: &result.Cloud{Account: account, Region: "us-east-1", AlertID: id, Link: "https://admin.example/alerts/" + id, FirstSeen: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		}
	}
	hit := result.Finding{Fingerprint: "h", Kind: result.KindChecks, Rule: "AWS_S3", Severity: result.High, Count: 1, Summary: "no public buckets",
		Target: "checks:no public buckets", Placement: result.Unplaced, Resource: "logs",
		Cloud: &result.Cloud{Account: "1111"},
	}
	row := func(kind result.Kind, name string, line int) result.Row {
		return result.Row{Status: result.Answered, Evidence: result.ByName, Target: result.Target{
			Kind: kind, Name: name, Places: []result.Location{{Path: "deploy/.scangate.yaml", Line: line}},
		}}
	}
	return judged(&result.Result{
		Format: result.FormatVersion, Findings: []result.Finding{alert("1111", "A1"), alert("2222", "A2"), hit},
		Ledger: []result.Row{row(result.KindAlerts, "zscaler-zpc", 3), row(result.KindChecks, "no public buckets", 7)},
		Policy: result.Policy{Rows: []result.RowLimits{
			{Target: "alerts:zscaler-zpc", Max: map[result.Severity]int{result.High: 0}}, {Target: "checks:no public buckets", Max: map[result.Severity]int{result.High: 3}},
		}},
		Verdict: result.Verdict{Outcome: result.OutcomeFail, Exit: 1, Planned: 2, Answered: 2, Limits: []result.LimitCheck{
			{ID: "alerts:zscaler-zpc high", Target: "alerts:zscaler-zpc", Severity: result.High, Count: 2, Crossed: true},
		}},
	})
}

// Cloud findings are shown by account, with the vendor's link, in all formats but those for upload.
func TestCloudFindings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ has, hasNot []string }{
		Console:    {[]string{"account 1111 · us-east-1 · arn:topic-A1", "https://admin.example/alerts/A1", "Encrypt topics"}, []string{"no line in this repository"}},
		Markdown:   {[]string{"account 1111 · us-east-1", "admin.example/alerts/A2", "high in zscaler-zpc"}, []string{"no line in this repository"}},
		HTML:       {[]string{"account 2222 (zscaler-zpc)", `<a href="https://admin.example/alerts/A2"`, "Open since 2026-01-02."}, []string{"no line in this repository"}},
		JSON:       {[]string{`"account": "1111"`, `"firstSeen": "2026-01-02T03:04:05Z"`, `"alertId": "A2"`}, nil},
		SARIFFull:  {[]string{`"deploy/.scangate.yaml"`, `"startLine": 3`, `"startLine": 7`, `"link": "https://admin.example/alerts/A1"`}, nil},
		SARIF:      {nil, []string{"Encrypt topics", "admin.example", "no public buckets", "1111"}},
		GitLabSAST: {nil, []string{"Encrypt topics", "admin.example"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := writeTo(&b, name, cloudResult(), Options{Width: 120}); err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(b.String(), `":"`, `": "`)
			text = strings.ReplaceAll(text, `":`, `": `)
			text = strings.ReplaceAll(text, `":  `, `": `)
			for _, want := range tt.has {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing in\n%s", want, text)
				}
			}
			for _, bad := range tt.hasNot {
				if strings.Contains(text, bad) {
					t.Errorf("%q stands there", bad)
				}
			}
		})
	}
}

// The verbose console groups alerts by account.
func TestCloudFindingsByAccount(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := writeTo(&b, Console, cloudResult(), Options{Width: 120, Verbose: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"account 1111 (zscaler-zpc)", "account 2222 (zscaler-zpc)", "account 1111 (no public buckets)", "since 2026-01-02 · A1"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
}

// A row with its own limits fails only by them.
func TestCloudRowsInJUnit(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := writeTo(&b, JUnit, cloudResult(), Options{}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "<failure"); n != 1 {
		t.Errorf("%d failures, want that of the source alone\n%s", n, b.String())
	}
	if alert := cloudResult().Findings[0]; !blocks(&alert) {
		t.Error("an alert does not count for its source's limit")
	}
	if hit := cloudResult().Findings[2]; blocks(&hit) {
		t.Error("a hit counts for the limit of another row")
	}
}
