package run

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/locate"
	"github.com/scangate/scangate/internal/result"
)

// Only what certainly lies in files that the change leaves alone is outside.
func TestMarkOutside(t *testing.T) {
	t.Parallel()
	at := func(paths ...string) []result.Location {
		var all []result.Location
		for _, path := range paths {
			all = append(all, result.Location{Path: path, Line: 1})
		}
		return all
	}
	iac := func(f result.Finding) result.Finding {
		f.Kind, f.Alert = result.KindIaC, 1
		return f
	}
	plan := &result.Plan{
		Rows: []result.Row{
			{Target: result.Target{Kind: result.KindIaC, Name: "a/touched.tf"}},
			{Target: result.Target{Kind: result.KindDockerfile, Name: "Dockerfile"}},
			{Target: result.Target{Kind: result.KindImage, Name: "docker.io/library/redis:7", Places: at("compose.yaml")}},
		},
		Helpers: []result.Helper{
			{Path: "a/other.tf", Template: true, Untouched: true}, {Path: "a/old.tfvars", Untouched: true}, {Path: "a/new.tfvars"},
		},
	}
	for name, tt := range map[string]struct {
		finding result.Finding
		outside bool
	}{
		"on a touched template":     {iac(result.Finding{Locations: at("a/touched.tf")}), false},
		"on one that went along":    {iac(result.Finding{Locations: at("a/other.tf")}), true},
		"on old variables":          {iac(result.Finding{Locations: at("a/old.tfvars")}), true},
		"on new variables":          {iac(result.Finding{Locations: at("a/new.tfvars")}), false},
		"on a file nobody sent":     {iac(result.Finding{Locations: at("b/main.tf")}), true},
		"nowhere":                   {iac(result.Finding{Placement: result.Unplaced}), false},
		"in one of two, touched":    {iac(result.Finding{Placement: result.PlacedAmbiguous, Candidates: at("a/other.tf", "a/touched.tf")}), false},
		"in one of two, untouched":  {iac(result.Finding{Placement: result.PlacedAmbiguous, Candidates: at("a/other.tf", "b/main.tf")}), false},
		"a touched image":           {result.Finding{Kind: result.KindImage, Target: "image:docker.io/library/redis:7", Locations: at("compose.yaml")}, false},
		"an image nobody planned":   {result.Finding{Kind: result.KindImage, Unplanned: true, Locations: at("Dockerfile")}, false},
		"an image of no known file": {result.Finding{Kind: result.KindImage, Unplanned: true}, false},
	} {
		findings := []result.Finding{tt.finding}
		planned{plan: *plan, change: &result.Change{}}.markOutside(findings, scanAlerts{"": {{clear: true}}})
		if findings[0].Outside != tt.outside {
			t.Errorf("%s: outside %v, want %v", name, findings[0].Outside, tt.outside)
		}
	}
	plain := []result.Finding{iac(result.Finding{Locations: at("a/other.tf")})}
	planned{plan: *plan}.markOutside(plain, nil)
	if plain[0].Outside {
		t.Error("a run that is not narrowed has nothing outside")
	}
}

