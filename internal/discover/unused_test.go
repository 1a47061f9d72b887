package discover_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

func notices(p *result.Plan) []string {
	var all []string
	for _, n := range p.Notices {
		all = append(all, n.String())
	}
	return all
}

// A pattern that fits nothing is reported, with the likely mistake.
func TestUnusedExclusions(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{
		"dev/main.tf": bucket, "prod/main.tf": bucket, "prod/notes.md": "x\n", "old/Dockerfile": "FROM redis:7\nFROM scratch\n",
		"pod.yaml": manifest("registry.acme.example/app:1"), "list.yaml": "a,b: c\n",
	})
	const where = "write it relative to the repository root or to PATH, or remove it"
	tests := map[string]struct {
		files, images []string
		only          map[result.Kind]bool
		want          []string
	}{
		"all fit": {files: []string{"dev", "dev/**", "prod/*.md", "**/Dockerfile", "./old/"}, images: []string{"redis", "redis:7", "registry.acme.example/**"}},
		"commas":  {files: []string{"dev,prod"}, want: []string{`--exclude: "dev,prod" matches no file, and excludes nothing; fix: a comma does not separate patterns: give each one by itself`}},
		"braces":  {files: []string{"{a,b}/**"}, want: []string{`--exclude: "{a,b}/**" matches no file, and excludes nothing; fix: ` + where}},
		"slashes": {files: []string{`dev\**`}, want: []string{`--exclude: "dev\\**" matches no file, and excludes nothing; fix: a backslash does not separate folders: write slashes`}},
		"an image among the files": {
			files: []string{"redis", "registry.acme.example/**", "redis:7"},
			want: []string{
				`--exclude: "redis" matches no file, and excludes nothing; fix: it matches an image: exclude that with --exclude-image`,
				`--exclude: "registry.acme.example/**" matches no file, and excludes nothing; fix: it matches an image: exclude that with --exclude-image`,
				`--exclude: "redis:7" matches no file, and excludes nothing; fix: it matches an image: exclude that with --exclude-image`,
			},
		},
		"other case": {files: []string{"Dev"}, want: []string{`--exclude: "Dev" matches no file, and excludes nothing; fix: ` + where}},
		"images": {
			images: []string{"app", "redis:8", "dev/main.tf", "redis,nginx"},
			want: []string{
				`--exclude: "app" matches no image, and excludes nothing; fix: write the whole repository, for example registry.acme.example/team/app, or remove it`,
				`--exclude: "redis:8" matches no image, and excludes nothing; fix: write the whole repository, for example registry.acme.example/team/app, or remove it`,
				`--exclude: "dev/main.tf" matches no image, and excludes nothing; fix: it matches a file: exclude that with --exclude`,
				`--exclude: "redis,nginx" matches no image, and excludes nothing; fix: a comma does not separate images: give each one by itself`,
			},
		},
		"images that were not looked for": {images: []string{"app"}, only: only(result.KindIaC)},
		"some of the images":              {images: []string{"app"}, only: only(result.KindDockerfile)},
		"files are known all the same":    {files: []string{"Dev"}, only: only(result.KindImage), want: []string{`--exclude: "Dev" matches no file, and excludes nothing; fix: ` + where}},
		"an image that is skipped anyway": {files: []string{"old"}, images: []string{"redis", "scratch"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, dir, discover.Options{Exclude: exclude(tt.files...), ExcludeImages: exclude(tt.images...), Only: tt.only})
			if diff := cmp.Diff(tt.want, notices(p)); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
}

// A config file at the root serves scans of every folder.
func TestExclusionsOutsideOfPathAreUsed(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"app/main.tf": bucket, "infra/main.tf": bucket, "app/infra/main.tf": bucket, "sub/x.txt": "x"}.Write(t, g.Dir)
	e := exclude("infra/**", "/sub", "nope")
	e[2].Origin = result.Origin{Setting: "targets.exclude", Place: ".scangate.yaml:3:5", Path: ".scangate.yaml", Line: 3}
	p := plan(t, filepath.Join(g.Dir, "app"), discover.Options{Exclude: e})
	check(t, p, "iac:app/infra/main.tf skipped:excluded", "iac:app/main.tf")
	want := []string{
		`.scangate.yaml:3: targets.exclude: "nope" matches no file, and excludes nothing; fix: write it relative to the repository root or to PATH, or remove it`,
	}
	if diff := cmp.Diff(want, notices(p)); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}

// Files and images are separate: neither exclusion touches what the other is for.
func TestFilesAndImagesAreExcludedSeparately(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{"redis/main.tf": bucket, "pod.yaml": manifest("redis:7")})
	const image = "image:docker.io/library/redis:7"
	check(t, plan(t, dir, discover.Options{Exclude: exclude("redis")}), image+" named pod.yaml:8", "iac:pod.yaml", "iac:redis/main.tf skipped:excluded")
	check(t, plan(t, dir, discover.Options{ExcludeImages: exclude("redis")}), image+" skipped:excluded named pod.yaml:8", "iac:pod.yaml", "iac:redis/main.tf")
}

// A skipped row says who decided so, why, and for how long.
func TestRowsNameTheirExclusion(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{"old/main.tf": bucket, "pod.yaml": manifest("redis:7")})
	legacy := result.Exclusion{Pattern: "old/**", Reason: "replaced in Q1", Owner: "platform", Expires: "2027-01-31"}
	image := result.Exclusion{Pattern: "redis", Expires: "2027-01-31"}
	p := plan(t, dir, discover.Options{Exclude: []result.Exclusion{legacy}, ExcludeImages: []result.Exclusion{image}})
	for id, want := range map[string]struct {
		result.Exclusion
		reason string
	}{
		"iac:old/main.tf":                 {legacy, "excluded by old/**: replaced in Q1 (platform, until 2027-01-31)"},
		"image:docker.io/library/redis:7": {image, "excluded by redis (until 2027-01-31)"},
	} {
		r := row(t, p, id)
		if r.Exclusion == nil || r.Reason != want.reason || r.Fix != "" {
			t.Fatalf("row = %+v", r)
		}
		if diff := cmp.Diff(want.Exclusion, *r.Exclusion); diff != "" {
			t.Errorf("exclusion (-want +got):\n%s", diff)
		}
	}
}
