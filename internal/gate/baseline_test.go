package gate_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/gate"
	"github.com/scangate/scangate/internal/result"
)

const (
	firstDay result.Day = "2026-01-31"
	today    result.Day = "2026-11-29"
)

// bucketAt is a finding in a block of a file.
func bucketAt(fingerprint, path, block string) result.Finding {
	return result.Finding{
		Fingerprint: fingerprint, Kind: result.KindIaC, Rule: "private-buckets-1a2b3c4d5e6f", Severity: result.High, Count: 1,
		Resource: "aws_s3_bucket.logs", Block: block, Placement: result.PlacedResource, Locations: []result.Location{{Path: path, Line: 3}},
	}
}

// vulnerable are the vulnerabilities of one severity in an image that files name.
func vulnerable(ref string, n int, paths ...string) result.Finding {
	f := result.Finding{
		Fingerprint: ref, Kind: result.KindImage, Rule: "image-vulnerabilities", Severity: result.Critical, Count: n, Image: "docker.io/library/" + ref,
		Placement: result.PlacedResource, Target: "image:docker.io/library/" + ref,
	}
	for _, p := range paths {
		f.Locations = append(f.Locations, result.Location{Path: p, Line: 1})
	}
	return f
}

func iacRow(path string) result.Row { return row(result.KindIaC, path, result.Answered) }

// baselineOf is a baseline of findings.
func baselineOf(findings ...result.Finding) *result.Baseline {
	b := &result.Baseline{File: "baseline"}
	c := gate.Compare(nil, findings, b, nil, nil)
	b.Entries, _ = gate.Record(findings, b, c, firstDay, nil)
	return b
}

func with(f result.Finding, change func(*result.Finding)) result.Finding {
	change(&f)
	return f
}

