package change_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/change"
	"github.com/scangate/scangate/internal/locate"
	"github.com/scangate/scangate/internal/result"
)

func locations(paths ...string) []result.Location {
	var all []result.Location
	for _, path := range paths {
		all = append(all, result.Location{Path: path, Line: 1})
	}
	return all
}

func iacRow(path string) result.Row {
	return result.Row{Target: result.Target{Kind: result.KindIaC, Name: path}}
}

func TestMarkOutsideByLocation(t *testing.T) {
	t.Parallel()
	plan := &result.Plan{
		Rows: []result.Row{
			iacRow("a/touched.tf"),
			{Target: result.Target{Kind: result.KindDockerfile, Name: "Dockerfile"}},
			{Target: result.Target{Kind: result.KindImage, Name: "docker.io/library/redis:7", Places: locations("compose.yaml")}},
		},
		Helpers: []result.Helper{
			{Path: "a/other.tf", Template: true, Untouched: true}, {Path: "a/old.tfvars", Untouched: true}, {Path: "a/new.tfvars"},
		},
	}
	submissions := []result.Submission{{
		ID: "scan-1", Paths: []string{"a/touched.tf", "a/other.tf"},
		Alerts: []result.Alert{{Summary: "Port open", Details: "(Ref: x, File: somewhere.tf)"}},
	}}
	iac := func(f result.Finding) result.Finding {
		f.Kind, f.Submission, f.Alert = result.KindIaC, "scan-1", 1
		return f
	}
	for name, tt := range map[string]struct {
		finding result.Finding
		outside bool
	}{
		"touched template":              {iac(result.Finding{Locations: locations("a/touched.tf")}), false},
		"untouched template":            {iac(result.Finding{Locations: locations("a/other.tf")}), true},
		"untouched variables":           {iac(result.Finding{Locations: locations("a/old.tfvars")}), true},
		"touched variables":             {iac(result.Finding{Locations: locations("a/new.tfvars")}), false},
		"file that was not sent":        {iac(result.Finding{Locations: locations("b/main.tf")}), true},
		"no location":                   {iac(result.Finding{Placement: result.Unplaced}), false},
		"ambiguous with a touched file": {iac(result.Finding{Placement: result.PlacedAmbiguous, Candidates: locations("a/other.tf", "a/touched.tf")}), false},
		"ambiguous without":             {iac(result.Finding{Placement: result.PlacedAmbiguous, Candidates: locations("a/other.tf", "b/main.tf")}), false},
		"planned image":                 {result.Finding{Kind: result.KindImage, Target: "image:docker.io/library/redis:7", Locations: locations("compose.yaml")}, false},
		"unplanned image":               {result.Finding{Kind: result.KindImage, Unplanned: true, Locations: locations("Dockerfile")}, false},
		"unplanned image elsewhere":     {result.Finding{Kind: result.KindImage, Unplanned: true, Locations: locations("other/Dockerfile")}, true},
		"image without a location":      {result.Finding{Kind: result.KindImage, Unplanned: true}, false},
	} {
		findings := []result.Finding{tt.finding}
		change.MarkOutside(findings, submissions, plan)
		if findings[0].Outside != tt.outside {
			t.Errorf("%s: outside %v, want %v", name, findings[0].Outside, tt.outside)
		}
	}
}

// A finding whose alert can't be found counts.
func TestMarkOutsideNeedsTheAlert(t *testing.T) {
	t.Parallel()
	plan := &result.Plan{Rows: []result.Row{iacRow("a/touched.tf")}}
	report := result.Submission{ID: "scan-1", Paths: []string{"a/other.tf"}, Alerts: []result.Alert{{Details: "(Ref: x, File: other.tf)"}}}
	for name, tt := range map[string]struct {
		submissions []result.Submission
		alert       int
		outside     bool
	}{
		"known":                  {[]result.Submission{report}, 1, true},
		"no number":              {[]result.Submission{report}, 0, false},
		"number out of range":    {[]result.Submission{report}, 2, false},
		"no submission":          {nil, 1, false},
		"two submissions of one": {[]result.Submission{report, report}, 1, false},
		"three":                  {[]result.Submission{report, report, report}, 1, false},
	} {
		findings := []result.Finding{{Kind: result.KindIaC, Submission: "scan-1", Alert: tt.alert, Locations: locations("a/other.tf")}}
		change.MarkOutside(findings, tt.submissions, plan)
		if findings[0].Outside != tt.outside {
			t.Errorf("%s: outside %v, want %v", name, findings[0].Outside, tt.outside)
		}
	}
}

