package cli

import (
	"testing"

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
		f.Kind = result.KindIaC
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
		"in one of two, untouched":  {iac(result.Finding{Placement: result.PlacedAmbiguous, Candidates: at("a/other.tf", "b/main.tf")}), true},
		"a touched image":           {result.Finding{Kind: result.KindImage, Target: "image:docker.io/library/redis:7", Locations: at("compose.yaml")}, false},
		"an image nobody planned":   {result.Finding{Kind: result.KindImage, Unplanned: true, Locations: at("Dockerfile")}, false},
		"an image of no known file": {result.Finding{Kind: result.KindImage, Unplanned: true}, false},
	} {
		findings := []result.Finding{tt.finding}
		(&scanRun{plan: plan, change: &result.Change{}}).markOutside(findings)
		if findings[0].Outside != tt.outside {
			t.Errorf("%s: outside %v, want %v", name, findings[0].Outside, tt.outside)
		}
	}
	plain := []result.Finding{iac(result.Finding{Locations: at("a/other.tf")})}
	(&scanRun{plan: plan}).markOutside(plain)
	if plain[0].Outside {
		t.Error("a run that is not narrowed has nothing outside")
	}
}
