package change_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

// shop is the tree that the changes of the tests start from. It has 11 targets.
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
		images = "version: 1\ntargets:\n  images:\n"
	)
	remove := func(t *testing.T, g *gittest.Repo, path string) {
		if err := os.Remove(filepath.Join(g.Dir, path)); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		config  string // the config file at the base
		change  func(t *testing.T, g *gittest.Repo)
		flags   config.Flags
		rows    []string
		helpers []result.Helper
		there   int // existing targets; 11 if 0
	}{
		"nothing":     {change: func(*testing.T, *gittest.Repo) {}},
		"other files": {change: func(_ *testing.T, g *gittest.Repo) { g.Write("README.md", "y\n"); g.Write("notes.txt", "new") }},
		"a Dockerfile, committed": {
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write("api/Dockerfile", "FROM alpine:3.20\nUSER x\n")
				g.Commit()
			},
			rows: []string{"dockerfile:api/Dockerfile"},
		},
		"a Dockerfile, staged and reverted in the work tree": {
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write("api/Dockerfile", "FROM alpine:3.20\nUSER x\n")
				g.Git("add", "--all")
				g.Write("api/Dockerfile", "FROM alpine:3.20\n")
			},
		},
		"an image that another file names too": {
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write("web/Dockerfile", "FROM nginx:1.27\nCOPY --from=alpine:3.20 /x /x\n")
			},
			rows: []string{"dockerfile:web/Dockerfile", "image:docker.io/library/alpine:3.20 from api/Dockerfile:1 web/Dockerfile:2"},
		},
		"an untracked file": {
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
			rows: []string{"iac:k8s/b.yaml"},
			helpers: []result.Helper{
				{Path: "k8s/a.yaml", Size: int64(len(manifest("nginx:1.27"))), Template: true, Untouched: true},
			},
		},
		"a template, with what belongs to its folder": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("infra/main.tf", bucket+"\n") },
			rows:   []string{"iac:infra/main.tf", "iac:infra/values.tf"},
			helpers: []result.Helper{
				{Path: "infra/prod.tfvars", Size: 16, Untouched: true},
				{Path: "infra/stage.tfvars", Size: 16, Untouched: true},
			},
		},
		"variables that are not excluded any more": {
			config: "version: 1\ntargets: {exclude: [infra/prod.tfvars]}\n",
			change: func(_ *testing.T, g *gittest.Repo) { g.Write(".scangate.yaml", "version: 1\n") },
			rows:   []string{"iac:infra/main.tf", "iac:infra/values.tf"},
			helpers: []result.Helper{
				{Path: "infra/prod.tfvars", Size: 16},
				{Path: "infra/stage.tfvars", Size: 16, Untouched: true},
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
		"variables, deleted": {
			change:  func(t *testing.T, g *gittest.Repo) { remove(t, g, "infra/prod.tfvars") },
			rows:    []string{"iac:infra/main.tf", "iac:infra/values.tf"},
			helpers: []result.Helper{{Path: "infra/stage.tfvars", Size: 16, Untouched: true}},
		},
		"variables, added, committed and deleted": {
			change: func(t *testing.T, g *gittest.Repo) {
				g.Write("infra/new.tfvars", "acl = 1\n")
				g.Commit()
				remove(t, g, "infra/new.tfvars")
			},
		},
		"variables that can't be parsed": {
			change:  func(_ *testing.T, g *gittest.Repo) { g.Write("infra/prod.tfvars", "acl = {\n") },
			rows:    []string{"iac:infra/main.tf", "iac:infra/prod.tfvars failed:unparsable", "iac:infra/values.tf"},
			helpers: []result.Helper{{Path: "infra/stage.tfvars", Size: 16, Untouched: true}},
			there:   12,
		},
		"variables that are excluded": {
			change: func(t *testing.T, g *gittest.Repo) { remove(t, g, "infra/prod.tfvars") },
			flags:  config.Flags{"exclude": {"**/*.tfvars"}},
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
		"ARM parameters, deleted": {
			change: func(t *testing.T, g *gittest.Repo) { remove(t, g, "arm/values.json"); g.Commit() },
			rows:   []string{"iac:arm/deploy.json"},
		},
		"ARM parameters that become other JSON": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("arm/values.json", "{}") },
			rows:   []string{"iac:arm/deploy.json"},
		},
		"a template that is broken already": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("other/broken.tf", "resource \"aws_vpc\" \"b\" {\n") },
			rows:   []string{"iac:other/broken.tf failed:unparsable"},
		},
		"a file beside a broken template": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("other/new.tf", bucket) },
			rows:   []string{"iac:other/broken.tf failed:unparsable", "iac:other/new.tf"},
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
		"images that a flag names": {
			change: func(*testing.T, *gittest.Repo) {},
			flags:  config.Flags{"image": {"redis:7"}},
			rows:   []string{redis},
		},
		"limits in the config file": {
			config: images + "    - mysql:8\n",
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write(".scangate.yaml", images+"    - mysql:8\nlimits: {fail-on: low}\n")
			},
			there: 12,
		},
		"an image in the config file": {
			config: images + "    - mysql:8\n",
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write(".scangate.yaml", images+"    - mysql:8\n    - mysql:9\n")
			},
			rows:  []string{"image:docker.io/library/mysql:9 named .scangate.yaml:5"},
			there: 13,
		},
		"an image in a config file that is new": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write(".scangate.yaml", images+"    - mysql:8\n") },
			rows:   []string{"image:docker.io/library/mysql:8 named .scangate.yaml:4"},
			there:  12,
		},
		"build arguments in the config file": {
			config: "version: 1\ntargets: {build-args: {X: \"2\"}}\n",
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write(".scangate.yaml", "version: 1\ntargets: {build-args: {X: \"1\"}}\n")
			},
			rows: []string{"dockerfile:api/Dockerfile", "dockerfile:web/Dockerfile", alpine, nginx},
		},
		"build arguments in another order": {
			config: "version: 1\ntargets: {build-args: {X: \"2\", \"a:X\": \"2\"}}\n",
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write(".scangate.yaml", "version: 1\ntargets: {build-args: {\"a:X\": \"2\", X: \"2\"}}\n")
			},
		},
		"platforms in the config file": {
			config: "version: 1\ntargets: {platforms: [linux/amd64]}\n",
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write(".scangate.yaml", "version: 1\ntargets: {platforms: [linux/amd64, linux/arm64]}\n")
			},
			rows: []string{"dockerfile:api/Dockerfile", "dockerfile:web/Dockerfile", alpine, nginx},
		},
		"variables in the config file": {
			config: "version: 1\nvars: {X: \"2\"}\n",
			change: func(_ *testing.T, g *gittest.Repo) { g.Write(".scangate.yaml", "version: 1\nvars: {X: \"1\"}\n") },
			rows:   []string{nginx, redis},
		},
		"a kind that the config file left out": {
			config: "version: 1\ntargets: {only: [iac, dockerfile]}\n",
			change: func(_ *testing.T, g *gittest.Repo) { g.Write(".scangate.yaml", "version: 1\n") },
			rows:   []string{nginx, redis},
		},
		"what the config file left out": {
			config: "version: 1\ntargets: {exclude: [\"{api,web}/**\", {images: redis}]}\n",
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write(".scangate.yaml", "version: 1\ntargets: {exclude: [api]}\n")
			},
			rows:  []string{"dockerfile:web/Dockerfile", nginx, redis},
			there: 9,
		},
		"an image that the config file left out by another spelling": {
			config: "version: 1\ntargets: {exclude: [{images: docker.io/redis}, {images: \"*/library/nginx:1*\", reason: r}]}\n",
			change: func(_ *testing.T, g *gittest.Repo) { g.Write(".scangate.yaml", "version: 1\n") },
			rows:   []string{nginx, redis},
		},
		"what the config file leaves out now": {
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write(".scangate.yaml", "version: 1\ntargets: {exclude: [infra/values.tf]}\n")
			},
			rows: []string{"iac:infra/main.tf", "iac:infra/values.tf skipped:excluded"},
			helpers: []result.Helper{
				{Path: "infra/prod.tfvars", Size: 16, Untouched: true},
				{Path: "infra/stage.tfvars", Size: 16, Untouched: true},
			},
			there: 10,
		},
		"a config file that can't be read at the base": {
			config: "version: 1\ntargets: [\n",
			change: func(_ *testing.T, g *gittest.Repo) {
				g.Write(".scangate.yaml", "version: 1\ntargets: {only: [dockerfile]}\n")
			},
			rows:  []string{"dockerfile:api/Dockerfile", "dockerfile:web/Dockerfile", alpine, "image:docker.io/library/nginx:1.27 from web/Dockerfile:1"},
			there: 4,
		},
		"what is excluded": {
			change: func(_ *testing.T, g *gittest.Repo) { g.Write("infra/main.tf", bucket+"\n") },
			flags:  config.Flags{"exclude": {"infra/**"}},
			rows:   []string{"iac:infra/main.tf skipped:excluded"},
			there:  9,
		},
		"everything is excluded": {
			change: func(*testing.T, *gittest.Repo) {},
			flags:  config.Flags{"only": {"iac"}, "exclude": {"**/*.tf", "k8s", "arm"}},
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
			shop().Write(t, g.Dir)
			if tt.config != "" {
				g.Write(".scangate.yaml", tt.config)
			}
			g.Commit()
			g.Git("checkout", "--quiet", "-b", "topic")
			tt.change(t, g)
			p, record := narrow(t, g.Dir, "main", tt.flags)
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
			base, err := g.Try("rev-parse", "main")
			if err != nil {
				t.Fatal(err)
			}
			want := &result.Change{From: "main", MergeBase: strings.TrimSpace(base), Touched: touched, Existing: there}
			if diff := cmp.Diff(want, record); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
		})
	}
}

