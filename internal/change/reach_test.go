package change_test

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/git/gittest"
)

// The Terraform files of a folder are one configuration: what a change does in one
// file can cause, or fix, what is found in another.
func TestATerraformFileTouchesItsFolder(t *testing.T) {
	t.Parallel()
	const (
		locals = "locals {\n  c = 1\n}\n"
		module = "module \"m\" {\n  source = \"./m\"\n}\n"
	)
	both := []string{"iac:v/bucket.tf", "iac:v/rule.tf"}
	for name, tt := range map[string]struct {
		file, base, now string // of v/x.tf unless file is given; "-" for none
		want            []string
	}{
		"new file":                {base: "-", now: "resource \"aws_vpc\" \"v\" {}\n", want: append(both, "iac:v/x.tf")},
		"comment":                 {base: locals, now: "# x\n" + locals, want: append(both, "iac:v/x.tf")},
		"another value":           {base: locals, now: strings.Replace(locals, "1", "2", 1), want: append(both, "iac:v/x.tf")},
		"deleted":                 {base: locals, now: "-", want: both},
		"empty and deleted":       {base: "", now: "-", want: both},
		"emptied":                 {base: locals, now: "", want: append(both, "iac:v/x.tf skipped:empty")},
		"broken before":           {base: "x {\n", now: module, want: append(both, "iac:v/x.tf")},
		"broken now":              {base: module, now: "x {\n", want: append(both, "iac:v/x.tf failed:unparsable")},
		"too large to be parsed":  {base: module, now: module + "#" + strings.Repeat("x", 1<<20) + "\n", want: append(both, "iac:v/x.tf")},
		"JSON":                    {file: "v/x.tf.json", base: "-", now: `{"\u006cocals": {"c": 2}}`, want: append(both, "iac:v/x.tf.json")},
		"JSON, deleted":           {file: "v/x.tf.json", base: `{"output": {"o": {"value": 1}}}`, now: "-", want: both},
		"variables":               {file: "v/x.auto.tfvars.json", base: "-", now: "{}", want: both},
		"upper case, deleted":     {file: "v/X.TF", base: locals, now: "-", want: both},
		"another folder":          {file: "w/x.tf", base: locals, now: module, want: []string{"iac:w/x.tf"}},
		"another folder, deleted": {file: "w/x.tf", base: locals, now: "-"},
		"a subfolder":             {file: "v/w/x.tf", base: locals, now: module, want: []string{"iac:v/w/x.tf"}},
		"not a Terraform file":    {file: "v/x.txt", base: locals, now: "-"},
		"other JSON":              {file: "v/package.json", base: "{}", now: "-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			file := cmp.Or(tt.file, "v/x.tf")
			files{"v/bucket.tf": bucket, "v/rule.tf": "resource \"aws_security_group_rule\" \"ssh\" {}\n"}.Write(t, g.Dir)
			if tt.base != "-" {
				g.Write(file, tt.base)
			}
			g.Commit()
			if tt.now != "-" {
				g.Write(file, tt.now)
			} else if err := os.Remove(filepath.Join(g.Dir, file)); err != nil {
				t.Fatal(err)
			}
			check(t, narrowed(t, g.Dir, "HEAD"), tt.want...)
			g.Commit()
			check(t, narrowed(t, g.Dir, "HEAD~1"), tt.want...)
		})
	}
}

// It touches every template of its folder, in whatever language.
func TestATerraformFileTouchesOtherTemplates(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"v/pod.yaml": manifest("redis:7"), "v/prod.tfvars": "a = 1\n", "w/pod.yaml": manifest("redis:7")}.Write(t, g.Dir)
	g.Commit()
	g.Write("v/prod.tfvars", "a = 2\n")
	check(t, narrowed(t, g.Dir, "HEAD"), "iac:v/pod.yaml")
}

// A criss-cross history has two merge bases. What differs from one of them is touched.
func TestTwoMergeBases(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"a/main.tf": bucket, "b/main.tf": bucket, "c/main.tf": bucket}.Write(t, g.Dir)
	g.Commit()
	g.Git("branch", "topic")
	g.Write("a/main.tf", bucket+"# main\n")
	g.Commit()
	g.Git("checkout", "--quiet", "topic")
	g.Write("b/main.tf", bucket+"# topic\n")
	g.Commit()
	g.Git("branch", "old")
	g.Git("merge", "--quiet", "main")
	g.Git("checkout", "--quiet", "main")
	g.Git("merge", "--quiet", "old")
	g.Git("checkout", "--quiet", "topic")
	check(t, narrowed(t, g.Dir, "main"), "iac:a/main.tf", "iac:b/main.tf")
}