func TestCompare(t *testing.T) {
	t.Parallel()
	old := bucketAt("f1", "a.tf", "b1")
	severity := func(s result.Severity) result.Finding { return with(old, func(f *result.Finding) { f.Severity = s }) }
	alerts := result.Finding{Fingerprint: "a1", Kind: result.KindAlerts, Rule: "r", Severity: result.High, Count: 3, Target: "alerts:zpc"}
	for name, tt := range map[string]struct {
		before, now []result.Finding
		rows        []result.Row
		gone        []string
		// known has what is covered of each finding; fixed counts what is gone.
		known []int
		fixed int
		match gate.Match // of the first finding, without Known and Entries
	}{
		"the same":                      {before: []result.Finding{old}, now: []result.Finding{old}, known: []int{1}},
		"shifted lines":                 {before: []result.Finding{old}, now: []result.Finding{with(old, func(f *result.Finding) { f.Locations = []result.Location{{Path: "a.tf", Line: 99}} })}, known: []int{1}},
		"a changed block":               {before: []result.Finding{old}, now: []result.Finding{bucketAt("f1", "a.tf", "b2")}, known: []int{1}, match: gate.Match{Changed: true}},
		"a block that is known now":     {before: []result.Finding{bucketAt("f1", "a.tf", "")}, now: []result.Finding{old}, known: []int{1}},
		"a block that is not known now": {before: []result.Finding{old}, now: []result.Finding{bucketAt("f1", "a.tf", "")}, known: []int{1}, match: gate.Match{Changed: true}},
		"a higher severity":             {before: []result.Finding{old}, now: []result.Finding{severity(result.Critical)}, known: []int{0}, match: gate.Match{Worse: true}},
		"a lower severity":              {before: []result.Finding{old}, now: []result.Finding{severity(result.Low)}, known: []int{1}},
		"an unknown severity":           {before: []result.Finding{old}, now: []result.Finding{severity(result.Unknown)}, known: []int{0}, match: gate.Match{Worse: true}},
		"a severity that became known":  {before: []result.Finding{severity(result.Unknown)}, now: []result.Finding{severity(result.Low)}, known: []int{0}, match: gate.Match{Worse: true}},
		"another finding of the rule":   {before: []result.Finding{old}, now: []result.Finding{bucketAt("f2", "a.tf", "b2"), old}, known: []int{0, 1}},
		"another one, the old is fixed": {before: []result.Finding{old}, now: []result.Finding{bucketAt("f2", "a.tf", "b2")}, rows: []result.Row{iacRow("a.tf")}, known: []int{0}, fixed: 1},
		"a renamed file":                {before: []result.Finding{old}, now: []result.Finding{bucketAt("f2", "b.tf", "b1")}, rows: []result.Row{iacRow("b.tf")}, gone: []string{"a.tf"}, known: []int{1}},
		"a block in another file":       {before: []result.Finding{old}, now: []result.Finding{bucketAt("f2", "b.tf", "b1")}, rows: []result.Row{iacRow("a.tf"), iacRow("b.tf")}, known: []int{1}},
		"a copied file":                 {before: []result.Finding{old}, now: []result.Finding{bucketAt("f2", "b.tf", "b1"), old}, rows: []result.Row{iacRow("a.tf"), iacRow("b.tf")}, known: []int{0, 1}},
		"renamed and copied":            {before: []result.Finding{old}, now: []result.Finding{bucketAt("f2", "b.tf", "b1"), bucketAt("f3", "c.tf", "b1")}, gone: []string{"a.tf"}, known: []int{1, 0}},
		"renamed, another block":        {before: []result.Finding{old}, now: []result.Finding{bucketAt("f2", "b.tf", "b2")}, gone: []string{"a.tf"}, known: []int{0}, fixed: 1},
		"renamed, another resource":     {before: []result.Finding{old}, now: []result.Finding{with(bucketAt("f2", "b.tf", "b1"), func(f *result.Finding) { f.Resource = "x" })}, gone: []string{"a.tf"}, known: []int{0}, fixed: 1},
		"renamed, no blocks":            {before: []result.Finding{bucketAt("f1", "a.tf", "")}, now: []result.Finding{bucketAt("f2", "b.tf", "")}, gone: []string{"a.tf"}, known: []int{0}, fixed: 1},
		"renamed, a higher severity":    {before: []result.Finding{old}, now: []result.Finding{with(bucketAt("f2", "b.tf", "b1"), func(f *result.Finding) { f.Severity = result.Critical })}, gone: []string{"a.tf"}, known: []int{0}, fixed: 1},
		"an old place without answer":   {before: []result.Finding{old}, now: []result.Finding{bucketAt("f2", "b.tf", "b1")}, rows: []result.Row{iacRow("b.tf"), row(result.KindIaC, "a.tf", result.Failed)}, known: []int{0}},
		"an old place, not looked at":   {before: []result.Finding{old}, now: []result.Finding{bucketAt("f2", "b.tf", "b1")}, rows: []result.Row{iacRow("b.tf")}, known: []int{0}},
		"uncertain, the same":           {before: []result.Finding{old}, now: []result.Finding{with(old, func(f *result.Finding) { f.Uncertain = "x" })}, known: []int{1}},
		"uncertain, renamed":            {before: []result.Finding{old}, now: []result.Finding{with(bucketAt("f2", "b.tf", "b1"), func(f *result.Finding) { f.Uncertain = "x" })}, gone: []string{"a.tf"}, known: []int{0}, fixed: 1},
		"an image":                      {before: []result.Finding{vulnerable("node:18", 5, "Dockerfile")}, now: []result.Finding{vulnerable("node:18", 5, "Dockerfile")}, known: []int{5}},
		"an upgraded image":             {before: []result.Finding{vulnerable("node:18", 5, "Dockerfile")}, now: []result.Finding{vulnerable("node:20@sha256:00", 7, "Dockerfile")}, known: []int{5}},
		"a better image":                {before: []result.Finding{vulnerable("node:18", 5, "Dockerfile")}, now: []result.Finding{vulnerable("node:20", 2, "Dockerfile")}, rows: []result.Row{row(result.KindDockerfile, "Dockerfile", result.Answered)}, known: []int{2}, fixed: 3},
		"an image in a further file":    {before: []result.Finding{vulnerable("node:18", 5, "Dockerfile")}, now: []result.Finding{vulnerable("node:18", 5, "Dockerfile", "b/Dockerfile")}, rows: []result.Row{row(result.KindDockerfile, "Dockerfile", result.Answered)}, known: []int{0}},
		"an image in one file less":     {before: []result.Finding{vulnerable("node:18", 5, "Dockerfile", "b/Dockerfile")}, now: []result.Finding{vulnerable("node:18", 5, "Dockerfile")}, gone: []string{"b/Dockerfile"}, known: []int{5}, fixed: 5},
		"two images of a repository":    {before: []result.Finding{vulnerable("node:18", 5, "Dockerfile")}, now: []result.Finding{vulnerable("node:18", 5, "Dockerfile"), vulnerable("node:20", 4, "Dockerfile")}, known: []int{5, 0}},
		"an image of another port":      {before: []result.Finding{vulnerable("a:5000/node", 5, "Dockerfile")}, now: []result.Finding{vulnerable("a:5000/node:18", 5, "Dockerfile"), vulnerable("a:6000/node:18", 5, "Dockerfile")}, known: []int{5, 0}},
		"a renamed Dockerfile":          {before: []result.Finding{vulnerable("node:18", 5, "Dockerfile")}, now: []result.Finding{vulnerable("node:18", 6, "docker/Dockerfile")}, gone: []string{"Dockerfile"}, known: []int{5}},
		"renamed, a lower severity of an image": {
			before: []result.Finding{vulnerable("node:18", 5, "Dockerfile")},
			now:    []result.Finding{with(vulnerable("node:18", 5, "docker/Dockerfile"), func(f *result.Finding) { f.Severity = result.Low })},
			gone:   []string{"Dockerfile"}, known: []int{0}, fixed: 5,
		},
		"an image without a registry": {before: []result.Finding{with(vulnerable("node", 5, "Dockerfile"), func(f *result.Finding) { f.Image = "node" })}, now: []result.Finding{with(vulnerable("node", 5, "Dockerfile"), func(f *result.Finding) { f.Image = "node:18" })}, known: []int{5}},
		"renamed, another image":      {before: []result.Finding{vulnerable("node:18", 5, "Dockerfile")}, now: []result.Finding{vulnerable("node:20", 5, "docker/Dockerfile")}, gone: []string{"Dockerfile"}, known: []int{0}, fixed: 5},
		"renamed, and a further file": {before: []result.Finding{vulnerable("node:18", 5, "a/Dockerfile")}, now: []result.Finding{vulnerable("node:18", 5, "b/Dockerfile", "c/Dockerfile")}, gone: []string{"a/Dockerfile"}, known: []int{0}, fixed: 5},
		"an image that no file names": {before: []result.Finding{vulnerable("node:18", 5)}, now: []result.Finding{vulnerable("node:20", 6)}, known: []int{5}},
		"more alerts":                 {before: []result.Finding{alerts}, now: []result.Finding{with(alerts, func(f *result.Finding) { f.Count = 9 })}, known: []int{3}},
		"alerts of another source":    {before: []result.Finding{alerts}, now: []result.Finding{with(alerts, func(f *result.Finding) { f.Target = "alerts:x" })}, rows: []result.Row{row(result.KindAlerts, "zpc", result.Answered)}, known: []int{0}, fixed: 3},
		"no alerts, no answer":        {before: []result.Finding{alerts}, rows: []result.Row{row(result.KindAlerts, "zpc", result.Failed)}},
		"nothing was asked":           {before: []result.Finding{old, alerts, vulnerable("node:18", 5, "Dockerfile")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := baselineOf(tt.before...)
			b.Gone = tt.gone
			c := gate.Compare(tt.rows, tt.now, b, nil, nil)
			var known []int
			for _, m := range c.Matches {
				known = append(known, m.Known)
			}
			if !slices.Equal(known, tt.known) {
				t.Errorf("known %v, want %v", known, tt.known)
			}
			if fixed := total(c.Fixed); fixed != tt.fixed {
				t.Errorf("fixed %d, want %d: %+v", fixed, tt.fixed, c.Fixed)
			}
			if len(c.Matches) > 0 && (c.Matches[0].Worse != tt.match.Worse || c.Matches[0].Changed != tt.match.Changed) {
				t.Errorf("match %+v, want %+v", c.Matches[0], tt.match)
			}
		})
	}
}