// Nothing that the author of a touched file can write moves its finding onto an
// untouched one: neither the names in it nor its own.
func TestNobodyMovesAFindingOutside(t *testing.T) {
	t.Parallel()
	const untouched = "v/A.tf"
	ref := func(name, file string) string {
		return fmt.Sprintf("Port 22 is open. AWS_SG (Ref: %s, File: %s) branch: x", name, file)
	}
	for name, tt := range map[string]struct {
		touched string // the file that the change touches
		other   string // an untouched one beside it, if not A.tf
		details string
		counts  int // of the findings of the alert
	}{
		"honest":                     {touched: "v/q.tf", details: ref("ssh", "v/q.tf"), counts: 1},
		"an old one":                 {touched: "v/q.tf", details: ref("ssh", untouched)},
		"two old ones":               {touched: "v/q.tf", details: ref("ssh", untouched) + "\n" + ref("ssh2", untouched)},
		"two old ones on a line":     {touched: "v/q.tf", details: ref("ssh", untouched) + ", " + ref("ssh2", untouched)},
		"an old one and a new one":   {touched: "v/q.tf", details: ref("ssh", untouched) + "<br>" + ref("ssh", "v/q.tf"), counts: 1},
		"an old one of the name":     {touched: "w/A.tf", details: ref("ssh", untouched)},
		"an old one of longer name":  {touched: "v/q.tf", other: "v/xq.tf", details: ref("ssh", "v/xq.tf")},
		"no folder":                  {touched: "w/A.tf", details: ref("ssh", "A.tf"), counts: 1},
		"another folder":             {touched: "x/v/A.tf", details: ref("ssh", "x/v/A.tf"), counts: 1},
		"a reference as its name":    {touched: "v/q.tf", details: ref("ssh, File: "+untouched, "v/q.tf"), counts: 1},
		"a whole one":                {touched: "v/q.tf", details: ref("x), (Ref: ssh, File: "+untouched, "v/q.tf"), counts: 1},
		"one on its own line":        {touched: "v/q.tf", details: ref("ssh, File: "+untouched+")\nfoo", "v/q.tf"), counts: 1},
		"one more":                   {touched: "v/q.tf", details: ref("ssh, File: "+untouched+") (Ref: y", "v/q.tf"), counts: 1},
		"an entity as its name":      {touched: "v/q.tf", details: ref("ssh, File&amp;#58; "+untouched, "v/q.tf"), counts: 1},
		"a file before it":           {touched: "v/q.tf", details: "File: x. " + ref("ssh", untouched), counts: 1},
		"no reference":               {touched: "v/q.tf", details: "Port 22 is open in v/A.tf", counts: 1},
		"a file named like another":  {touched: "v/a.tf", details: ref("ssh", "v/a.tf"), counts: 1},
		"with an entity":             {touched: "v/a&amp;b.tf", other: "v/a&b.tf", details: ref("ssh", "v/a&amp;b.tf"), counts: 1},
		"with an entity, escaped":    {touched: "v/a&amp;b.tf", other: "v/a&b.tf", details: ref("ssh", "v/a&amp;amp;b.tf"), counts: 1},
		"with a tab":                 {touched: "v/a\tb.tf", other: "v/a b.tf", details: ref("ssh", "v/a\tb.tf"), counts: 1},
		"with another blank":         {touched: "v/a\u00a0b.tf", other: "v/a b.tf", details: ref("ssh", "v/a\u00a0b.tf"), counts: 1},
		"with two blanks":            {touched: "v/a  b.tf", other: "v/a b.tf", details: ref("ssh", "v/a b.tf"), counts: 1},
		"with a percent sign":        {touched: "v/%41.tf", details: ref("ssh", untouched), counts: 1},
		"with a tag":                 {touched: "v/A<b>.tf", details: ref("ssh", untouched), counts: 1},
		"with a backslash":           {touched: "v/x\\A.tf", details: ref("ssh", `v/x\A.tf`), counts: 1},
		"with something invisible":   {touched: "v/A\u200b.tf", details: ref("ssh", "v/A\u200b.tf"), counts: 1},
		"wrapped without end":        {touched: "v/A" + strings.Repeat("&amp;", 3) + "b.tf", details: ref("ssh", untouched) + " &" + strings.Repeat("amp;", 200_000) + "#65;", counts: 1},
		"a name without end":         {touched: "v/" + strings.Repeat("%25", 1) + strings.Repeat("25", 40) + "41.tf", details: ref("ssh", untouched), counts: 1},
		"with a reference as a name": {touched: "v/x, File: A.tf", details: ref("ssh", "v/x, File: A.tf"), counts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := []string{untouched, tt.touched}
			if tt.other != "" {
				files[0] = tt.other
			}
			p := planned{change: &result.Change{}, plan: result.Plan{
				Rows:    []result.Row{{Target: result.Target{Kind: result.KindIaC, Name: tt.touched}}},
				Helpers: []result.Helper{{Path: files[0], Template: true, Untouched: true}},
			}}
			submissions := []result.Submission{{
				ID: "scan-1", Paths: files, Alerts: []result.Alert{{Summary: "Port open", Details: tt.details}},
			}}
			alerts := p.readAlertTexts(submissions)
			findings := locate.Place(t.Context(), submissions, nil, locate.Source{
				Targets: []result.Target{p.plan.Rows[0].Target},
				Read: func(string) ([]byte, error) {
					return []byte("resource \"aws_security_group_rule\" \"ssh\" {}\nresource \"aws_security_group_rule\" \"ssh2\" {}\n"), nil
				},
			})
			p.markOutside(findings, alerts)
			counts := 0
			for _, f := range findings {
				if !f.Outside {
					counts++
				}
			}
			if tt.counts == 0 && counts > 0 || counts < tt.counts || name == "an old one and a new one" && counts != 1 {
				t.Errorf("%d of %d findings count, want %d: %+v %+v", counts, len(findings), tt.counts, alerts, findings)
			}
		})
	}
}

func TestTextsThatNameATouchedFile(t *testing.T) {
	t.Parallel()
	s := planned{plan: result.Plan{Rows: []result.Row{{Target: result.Target{Name: "x/v/main.tf"}}}}}.
		submitted([]string{"x/v/main.tf", "v/main.tf", "v/other.tf"})
	for text, want := range map[string]bool{
		"x/v/main.tf": true, "/src/x/v/main.tf": true, "main.tf": true, "(MAIN.TF)": true, `x\v\main.tf.`: true, "v/main.tf and main.tf": true,
		"m&amp;#97;in.tf": true, "m%61in.tf": true, "ma\u200bin.tf": true, "y/main.tf": true,
		"v/main.tf": false, "a-main.tf": false, "a.main.tf": false, "main.tfvars": false, "domain.tf": false, "v/other.tf": false, "": false,
	} {
		name, plain := folded(text)
		if got := s.names(name); got != want || !plain {
			t.Errorf("%q: %v, want %v; plain %v", text, got, want, plain)
		}
	}
}
