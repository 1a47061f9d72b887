package report

import (
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

// waivedSample is sample with a waived template and a part of an image that is waived.
func waivedSample() *result.Result {
	r := sample()
	five := 5
	at := func(place string) result.Origin {
		return result.Origin{Setting: "waivers", Place: place, Path: ".scangate.yaml", Line: 4}
	}
	r.Policy.Waivers = []result.Waiver{
		{Rule: "ensure-buckets-are-private-8d1140f6c2ab", Path: "infra/main.tf", Reason: "a public site", Owner: "web@acme.example", Expires: "2027-01-31", Origin: at(".scangate.yaml:4:5")},
		{Rule: result.RuleImageVulnerabilities, Image: "node", Max: &five, Reason: "replaced in Q1", Owner: "web@acme.example", Expires: "2026-12-01", Origin: at(".scangate.yaml:9:5")},
	}
	v, stamps := gate.Decide(r.Ledger, r.Findings, r.Policy, gate.Options{Now: time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)})
	r.SetVerdict(v.Record(), stamps)
	return r
}

// Every format that people read shows what is waived, by whom, until when and why. What is uploaded
// leaves it out.
func TestWaivedFindingsStayVisible(t *testing.T) {
	t.Parallel()
	for format, want := range map[string][]string{
		Console: {
			"1 finding is waived: critical 1", "critical infra/main.tf:3 · Ensure buckets are private · aws_s3_bucket.logs",
			"until 2027-01-31 by web@acme.example: a public site (.scangate.yaml:4:5)", "expires on 2026-12-01", "waived: 5 of 12 medium",
		},
		Markdown: {"<summary>1 finding is waived</summary>", "a public site"},
		HTML:     {"1 finding is waived: critical 1</summary>", "until 2027-01-31 by web@acme.example: a public site (.scangate.yaml:4:5)"},
		JUnit:    {`<testsuite name="scangate.waived" tests="1" failures="0" errors="0" skipped="1"`, "waived until 2027-01-31 by web@acme.example: a public site"},
		SARIF:    {"1 finding is waived: critical 1. They are not in this report; sarif-full holds them with their suppressions."},
		SARIFFull: {
			`"suppressions":[{"kind":"external","status":"accepted",`, `"justification":"a public site (web@acme.example, until 2027-01-31)"`,
		},
	} {
		out := write(t, format, waivedSample(), Options{VerdictLine: true, Verbose: true, Width: 200})
		for _, text := range want {
			if !strings.Contains(out, text) {
				t.Errorf("%s lacks %q:\n%s", format, text, out)
			}
		}
	}
	for _, format := range []string{SARIF, GitLabSAST, GitLabCodeQuality, Annotations} {
		if out := write(t, format, waivedSample(), Options{}); strings.Contains(out, "Ensure buckets are private") {
			t.Errorf("%s has a waived finding:\n%s", format, out)
		}
	}
	if err := readFull([]byte(write(t, SARIFFull, waivedSample(), Options{})), waivedSample()); err != nil {
		t.Error(err)
	}
}

// Only what fails the gate has a command that would waive it, and it names the finding.
func TestBlockingFindingsHaveTheCommandThatWaivesThem(t *testing.T) {
	t.Parallel()
	r := sample()
	for i := range r.Findings {
		r.Findings[i].Fingerprint = strings.Repeat(string(rune('a'+i)), 32)
	}
	const command = "waive: scangate waiver add "
	for verbose, want := range map[bool]int{false: 2, true: 4} { // -v lists all before the worst
		out := write(t, Console, r, Options{Verbose: verbose, Width: 40})
		for _, short := range []string{"aaaaaaaaaaaa", "cccccccccccc"} {
			if !strings.Contains(out, command+short+" --reason WHY --owner WHO --expires DAY\n") {
				t.Errorf("no command for %s:\n%s", short, out)
			}
		}
		if n := strings.Count(out, command); n != want {
			t.Errorf("%d commands, want %d:\n%s", n, want, out)
		}
	}
}

// A waived finding whose block changed comes first, whatever its severity.
func TestChangedBlocksAreListedFirst(t *testing.T) {
	t.Parallel()
	r := waivedSample()
	low := r.Findings[2]
	low.Severity, low.Fingerprint, low.Block, low.Resource = result.Low, "f-low", "new", "aws_s3_bucket.low"
	r.Findings = append(r.Findings, low)
	r.Policy.Waivers[0].Block = r.Findings[2].Block
	w := r.Policy.Waivers[0]
	w.Resource, w.Block, w.Origin.Place = "aws_s3_bucket.low", "old", ".scangate.yaml:20:5"
	r.Policy.Waivers[0].Resource = "aws_s3_bucket.logs"
	r.Policy.Waivers = append(r.Policy.Waivers, w)
	v, stamps := gate.Decide(r.Ledger, r.Findings, r.Policy, gate.Options{Now: r.Finished})
	r.SetVerdict(v.Record(), stamps)
	out := write(t, Console, r, Options{Width: 200})
	low1, logs := strings.Index(out, "· aws_s3_bucket.low"), strings.Index(out, "· Ensure buckets are private · aws_s3_bucket.logs")
	if low1 < 0 || logs < low1 || strings.Count(out, "the block changed since") != 1 || !strings.Contains(out, " waives 1 in a block that changed since; fix: check it, and waive it again") {
		t.Errorf("%s", out)
	}
}