// The author of a touched file can't move its finding to an untouched one, neither by
// names in the file nor by the name of the file.
func TestAuthorsCanNotMoveAFindingOutside(t *testing.T) {
	t.Parallel()
	const untouched = "v/A.tf"
	ref := func(name, file string) string {
		return fmt.Sprintf("Port 22 is open. AWS_SG (Ref: %s, File: %s) branch: x", name, file)
	}
	for name, tt := range map[string]struct {
		touched string // the file that the change touches
		other   string // an untouched one beside it, if not v/A.tf
		details string
		counts  int // how many of the alert's findings count
	}{
		"touched file":                 {touched: "v/q.tf", details: ref("ssh", "v/q.tf"), counts: 1},
		"untouched file":               {touched: "v/q.tf", details: ref("ssh", untouched)},
		"untouched file twice":         {touched: "v/q.tf", details: ref("ssh", untouched) + "\n" + ref("ssh2", untouched)},
		"untouched file on one line":   {touched: "v/q.tf", details: ref("ssh", untouched) + ", " + ref("ssh2", untouched)},
		"both files":                   {touched: "v/q.tf", details: ref("ssh", untouched) + "<br>" + ref("ssh", "v/q.tf"), counts: 2},
		"same base name":               {touched: "w/A.tf", details: ref("ssh", untouched), counts: 1},
		"longer base name":             {touched: "v/q.tf", other: "v/xq.tf", details: ref("ssh", "v/xq.tf")},
		"no folder":                    {touched: "w/A.tf", details: ref("ssh", "A.tf"), counts: 1},
		"another folder":               {touched: "x/v/A.tf", details: ref("ssh", "x/v/A.tf"), counts: 1},
		"label in the name":            {touched: "v/q.tf", details: ref("ssh, File: "+untouched, "v/q.tf"), counts: 1},
		"reference in the name":        {touched: "v/q.tf", details: ref("x), (Ref: ssh, File: "+untouched, "v/q.tf"), counts: 1},
		"reference on its own line":    {touched: "v/q.tf", details: ref("ssh, File: "+untouched+")\nfoo", "v/q.tf"), counts: 1},
		"second reference in the name": {touched: "v/q.tf", details: ref("ssh, File: "+untouched+") (Ref: y", "v/q.tf"), counts: 1},
		"encoded label in the name":    {touched: "v/q.tf", details: ref("ssh, File&amp;#58; "+untouched, "v/q.tf"), counts: 1},
		"label before the reference":   {touched: "v/q.tf", details: "File: x. " + ref("ssh", untouched), counts: 1},
		"reference without a file":     {touched: "v/q.tf", details: "(Ref: a) " + ref("ssh", untouched), counts: 1},
		"second file of a reference":   {touched: "v/q.tf", details: "(Ref: a) " + ref("ssh", untouched+", File: "+untouched), counts: 1},
		"no reference":                 {touched: "v/q.tf", details: "Port 22 is open in v/A.tf", counts: 1},
		"another case":                 {touched: "v/a.tf", details: ref("ssh", "v/a.tf"), counts: 1},
		"entity":                       {touched: "v/a&amp;b.tf", other: "v/a&b.tf", details: ref("ssh", "v/a&amp;b.tf"), counts: 1},
		"entity, escaped again":        {touched: "v/a&amp;b.tf", other: "v/a&b.tf", details: ref("ssh", "v/a&amp;amp;b.tf"), counts: 1},
		"tab":                          {touched: "v/a\tb.tf", other: "v/a b.tf", details: ref("ssh", "v/a\tb.tf"), counts: 1},
		"no-break space":               {touched: "v/a\u00a0b.tf", other: "v/a b.tf", details: ref("ssh", "v/a\u00a0b.tf"), counts: 1},
		"two spaces":                   {touched: "v/a  b.tf", other: "v/a b.tf", details: ref("ssh", "v/a b.tf"), counts: 1},
		"percent sign":                 {touched: "v/%41.tf", details: ref("ssh", untouched), counts: 1},
		"tag":                          {touched: "v/A<b>.tf", details: ref("ssh", untouched), counts: 1},
		"backslash":                    {touched: "v/x\\A.tf", details: ref("ssh", `v/x\A.tf`), counts: 1},
		"invisible character":          {touched: "v/A\u200b.tf", details: ref("ssh", "v/A\u200b.tf"), counts: 1},
		"text encoded without end":     {touched: "v/A" + strings.Repeat("&amp;", 3) + "b.tf", details: ref("ssh", untouched) + " &" + strings.Repeat("amp;", 200_000) + "#65;", counts: 1},
		"name encoded without end":     {touched: "v/%25" + strings.Repeat("25", 40) + "41.tf", details: ref("ssh", untouched), counts: 1},
		"label as a file name":         {touched: "v/x, File: A.tf", details: ref("ssh", "v/x, File: A.tf"), counts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := []string{untouched, tt.touched}
			if tt.other != "" {
				files[0] = tt.other
			}
			plan := &result.Plan{
				Rows:    []result.Row{iacRow(tt.touched)},
				Helpers: []result.Helper{{Path: files[0], Template: true, Untouched: true}},
			}
			submissions := []result.Submission{{
				ID: "scan-1", Paths: files, Alerts: []result.Alert{{Summary: "Port open", Details: tt.details}},
			}}
			findings, err := locate.Place(t.Context(), submissions, nil, locate.Checkout{
				Targets: []result.Target{plan.Rows[0].Target},
				Read: func(string) ([]byte, error) {
					return []byte("resource \"aws_security_group_rule\" \"ssh\" {}\nresource \"aws_security_group_rule\" \"ssh2\" {}\n"), nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			change.MarkOutside(findings, submissions, plan)
			counts := 0
			for _, f := range findings {
				if !f.Outside {
					counts++
				}
			}
			if tt.counts == 0 && counts > 0 || counts < tt.counts {
				t.Errorf("%d of %d findings count, want %d: %+v", counts, len(findings), tt.counts, findings)
			}
		})
	}
}

func TestAlertTextsThatNameATouchedFile(t *testing.T) {
	t.Parallel()
	plan := &result.Plan{Rows: []result.Row{iacRow("x/v/main.tf")}}
	for text, want := range map[string]bool{
		"x/v/main.tf": true, "/src/x/v/main.tf": true, "main.tf": true, "(MAIN.TF)": true, `x\v\main.tf.`: true, "v/main.tf and main.tf": true,
		"m&amp;#97;in.tf": true, "m%61in.tf": true, "ma\u200bin.tf": true, "y/main.tf": true, "v/main.tf": true, "a-main.tf, main.tf": true,
		"v%2fmain.tf": true, "v%2Fmain.tf": true, "main.tf%": true, "main%2": false, "other%2etf": false, "100%% of ports": false, "100%": false, "a%zz.tf, 5%4": false,
		"a-main.tf": false, "a.main.tf": false, "main.tfvars": false, "domain.tf": false, "v/other.tf": false, "": false,
	} {
		for _, alert := range []result.Alert{{Details: "(Ref: a, File: b) " + text}, {Summary: text, Details: "(Ref: a, File: b)"}} {
			findings := []result.Finding{{Kind: result.KindIaC, Submission: "s", Alert: 1, Locations: locations("v/other.tf")}}
			change.MarkOutside(findings, []result.Submission{{
				ID: "s", Paths: []string{"x/v/main.tf", "v/main.tf", "v/other.tf"}, Alerts: []result.Alert{alert},
			}}, plan)
			if got := !findings[0].Outside; got != want {
				t.Errorf("%+v: counts %v, want %v", alert, got, want)
			}
		}
	}
}
