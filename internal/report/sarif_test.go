package report

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v2/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// sarifSchemaOnce is the official schema: testdata/sarif-2.1.0.json as Microsoft's multitool ships
// it.
var sarifSchemaOnce = sync.OnceValues(func() (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	return c.Compile("testdata/sarif-2.1.0.json")
})

// validSARIF writes r, validates the log against the schema, checks what the schema does not, and
// decodes it.
func validSARIF(t interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}, r *result.Result, o Options, least ...result.Severity) *sarif.Run {
	t.Helper()
	var out strings.Builder
	if err := writeTo(&out, SARIF, r, o, least...); err != nil {
		t.Fatal(err)
	}
	schema, err := sarifSchemaOnce()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(out.String()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if err := schema.Validate(doc); err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if strings.Contains(out.String(), ":null") || strings.Contains(out.String(), ": null") {
		t.Fatalf("a null, which GitHub's uploader refuses, in\n%s", out.String())
	}
	var log sarif.Report
	if err := json.Unmarshal([]byte(out.String()), &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 || log.Version != "2.1.0" || log.Schema != sarifSchema {
		t.Fatalf("%d runs, version %q, schema %q", len(log.Runs), log.Version, log.Schema)
	}
	checkRun(t, log.Runs[0])
	return log.Runs[0]
}

// checkRun checks what GitHub and GitLab demand beyond the schema.
func checkRun(t interface{ Fatalf(string, ...any) }, run *sarif.Run) {
	seen := map[string]bool{}
	last := -1
	for _, r := range run.Results {
		region := r.Locations[0].PhysicalLocation.Region
		uri := *r.Locations[0].PhysicalLocation.ArtifactLocation.URI
		rule := run.Tool.Driver.Rules[*r.RuleIndex]
		id := fmt.Sprintf("%s %s:%d", *r.RuleID, uri, *region.StartLine)
		switch {
		case len(r.Locations) != 1 || *region.StartLine != *region.EndLine || *region.StartLine < 1:
			t.Fatalf("%s: not one line", id)
		case rule.ID != *r.RuleID || rule.DefaultConfiguration.Level != *r.Level:
			t.Fatalf("%s has the rule %s of level %s", id, rule.ID, rule.DefaultConfiguration.Level)
		case seen[id]:
			t.Fatalf("%s: GitLab takes two results for one", id)
		case utf8.RuneCountInString(*r.Message.Text) > 1024 || *r.Message.Text == "":
			t.Fatalf("%s: a message of %d characters", id, utf8.RuneCountInString(*r.Message.Text))
		case strings.HasPrefix(uri, "/") || strings.HasPrefix(uri, ".") && strings.HasPrefix(uri, "../") || strings.Contains(uri, ":"):
			t.Fatalf("%s is not relative", id)
		}
		seen[id] = true
		rank := slices.Index([]string{"critical", "high", "unknown", "medium", "low", "info"}, rule.ID[strings.LastIndex(rule.ID, "/")+1:])
		if rank < last {
			t.Fatalf("%s comes after less urgent results", id)
		}
		last = rank
	}
}

func TestSARIFGolden(t *testing.T) {
	t.Parallel()
	r := shop()
	validSARIF(t, r, Options{})
	r.Findings = slices.DeleteFunc(r.Findings, func(f result.Finding) bool {
		return f.Severity == result.Low || strings.HasPrefix(f.Rule, "privileged") || f.Severity == result.Critical && f.Kind == result.KindIaC
	})
	golden(t, "shop.sarif", write(t, SARIF, r, Options{}))
}

func TestSARIFEmpty(t *testing.T) {
	t.Parallel()
	run := validSARIF(t, &result.Result{}, Options{})
	if run.Results == nil || len(run.Results) != 0 {
		t.Errorf("results %v: a clean run must have an empty array", run.Results)
	}
}

func TestSARIFLeavesOutAndCounts(t *testing.T) {
	t.Parallel()
	run := validSARIF(t, shop(), Options{}, result.High)
	var notes []string
	for _, n := range run.Invocations[0].ToolExecutionNotifications {
		notes = append(notes, *n.Message.Text)
	}
	want := []string{
		"Verdict: " + shop().Verdict.Line,
		"Findings below high are not in this report: medium 13 · low 1.",
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	run = validSARIF(t, shop(), Options{})
	if got := *run.Invocations[0].ToolExecutionNotifications[1].Message.Text; !strings.HasSuffix(strings.SplitN(got, ".", 2)[0], "repository, not in this report: 1") {
		t.Errorf("got %q", got)
	}
}

func TestSARIFSeverity(t *testing.T) {
	t.Parallel()
	want := map[result.Severity][2]string{
		result.Critical: {"error", "9.5"}, result.High: {"error", "8.0"}, result.Unknown: {"error", "8.0"},
		result.Medium: {"warning", "5.5"}, result.Low: {"note", "2.0"}, result.Info: {"note", ""}, result.Severity(99): {"error", "8.0"},
	}
	for s, w := range want {
		if level, score := sarifSeverity(s); level != w[0] || score != w[1] {
			t.Errorf("%d: %s %s, want %v", s, level, score, w)
		}
	}
}

func TestSARIFVersion(t *testing.T) {
	t.Parallel()
	for version, semantic := range map[string]bool{"v1.2.3": true, "1.0.0-rc.1": true, "devel": false, "": false, "1.2": false} {
		d := sarifDriver(result.Tool{Version: version}, nil)
		if (d.SemanticVersion != nil) != semantic || (d.Version != nil) == semantic {
			t.Errorf("%q: %+v", version, d)
		}
	}
}

// TestSARIFMerges has two images on one line, one of which stands on a second line, too.
func TestSARIFMerges(t *testing.T) {
	t.Parallel()
	at := func(lines ...int) (all []result.Location) {
		for _, l := range lines {
			all = append(all, result.Location{Path: "Dockerfile", Line: l})
		}
		return all
	}
	r := &result.Result{Findings: []result.Finding{
		{Kind: result.KindImage, Rule: "image", Severity: result.High, Count: 7, Image: "a:1", Fingerprint: "fa", Locations: at(1, 9)},
		{Kind: result.KindImage, Rule: "image", Severity: result.High, Count: 3, Image: "b:1", Fingerprint: "fb", Locations: at(1)},
		{Kind: result.KindImage, Rule: "image", Severity: result.Low, Count: 2, Image: "b:1", Fingerprint: "fl", Locations: at(1)},
	}}
	run := validSARIF(t, r, Options{})
	var got []string
	for _, res := range run.Results {
		got = append(got, fmt.Sprintf("%s:%d %s %v", *res.RuleID, *res.Locations[0].PhysicalLocation.Region.StartLine, *res.Message.Text, res.PartialFingerprints[sarifPrint]))
	}
	both := lineResult{findings: []*result.Finding{&r.Findings[0], &r.Findings[1]}}
	want := []string{
		"image/high:1 a:1 has 7 high vulnerabilities.\nb:1 has 3 high and 2 low vulnerabilities. Also at [Dockerfile:9](1). " + both.fingerprint(),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An image is one result at its worst severity, with the numbers of all, whatever number of lines
// names it.
func TestSARIFHasOneResultForEachImage(t *testing.T) {
	t.Parallel()
	r := &result.Result{}
	for i := range 43 {
		for _, s := range []result.Severity{result.Low, result.Critical, result.Medium, result.High} {
			image := fmt.Sprintf("docker.io/library/image-%d:1", i)
			r.Findings = append(r.Findings, result.Finding{
				Kind: result.KindImage, Rule: result.RuleImageVulnerabilities, Severity: s, Count: 1 + int(s), Image: image, Fingerprint: image + s.String(),
				Locations: []result.Location{{Path: fmt.Sprintf("%d/Dockerfile", i), Line: 1}, {Path: fmt.Sprintf("%d/compose.yaml", i), Line: 4}},
			})
		}
	}
	for _, profile := range []string{profileGitHub, profileGitLab} {
		run := validSARIF(t, r, Options{Profile: profile})
		if len(run.Results) != 43 || len(run.Tool.Driver.Rules) != 1 {
			t.Fatalf("%d results of %d rules", len(run.Results), len(run.Tool.Driver.Rules))
		}
		want := "docker.io/library/image-0:1 has 6 critical, 5 high, 4 medium and 3 low vulnerabilities. Also at [0/compose.yaml:4](1)."
		if profile == profileGitLab {
			want = strings.NewReplacer("[", "", "](1)", "").Replace(want)
		}
		if got := *run.Results[0].Message.Text; got != want || len(run.Results[0].RelatedLocations) != 1 {
			t.Errorf("%s: got %q, want %q", profile, got, want)
		}
	}
}

func TestSARIFNamesWhatStandsThereAndTheFix(t *testing.T) {
	t.Parallel()
	got := *validSARIF(t, sample(), Options{}).Results[0]
	at := got.Locations[0]
	if *at.PhysicalLocation.Region.Snippet.Text != "\tacl    = \"public-read\"" || *at.LogicalLocations[0].FullyQualifiedName != "aws_s3_bucket.logs" {
		t.Errorf("location %+v", at)
	}
	if *got.Fixes[0].Description.Text != "Remove the public ACL." {
		t.Errorf("fix %q", *got.Fixes[0].Description.Text)
	}
}

func TestRelativeURI(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"infra/main.tf": "infra/main.tf", "./a.tf": "a.tf", "a b#c%d?e.tf": "a%20b%23c%25d%3Fe.tf", "größe/日.tf": "gr%C3%B6%C3%9Fe/%E6%97%A5.tf",
		"c:/x.tf": "c%3A/x.tf", "mod:a/main.tf": "mod%3Aa/main.tf", `a\b.tf`: "a%5Cb.tf", "a\nb\"c.tf": "a%0Ab%22c.tf", "a/[0].tf": "a/%5B0%5D.tf",
		"\xff.tf": "%FF.tf", "../x": "", "a/../../x": "", "/etc/passwd": "", "": "", ".": "", "//host/x": "", "a//b": "a/b",
	} {
		if got := relativeURI(path); got != want {
			t.Errorf("relativeURI(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestPlainMessage(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"x[0]": `x\[0\]`, `a\b`: `a\\b`, "0123456789": "0123456789", "0123456789x": "012345678…",
		"日本語日本語日本語日本": "日本語日本語日本語…", "12345678[90": "12345678…", "123456789[": "123456789…", "12345678[": `12345678\[`,
	} {
		if got := plainMessage(in, 10); got != want {
			t.Errorf("plainMessage(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestSARIFIsValid draws findings with any text in them.
func TestSARIFIsValid(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a", "b", strings.Repeat("[", 2000), "##[x]", "\xff", "a\nb"}))
	location := rapid.Custom(func(t *rapid.T) result.Location {
		return result.Location{Path: text.Draw(t, "path"), Line: rapid.IntRange(-1, 3).Draw(t, "line")}
	})
	finding := rapid.Custom(func(t *rapid.T) result.Finding {
		return result.Finding{
			Kind:     rapid.SampledFrom([]result.Kind{result.KindImage, result.KindIaC, result.KindAlerts}).Draw(t, "kind"),
			Severity: rapid.SampledFrom(result.Severities()).Draw(t, "severity"), Count: rapid.IntRange(-1, 5).Draw(t, "count"),
			Rule: text.Draw(t, "rule"), Summary: text.Draw(t, "summary"), Resource: text.Draw(t, "resource"), Image: text.Draw(t, "image"),
			Fingerprint: text.Draw(t, "fingerprint"), Note: text.Draw(t, "note"), Locations: rapid.SliceOfN(location, 0, 3).Draw(t, "locations"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		r := &result.Result{Findings: rapid.SliceOfN(finding, 0, 8).Draw(t, "findings"), Tool: result.Tool{Version: text.Draw(t, "version")}}
		validSARIF(t, r, Options{}, rapid.SampledFrom(result.Severities()).Draw(t, "min"))
	})
}

// An image that is not secure has no number of vulnerabilities to show.
func TestImageThatIsNotSecure(t *testing.T) {
	t.Parallel()
	f := result.Finding{
		Kind: result.KindImage, Rule: result.RuleImageNotSecure, Severity: result.High, Count: 1,
		Image: "busybox", Summary: "busybox is marked not secure", Note: "no file names it",
	}
	if got := message(&f); got != "busybox is marked not secure. no file names it." {
		t.Errorf("message %q", got)
	}
	if got := findingNote(&f); got != "busybox is marked not secure; no file names it" {
		t.Errorf("note %q", got)
	}
	if got := adviceFor(&f).what; got != "The service marks an image as not secure without a critical or high vulnerability." {
		t.Errorf("advice %q", got)
	}
}

func TestCountsSaturate(t *testing.T) {
	t.Parallel()
	huge := &result.Finding{Severity: result.Low, Count: math.MaxInt}
	n := countsOf([]*result.Finding{huge, huge})
	n.addAll(countsOf([]*result.Finding{huge}))
	if n.of(result.Low) != math.MaxInt {
		t.Errorf("counts %v", n)
	}
}

func TestAdviceIsPlainText(t *testing.T) {
	t.Parallel()
	f := &result.Finding{Kind: result.KindIaC, Severity: result.High, Summary: "use <b>*tags*</b> @all\n# [x](http://y)"}
	got := adviceFor(f).markdown()
	if want := `**What:** use \<b\>\*tags\*\</b\> &#64;&#8203;all \# \[x\](http\://y).`; !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s…", got, want)
	}
}

func BenchmarkSARIF(b *testing.B) {
	for _, n := range []int{1_000, 25_000, 100_000} {
		r := many(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := writeTo(io.Discard, SARIF, r, Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/finding")
		})
	}
}

// many makes n findings of 300 rules in n/10 files.
func many(n int) *result.Result {
	r := &result.Result{}
	for i := range n {
		rule := fmt.Sprintf("rule-%d", i%300)
		r.Findings = append(r.Findings, result.Finding{
			Kind: result.KindIaC, Rule: rule, Severity: result.Severity(1 + i%5), Count: 1, Fingerprint: fmt.Sprintf("%032x", i),
			Summary: "Ensure that " + rule, Resource: fmt.Sprintf("aws_s3_bucket.b%d", i),
			Locations: []result.Location{{Path: fmt.Sprintf("infra/%d/main.tf", i*7919%(n/10+1)), Line: 1 + i%500}},
		})
	}
	return r
}

func TestSchemaIsTheOfficialOne(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/sarif-2.1.0.json")
	if err != nil || !strings.Contains(string(b), "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema") {
		t.Errorf("%.200s, %v", b, err)
	}
}
