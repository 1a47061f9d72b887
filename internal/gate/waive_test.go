package gate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

const (
	bucketRule = "ensure-bucket-is-private-1f3a5c7e9b0d"
	otherRule  = "ensure-logging-9b1c3d5e7f90"
)

// today is the day of the tests.
func today() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }

// iacFinding is a finding on a line of a template.
func iacFinding(fingerprint string, sev result.Severity, path string, line int) result.Finding {
	return result.Finding{
		Fingerprint: fingerprint, Kind: result.KindIaC, Rule: bucketRule, Severity: sev, Count: 1, Placement: result.PlacedResource,
		Resource: "aws_s3_bucket." + fingerprint, Locations: []result.Location{{Path: path, Line: line}},
	}
}

func imageFinding(fingerprint string, sev result.Severity, n int, paths ...string) result.Finding {
	f := result.Finding{
		Fingerprint: fingerprint, Kind: result.KindImage, Rule: bucketRule, Severity: sev, Count: n,
		Image: "docker.io/library/redis:7", Placement: result.PlacedResource,
	}
	for _, p := range paths {
		f.Locations = append(f.Locations, result.Location{Path: p, Line: 1})
	}
	return f
}

// entry is a waiver at a line of the config file, until the end of the year.
func entry(line int, change func(*result.Waiver)) result.Waiver {
	w := result.Waiver{
		Rule: bucketRule, Reason: "r", Owner: "o", Expires: "2026-12-31",
		Origin: result.Origin{Setting: "waivers", Place: fmt.Sprintf("c.yaml:%d:5", line)},
	}
	change(&w)
	return w
}

// stampsOf are the stamps of findings before waivers apply.
func stampsOf(findings []result.Finding) []result.Stamp {
	stamps := make([]result.Stamp, len(findings))
	for i, f := range findings {
		stamps[i] = result.Stamp{Severity: f.Severity, Count: f.Count}
	}
	return stamps
}

