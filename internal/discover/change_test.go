package discover_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

// narrowed is the plan of what the change since rev touches.
func narrowed(t testing.TB, dir, rev string, o discover.Options) *result.Plan {
	t.Helper()
	repo, err := git.Open(t.Context(), dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	bases, err := repo.MergeBase(t.Context(), rev)
	if err != nil {
		t.Fatal(err)
	}
	for _, base := range bases {
		files, err := repo.Snapshot(t.Context(), base)
		if err != nil {
			t.Fatal(err)
		}
		o.Since = append(o.Since, files)
	}
	return plan(t, dir, o)
}

// shop is what the changes of the tests start from: 11 targets.
func shop() files {
	return files{
		"api/Dockerfile":     "FROM alpine:3.20\n",
		"web/Dockerfile":     "FROM nginx:1.27\n",
		"infra/main.tf":      bucket,
		"infra/values.tf":    "variable \"acl\" {\n  default = \"private\"\n}\n",
		"infra/prod.tfvars":  "acl = \"private\"\n",
		"infra/stage.tfvars": "acl = \"private\"\n",
		"other/broken.tf":    "resource \"aws_vpc\" \"a\" {\n",
		"k8s/a.yaml":         manifest("nginx:1.27"),
		"k8s/b.yaml":         manifest("redis:7"),
		"arm/deploy.json":    `{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": []}`,
		"arm/values.json":    `{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#", "contentVersion": "1.0.0.0", "parameters": {}}`,
		"README.md":          "x\n",
		".scangate.yaml":     "version: 1\n",
	}
}

func TestOnlyWhatAChangeTouchesIsPlanned(t *testing.T) {
	t.Parallel()
	const (
		alpine = "image:docker.io/library/alpine:3.20 from api/Dockerfile:1"
		nginx  = "image:docker.io/library/nginx:1.27 from named k8s/a.yaml:8 web/Dockerfile:1"
		redis  = "image:docker.io/library/redis:7 named k8s/b.yaml:8"
	)
	remove := func(t *testing.T, g *gittest.Repo, path string) {
		if err := os.Remove(filepath.Join(g.Dir, path)); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		change  func(t *testing.T, g *gittest.Repo)
		options discover.Options
		rows    []string
		helpers []result.Helper
		there   int // existing targets; 11 if 0
	}{
		"nothing":             {change: func(*testing.T, *gittest.Repo) {}},
		"nothing that's ours": {change: func(_ *testing.T, g *gittest.Repo) { g.Write("README.md", "y\n"); g.Write("notes.txt", "new") }},
		"a Dockerfile, committed": {
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write("api/Dockerfile", "FROM alpine:3.20\nUSER x\n")
				g.Commit()
			},
			rows: []string{"dockerfile:api/Dockerfile", alpine},
		},
		"a Dockerfile, staged and taken back in the work tree": {
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write("api/Dockerfile", "FROM alpine:3.20\nUSER x\n")
				g.Git("add", "--all")
				g.Write("api/Dockerfile", "FROM alpine:3.20\n")
			},
		},
		"an image that another file names too": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("web/Dockerfile", "FROM nginx:1.27\nUSER x\n") },
			rows:   []string{"dockerfile:web/Dockerfile", nginx},
		},
		"a new file that nobody has added": {
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write("new/Dockerfile", "FROM scratch\n")
				g.Write("new/x.tf", bucket)
			},
			rows:  []string{"dockerfile:new/Dockerfile", "image:scratch skipped:nothing-to-scan from new/Dockerfile:1", "iac:new/x.tf"},
			there: 13,
		},
		"a manifest": {
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write("k8s/b.yaml", "# x\n"+manifest("redis:7"))
				g.Git("add", "--all")
			},
			rows: []string{"image:docker.io/library/redis:7 named k8s/b.yaml:9", "iac:k8s/b.yaml"},
			helpers: []result.Helper{
				{Path: "k8s/a.yaml", Size: int64(len(manifest("nginx:1.27"))), Template: true, Untouched: true},
			},
		},
		"a template, with what belongs to its folder": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("infra/main.tf", bucket+"\n") },
			rows:   []string{"iac:infra/main.tf"},
			helpers: []result.Helper{
				{Path: "infra/prod.tfvars", Size: 16, Untouched: true},
				{Path: "infra/stage.tfvars", Size: 16, Untouched: true},
				{Path: "infra/values.tf", Size: 41, Template: true, Untouched: true},
			},
		},
		"variables": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("infra/prod.tfvars", "acl = \"public\"\n") },
			rows:   []string{"iac:infra/main.tf", "iac:infra/values.tf"},
			helpers: []result.Helper{
				{Path: "infra/prod.tfvars", Size: 15},
				{Path: "infra/stage.tfvars", Size: 16, Untouched: true},
			},
		},
		"variables that are gone": {
			change:  func(t *testing.T, g *gittest.Repo) { remove(t, g, "infra/prod.tfvars") },
			rows:    []string{"iac:infra/main.tf", "iac:infra/values.tf"},
			helpers: []result.Helper{{Path: "infra/stage.tfvars", Size: 16, Untouched: true}},
		},
		"variables that can't be parsed": {
			change:  func(_ *testing.T, g *gittest.Repo) { g.Write("infra/prod.tfvars", "acl = {\n") },
			rows:    []string{"iac:infra/main.tf", "iac:infra/prod.tfvars failed:unparsable", "iac:infra/values.tf"},
			helpers: []result.Helper{{Path: "infra/stage.tfvars", Size: 16, Untouched: true}},
			there:   12,
		},
		"variables that are excluded": {
			change:  func(t *testing.T, g *gittest.Repo) { remove(t, g, "infra/prod.tfvars") },
			options: discover.Options{Exclude: []string{"**/*.tfvars"}},
		},
		"a default": {
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write("infra/values.tf", "variable \"acl\" {\n  default = \"public\"\n}\n")
			},
			rows: []string{"iac:infra/main.tf", "iac:infra/values.tf"},
			helpers: []result.Helper{
				{Path: "infra/prod.tfvars", Size: 16, Untouched: true},
				{Path: "infra/stage.tfvars", Size: 16, Untouched: true},
			},
		},
		"ARM parameters that are gone": {
			change: func(t *testing.T, g *gittest.Repo) { remove(t, g, "arm/values.json"); g.Commit() },
			rows:   []string{"iac:arm/deploy.json"},
		},
		"ARM parameters that are none any more": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("arm/values.json", "{}") },
			rows:   []string{"iac:arm/deploy.json"},
		},
		"a template that is broken already": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("other/broken.tf", "resource \"aws_vpc\" \"b\" {\n") },
			rows:   []string{"iac:other/broken.tf failed:unparsable"},
		},
		"one beside a broken template": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("other/new.tf", bucket) },
			rows:   []string{"iac:other/new.tf"},
			there:  12,
		},
		"a rename": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Git("mv", "api/Dockerfile", "api/Containerfile") },
			rows:   []string{"dockerfile:api/Containerfile", "image:docker.io/library/alpine:3.20 from api/Containerfile:1"},
		},
		"a rename in letters alone": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Git("mv", "api/Dockerfile", "api/dockerfile"); g.Commit() },
			rows:   []string{"dockerfile:api/dockerfile", "image:docker.io/library/alpine:3.20 from api/dockerfile:1"},
		},
		"a deletion": {
			change: func(t *testing.T, g *gittest.Repo) { remove(t, g, "api/Dockerfile") },
			there:  9,
		},
		"the mode alone": {
			change: func(t *testing.T, g *gittest.Repo) {
				if err := os.Chmod(filepath.Join(g.Dir, "api/Dockerfile"), 0o755); err != nil {
					t.Fatal(err)
				}
			},
		},
		"line breaks as git checks them out": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("api/Dockerfile", "FROM alpine:3.20\r\n") },
		},
		"images that are asked for": {
			change: func(*testing.T, *gittest.Repo) {},
			options: discover.Options{Images: []discover.NamedImage{
				{Ref: "redis:7"}, {Ref: "mysql:8", Location: &result.Location{Path: ".scangate.yaml", Line: 3}},
			}},
			rows:  []string{redis},
			there: 12,
		},
		"limits in the config file": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write(".scangate.yaml", "version: 1\n\n") },
			options: discover.Options{
				Images: []discover.NamedImage{{Ref: "mysql:8", Location: &result.Location{Path: ".scangate.yaml", Line: 3}}},
				Before: []discover.Before{{Images: []string{"mysql:8"}}},
			},
			there: 12,
		},
		"an image in the config file": {
			change: func(*testing.T, *gittest.Repo) {},
			options: discover.Options{
				Images: []discover.NamedImage{
					{Ref: "mysql:8", Location: &result.Location{Path: ".scangate.yaml", Line: 3}},
					{Ref: "mysql:9", Location: &result.Location{Path: ".scangate.yaml", Line: 4}},
				},
				Before: []discover.Before{{Images: []string{"mysql:8"}}},
			},
			rows:  []string{"image:docker.io/library/mysql:9 named .scangate.yaml:4"},
			there: 13,
		},
		"build arguments in the config file": {
			change: func(*testing.T, *gittest.Repo) {},
			options: discover.Options{
				BuildArgs: map[string]string{"X": "1"}, Before: []discover.Before{{BuildArgs: map[string]string{"X": "2"}}},
			},
			rows: []string{"dockerfile:api/Dockerfile", "dockerfile:web/Dockerfile", alpine, nginx},
		},
		"a kind that the config file left out": {
			change: func(*testing.T, *gittest.Repo) {},
			options: discover.Options{Before: []discover.Before{
				{}, {Only: map[result.Kind]bool{result.KindIaC: true, result.KindDockerfile: true}},
			}},
			rows: []string{nginx, redis},
		},
		"what the config file left out": {
			change:  func(*testing.T, *gittest.Repo) {},
			options: discover.Options{Exclude: []string{"api"}, Before: []discover.Before{{Exclude: []string{"{api,web}/**", "redis:*"}}}},
			rows:    []string{"dockerfile:web/Dockerfile", nginx, redis},
			there:   9,
		},
		"what the config file leaves out now": {
			change:  func(*testing.T, *gittest.Repo) {},
			options: discover.Options{Exclude: []string{"infra/values.tf"}, Before: []discover.Before{{}}},
			rows:    []string{"iac:infra/main.tf", "iac:infra/values.tf skipped:excluded"},
			helpers: []result.Helper{
				{Path: "infra/prod.tfvars", Size: 16, Untouched: true},
				{Path: "infra/stage.tfvars", Size: 16, Untouched: true},
			},
			there: 10,
		},
		"a config file that nobody can read": {
			change: func(*testing.T, *gittest.Repo) {},
			options: discover.Options{
				Only: map[result.Kind]bool{result.KindDockerfile: true}, Before: []discover.Before{{Unknown: true}},
			},
			rows:  []string{"dockerfile:api/Dockerfile", "dockerfile:web/Dockerfile", alpine, "image:docker.io/library/nginx:1.27 from web/Dockerfile:1"},
			there: 4,
		},
		"what is excluded": {
			change:  func(_ *testing.T, g *gittest.Repo) { g.Write("infra/main.tf", bucket+"\n") },
			options: discover.Options{Exclude: []string{"infra/**"}},
			rows:    []string{"iac:infra/main.tf skipped:excluded"},
			there:   9,
		},
		"everything is excluded": {
			change:  func(*testing.T, *gittest.Repo) {},
			options: discover.Options{Only: map[result.Kind]bool{result.KindIaC: true}, Exclude: []string{"**/*.tf", "k8s", "arm"}},
			rows: []string{
				"iac:arm/deploy.json skipped:excluded", "iac:infra/main.tf skipped:excluded", "iac:infra/values.tf skipped:excluded",
				"iac:k8s/a.yaml skipped:excluded", "iac:k8s/b.yaml skipped:excluded", "iac:other/broken.tf skipped:excluded",
			},
			there: -1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			shop().write(t, g.Dir)
			g.Commit()
			g.Git("checkout", "--quiet", "-b", "topic")
			tt.change(t, g)
			p := narrowed(t, g.Dir, "main", tt.options)
			check(t, p, tt.rows...)
			if diff := cmp.Diff(tt.helpers, p.Helpers); diff != "" && len(tt.helpers)+len(p.Helpers) > 0 {
				t.Errorf("helpers (-want +got):\n%s", diff)
			}
			there := max(tt.there, 0)
			if tt.there == 0 {
				there = 11
			}
			touched := 0
			for _, r := range p.Rows {
				if r.Status != result.Skipped {
					touched++
				}
			}
			if p.Existing != there || p.Touched != touched {
				t.Errorf("%d of %d targets touched, want %d of %d", p.Touched, p.Existing, touched, there)
			}
		})
	}
}

