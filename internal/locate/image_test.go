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
		"job/Dockerfile": "FROM perl:6 AS a\nFROM perl:6\\\n  AS b\nFROM node:22\n",
		"web/Dockerfile": "FROM node:22\n",
	})
	places := []result.Location{{Path: "web/Dockerfile", Line: 1}, {Path: "compose.yaml", Line: 4}}
	src := r.source(
		result.Target{Kind: result.KindImage, Name: "docker.io/library/node:22", Places: places},
		result.Target{Kind: result.KindImage, Name: "docker.io/library/redis:7"},
		result.Target{Kind: result.KindDockerfile, Name: "api/Dockerfile"},
		result.Target{Kind: result.KindDockerfile, Name: "job/Dockerfile"},
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
		{"of a flag", "docker.io/library/redis:7", nil, nil, nowhere, "no file of the repository names this image"},
		{"unplanned on its line", "docker.io/library/golang:1.25", []string{"api/Dockerfile"}, []string{"api/Dockerfile:3"}, onResource, ""},
		{"unplanned with a variable", "docker.io/library/nginx:1.27", []string{"api/Dockerfile"}, []string{"api/Dockerfile:4"}, onResource, ""},
		{"unplanned on two lines", "docker.io/library/perl:6", []string{"job/Dockerfile"}, []string{"job/Dockerfile:1", "job/Dockerfile:2"}, onResource, ""},
		{"unplanned on no line", "docker.io/library/perl:5", []string{"/tmp/u/web/Dockerfile"}, []string{"web/Dockerfile:1"}, onFile, "no FROM line"},
		{"the one that names it", "docker.io/library/golang:1.25", []string{"Dockerfile"}, []string{"api/Dockerfile:3"}, onResource, ""},
		{"several files", "docker.io/library/perl:5", []string{"Dockerfile"}, nil, ambiguous, "several Dockerfiles"},
		{"no file", "docker.io/library/perl:5", nil, nil, nowhere, "no file"},
		{"a certain file beside others", "docker.io/library/perl:5", []string{"Dockerfile", "web/Dockerfile"}, []string{"web/Dockerfile:1"}, onFile, "no FROM line"},
		{"two files", "docker.io/library/golang:1.25", []string{"web/Dockerfile", "api/Dockerfile"}, []string{"web/Dockerfile:1", "api/Dockerfile:3"}, onFile, "no FROM line"},
		{"a file that was not planned", "docker.io/library/perl:5", []string{"gone/Containerfile"}, nil, nowhere, "no file"},
		{"with another variable", "docker.io/library/nginxx:1.27", []string{"api/Dockerfile"}, []string{"api/Dockerfile:1"}, onFile, ""},
		{"invalid name", ":::", []string{"web/Dockerfile"}, []string{"web/Dockerfile:1"}, onFile, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer := result.ImageAnswer{Image: tt.image, Paths: tt.files, Counts: []result.SeverityCount{{Severity: result.High, N: 3}}}
			got := mustPlace(t, nil, []result.ImageAnswer{answer}, src)
			if len(got) != 1 {
				t.Fatalf("%d findings, want 1", len(got))
			}
			if diff := cmp.Diff(tt.want, lines(got[0].Locations)); diff != "" {
				t.Errorf("locations (-want +got)\n%s", diff)
			}
			if got[0].Placement != tt.placement || !strings.Contains(got[0].Note, tt.note) || tt.note == "" && tt.placement == onResource && got[0].Note != "" {
				t.Errorf("placement %s, note %q; want %s, %q", got[0].Placement, got[0].Note, tt.placement, tt.note)
			}
			if got[0].Placement != ambiguous && len(got[0].Candidates) > 0 {
				t.Errorf("candidates %v", got[0].Candidates)
			}
			for _, l := range got[0].Locations {
				if got[0].Placement == onResource && strings.HasSuffix(l.Path, "api/Dockerfile") && (l.Block == nil || l.Block.Start != l.Line) {
					t.Errorf("block %v of line %d", l.Block, l.Line)
				}
			}
			if got[0].Rule != result.RuleImageVulnerabilities {
				t.Errorf("rule %q", got[0].Rule)
			}
		})
	}
}

func TestImageFingerprints(t *testing.T) {
	t.Parallel()
	counts := func(s result.Severity, n int) []result.SeverityCount {
		return []result.SeverityCount{{Severity: s, N: n}}
	}
	base := result.ImageAnswer{Image: "docker.io/library/a:1", Counts: counts(result.High, 3)}
	more, low, other, secure := base, base, base, base
	more.Counts, more.Submission = counts(result.High, 9), "task-2"
	low.Counts = counts(result.Low, 3)
	other.Image = "docker.io/library/b:1"
	secure.Counts, secure.Insecure = nil, true
	place := func(a result.ImageAnswer) result.Finding {
		return mustPlace(t, nil, []result.ImageAnswer{a}, Checkout{})[0]
	}
	one := func(a result.ImageAnswer) string { return place(a).Fingerprint }
	if one(base) != one(more) {
		t.Error("the fingerprint depends on the count or the task")
	}
	seen := map[string]bool{}
	for _, f := range []result.ImageAnswer{base, low, other, secure} {
		seen[one(f)] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d fingerprints, want 4", len(seen))
	}
	if got := place(secure).Rule; got != result.RuleImageNotSecure {
		t.Errorf("rule %q, want %q", got, result.RuleImageNotSecure)
	}
}