// sayWaived writes the parts of each finding as FINGERPRINT: N by LINE, and what became of each
// waiver.
func sayWaived(findings []result.Finding, ws []result.Waiver, now time.Time) string {
	stamps := stampsOf(findings)
	checks := waive(findings, stamps, ws, now, false)
	var parts []string
	for i, f := range findings {
		for _, c := range stamps[i].Covered().Waived {
			parts = append(parts, fmt.Sprintf("%s: %d by %s", f.Fingerprint, c.Count, strings.Split(string(c.By), ":")[1]))
		}
	}
	for _, c := range checks {
		text := string(c.State)
		if c.ExpiresSoon {
			text += " soon"
		}
		if c.Changed > 0 {
			text += fmt.Sprintf(" changed %d", c.Changed)
		}
		if c.Beyond > 0 {
			text += fmt.Sprintf(" beyond %d", c.Beyond)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

func TestWaive(t *testing.T) {
	t.Parallel()
	most := func(n int) *int { return &n }
	low, high := result.Low, result.High
	a, b := iacFinding("a", result.High, "infra/main.tf", 3), iacFinding("b", result.Critical, "infra/main.tf", 9)
	c := iacFinding("c", result.Low, "legacy/x.tf", 1)
	unsure := iacFinding("u", result.High, "infra/main.tf", 3)
	unsure.Uncertain = "x"
	other := a
	other.Rule = otherRule
	several := result.Finding{
		Fingerprint: "se", Kind: result.KindAlerts, Rule: bucketRule, Severity: result.High, Count: 1, Placement: result.Unplaced,
		Resource: "sg-1", Resources: []string{"sg-1", "sg-2"},
	}
	alert := result.Finding{Fingerprint: "al", Kind: result.KindAlerts, Rule: bucketRule, Severity: result.High, Count: 1, Resource: "sg-1", Placement: result.Unplaced}
	unknown := iacFinding("x", result.Unknown, "infra/main.tf", 20)
	image := imageFinding("i", result.High, 30, "Dockerfile", "legacy/Dockerfile")
	for name, tt := range map[string]struct {
		findings []result.Finding
		waivers  []result.Waiver
		want     string
	}{
		"one file":                   {[]result.Finding{a, b, c}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path = "infra/main.tf" })}, "a: 1 by 1, b: 1 by 1, used"},
		"a folder":                   {[]result.Finding{a, b, c}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path = "infra" })}, "a: 1 by 1, used beyond 1"},
		"a pattern":                  {[]result.Finding{b, a, c}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path = "**" })}, "c: 1 by 1, used beyond 2"},
		"a pattern with max":         {[]result.Finding{b, a, c}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path, w.Max = "**", most(2) })}, "a: 1 by 1, c: 1 by 1, used beyond 1"},
		"a file with max":            {[]result.Finding{a, b}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path, w.Max = "infra/main.tf", most(1) })}, "a: 1 by 1, used beyond 1"},
		"braces are a pattern":       {[]result.Finding{a, b}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path = "{infra,legacy}/main.tf" })}, "a: 1 by 1, used beyond 1"},
		"a resource":                 {[]result.Finding{a, b}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Resource = "aws_s3_bucket.b" })}, "b: 1 by 1, used"},
		"a resource elsewhere":       {[]result.Finding{a}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Resource, w.Path = "aws_s3_bucket.a", "legacy/**" })}, "unused"},
		"another rule":               {[]result.Finding{other}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path = "infra/main.tf" })}, "unused"},
		"a fingerprint":              {[]result.Finding{a, b}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Fingerprint = "b" })}, "b: 1 by 1, used"},
		"a block":                    {[]result.Finding{a, b}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path, w.Lines = "infra/main.tf", &result.Range{Start: 3, End: 8} })}, "a: 1 by 1, used"},
		"uncertain":                  {[]result.Finding{unsure}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path = "infra/main.tf" })}, "unused"},
		"uncertain, its fingerprint": {[]result.Finding{unsure}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Fingerprint = "u" })}, "u: 1 by 1, used"},
		"the severity":               {[]result.Finding{a, b}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path, w.Severity = "infra/main.tf", &high })}, "a: 1 by 1, used beyond 1"},
		"a lower severity":           {[]result.Finding{a}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Fingerprint, w.Severity = "a", &low })}, "unused beyond 1"},
		"an unknown severity":        {[]result.Finding{unknown}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path, w.Severity = "infra/main.tf", &high })}, "unused beyond 1"},
		"unknown is the worst":       {[]result.Finding{unknown, b}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path = "infra/*" })}, "b: 1 by 1, used beyond 1"},
		"an image":                   {[]result.Finding{image}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Image = "redis" })}, "i: 30 by 1, used"},
		"of an image at most":        {[]result.Finding{image}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Image, w.Max = "redis:7", most(20) })}, "i: 20 by 1, used beyond 10"},
		"of images by a pattern":     {[]result.Finding{image}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Image = "docker.io/**" })}, "i: 1 by 1, used beyond 29"},
		"an image in one of folders": {[]result.Finding{image}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path, w.Max = "legacy/**", most(99) })}, "unused"},
		"no image":                   {[]result.Finding{a}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Image = "redis" })}, "unused"},
		"all resources of an alert":  {[]result.Finding{several}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Resource = "sg-*" })}, "se: 1 by 1, used"},
		"one resource of several":    {[]result.Finding{several}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Resource = "sg-1" })}, "unused"},
		"an alert":                   {[]result.Finding{alert}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Resource = "sg-1" })}, "al: 1 by 1, used"},
		"an alert lies in no file":   {[]result.Finding{alert}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path = "**" })}, "unused"},
		"expired":                    {[]result.Finding{a}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path, w.Expires = "infra/main.tf", "2026-11-28" })}, "expired beyond 1"},
		"expired, another is not": {[]result.Finding{a}, []result.Waiver{
			entry(1, func(w *result.Waiver) { w.Path, w.Expires = "infra/main.tf", "2026-11-28" }), entry(2, func(w *result.Waiver) { w.Fingerprint = "a" }),
		}, "a: 1 by 2, expired, used"},
		"its last day": {[]result.Finding{a}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path, w.Expires = "infra/main.tf", "2026-11-29" })}, "a: 1 by 1, used soon"},
		"30 days":      {nil, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path, w.Expires = "a", "2026-12-28" }), entry(1, func(w *result.Waiver) { w.Path, w.Expires = "a", "2026-12-29" })}, "unused soon, unused"},
		"specific first": {[]result.Finding{a, b, c}, []result.Waiver{
			entry(1, func(w *result.Waiver) { w.Path = "**" }), entry(2, func(w *result.Waiver) { w.Fingerprint = "c" }), entry(3, func(w *result.Waiver) { w.Path = "infra/main.tf" }),
		}, "a: 1 by 3, b: 1 by 3, c: 1 by 2, unused, used, used"},
		"two for one": {[]result.Finding{image}, []result.Waiver{
			entry(1, func(w *result.Waiver) { w.Image, w.Max = "redis", most(20) }), entry(2, func(w *result.Waiver) { w.Image, w.Max = "redis:7", most(20) }),
		}, "i: 20 by 1, i: 10 by 2, used, used"},
		"the block changed": {[]result.Finding{a}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Fingerprint, w.Block = "a", "0123" })}, "a: 1 by 1, used changed 1"},
		"an invalid glob":   {[]result.Finding{a}, []result.Waiver{entry(1, func(w *result.Waiver) { w.Path = "infra/[" })}, "unused"},
	} {
		if got := sayWaived(tt.findings, tt.waivers, today()); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, tt.want)
		}
	}
}