// A withheld helper fails the templates that it belongs to: it is told where
// they are planned, and there alone.
func TestUntouchedSecretsBlockTouchedTemplatesAlone(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"a/main.tf": bucket, "b/main.tf": bucket}.write(t, g.Dir)
	secret := "k = <<E\n-----BEGIN RSA PRIVATE KEY-----\n" + strings.Repeat("MIIEowIBAAKCAQEA", 4) + "\n-----END RSA PRIVATE KEY-----\nE\n"
	g.Write("a/keys.tfvars", secret)
	g.Write("b/secret.tf", "locals {\n  "+secret+"}\n")
	g.Commit()
	check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}))
	g.Write("b/main.tf", bucket+"\n")
	p := narrowed(t, g.Dir, "HEAD", discover.Options{})
	check(t, p, "iac:b/main.tf")
	if len(p.Helpers) != 0 {
		t.Errorf("a file with a secret goes along: %v", p.Helpers)
	}
	g.Write("a/main.tf", bucket+"\n")
	check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}),
		"iac:a/keys.tfvars failed:sensitive", "iac:a/main.tf", "iac:b/main.tf")
}

func TestLinksAreTouchedByWhatTheyLeadTo(t *testing.T) {
	t.Parallel()
	link := func(t *testing.T, g *gittest.Repo, to, at string) {
		_ = os.Remove(filepath.Join(g.Dir, at))
		if err := os.Symlink(to, filepath.Join(g.Dir, at)); err != nil {
			t.Skip("no links here")
		}
	}
	for name, tt := range map[string]struct {
		change func(t *testing.T, g *gittest.Repo)
		want   []string
	}{
		"nothing":          {change: func(*testing.T, *gittest.Repo) {}},
		"what it leads to": {change: func(_ *testing.T, g *gittest.Repo) { g.Write("build/image", "FROM scratch\nUSER y\n") }, want: touchedLink},
		"the link": {change: func(t *testing.T, g *gittest.Repo) {
			g.Write("build/other", "FROM scratch\nUSER z\n")
			link(t, g, "build/other", "Dockerfile")
		}, want: touchedLink},
		"a link on the way": {change: func(t *testing.T, g *gittest.Repo) {
			g.Write("build/other", "FROM scratch\nUSER x\n")
			link(t, g, "other", "build/image")
		}, want: touchedLink},
		"a file in its place": {change: func(t *testing.T, g *gittest.Repo) {
			if err := os.Remove(filepath.Join(g.Dir, "Dockerfile")); err != nil {
				t.Fatal(err)
			}
			g.Write("Dockerfile", "FROM scratch\nUSER x\n")
		}, want: touchedLink},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			g.Write("build/image", "FROM scratch\nUSER x\n")
			link(t, g, "build/image", "Dockerfile")
			g.Write("main.tf", bucket)
			g.Commit()
			tt.change(t, g)
			g.Git("add", "--all")
			check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}), tt.want...)
		})
	}
}

