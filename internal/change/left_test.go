package change_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/change"
	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

// leave plans a repository since its first commit, with what left as failed rows.
func leave(t *testing.T, g *gittest.Repo) (*result.Plan, []result.Row) {
	t.Helper()
	repo, err := git.Open(t.Context(), g.Dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	base, err := repo.FindCommit(t.Context(), g.Hash("base"))
	if err != nil || base == nil {
		t.Fatal(base, err)
	}
	return leaveSince(t, g, base)
}

// leaveSince is leave since another commit, which it closes.
func leaveSince(t *testing.T, g *gittest.Repo, base *git.Commit) (*result.Plan, []result.Row) {
	t.Helper()
	plan := func(ctx context.Context, tree *discover.Tree, all discover.Files) (*result.Plan, error) {
		return discover.Run(ctx, tree, all, discover.Options{
			Only:    map[result.Kind]bool{result.KindIaC: true, result.KindDockerfile: true, result.KindImage: true},
			Exclude: []result.Exclusion{{Pattern: "excluded/**"}}, Names: discovertest.Names(),
		})
	}
	tree, all := discovertest.Open(t, g.Dir)
	whole, err := plan(t.Context(), tree, all)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = base.Close() })
	p, left, err := change.Left(t.Context(), tree, whole, change.Began{Files: base.Snapshot, Contents: base.Contents(), Plan: plan})
	if err != nil {
		t.Fatal(err)
	}
	return p, left
}

const (
	deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a, image: nginx}]}}}\n"
	templated  = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Values.name }}}\nspec: {}\n"
	chart      = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
)