func total(entries []result.BaselineEntry) int {
	n := 0
	for _, e := range entries {
		n += e.Count
	}
	return n
}

// A run that is narrowed to a change asks for some of the images that a file names.
func TestCompareInANarrowedRun(t *testing.T) {
	t.Parallel()
	b := baselineOf(vulnerable("node:18", 5, "compose.yaml"), vulnerable("redis:7", 2, "compose.yaml"))
	rows := []result.Row{{
		Target: result.Target{Kind: result.KindImage, Name: "docker.io/library/redis:8", Places: []result.Location{{Path: "compose.yaml", Line: 9}}},
		Status: result.Answered,
	}}
	if c := gate.Compare(rows, nil, b, &result.Change{}, nil); total(c.Fixed) != 2 || total(c.Unseen) != 5 {
		t.Errorf("fixed %+v, unseen %+v", c.Fixed, c.Unseen)
	}
	if c := gate.Compare(rows, nil, b, nil, nil); total(c.Fixed) != 7 {
		t.Errorf("in a full run, fixed %+v", c.Fixed)
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	b := baselineOf(bucketAt("f1", "a.tf", "b1"), vulnerable("node:18", 5, "Dockerfile"), bucketAt("f9", "elsewhere.tf", "b9"))
	b.Gone = []string{"a.tf"}
	now := []result.Finding{
		bucketAt("f2", "b.tf", "b1"), vulnerable("node:20", 3, "Dockerfile"), vulnerable("node:21", 1, "Dockerfile"),
		bucketAt("f3", "c.tf", "b3"), bucketAt("f4", "d.tf", "b4"),
	}
	rows := []result.Row{row(result.KindDockerfile, "Dockerfile", result.Answered)}
	entries, grown := gate.Record(now, b, gate.Compare(rows, now, b, nil, nil), today, []int{1, 3, 1, 1, 0})
	type line struct {
		path  string
		count int
		since result.Day
	}
	var got []line
	for _, e := range entries {
		got = append(got, line{e.Path, e.Count, e.Since})
	}
	want := []line{{"Dockerfile", 4, firstDay}, {"b.tf", 1, firstDay}, {"c.tf", 1, today}, {"elsewhere.tf", 1, firstDay}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(line{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !slices.Equal(grown, []int{3}) {
		t.Errorf("grown %v, want [3]", grown)
	}
}

// run is what a run found, and a baseline of another one.
type debts struct {
	findings []result.Finding
	rows     []result.Row
	baseline *result.Baseline
}

func drawFinding(t *rapid.T) result.Finding {
	path := rapid.SampledFrom([]string{"a.tf", "b.tf", "c.tf"})
	severity := rapid.SampledFrom(result.Severities())
	if rapid.Bool().Draw(t, "image") {
		ref := rapid.SampledFrom([]string{"node:18", "node:20", "redis:7"}).Draw(t, "ref")
		f := vulnerable(ref, rapid.IntRange(0, 5).Draw(t, "count"), rapid.SliceOfNDistinct(path, 0, 2, rapid.ID).Draw(t, "paths")...)
		f.Severity = severity.Draw(t, "severity")
		f.Fingerprint += f.Severity.String()
		return f
	}
	f := bucketAt("", path.Draw(t, "path"), rapid.SampledFrom([]string{"", "b1", "b2"}).Draw(t, "block"))
	f.Severity, f.Uncertain = severity.Draw(t, "severity"), rapid.SampledFrom([]string{"", "x"}).Draw(t, "uncertain")
	f.Rule = rapid.SampledFrom([]string{"r1", "r2"}).Draw(t, "rule")
	f.Fingerprint = f.Rule + f.Locations[0].Path + strconv.Itoa(rapid.IntRange(0, 2).Draw(t, "nth"))
	return f
}

func drawFindings(t *rapid.T, label string) []result.Finding {
	all := rapid.SliceOfNDistinct(rapid.Custom(drawFinding), 0, 8, func(f result.Finding) string { return f.Fingerprint }).Draw(t, label)
	return all
}

func drawDebts(t *rapid.T) debts {
	d := debts{findings: drawFindings(t, "now"), baseline: baselineOf(drawFindings(t, "before")...)}
	for _, path := range []string{"a.tf", "b.tf", "c.tf"} {
		switch rapid.IntRange(0, 2).Draw(t, "state of "+path) {
		case 0:
			d.baseline.Gone = append(d.baseline.Gone, path)
		case 1:
			d.rows = append(d.rows, iacRow(path))
		}
	}
	return d
}

func (d debts) compare() gate.Comparison {
	return gate.Compare(d.rows, d.findings, d.baseline, nil, nil)
}

// A record covers all findings that it was made of.
func TestRecordCoversItsFindings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDebts(t)
		counts := make([]int, len(d.findings))
		for i := range counts {
			counts[i] = rapid.IntRange(0, max(1, d.findings[i].Count)).Draw(t, "counts")
		}
		d.baseline.Entries, _ = gate.Record(d.findings, d.baseline, gate.Compare(d.rows, d.findings, d.baseline, nil, counts), today, counts)
		for i, m := range gate.Compare(d.rows, d.findings, d.baseline, nil, counts).Matches {
			if m.Known != counts[i] || m.Changed || m.Worse {
				t.Fatalf("finding %d: %+v, want known %d, with\n%+v", i, m, counts[i], d.baseline.Entries)
			}
		}
	})
}

// If nothing has grown, a record holds nothing that its baseline doesn't cover.
func TestGrowthIsSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDebts(t)
		before := perSeverity(d.baseline.Entries)
		c := d.compare()
		entries, grown := gate.Record(d.findings, d.baseline, c, today, nil)
		for i, m := range c.Matches {
			if m.Known < max(1, d.findings[i].Count) != slices.Contains(grown, i) {
				t.Fatalf("finding %d: known %d, grown %v", i, m.Known, grown)
			}
		}
		if len(grown) > 0 {
			return
		}
		for s, n := range perSeverity(entries) {
			if n > before[s] {
				t.Fatalf("%d above severity %d, was %d", n, s, before[s])
			}
		}
		for _, e := range entries {
			if e.Since != firstDay {
				t.Fatalf("a new entry: %+v", e)
			}
		}
	})
}