// someFindings are findings with fingerprints of their own.
func someFindings() *rapid.Generator[[]result.Finding] {
	return rapid.Custom(func(t *rapid.T) []result.Finding {
		var all []result.Finding
		for i := range rapid.IntRange(0, 6).Draw(t, "findings") {
			sev, path := rapid.SampledFrom(result.Severities()).Draw(t, "severity"), rapid.SampledFrom([]string{"a.tf", "b/a.tf", "b/c.tf"}).Draw(t, "path")
			f := iacFinding(string(rune('a'+i)), sev, path, rapid.IntRange(1, 3).Draw(t, "line"))
			if rapid.Bool().Draw(t, "image") {
				f = imageFinding(f.Fingerprint, sev, rapid.IntRange(1, 4).Draw(t, "count"), path)
			}
			if rapid.Bool().Draw(t, "uncertain") {
				f.Uncertain = "x"
			}
			f.Rule = rapid.SampledFrom([]string{bucketRule, otherRule}).Draw(t, "rule")
			all = append(all, f)
		}
		return all
	})
}

func someWaivers() *rapid.Generator[[]result.Waiver] {
	return rapid.Custom(func(t *rapid.T) []result.Waiver {
		var all []result.Waiver
		for i := range rapid.IntRange(0, 5).Draw(t, "waivers") {
			all = append(all, entry(i+1, func(w *result.Waiver) {
				w.Rule = rapid.SampledFrom([]string{bucketRule, otherRule}).Draw(t, "rule")
				w.Path = rapid.SampledFrom([]string{"", "a.tf", "b", "**", "b/*.tf"}).Draw(t, "path")
				w.Fingerprint = rapid.SampledFrom([]string{"", "", "a", "b", "c"}).Draw(t, "fingerprint")
				w.Image = rapid.SampledFrom([]string{"", "", "redis", "docker.io/**"}).Draw(t, "image")
				w.Expires = rapid.SampledFrom([]string{"2026-11-28", "2026-11-29", "2027-01-31"}).Draw(t, "expires")
				if rapid.Bool().Draw(t, "max") {
					n := rapid.IntRange(1, 5).Draw(t, "n")
					w.Max = &n
				}
				if sev := rapid.SampledFrom(result.Severities()).Draw(t, "severity"); sev != result.Low {
					w.Severity = &sev
				}
			}))
		}
		return all
	})
}

// waived adds up the parts of each finding, by fingerprint.
func waived(findings []result.Finding, ws []result.Waiver) map[string]int {
	sums := map[string]int{}
	stamps := stampsOf(findings)
	waive(findings, stamps, ws, today(), false)
	for i, f := range findings {
		for _, c := range stamps[i].Covered().Waived {
			sums[f.Fingerprint] += c.Count
		}
	}
	return sums
}

