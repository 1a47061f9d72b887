package discover_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git/gittest"
)

// The Terraform files of a folder are one configuration: what a change does in
// one file can be found in another, and only there.
func TestTerraformFilesTouchTheirSiblings(t *testing.T) {
	t.Parallel()
	const (
		rule    = "resource \"aws_security_group_rule\" \"ssh\" {\n  cidr_blocks = local.c\n}\n"
		version = "resource \"aws_s3_bucket_versioning\" \"b\" {\n  bucket = aws_s3_bucket.b.id\n}\n"
		locals  = "locals {\n  c = 1\n}\n"
		module  = "module \"m\" {\n  source = \"./m\"\n}\n"
	)
	const source = "data \"aws_iam_policy_document\" \"d\" {}\n"
	const policy = "resource \"aws_s3_bucket_policy\" \"b\" {\n  policy = data.aws_iam_policy_document.d.json\n}\n"
	all := []string{"iac:v/bucket.tf", "iac:v/rule.tf"}
	for name, tt := range map[string]struct {
		file, base, now string // of v/x.tf unless file is given; "-" for none
		want            []string
	}{
		"a new file of its own":        {base: "-", now: "resource \"aws_vpc\" \"v\" {}\n", want: []string{"iac:v/x.tf"}},
		"a new file that names one":    {base: "-", now: version, want: []string{"iac:v/bucket.tf", "iac:v/x.tf"}},
		"a comment":                    {base: locals, now: "# x\n" + locals, want: []string{"iac:v/x.tf"}},
		"another value":                {base: locals, now: strings.Replace(locals, "1", "2", 1), want: append(all, "iac:v/x.tf")},
		"new values":                   {base: "-", now: "/**/ " + locals, want: append(all, "iac:v/x.tf")},
		"values that are gone":         {base: locals, now: "-", want: all},
		"another provider":             {base: "provider \"aws\" {}\n", now: "provider \"aws\" {\n  region = \"x\"\n}\n", want: append(all, "iac:v/x.tf")},
		"a data source that one reads": {base: source, now: strings.Replace(source, "{}", "{ x = 1 }", 1), want: []string{"iac:v/bucket.tf", "iac:v/x.tf"}},
		"a comment beside a name":      {base: version + "# x\n", now: "# y\n" + version, want: []string{"iac:v/x.tf"}},
		"another block than the name":  {base: version + module, now: version + strings.Replace(module, "/m", "/n", 1), want: []string{"iac:v/x.tf"}},
		"another argument":             {base: version, now: strings.Replace(version, "}", "  x = 1\n}", 1), want: []string{"iac:v/bucket.tf", "iac:v/x.tf"}},
		"another name":                 {base: version, now: strings.Replace(version, "bucket.b", "bucket.c", 1), want: []string{"iac:v/bucket.tf", "iac:v/x.tf"}},
		"a block that is gone":         {base: module + version, now: module, want: append(all, "iac:v/x.tf")},
		"a file that is gone":          {base: module, now: "-", want: all},
		"an empty file that is gone":   {base: "# x\n", now: "-"},
		"an override":                  {base: "-", now: "resource \"aws_security_group_rule\" \"ssh\" {}\n", want: []string{"iac:v/rule.tf", "iac:v/x.tf"}},
		"a quoted name":                {base: "-", now: "module \"m\" {\n  depends_on = [\"aws_s3_bucket . b\"]\n}\n", want: []string{"iac:v/bucket.tf", "iac:v/x.tf"}},
		"escapes":                      {base: "-", now: "module \"m\" {\n  depends_on = [\"aws_s3_bucket\\u002eb\"]\n}\n", want: append(all, "iac:v/x.tf")},
		"broken before":                {base: "x {\n", now: module, want: append(all, "iac:v/x.tf")},
		"broken now":                   {base: module, now: "x {\n", want: append(all, "iac:v/x.tf failed:unparsable")},
		"too large to be parsed":       {base: module, now: module + "#" + strings.Repeat("x", 1<<20) + "\n", want: append(all, "iac:v/x.tf")},
		"JSON":                         {file: "v/x.tf.json", base: "-", now: `{"\u006cocals": {"c": 2}}`, want: append(all, "iac:v/x.tf.json")},
		"JSON that names one":          {file: "v/x.tf.json", base: "-", now: `{"output": {"o": {"value": "${aws_s3_bucket/**/.b.id}"}}}`, want: []string{"iac:v/bucket.tf", "iac:v/x.tf.json"}},
		"JSON that is gone":            {file: "v/x.tf.json", base: `{"output": {"o": {"value": 1}}}`, now: "-", want: all},
		"a file of another folder":     {file: "w/x.tf", base: module + locals, now: version, want: []string{"iac:w/x.tf"}},
		"a file of another folder, 2":  {file: "w/x.tf", base: version, now: "-"},
		"one that is no configuration": {file: "v/x.txt", base: locals, now: "-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gittest.New(t)
			file := tt.file
			if file == "" {
				file = "v/x.tf"
			}
			files{"v/bucket.tf": bucket + policy, "v/rule.tf": rule}.write(t, g.Dir)
			if tt.base != "-" {
				g.Write(file, tt.base)
			}
			g.Commit()
			if tt.now != "-" {
				g.Write(file, tt.now)
			} else if err := os.Remove(filepath.Join(g.Dir, file)); err != nil {
				t.Fatal(err)
			}
			check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}), tt.want...)
			g.Commit()
			check(t, narrowed(t, g.Dir, "HEAD~1", discover.Options{}), tt.want...)
		})
	}
}