// What is withheld for a secret is not sent along. A helper fails the touched
// templates that need it, and an untouched template fails nothing.
func TestSecretsInUntouchedFiles(t *testing.T) {
	t.Parallel()
	const (
		block = "-----BEGIN RSA PRIVATE KEY-----\n%s\n-----END RSA PRIVATE KEY-----\n"
		pod   = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
	)
	secret := fmt.Sprintf(block, strings.Repeat("MIIEowIBAAKCAQEA", 4))
	g := gittest.New(t)
	files{
		"a/main.tf": bucket, "a/keys.tfvars": "k = <<E\n" + secret + "E\n",
		"b/main.tf": bucket, "b/secret.tf": "locals {\n  k = <<E\n" + secret + "E\n}\n",
		"c/pod.yaml": pod, "c/secret.yaml": pod + "# " + strings.ReplaceAll(secret, "\n", "\n# ") + "\n",
		"d/pod.yaml": pod, "d/group_vars/all.yml": "a: 1\n", "d/group_vars/pod.yaml": pod,
		"e/group_vars/pod.yaml": pod, "e/group_vars/all.yml": "a: |\n  " + strings.ReplaceAll(secret, "\n", "\n  ") + "\n",
	}.Write(t, g.Dir)
	g.Commit()
	check(t, narrowed(t, g.Dir, "HEAD"))
	for _, path := range []string{"c/pod.yaml", "d/group_vars/pod.yaml", "e/group_vars/pod.yaml"} {
		g.Write(path, pod+"# x\n")
	}
	p := narrowed(t, g.Dir, "HEAD")
	check(t, p, "iac:c/pod.yaml", "iac:d/group_vars/pod.yaml", "iac:e/group_vars/all.yml failed:sensitive", "iac:e/group_vars/pod.yaml")
	if want := []result.Helper{{Path: "d/group_vars/all.yml", Size: 5, Untouched: true}}; !cmp.Equal(want, p.Helpers) {
		t.Errorf("helpers %v, want %v", p.Helpers, want)
	}
	g.Commit()
	g.Write("a/main.tf", bucket+"\n")
	g.Write("b/main.tf", bucket+"\n")
	check(t, narrowed(t, g.Dir, "HEAD"),
		"iac:a/keys.tfvars failed:sensitive", "iac:a/main.tf", "iac:b/main.tf", "iac:b/secret.tf failed:sensitive")
}

