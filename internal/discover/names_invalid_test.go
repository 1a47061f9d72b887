package discover_test

import (
	"testing"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/git/gittest"
)

const vars = "a = 1\n"

// A file whose name is not UTF-8 is a failed row if it would be sent, whatever it is,
// and nothing if it would not.
func TestNamesThatAreNotUTF8(t *testing.T) {
	t.Parallel()
	tree := files{
		"a\xff.yaml": manifest("nginx:1"), "a\xfe.yaml": manifest("nginx:2"), "Dockerfile.\xff": "FROM redis:7\n", "main.tf": bucket,
		"v\xff.auto.tfvars": vars, "other\xff.yaml": "a: b\n", "notes\xff.txt": "x\n", "größe\u2028.tf": bucket,
	}
	want := []string{
		`dockerfile:Dockerfile.\xff failed:invalid-name`,
		`image:docker.io/library/nginx:1 named a\xff.yaml:8`, `image:docker.io/library/nginx:2 named a\xfe.yaml:8`,
		`image:docker.io/library/redis:7 from Dockerfile.\xff:1`,
		`iac:a\xfe.yaml failed:invalid-name`, `iac:a\xff.yaml failed:invalid-name`, "iac:größe\u2028.tf", "iac:main.tf",
		`iac:v\xff.auto.tfvars failed:invalid-name`,
	}
	inGit, outside := gittest.New(t), plain(t, tree)
	tree.Write(t, inGit.Dir)
	inGit.Commit()
	for _, dir := range []string{inGit.Dir, outside} {
		p := plan(t, dir, discover.Options{})
		p.EscapeNames()
		check(t, p, want...)
		r := row(t, p, `iac:a\xff.yaml`)
		if want := `a\xff.yaml: the name is not UTF-8: neither an upload nor a report can hold it`; r.Reason != want {
			t.Errorf("reason %q, want %q", r.Reason, want)
		}
		if want := `rename it, or exclude it with --exclude 'a?.yaml'`; r.Fix != want {
			t.Errorf("fix %q, want %q", r.Fix, want)
		}
	}
}

// The pattern that the fix of a row gives excludes the file.
func TestNamesThatAreNotUTF8CanBeExcluded(t *testing.T) {
	t.Parallel()
	for name, glob := range map[string]string{
		"a\xff.yaml": "a?.yaml", "\xff\xfe/b.yaml": "??/b.yaml", "*'[\xff]\n.yaml": "??????.yaml", "über\xff {a,b}.yaml": "über? ?a,b?.yaml",
	} {
		dir := plain(t, files{name: manifest("nginx:1"), "main.tf": bucket})
		g := gittest.New(t)
		files{name: manifest("nginx:1"), "main.tf": bucket}.Write(t, g.Dir)
		for _, dir := range []string{dir, g.Dir} {
			// Without git, ?? is a folder that can't be listed.
			p := plan(t, dir, discover.Options{Exclude: exclude(glob, "??")})
			for _, r := range p.Rows {
				if r.Status.String() == "failed" {
					t.Errorf("%q is not excluded by %q: %s", name, glob, r.Reason)
				}
			}
		}
		p := plan(t, g.Dir, discover.Options{})
		p.EscapeNames()
		for _, r := range p.Rows {
			if r.Target.Kind == "iac" && r.Target.Name != "main.tf" && r.Fix != "rename it, or exclude it with --exclude '"+glob+"'" {
				t.Errorf("%q: fix %q, want the glob %q", name, r.Fix, glob)
			}
		}
	}
}

// Without git, what lies in a folder with such a name is not known.
func TestFolderWhoseNameIsNotUTF8(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{"d\xff/main.tf": bucket, "main.tf": bucket})
	p := plan(t, dir, discover.Options{})
	p.EscapeNames()
	check(t, p, `iac:d\xff failed:invalid-name`, "iac:main.tf")
}