var touchedLink = []string{"dockerfile:Dockerfile", "image:scratch skipped:nothing-to-scan from Dockerfile:1"}

func TestSubmodulesAreNoTargets(t *testing.T) {
	t.Parallel()
	g, other := gittest.New(t), gittest.New(t)
	other.Write("main.tf", bucket)
	other.Commit()
	g.Write("main.tf", bucket)
	g.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.Dir, "sub")
	g.Commit()
	sub := gittest.At(t, filepath.Join(g.Dir, "sub"))
	sub.Write("main.tf", bucket+"\n")
	sub.Commit()
	check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}))
	g.Commit() // the link to it moves
	check(t, narrowed(t, g.Dir, "HEAD~1", discover.Options{}))
	check(t, narrowed(t, sub.Dir, "HEAD~1", discover.Options{}), "iac:main.tf")
	g.Git("rm", "--quiet", "--cached", "sub")
	g.Commit()
	check(t, narrowed(t, g.Dir, "HEAD~1", discover.Options{}))
}

// The index can be told that a file has not changed, or not to have it at all:
// what counts is what would be sent.
func TestTheIndexHidesNoChange(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--assume-unchanged", "--skip-worktree"} {
		g := gittest.New(t)
		g.Write("Dockerfile", "FROM scratch\n")
		g.Write("main.tf", bucket)
		g.Commit()
		g.Git("update-index", flag, "main.tf")
		g.Write("main.tf", bucket+"\n")
		check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}), "iac:main.tf")
	}
}

func TestNarrowedPlanBelowTheRoot(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	shop().write(t, g.Dir)
	g.Commit()
	for path := range shop() {
		if path != "README.md" && filepath.Ext(path) != ".yaml" {
			g.Write(path, shop()[path]+"\n")
		}
	}
	if err := os.Remove(filepath.Join(g.Dir, "infra/prod.tfvars")); err != nil {
		t.Fatal(err)
	}
	p := narrowed(t, filepath.Join(g.Dir, "infra"), "HEAD", discover.Options{Templates: []string{"main.tf"}})
	check(t, p, "iac:infra/main.tf")
	if got := fmt.Sprint(p.Touched, p.Existing); got != "1 1" {
		t.Errorf("touched and existing: %s", got)
	}
}