// perSeverity counts the entries of each severity and above it. Unknown counts as the highest.
func perSeverity(entries []result.BaselineEntry) map[int]int {
	n := map[int]int{}
	for _, e := range entries {
		top := int(e.Severity)
		if e.Severity == result.Unknown {
			top = int(result.Critical) + 1
		}
		for s := range top + 1 {
			n[s] += e.Count
		}
	}
	return n
}

// A baseline covers only findings that it names, and not more than it counts.
func TestBaselineCoversWhatItNames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDebts(t)
		c := d.compare()
		used := map[int]int{}
		for i, m := range c.Matches {
			f := &d.findings[i]
			if m.Known > max(1, f.Count) || m.Known > 0 && len(m.Entries) == 0 {
				t.Fatalf("finding %d: %+v", i, m)
			}
			for _, at := range m.Entries {
				used[at] += m.Known
				e := d.baseline.Entries[at]
				named := e.Fingerprint == f.Fingerprint || e.Image != "" && f.Uncertain == "" && f.Image[:len(e.Image)] == e.Image ||
					e.Block != "" && e.Block == f.Block && f.Uncertain == "" && e.Resource == f.Resource && e.Path != f.Locations[0].Path
				if e.Rule != f.Rule || !named {
					t.Fatalf("%+v covers %+v", e, f)
				}
			}
		}
		for at, n := range used {
			if n > d.baseline.Entries[at].Count {
				t.Fatalf("entry %d covers %d", at, n)
			}
		}
	})
}

// One entry less never covers more, and no order of findings changes what is covered.
func TestBaselineIsMonotonic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDebts(t)
		want := known(d.compare())
		d.findings = rapid.Permutation(d.findings).Draw(t, "other order")
		if got := known(d.compare()); got != want {
			t.Fatalf("known %d in another order, want %d", got, want)
		}
		if n := len(d.baseline.Entries); n > 0 {
			d.baseline.Entries = slices.Delete(d.baseline.Entries, n-1, n)
		}
		if got := known(d.compare()); got > want {
			t.Fatalf("known %d with one entry less, want at most %d", got, want)
		}
	})
}

func known(c gate.Comparison) int {
	n := 0
	for _, m := range c.Matches {
		n += m.Known
	}
	return n
}
