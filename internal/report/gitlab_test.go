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
		// the id tells them apart.
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
	if len(before) != 3 || fmt.Sprint(before) != fmt.Sprint(after) {
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