// A waiver never covers what it does not name, nor more than there is, nor more than its max.
func TestWaiversCoverOnlyWhatTheyName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		findings, ws := someFindings().Draw(t, "findings"), someWaivers().Draw(t, "waivers")
		stamps := stampsOf(findings)
		checks := waive(findings, stamps, ws, today(), false)
		uses := map[result.WaiverID]int{}
		for i, f := range findings {
			sum := 0
			for _, c := range stamps[i].Covered().Waived {
				w := ws[slices.IndexFunc(ws, func(w result.Waiver) bool { return w.ID() == c.By })]
				if w.Rule != f.Rule || w.Fingerprint != "" && w.Fingerprint != f.Fingerprint || w.Expires == "2026-11-28" ||
					f.Uncertain != "" && w.Fingerprint == "" || w.Path == "a.tf" && f.Locations[0].Path != "a.tf" ||
					w.Image != "" && f.Image == "" || w.Severity != nil && f.Severity > *w.Severity || c.Count < 1 {
					t.Fatalf("%+v covers %+v", w, f)
				}
				sum, uses[c.By] = sum+c.Count, uses[c.By]+c.Count
			}
			if sum > f.Count {
				t.Fatalf("%d of %d are waived", sum, f.Count)
			}
		}
		for i, w := range ws {
			if n := uses[w.ID()]; n != checks[i].Waived || w.Max != nil && n > *w.Max || w.Max == nil && w.IsPattern() && n > 1 {
				t.Fatalf("%+v covers %d, and says %d", w, n, checks[i].Waived)
			}
		}
	})
}

// With a waiver less, or a finding more, what was not waived still is not.
func TestFewerWaiversAndMoreFindingsWaiveNoMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		findings, ws := someFindings().Draw(t, "findings"), someWaivers().Draw(t, "waivers")
		all := waived(findings, ws)
		if len(ws) > 0 {
			i := rapid.IntRange(0, len(ws)-1).Draw(t, "without waiver")
			for fingerprint, n := range waived(findings, slices.Delete(slices.Clone(ws), i, i+1)) {
				if n > all[fingerprint] {
					t.Fatalf("%s: %d waived without waiver %d, %d with it", fingerprint, n, i, all[fingerprint])
				}
			}
		}
		if len(findings) > 0 {
			i := rapid.IntRange(0, len(findings)-1).Draw(t, "without finding")
			fewer := slices.Delete(slices.Clone(findings), i, i+1)
			less := waived(fewer, ws)
			for _, f := range fewer {
				if all[f.Fingerprint] > less[f.Fingerprint] {
					t.Fatalf("%s: %d waived beside finding %d, %d without it", f.Fingerprint, all[f.Fingerprint], i, less[f.Fingerprint])
				}
			}
		}
	})
}

func TestTheOrderOfFindingsIsIrrelevantForWaivers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		findings, ws := someFindings().Draw(t, "findings"), someWaivers().Draw(t, "waivers")
		shuffled := rapid.Permutation(findings).Draw(t, "shuffled")
		if diff := cmp.Diff(waived(findings, ws), waived(shuffled, ws)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Equal findings without a file are distinguished by their number among those of all shards. So a
// share leaves it to the verdict which of them a fingerprint means.
func TestFingerprintInAShare(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		share, placed bool
		want          int
	}{
		"a share, no file": {true, false, 1},
		"a share, a file":  {true, true, 0},
		"all, no file":     {false, false, 0},
	} {
		f := result.Finding{Kind: result.KindIaC, Rule: bucketRule, Severity: result.High, Count: 1, Fingerprint: strings.Repeat("0a", 16)}
		if tt.placed {
			f.Locations = []result.Location{{Path: "a.tf", Line: 1}}
		}
		findings := []result.Finding{f}
		ws := []result.Waiver{entry(1, func(w *result.Waiver) { w.Fingerprint = strings.Repeat("0b", 16) })}
		if got := waive(findings, stampsOf(findings), ws, today(), tt.share)[0].Waived; got != tt.want {
			t.Errorf("%s: %d waived, want %d", name, got, tt.want)
		}
	}
}