// Words of unknown meaning are different findings, whatever else the answer has. Their case is not
// a difference.
func TestFingerprintsOfUnknownSeverities(t *testing.T) {
	t.Parallel()
	of := func(words ...string) []string {
		a := result.ImageAnswer{Image: "docker.io/library/a:1"}
		for _, word := range words {
			a.Counts = append(a.Counts, result.SeverityCount{RawSeverity: word, N: 1})
		}
		var prints []string
		for _, f := range mustPlace(t, nil, []result.ImageAnswer{a}, Checkout{}) {
			prints = append(prints, f.Fingerprint)
		}
		return prints
	}
	both := of("odd", "weird")
	if odd, weird := of("Odd")[0], of("weird")[0]; odd == weird || both[0] != odd || both[1] != weird {
		t.Errorf("fingerprints %q together, and %q and %q alone", both, odd, weird)
	}
}

func TestImageFindingsPerSeverity(t *testing.T) {
	t.Parallel()
	type row struct {
		Severity         result.Severity
		Raw              string
		Count            int
		Summary, Details string
	}
	weird := []result.SeverityCount{
		{Severity: result.Critical, N: 3}, {Severity: result.Info, N: 1}, {Severity: result.Unknown, RawSeverity: "weird", N: 2},
	}
	for name, tt := range map[string]struct {
		answer result.ImageAnswer
		want   []row
	}{
		"counted": {result.ImageAnswer{Image: "x", Counts: weird}, []row{
			{result.Critical, "", 3, "critical vulnerabilities in x", "3 critical"},
			{result.Info, "", 1, "info vulnerabilities in x", "1 info"},
			{result.Unknown, "weird", 2, "weird vulnerabilities in x", "2 weird"},
		}},
		"nothing": {result.ImageAnswer{Image: "x"}, nil},
		"not secure, nothing counted": {result.ImageAnswer{Image: "x", Insecure: true}, []row{
			{result.High, "", 1, "x is marked not secure by the service's policy without a critical or high vulnerability", ""},
		}},
		"not secure, counted as harmless": {result.ImageAnswer{Image: "x", Insecure: true, Counts: weird[1:]}, []row{
			{result.Info, "", 1, "info vulnerabilities in x", "1 info"},
			{result.Unknown, "weird", 2, "weird vulnerabilities in x", "2 weird"},
			{result.High, "", 1, "x is marked not secure by the service's policy without a critical or high vulnerability", ""},
		}},
		"not secure, high": {result.ImageAnswer{Image: "x", Insecure: true, Counts: []result.SeverityCount{{Severity: result.High, N: 1}}}, []row{
			{result.High, "", 1, "high vulnerabilities in x", "1 high"},
		}},
		"not secure, medium": {result.ImageAnswer{Image: "x", Insecure: true, Counts: []result.SeverityCount{{Severity: result.Medium, N: 4}}}, []row{
			{result.Medium, "", 4, "medium vulnerabilities in x", "4 medium"},
			{result.High, "", 1, "x is marked not secure by the service's policy without a critical or high vulnerability", ""},
		}},
		"not secure, counted": {result.ImageAnswer{Image: "x", Insecure: true, Counts: weird[:1]}, []row{
			{result.Critical, "", 3, "critical vulnerabilities in x", "3 critical"},
		}},
	} {
		var got []row
		for _, f := range mustPlace(t, nil, []result.ImageAnswer{tt.answer}, Checkout{}) {
			got = append(got, row{f.Severity, f.RawSeverity, f.Count, f.Summary, f.Details})
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// An image without a row is unplanned. An image of a skipped row is unplanned too, and
// keeps the places of the row.
func TestImagesKeepTheirRow(t *testing.T) {
	t.Parallel()
	target := result.Target{Kind: result.KindImage, Name: "a", Places: []result.Location{{Path: "compose.yaml", Line: 4}}}
	src := repoOf(nil).source(target)
	for name, tt := range map[string]struct {
		answer    result.ImageAnswer
		target    string
		unplanned bool
	}{
		"planned":   {result.ImageAnswer{Image: "a", Target: "image:a"}, "image:a", false},
		"skipped":   {result.ImageAnswer{Image: "a"}, "image:a", true},
		"unplanned": {result.ImageAnswer{Image: "b"}, "", true},
	} {
		tt.answer.Submission, tt.answer.Counts = "task-1", []result.SeverityCount{{Severity: result.Low, N: 1}}
		f := mustPlace(t, nil, []result.ImageAnswer{tt.answer}, src)[0]
		if f.Kind != result.KindImage || f.Image != tt.answer.Image || f.Submission != "task-1" || f.Target != tt.target || f.Unplanned != tt.unplanned {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func lines(locations []result.Location) []string {
	var out []string
	for _, l := range locations {
		out = append(out, l.Path+":"+string(rune('0'+l.Line)))
	}
	return out
}