// The targets are not Dockerfiles by themselves, or the links would add nothing.
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
		"what it leads to": {change: func(_ *testing.T, g *gittest.Repo) { g.Write("build/image.txt", "FROM scratch\nUSER y\n") }, want: touchedLink},
		"the link": {change: func(t *testing.T, g *gittest.Repo) {
			g.Write("build/other.txt", "FROM scratch\nUSER z\n")
			link(t, g, "build/other.txt", "Dockerfile")
		}, want: touchedLink},
		"a link on the way": {change: func(t *testing.T, g *gittest.Repo) {
			g.Write("build/other.txt", "FROM scratch\nUSER x\n")
			link(t, g, "other.txt", "build/image.txt")
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
			g.Write("build/image.txt", "FROM scratch\nUSER x\n")
			link(t, g, "build/image.txt", "Dockerfile")
			g.Write("main.tf", bucket)
			g.Commit()
			tt.change(t, g)
			g.Git("add", "--all")
			check(t, narrowed(t, g.Dir, "HEAD"), tt.want...)
		})
	}
}

var touchedLink = []string{"dockerfile:Dockerfile", "image:scratch skipped:nothing-to-scan from Dockerfile:1"}

func TestSubmodulesAreNotTargets(t *testing.T) {
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
	check(t, narrowed(t, g.Dir, "HEAD"))
	g.Commit() // the link to it moves
	check(t, narrowed(t, g.Dir, "HEAD~1"))
	check(t, narrowed(t, sub.Dir, "HEAD~1"), "iac:main.tf")
	g.Git("rm", "--quiet", "--cached", "sub")
	g.Commit()
	check(t, narrowed(t, g.Dir, "HEAD~1"))
}

