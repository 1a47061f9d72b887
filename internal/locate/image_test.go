package locate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

func TestPlaceImages(t *testing.T) {
	t.Parallel()
	r := repoOf(map[string]string{
		"api/Dockerfile": "# base\nARG TAG\nFROM golang:1.25 AS build\nFROM nginx:${TAG}\n",
		"web/Dockerfile": "FROM node:22\n",
	})
	places := []result.Location{{Path: "web/Dockerfile", Line: 1}, {Path: "compose.yaml", Line: 4}}
	src := r.source(
		result.Target{Kind: result.KindImage, Name: "docker.io/library/node:22", Places: places},
		result.Target{Kind: result.KindImage, Name: "docker.io/library/redis:7"},
		result.Target{Kind: result.KindDockerfile, Name: "api/Dockerfile"},
		result.Target{Kind: result.KindDockerfile, Name: "web/Dockerfile"},
	)
	tests := []struct {
		name, image string
		files       []string
		want        []string // path:line of each location
		placement   result.Placement
		note        string
	}{
		{"every line that names it", "docker.io/library/node:22", nil, []string{"web/Dockerfile:1", "compose.yaml:4"}, onResource, ""},
		{"of a flag", "docker.io/library/redis:7", nil, nil, nowhere, "named by --image or the config"},
		{"unplanned on its line", "docker.io/library/golang:1.25", []string{"api/Dockerfile"}, []string{"api/Dockerfile:3"}, onResource, ""},
		{"unplanned with a variable", "docker.io/library/nginx:1.27", []string{"api/Dockerfile"}, []string{"api/Dockerfile:4"}, onResource, ""},
		{"unplanned on no line", "docker.io/library/perl:5", []string{"/tmp/u/web/Dockerfile"}, []string{"web/Dockerfile:1"}, onFile, "no FROM line"},
		{"the one that names it", "docker.io/library/golang:1.25", []string{"Dockerfile"}, []string{"api/Dockerfile:3"}, onResource, ""},
		{"several files", "docker.io/library/perl:5", []string{"Dockerfile"}, nil, ambiguous, "several Dockerfiles"},
		{"no file", "docker.io/library/perl:5", nil, nil, nowhere, "no file"},
		{"invalid name", ":::", []string{"web/Dockerfile"}, []string{"web/Dockerfile:1"}, onFile, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := result.Finding{Kind: result.KindImage, Severity: result.High, Count: 3, Image: tt.image, Files: tt.files}
			got := Place(t.Context(), []result.Finding{in}, src)
			if len(got) != 1 {
				t.Fatalf("%d findings, want 1", len(got))
			}
			if diff := cmp.Diff(tt.want, lines(got[0].Locations)); diff != "" {
				t.Errorf("locations (-want +got)\n%s", diff)
			}
			if got[0].Placement != tt.placement || !strings.Contains(got[0].Note, tt.note) || tt.note == "" && tt.placement == onResource && got[0].Note != "" {
				t.Errorf("placement %s, note %q; want %s, %q", got[0].Placement, got[0].Note, tt.placement, tt.note)
			}
			if got[0].Rule != "image-vulnerabilities" {
				t.Errorf("rule %q", got[0].Rule)
			}
		})
	}
}

func TestImageFingerprints(t *testing.T) {
	t.Parallel()
	base := result.Finding{Kind: result.KindImage, Severity: result.High, Count: 3, Image: "docker.io/library/a:1"}
	more, low, other, secure := base, base, base, base
	more.Count, more.Submission = 9, "task-2"
	low.Severity = result.Low
	other.Image = "docker.io/library/b:1"
	secure.Severity = result.Unknown
	one := func(f result.Finding) string {
		return Place(t.Context(), []result.Finding{f}, Source{})[0].Fingerprint
	}
	if one(base) != one(more) {
		t.Error("the fingerprint depends on the count or the task")
	}
	seen := map[string]bool{}
	for _, f := range []result.Finding{base, low, other, secure} {
		seen[one(f)] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d fingerprints, want 4", len(seen))
	}
	if got := Place(t.Context(), []result.Finding{secure}, Source{})[0].Rule; got != "image-not-secure" {
		t.Errorf("rule %q, want image-not-secure", got)
	}
}

func lines(locations []result.Location) []string {
	var out []string
	for _, l := range locations {
		out = append(out, l.Path+":"+string(rune('0'+l.Line)))
	}
	return out
}
