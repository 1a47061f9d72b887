package discover_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

func TestExclude(t *testing.T) {
	t.Parallel()
	f := files{
		"Dockerfile":             "ARG X\nFROM nginx:1\nFROM registry.acme.example/team/app:2\nFROM $X\n",
		"third_party/Dockerfile": "FROM redis\nFROM nginx:1\n", "third_party/a/main.tf": "resource {", "third_party/pod.yaml": manifest("old"), "third_party/x.yaml": "a: 1\n",
		"infra/main.tf": bucket,
	}
	const (
		ours   = "dockerfile:Dockerfile"
		theirs = "dockerfile:third_party/Dockerfile"
		nginx  = "image:docker.io/library/nginx:1"
		app    = "image:registry.acme.example/team/app:2"
	)
	tests := map[string]struct {
		files, images []string
		want          []string
	}{
		"folder": {[]string{"third_party/"}, []string{"$X"}, []string{
			ours, theirs + " skipped:excluded",
			"image:$X skipped:excluded from Dockerfile:4", nginx + " from Dockerfile:2",
			"image:docker.io/library/old:latest skipped:excluded named third_party/pod.yaml:8",
			"image:docker.io/library/redis:latest skipped:excluded from third_party/Dockerfile:1", app + " from Dockerfile:3",
			"iac:infra/main.tf", "iac:third_party/a/main.tf skipped:excluded", "iac:third_party/pod.yaml skipped:excluded",
		}},
		"globs and images": {[]string{"**/*.tf", "./third_party/*ile"}, []string{"registry.acme.example/**", "redis", "docker.io/library/old:*"}, []string{
			ours, theirs + " skipped:excluded",
			"image:$X failed:unresolved from Dockerfile:4", nginx + " from Dockerfile:2",
			"image:docker.io/library/old:latest skipped:excluded named third_party/pod.yaml:8",
			"image:docker.io/library/redis:latest skipped:excluded from third_party/Dockerfile:1",
			app + " skipped:excluded from Dockerfile:3",
			"iac:infra/main.tf skipped:excluded", "iac:third_party/a/main.tf skipped:excluded", "iac:third_party/pod.yaml",
		}},
		"image everywhere": {[]string{"third_party/**", "**/*.tf"}, []string{"nginx*", "$X"}, []string{
			ours, theirs + " skipped:excluded",
			"image:$X skipped:excluded from Dockerfile:4", nginx + " skipped:excluded from Dockerfile:2 third_party/Dockerfile:2",
			"image:docker.io/library/old:latest skipped:excluded named third_party/pod.yaml:8",
			"image:docker.io/library/redis:latest skipped:excluded from third_party/Dockerfile:1", app + " from Dockerfile:3",
			"iac:infra/main.tf skipped:excluded", "iac:third_party/a/main.tf skipped:excluded", "iac:third_party/pod.yaml skipped:excluded",
		}},
	}
	dir := plain(t, f)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, dir, discover.Options{Exclude: exclude(tt.files...), ExcludeImages: exclude(tt.images...)})
			check(t, p, tt.want...)
			for _, r := range p.Rows {
				if r.Status == result.Skipped && (r.Reason == "" || r.Fix != "") {
					t.Errorf("%s: reason %q, fix %q", r.Target.ID(), r.Reason, r.Fix)
				}
			}
		})
	}
}

func TestGlobsAreRelativeToRootAndToPath(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"app/a/main.tf": bucket, "app/b/main.tf": bucket, "app/c/main.tf": bucket, "a/main.tf": bucket}.Write(t, g.Dir)
	o := discover.Options{Templates: []string{"a/*.tf", "app/b/**"}}
	check(t, plan(t, filepath.Join(g.Dir, "app"), o), "iac:app/a/main.tf", "iac:app/b/main.tf")
	check(t, plan(t, g.Dir, o), "iac:a/main.tf", "iac:app/b/main.tf")
	o = discover.Options{Exclude: exclude("b", "/app/c")}
	check(t, plan(t, filepath.Join(g.Dir, "app"), o), "iac:app/a/main.tf", "iac:app/b/main.tf skipped:excluded", "iac:app/c/main.tf skipped:excluded")
	// A leading slash means the root alone.
	o = discover.Options{Exclude: exclude("/b", "/a")}
	check(t, plan(t, filepath.Join(g.Dir, "app"), o), "iac:app/a/main.tf", "iac:app/b/main.tf", "iac:app/c/main.tf")
}

func TestDockerfileGlobsReplaceTheNames(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{"Dockerfile": "FROM nginx\n", "images/web.docker": "FROM redis\n", "images/notes": "no\n", "infra/main.tf": bucket})
	check(
		t, plan(t, dir, discover.Options{Dockerfiles: []string{"images/*"}}), "dockerfile:images/notes failed:unparsable", "dockerfile:images/web.docker",
		"image:docker.io/library/redis:latest from images/web.docker:1", "iac:infra/main.tf",
	)
}

// Images in Compose files and manifests are planned whichever templates are asked for.
// A file that can't be read may name an image.
func TestTemplateGlobsNarrowOnlyTemplates(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{
		"infra/main.tf": bucket, "x/main.tf": bucket, "x/bad.tf": "resource {", "k8s/pod.yaml": manifest("redis"), "k8s/bad.yaml": "apiVersion: v1\nkind: Pod\nmetadata: [\n",
	})
	check(
		t, plan(t, dir, discover.Options{Templates: []string{"infra/**"}}),
		"image:docker.io/library/redis:latest named k8s/pod.yaml:8", "iac:infra/main.tf", "iac:k8s/bad.yaml failed:unparsable", "iac:x/bad.tf failed:unparsable",
	)
	check(t, plan(t, dir, discover.Options{Templates: []string{"infra/**"}, Only: only(result.KindIaC)}), "iac:infra/main.tf")
}

// A file that this program writes is never read: not for its name, for a glob, or for
// a link elsewhere in the tree.
func TestOwnFilesAreNotRead(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"app/Dockerfile": "FROM scratch\n", "state/Dockerfile.state": "FROM nginx\n", "app/main.tf": bucket}.Write(t, g.Dir)
	if err := os.Symlink("../state/Dockerfile.state", filepath.Join(g.Dir, "app", "Dockerfile.link")); err != nil {
		t.Fatal(err)
	}
	own := []string{"state/Dockerfile.state"}
	want := []string{"dockerfile:app/Dockerfile", "dockerfile:app/Dockerfile.link skipped:outside-tree", "image:scratch skipped:nothing-to-scan from app/Dockerfile:1", "iac:app/main.tf"}
	check(t, plan(t, g.Dir, discover.Options{Own: own}), want...)
	check(t, plan(t, g.Dir, discover.Options{Own: own, Dockerfiles: []string{"**/Dockerfile*"}}), want...)
	check(t, plan(t, filepath.Join(g.Dir, "app"), discover.Options{Own: own}), want...)
}