// Marks in the index that a file is unchanged, or not checked out, are ignored: what
// would be sent is compared.
func TestTheIndexHidesNoChange(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--assume-unchanged", "--skip-worktree"} {
		g := gittest.New(t)
		g.Write("Dockerfile", "FROM scratch\n")
		g.Write("main.tf", bucket)
		g.Commit()
		g.Git("update-index", flag, "main.tf")
		g.Write("main.tf", bucket+"\n")
		check(t, narrowed(t, g.Dir, "HEAD"), "iac:main.tf")
	}
}

// The config file that applied at the base is the nearest one there, wherever the one of now lies.
func TestTheConfigFileOfTheBase(t *testing.T) {
	t.Parallel()
	const config = "version: 1\ntargets: {images: [%s]}\n"
	images := func(refs string) string { return fmt.Sprintf(config, "\n"+refs) }
	for name, tt := range map[string]struct {
		base, now files
		want      []string
	}{
		"none": {},
		"the same": {
			base: files{".scangate.yaml": images("mysql:8")}, now: files{".scangate.yaml": images("mysql:8")},
		},
		"above the folder": {
			base: files{".scangate.yaml": images("mysql:8")}, now: files{".scangate.yaml": images("mysql:8,\nmysql:9")},
			want: []string{"image:docker.io/library/mysql:9 named .scangate.yaml:4"},
		},
		"none above the folder": {
			now: files{".scangate.yaml": images("mysql:8")}, want: []string{"image:docker.io/library/mysql:8 named .scangate.yaml:3"},
		},
		"none before": {
			now: files{"a/b/.scangate.yaml": images("mysql:8")}, want: []string{"image:docker.io/library/mysql:8 named a/b/.scangate.yaml:3"},
		},
		"a nearer one before": {
			base: files{".scangate.yaml": images("mysql:9"), "a/.scangate.yaml": images("mysql:8")}, now: files{".scangate.yaml": images("mysql:8,\nmysql:9")},
			want: []string{"image:docker.io/library/mysql:9 named .scangate.yaml:4"},
		},
		"a nearer one now": {
			base: files{".scangate.yaml": images("mysql:8"), "a/b/c/.scangate.yaml": images("mysql:9")}, now: files{"a/.scangate.yaml": images("mysql:8,\nmysql:9")},
			want: []string{"image:docker.io/library/mysql:9 named a/.scangate.yaml:4"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			g.Write("a/b/main.tf", bucket)
			tt.base.Write(t, g.Dir)
			g.Commit()
			for path := range tt.base {
				if err := os.Remove(filepath.Join(g.Dir, path)); err != nil {
					t.Fatal(err)
				}
			}
			tt.now.Write(t, g.Dir)
			check(t, narrowed(t, filepath.Join(g.Dir, "a/b"), "HEAD"), tt.want...)
		})
	}
}