// A move within the folder changes nothing of the configuration.
func TestAMovedBlockIsNotLost(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"a.tf": bucket, "b.tf": "resource \"aws_vpc\" \"v\" {}\n"}.write(t, g.Dir)
	g.Commit()
	g.Git("mv", "a.tf", "c.tf")
	check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}), "iac:c.tf")
	g.Git("rm", "--quiet", "--force", "c.tf")
	check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}), "iac:b.tf")
}

// Contents that a clone doesn't have may have said anything.
func TestAClonedHistoryWithoutContentsTouchesTheFolder(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Git("config", "uploadpack.allowFilter", "true")
	files{"a.tf": "resource \"aws_vpc\" \"a\" {}\n", "b.tf": bucket}.write(t, g.Dir)
	g.Commit()
	g.Write("a.tf", "resource \"aws_vpc\" \"a\" {\n  x = 1\n}\n")
	g.Commit()
	dir := filepath.Join(t.TempDir(), "clone")
	g.Git("clone", "--quiet", "--filter=blob:none", "file://"+filepath.ToSlash(g.Dir), dir)
	check(t, narrowed(t, g.Dir, "HEAD~1", discover.Options{}), "iac:a.tf")
	check(t, narrowed(t, dir, "HEAD~1", discover.Options{}), "iac:a.tf", "iac:b.tf")
}

// What lies in a chart's templates is no target. It becomes one with the chart's
// end, which is no change of its own content.
func TestAChartTouchesWhatLiesBelowIt(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{
		"web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "web/templates/a.yaml": manifest("redis:7"), "web/crds/b.yaml": manifest("nginx:1.27"),
		"c.yaml": manifest("alpine:3.20"),
	}.write(t, g.Dir)
	g.Commit()
	check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}))
	b := []string{"image:docker.io/library/nginx:1.27 named web/crds/b.yaml:8", "image:docker.io/library/redis:7 named web/templates/a.yaml:8", "iac:web/crds/b.yaml", "iac:web/templates/a.yaml"}
	g.Write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.1\n")
	check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}), b[0], b[2])
	g.Git("rm", "--quiet", "--force", "web/Chart.yaml")
	check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}), b...)
	g.Write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n")
	g.Write(".gitignore", "Chart.yaml\n") // it is there, and not for git
	check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}), b...)
	if err := os.Remove(filepath.Join(g.Dir, "web/Chart.yaml")); err != nil {
		t.Fatal(err)
	}
	check(t, narrowed(t, filepath.Join(g.Dir, "web/templates"), "HEAD", discover.Options{}), b[1], b[3])
}

// A sparse checkout hides what the change does; a file that somebody has deleted
// is gone.
func TestSparseCheckoutsHideNoChange(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"a/main.tf": bucket, "b/main.tf": bucket, "c/main.tf": bucket, "d/Dockerfile": "FROM scratch\n"}.write(t, g.Dir)
	g.Commit()
	g.Write("b/main.tf", bucket+"# x\n")
	g.Write("d/Dockerfile", "FROM scratch\nUSER x\n")
	g.Commit()
	g.Git("sparse-checkout", "set", "a")
	want := []string{"dockerfile:d/Dockerfile failed:unreadable", "iac:b/main.tf failed:unreadable"}
	p := narrowed(t, g.Dir, "HEAD~1", discover.Options{})
	check(t, p, want...)
	if !strings.Contains(p.Rows[0].Fix, "git sparse-checkout") {
		t.Errorf("nothing says how to fix it: %q", p.Rows[0].Fix)
	}
	check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}))
	check(t, narrowed(t, g.Dir, "HEAD~1", discover.Options{Exclude: []string{"b", "d"}}))
	g.Git("sparse-checkout", "disable")
	if err := os.Remove(filepath.Join(g.Dir, "c/main.tf")); err != nil {
		t.Fatal(err)
	}
	check(t, narrowed(t, g.Dir, "HEAD", discover.Options{}))
}
