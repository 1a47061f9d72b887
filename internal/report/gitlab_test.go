package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/scangate/scangate/internal/result"
)

// sastSchemaOnce is GitLab's own schema, as its validator has it:
// lib/gitlab/ci/parsers/security/validators/schemas/15.2.1 of gitlab-org/gitlab, under the MIT
// license.
var sastSchemaOnce = sync.OnceValues(func() (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	return c.Compile("testdata/gitlab-sast-15.2.1.json")
})

// readSAST validates a report against GitLab's schema, and checks that vulnerabilities differ in
// what GitLab compares: the id, and the first identifier with the place.
func readSAST(doc []byte, _ *result.Result) error {
	schema, err := sastSchemaOnce()
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
	var report struct {
		Version         string
		Vulnerabilities []sastVulnerability
	}
	if err := json.Unmarshal(doc, &report); err != nil {
		return err
	}
	if report.Version != "15.2.1" || report.Vulnerabilities == nil {
		return fmt.Errorf("version %s, vulnerabilities %v", report.Version, report.Vulnerabilities)
	}
	seen := map[string]bool{}
	for _, x := range report.Vulnerabilities {
		// What neutralises text may make two identifiers alike that differ in hidden characters;
		// the id distinguishes them.
		if seen[x.ID] || len(x.ID) != 36 || x.Location.File == "" || x.Location.StartLine < 1 || strings.ContainsRune(x.Description, 0) {
			return fmt.Errorf("vulnerability %+v", x)
		}
		seen[x.ID] = true
	}
	return nil
}

func readCodeQuality(doc []byte, _ *result.Result) error {
	var issues []qualityIssue
	if err := json.Unmarshal(doc, &issues); err != nil || issues == nil {
		return fmt.Errorf("%v, %v", issues, err)
	}
	seen := map[string]bool{}
	for _, i := range issues {
		known := slices.Contains([]string{"info", "minor", "major", "critical", "blocker"}, i.Severity)
		if seen[i.Fingerprint] || i.Fingerprint == "" || i.Description == "" || i.CheckName == "" || !known || i.Location.Lines.Begin < 1 {
			return fmt.Errorf("issue %+v", i)
		}
		if p := i.Location.Path; p == "" || strings.HasPrefix(p, "/") || strings.HasPrefix(p, "./") || strings.HasPrefix(p, "../") {
			return fmt.Errorf("path %q", p)
		}
		seen[i.Fingerprint] = true
	}
	return nil
}

func TestGitLabReportsOfACleanRunAreValidAndEmpty(t *testing.T) {
	t.Parallel()
	if got := write(t, GitLabCodeQuality, passed(), Options{}); got != "[]\n" {
		t.Errorf("got %q", got)
	}
	got := write(t, GitLabSAST, passed(), Options{})
	if err := readSAST([]byte(got), nil); err != nil || !strings.Contains(got, `"status": "success"`) {
		t.Errorf("%v in\n%s", err, got)
	}
}

// The ids stay the same when code moves or the order changes.
func TestGitLabIDsAreStable(t *testing.T) {
	t.Parallel()
	moved := sample()
	for i := range moved.Findings {
		for j := range moved.Findings[i].Locations {
			moved.Findings[i].Locations[j].Line += 10
		}
	}
	ids := func(r *result.Result) (all []string) {
		var sast struct{ Vulnerabilities []sastVulnerability }
		var issues []qualityIssue
		for format, into := range map[string]any{GitLabSAST: &sast, GitLabCodeQuality: &issues} {
			if err := json.Unmarshal([]byte(write(t, format, r, Options{})), into); err != nil {
				t.Fatal(err)
			}
		}
		for i := range issues {
			all = append(all, sast.Vulnerabilities[i].ID+" "+issues[i].Fingerprint)
		}
		return all
	}
	before, after := ids(sample()), ids(moved)
	if len(before) != 2 || fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("before %v\nafter  %v", before, after)
	}
}

func TestCodeQualityNamesTargetsWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	got := write(t, GitLabCodeQuality, unansweredSample(), Options{})
	if !strings.Contains(got, `"check_name":"scangate/no-answer"`) || !strings.Contains(got, `"path":"infra/big file.tf"`) {
		t.Errorf("got %s", got)
	}
}

func TestSchemaOfGitLabCanRefuse(t *testing.T) {
	t.Parallel()
	good := write(t, GitLabSAST, sample(), Options{})
	for _, change := range [][2]string{{`"severity":"High"`, `"severity":"high"`}, {`"identifiers":[{`, `"identifiers":[],"x":[{`}, {`"end_time": "2026-11-21T09:01:14"`, `"end_time": "2026-11-21T09:01:14Z"`}} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good || readSAST([]byte(bad), nil) == nil {
			t.Errorf("%s goes unnoticed", change[1])
		}
	}
}

// A signature is the line in the resource's block: code above moves neither.
func TestGitLabTracksByTheBlock(t *testing.T) {
	t.Parallel()
	tracked := func(shift int) (all []sastTracking) {
		r := sample()
		at := &r.Findings[2].Locations[0]
		at.Line, at.Block = at.Line+shift, &result.Range{Start: at.Block.Start + shift, End: at.Block.End + shift}
		twin := r.Findings[2] // a second resource of that name, further down
		twin.Fingerprint, twin.Locations = "f-twin", []result.Location{{Path: at.Path, Line: 103 + shift, Block: &result.Range{Start: 101 + shift, End: 104 + shift}}}
		r.Findings = append(r.Findings, twin)
		var report struct{ Vulnerabilities []sastVulnerability }
		if err := json.Unmarshal([]byte(write(t, GitLabSAST, r, Options{})), &report); err != nil {
			t.Fatal(err)
		}
		for _, v := range report.Vulnerabilities {
			if v.Tracking != nil {
				all = append(all, *v.Tracking)
			}
		}
		return all
	}
	before, after := tracked(0), tracked(50)
	if len(before) != 2 || len(after) != 2 {
		t.Fatalf("%d and %d tracked, want 2: an image has no block", len(before), len(after))
	}
	for i, want := range []string{"infra/main.tf|aws_s3_bucket.logs[0]:2", "infra/main.tf|aws_s3_bucket.logs[1]:2"} {
		a, b := before[i].Items[0], after[i].Items[0]
		if a.Signatures[0] != (sastSignature{"scope_offset", want}) || a.Signatures[0] != b.Signatures[0] || a.StartLine == b.StartLine {
			t.Errorf("before %+v, after %+v, want %s", a, b, want)
		}
	}
}

func TestGitLabShowsTheCodeAndLinksToIt(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Repository.URL = "https://gitlab.com/acme/shop"
	text := write(t, GitLabSAST, r, Options{})
	if err := readSAST([]byte(text), nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"links":[{"name":"infra/main.tf:3","url":"https://gitlab.com/acme/shop/-/blob/` + someCommit + `/infra/main.tf#L3"}]`,
		`"raw_source_code_extract":"resource \"aws_s3_bucket\" \"logs\" {\n`, `"resource":{"name":"Resource","type":"text","value":"aws_s3_bucket.logs"}`,
		`"limit":{"name":"Crosses the limit","type":"text","value":"critical"}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}