func TestNarrowedPlanBelowTheRoot(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	shop().Write(t, g.Dir)
	g.Commit()
	for path := range shop() {
		if path != "README.md" && filepath.Ext(path) != ".yaml" {
			g.Write(path, shop()[path]+"\n")
		}
	}
	if err := os.Remove(filepath.Join(g.Dir, "infra/prod.tfvars")); err != nil {
		t.Fatal(err)
	}
	p, record := narrow(t, filepath.Join(g.Dir, "infra"), "HEAD", config.Flags{"iac": {"main.tf"}})
	check(t, p, "iac:infra/main.tf")
	if record.Touched != 1 || record.Existing != 1 {
		t.Errorf("%d of %d targets touched, want 1 of 1", record.Touched, record.Existing)
	}
}

// A file whose name is not UTF-8 is compared by its bytes: an untouched one is not in the
// plan, and a touched one can't vanish. Variables with such a name fail with the templates
// of their folder.
func TestNamesThatAreNotUTF8(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"a\xff.yaml": manifest("nginx:1"), "infra/main.tf": bucket, "infra/v\xff.auto.tfvars": "a = 1\n", "x/main.tf": bucket}.Write(t, g.Dir)
	g.Commit()
	g.Write("a\xfe.yaml", manifest("nginx:2"))
	g.Write("infra/main.tf", bucket+"\n# changed\n")
	p := narrowed(t, g.Dir, "HEAD")
	p.EscapeNames()
	check(t, p, "image:docker.io/library/nginx:2 named a\\xfe.yaml:8", "iac:a\\xfe.yaml failed:invalid-name", "iac:infra/main.tf",
		"iac:infra/v\\xff.auto.tfvars failed:invalid-name")
}

// What is not sent is part of a narrowed plan if a kind is asked for that was not at the base.
func TestWhatIsNotSentIsNewlyAskedFor(t *testing.T) {
	t.Parallel()
	for was, want := range map[string]int{"only: [iac]": 1, "only: [dockerfile]": 1, "only: [dockerfile, iac]": 0} {
		g := gittest.New(t)
		g.Write("main.tf", bucket)
		g.Write("api/Dockerfile.j2", "FROM debian:12\nRUN {{ command }}\n")
		g.Write(".scangate.yaml", "version: 1\ntargets: {"+was+"}\n")
		g.Commit()
		g.Write(".scangate.yaml", "version: 1\ntargets: {only: [dockerfile, iac]}\n")
		if p := narrowed(t, g.Dir, "HEAD"); len(p.NotSent) != want {
			t.Errorf("%s: not sent are %+v, want %d", was, p.NotSent, want)
		}
	}
}