// Only object ids are compared: a clone needs no old contents.
func TestACloneWithoutContents(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Git("config", "uploadpack.allowFilter", "true")
	files{"a.tf": "resource \"aws_vpc\" \"a\" {}\n", "b.tf": bucket, "w/c.tf": bucket}.Write(t, g.Dir)
	g.Commit()
	g.Write("a.tf", "resource \"aws_vpc\" \"a\" {\n  x = 1\n}\n")
	g.Commit()
	dir := filepath.Join(t.TempDir(), "clone")
	g.Git("clone", "--quiet", "--filter=blob:none", "file://"+filepath.ToSlash(g.Dir), dir)
	check(t, narrowed(t, dir, "HEAD~1"), "iac:a.tf", "iac:b.tf")
}

// In a clone that lacks the old config file, everything counts as touched.
func TestACloneWithoutTheOldConfig(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Git("config", "uploadpack.allowFilter", "true")
	files{"a/main.tf": bucket, "b/main.tf": bucket, ".scangate.yaml": "version: 1\n"}.Write(t, g.Dir)
	g.Commit()
	g.Write(".scangate.yaml", "version: 1\nlimits: {fail-on: low}\n")
	g.Commit()
	dir := filepath.Join(t.TempDir(), "clone")
	g.Git("clone", "--quiet", "--filter=blob:none", "file://"+filepath.ToSlash(g.Dir), dir)
	check(t, narrowed(t, g.Dir, "HEAD~1"))
	check(t, narrowed(t, dir, "HEAD~1"), "iac:a/main.tf", "iac:b/main.tf")
}

// A manifest in a chart's templates folder is one by itself: the chart touches nothing.
func TestAChartTouchesNoManifest(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"web/Chart.yaml": "apiVersion: v2\nname: web\n", "web/templates/a.yaml": manifest("redis:7"), "web/infra/broken.tf": "resource {\n"}.Write(t, g.Dir)
	g.Commit()
	g.Write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.1\n")
	check(t, narrowed(t, g.Dir, "HEAD"))
	g.Write("web/templates/a.yaml", manifest("redis:8"))
	check(t, narrowed(t, g.Dir, "HEAD"), "image:docker.io/library/redis:8 named web/templates/a.yaml:8", "iac:web/templates/a.yaml")
}

// A touched file that a sparse checkout leaves out is planned. A deleted file is not.
func TestSparseCheckoutsHideNoChange(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"a/main.tf": bucket, "b/main.tf": bucket, "c/main.tf": bucket, "d/Dockerfile": "FROM scratch\n"}.Write(t, g.Dir)
	g.Commit()
	g.Write("b/main.tf", bucket+"# x\n")
	g.Write("d/Dockerfile", "FROM scratch\nUSER x\n")
	g.Commit()
	g.Git("sparse-checkout", "set", "a")
	p, record := narrow(t, g.Dir, "HEAD~1", nil)
	check(t, p, "dockerfile:d/Dockerfile", "image:scratch skipped:nothing-to-scan from d/Dockerfile:1", "iac:b/main.tf")
	if record.Touched != 2 || record.Existing != 4 {
		t.Errorf("%d of %d targets touched, want 2 of 4", record.Touched, record.Existing)
	}
	p, record = narrow(t, g.Dir, "HEAD", nil)
	check(t, p)
	if record.Existing != 4 {
		t.Errorf("%d targets exist, want 4", record.Existing)
	}
	p, _ = narrow(t, g.Dir, "HEAD~1", config.Flags{"exclude": {"b", "d"}})
	check(t, p, "dockerfile:d/Dockerfile skipped:excluded", "image:scratch skipped:excluded from d/Dockerfile:1", "iac:b/main.tf skipped:excluded")
	g.Git("sparse-checkout", "disable")
	if err := os.Remove(filepath.Join(g.Dir, "c/main.tf")); err != nil {
		t.Fatal(err)
	}
	check(t, narrowed(t, g.Dir, "HEAD"))
}