func TestLeft(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*gittest.Repo)
		// left are the failed rows, and notSent is what is only counted.
		left, notSent string
	}{
		"nothing":                {func(g *gittest.Repo) { g.Write("app/a.yaml", deployment+"# more\n") }, "", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"text for an engine":     {func(g *gittest.Repo) { g.Write("app/a.yaml", templated) }, "app/a.yaml", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"another name":           {func(g *gittest.Repo) { g.Git("mv", "app/a.yaml", "app/a.yaml.j2") }, "app/a.yaml.j2", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"deleted":                {func(g *gittest.Repo) { g.Git("rm", "--quiet", "app/a.yaml") }, "", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"emptied":                {func(g *gittest.Repo) { g.Write("app/main.tf", "") }, "", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"new beside":             {func(g *gittest.Repo) { g.Write("app/b.yaml", templated) }, "", "app/b.yaml chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"new in place":           {func(g *gittest.Repo) { g.Write("app/b.yaml", templated); g.Git("rm", "--quiet", "app/a.yaml") }, "app/b.yaml", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"changed, and never was": {func(g *gittest.Repo) { g.Write("chart/Chart.yaml", chart+"# more\n") }, "", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"excluded":               {func(g *gittest.Repo) { g.Write("excluded/a.yaml", templated) }, "", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"a pointer": {func(g *gittest.Repo) {
			g.Write("app/stack.json", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n")
		}, "app/stack.json", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"text of a chart":     {func(g *gittest.Repo) { g.Write("chart/templates/a.yaml", templated) }, "chart/templates/a.yaml", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"text of a new chart": {func(g *gittest.Repo) { g.Write("Chart.yaml", chart); g.Write("app/a.yaml", templated) }, "app/a.yaml", "Chart.yaml chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"a file of a project": {func(g *gittest.Repo) { g.Git("mv", "stack/main.tf", "stack/b.tfcomponent.hcl") }, "stack/b.tfcomponent.hcl", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"another text of a chart": {func(g *gittest.Repo) {
			g.Git("mv", "chart/templates/a.yaml", "chart/templates/b.yaml")
			g.Write("chart/templates/b.yaml", templated)
		}, "chart/templates/b.yaml", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
		"a Dockerfile": {func(g *gittest.Repo) { g.Write("Dockerfile", "FROM {{ .Base }}\nRUN x\n") }, "Dockerfile", "chart/Chart.yaml stack/a.tfcomponent.hcl"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			g.Write("app/a.yaml", deployment)
			g.Write("app/main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n")
			g.Write("app/stack.json", `{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}`)
			g.Write("excluded/a.yaml", deployment)
			g.Write("stack/a.tfcomponent.hcl", "component \"a\" {\n  source = \"./a\"\n}\n")
			g.Write("stack/main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n")
			g.Write("chart/Chart.yaml", chart)
			g.Write("chart/templates/a.yaml", deployment)
			g.Write("Dockerfile", "FROM nginx\n")
			g.Commit()
			g.Git("branch", "base")
			tt.change(g)
			p, rows := leave(t, g)
			if left, notSent := outcome(p); left != tt.left || notSent != tt.notSent {
				t.Errorf("left %q, not sent %q", left, notSent)
			}
			var left []string
			for _, row := range rows {
				left = append(left, row.Target.Name)
			}
			if strings.Join(left, " ") != tt.left {
				t.Errorf("what left is %q", left)
			}
		})
	}
}

// outcome lists the failed rows and what is not sent.
func outcome(p *result.Plan) (left, notSent string) {
	var rows, others []string
	for _, row := range p.Rows {
		if row.Status == result.Failed {
			rows = append(rows, row.Target.Name)
		}
	}
	for _, n := range p.NotSent {
		others = append(others, n.Path)
	}
	return strings.Join(rows, " "), strings.Join(others, " ")
}

// A clone without history fetches what the base held.
func TestLeftSinceAFetchedCommit(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("a.yaml", deployment)
	g.Write("chart/Chart.yaml", chart)
	g.Commit()
	g.Git("branch", "base")
	g.Write("a.yaml", templated)
	g.Write("chart/Chart.yaml", chart+"# more\n")
	g.Commit()
	clone := gittest.At(t, t.TempDir())
	clone.Git("clone", "--quiet", "--depth=1", "--branch=main", "file://"+g.Dir, ".")
	from := git.Remote{URL: g.Serve(nil), AllowHTTP: true, Env: gittest.Env()}
	base, err := git.Fetch(t.Context(), from, g.Hash("base"), "")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := leaveSince(t, clone, base)
	if left, notSent := outcome(p); left != "a.yaml" || notSent != "chart/Chart.yaml" {
		t.Errorf("left %q, not sent %q", left, notSent)
	}
}

// A link out of the tree in the place of a template is skipped: it left.
func TestLinkInPlaceOfATemplate(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("a.yaml", deployment)
	g.Commit()
	g.Git("branch", "base")
	g.Git("rm", "--quiet", "a.yaml")
	if err := os.Symlink("../../outside.yaml", filepath.Join(g.Dir, "a.yaml")); err != nil {
		t.Skip(err)
	}
	p, _ := leave(t, g)
	if left, _ := outcome(p); left != "a.yaml" || !strings.HasPrefix(p.Rows[0].Reason, "left the plan: ") {
		t.Errorf("rows %+v", p.Rows)
	}
}

// A link or a submodule takes the place of a folder, and of all the templates below.
func TestFolderThatIsReplaced(t *testing.T) {
	t.Parallel()
	for name, replace := range map[string]func(t *testing.T, g *gittest.Repo){
		"link": func(t *testing.T, g *gittest.Repo) {
			t.Helper()
			if err := os.Symlink(t.TempDir(), filepath.Join(g.Dir, "infra")); err != nil {
				t.Skip(err)
			}
		},
		"submodule": func(t *testing.T, g *gittest.Repo) {
			t.Helper()
			other := gittest.New(t)
			other.Write("prod/pod.yaml", deployment)
			other.Commit()
			g.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.Dir, "infra")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			g.Write("infra/prod/pod.yaml", deployment)
			g.Commit()
			g.Git("branch", "base")
			g.Git("rm", "--quiet", "-r", "infra")
			replace(t, g)
			p, _ := leave(t, g)
			if left, notSent := outcome(p); left != "infra" || notSent != "" {
				t.Errorf("left %q, not sent %q", left, notSent)
			}
		})
	}
}
