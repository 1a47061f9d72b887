package discover_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

func link(t *testing.T, dir, name, target string) {
	t.Helper()
	if err := os.Symlink(target, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}

func TestInsideGit(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{
		".gitignore": "ignored/\n*.local.tf\n", "tracked.tf": bucket, "gone.tf": bucket, "was/folder.tf": bucket, "app/main.tf": bucket, "app/Dockerfile": "FROM nginx\n",
	}.Write(t, g.Dir)
	g.Commit()
	files{"new.tf": bucket, "x.local.tf": bucket, "ignored/Dockerfile": "FROM redis\n", "real/folder.tf": bucket}.Write(t, g.Dir)
	remove(t, g.Dir, "gone.tf")
	remove(t, g.Dir, "was")
	link(t, g.Dir, "was", "real")
	other := gittest.New(t)
	other.Write("Dockerfile", "FROM other\n")
	other.Commit()
	g.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.Dir, "Dockerfile.sub")
	g.Git("clone", "--quiet", other.Dir, "clone")

	check(
		t, plan(t, g.Dir, discover.Options{}), "dockerfile:app/Dockerfile", "image:docker.io/library/nginx:latest from app/Dockerfile:1",
		"iac:app/main.tf", "iac:new.tf", "iac:real/folder.tf", "iac:tracked.tf",
	)
	check(
		t, plan(t, filepath.Join(g.Dir, "app"), discover.Options{}), "dockerfile:app/Dockerfile", "image:docker.io/library/nginx:latest from app/Dockerfile:1",
		"iac:app/main.tf",
	)
	check(t, plan(t, filepath.Join(g.Dir, "ignored"), discover.Options{}))
}

func TestOutsideGit(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{".gitignore": "a/\n", "a/main.tf": bucket, ".git.tf": bucket, "node_modules/x/Dockerfile": "FROM nginx\n"})
	g := gittest.New(t)
	files{".gitignore": "secret.tf\n", "mine.tf": bucket, "secret.tf": bucket}.Write(t, g.Dir)
	if err := os.Rename(g.Dir, filepath.Join(dir, "clone")); err != nil {
		t.Fatal(err)
	}
	check(
		t, plan(t, dir, discover.Options{}), "dockerfile:node_modules/x/Dockerfile",
		"image:docker.io/library/nginx:latest from node_modules/x/Dockerfile:1", "iac:.git.tf", "iac:a/main.tf", "iac:clone/mine.tf",
	)
}

func TestSymbolicLinks(t *testing.T) {
	t.Parallel()
	outside := plain(t, files{"Dockerfile": "FROM outside\n", "main.tf": bucket, "dir/pod.yaml": manifest("outside")})
	for _, inGit := range []bool{true, false} {
		dir := t.TempDir()
		if inGit {
			dir = gittest.New(t).Dir
		}
		files{
			".gitignore": "ignored\n", "ignored": "FROM ignored\n", "build/image": "FROM inside\n", "app/Dockerfile": "FROM app\n", "terraform.tfstate": "{}",
		}.Write(t, dir)
		for name, target := range map[string]string{
			"out/Dockerfile": filepath.Join(outside, "Dockerfile"), "out/main.tf": filepath.Join(outside, "main.tf"), "out/dir": filepath.Join(outside, "dir"),
			"up/Dockerfile": "../../../../../../../../../../../../etc/passwd", "in/Dockerfile": "../build/image", "in/Dockerfile.same": "../app/Dockerfile",
			"in/gone.Dockerfile": "nowhere", "in/tree": "../app", "in/state.json": "../terraform.tfstate", "in/loop.tf": "loop.tf", "in/notes.md": filepath.Join(outside, "main.tf"),
		} {
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
				t.Fatal(err)
			}
			link(t, dir, name, target)
		}
		if inGit {
			link(t, dir, "in/Dockerfile.ignored", "../ignored")
		}
		want := []string{
			"dockerfile:app/Dockerfile", "dockerfile:in/Dockerfile", "dockerfile:in/Dockerfile.ignored skipped:outside-tree",
			"dockerfile:out/Dockerfile skipped:outside-tree", "dockerfile:up/Dockerfile skipped:outside-tree",
			"image:docker.io/library/app:latest from app/Dockerfile:1", "image:docker.io/library/inside:latest from in/Dockerfile:1",
			"iac:in/loop.tf skipped:outside-tree", "iac:in/state.json skipped:outside-tree", "iac:out/main.tf skipped:outside-tree",
		}
		if !inGit {
			want = append(want[:2:2], want[3:]...)
		}
		p := plan(t, dir, discover.Options{})
		check(t, p, want...)
		if got := row(t, p, "iac:in/state.json").Reason; !strings.Contains(got, "secrets") {
			t.Errorf("reason = %q", got)
		}
	}
}

// A link under PATH may point to a file of the repository outside PATH, which is not
// planned by its own name.
func TestLinkToAFileAbovePath(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"common/Dockerfile": "FROM nginx\n", "app/x": ""}.Write(t, g.Dir)
	link(t, g.Dir, "app/Dockerfile", "../common/Dockerfile")
	check(
		t, plan(t, filepath.Join(g.Dir, "app"), discover.Options{}),
		"dockerfile:app/Dockerfile", "image:docker.io/library/nginx:latest from app/Dockerfile:1",
	)
	check(
		t, plan(t, g.Dir, discover.Options{}),
		"dockerfile:common/Dockerfile", "image:docker.io/library/nginx:latest from common/Dockerfile:1",
	)
}

func TestSecretsAreNeverPlanned(t *testing.T) {
	t.Parallel()
	kubeconfig := "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://h\n  name: c\nusers: []\ncurrent-context: c\nmetadata: {}\n"
	f := files{
		"terraform.tfstate": bucket, "terraform.tfstate.backup": bucket, "prod.tfstate.json": `{"AWSTemplateFormatVersion":"x","Resources":{"B":{"Type":"AWS::S3::Bucket"}}}`,
		".env": "A=1\n", "prod.env": "A=1\n", ".env.yaml": manifest("x"), "id_rsa": "-----BEGIN", "tls.key": "-----BEGIN",
		"kubeconfig.yaml": manifest("x"), ".kube/config": kubeconfig, "cluster.yaml": kubeconfig, "state.json": `{"version":4,"terraform_version":"1.9","resources":[]}`,
	}
	dir := plain(t, f)
	p := plan(t, dir, discover.Options{})
	// A template with a sensitive name is failed, not ignored.
	check(
		t, p, "image:docker.io/library/x:latest named .env.yaml:8 kubeconfig.yaml:8",
		"iac:.env.yaml failed:sensitive", "iac:kubeconfig.yaml failed:sensitive", "iac:prod.tfstate.json failed:sensitive",
	)
	f["infra/main.tf"], f["infra/Dockerfile"] = bucket, "FROM nginx\n"
	f.Write(t, dir)
	p = plan(t, dir, discover.Options{Dockerfiles: []string{"**/*"}})
	for _, r := range p.Rows {
		_, secret := f[r.Target.Name]
		secret = secret && !strings.HasPrefix(r.Target.Name, "infra/")
		if secret && r.Status == result.Pending {
			t.Errorf("%s would be sent", r.Target.ID())
		}
	}
	if len(p.Helpers) > 0 {
		t.Errorf("helpers = %v", p.Helpers)
	}
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{"file": "", "broken/.git": "gitdir: /nonexistent\n"})
	for _, path := range []string{"file", "missing", "file/x"} {
		_, err := discover.Open(t.Context(), filepath.Join(dir, path), gittest.Env())
		var usage *discover.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("Open(%s): err = %v, want a *UsageError", path, err)
		}
	}
	_, err := discover.Open(t.Context(), filepath.Join(dir, "broken"), gittest.Env())
	var failed *git.Error
	if !errors.As(err, &failed) {
		t.Errorf("err = %v, want a *git.Error", err)
	}
	// The walk of a tree must not pass over a repository that git can't read.
	tree, err := discover.Open(t.Context(), dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if _, err := tree.List(t.Context()); !errors.As(err, &failed) {
		t.Errorf("err = %v, want a *git.Error", err)
	}
}

func TestTree(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("a b/c/main.tf", bucket)
	link(t, g.Dir, "a b/c/out", "/etc/passwd")
	link(t, g.Dir, "way", "a b/c")
	tree, err := discover.Open(t.Context(), filepath.Join(g.Dir, "way"), gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if tree.Root != g.Dir || tree.Under != "a b/c" || tree.Repo == nil {
		t.Errorf("tree = %+v", tree)
	}
	if content, err := fs.ReadFile(tree.FS, "a b/c/main.tf"); string(content) != bucket || err != nil {
		t.Errorf("main.tf = %q, %v", content, err)
	}
	if content, err := fs.ReadFile(tree.FS, "a b/c/out"); err == nil {
		t.Errorf("a link out of the tree was read: %q", content)
	}
}

// notSent writes what is not sent on lines.
func notSent(p *result.Plan) []string {
	var lines []string
	for _, n := range p.NotSent {
		lines = append(lines, n.Path+": "+n.What+": "+n.Why)
	}
	return lines
}

func TestOtherRepositoriesAndLinkedFoldersAreNotSent(t *testing.T) {
	t.Parallel()
	g, other := gittest.New(t), gittest.New(t)
	other.Write("inner.tf", bucket)
	other.Commit()
	files{"app/main.tf": bucket, ".gitignore": "cache/\nempty/\n", "modules/x/main.tf": bucket, "was/main.tf": bucket}.Write(t, g.Dir)
	g.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.Dir, "lib/sub")
	links := map[string]string{
		"app/mods": "../modules", "app/sub": "../lib/sub", "outside": other.Dir, "up": "../..", "self": ".", "gone": "nowhere", "text": "app/main.tf",
		"kept": "cache", "nothing": "empty", "old": "outside",
	}
	for name, target := range links {
		link(t, g.Dir, name, target)
	}
	g.Commit()
	g.Git("clone", "--quiet", other.Dir, "clone")
	files{"cache/main.tf": bucket, "empty/x/y": ""}.Write(t, g.Dir)
	remove(t, g.Dir, "empty/x")
	remove(t, g.Dir, "was")
	link(t, g.Dir, "was", "cache")

	const another, out, ignored = ": its files belong to another repository: scan it by itself", ": symbolic link to a folder: it leads out of the tree",
		": symbolic link to a folder: it leads to a folder that git ignores"
	p := plan(t, g.Dir, discover.Options{Exclude: exclude("old")})
	check(t, p, "iac:app/main.tf", "iac:modules/x/main.tf", "iac:old skipped:excluded")
	want := []string{
		"clone: checkout of another repository" + another, "kept" + ignored, "lib/sub: submodule" + another, "outside" + out, "up" + out, "was" + ignored,
	}
	if diff := cmp.Diff(want, notSent(p)); diff != "" {
		t.Errorf("not sent (-want +got):\n%s", diff)
	}
	p = plan(t, filepath.Join(g.Dir, "app"), discover.Options{})
	want = []string{"app/mods: symbolic link to a folder: it leads to a folder outside of PATH", "app/sub: symbolic link to a folder: it leads to a folder outside of PATH"}
	if diff := cmp.Diff(want, notSent(p)); diff != "" {
		t.Errorf("not sent under a folder (-want +got):\n%s", diff)
	}
}

// A folder that can't be entered is a row, which can be excluded.
func TestClosedFolderOutsideOfGit(t *testing.T) {
	t.Parallel()
	if os.Geteuid() <= 0 {
		t.Skip("root may enter each folder, and Windows has no such modes")
	}
	for _, mode := range []fs.FileMode{0, 0o100} {
		dir := plain(t, files{"main.tf": bucket, "closed/main.tf": bucket})
		closed := filepath.Join(dir, "closed")
		if err := os.Chmod(closed, mode); err != nil {
			t.Fatal(err)
		}
		check(t, plan(t, dir, discover.Options{}), "iac:closed failed:unreadable", "iac:main.tf")
		check(t, plan(t, dir, discover.Options{Exclude: exclude("closed")}), "iac:closed skipped:excluded", "iac:main.tf")
		if err := os.Chmod(closed, 0o700); err != nil { // for its removal
			t.Fatal(err)
		}
	}
}

func TestLinkedFoldersOutsideOfGit(t *testing.T) {
	t.Parallel()
	dir, other := plain(t, files{"a/main.tf": bucket, ".gitmodules": ""}), plain(t, files{"b.tf": bucket})
	link(t, dir, "in", "a")
	link(t, dir, "out", other)
	p := plan(t, dir, discover.Options{})
	check(t, p, "iac:a/main.tf")
	want := []string{
		".gitmodules: list of submodules: its files belong to another repository: scan it by itself",
		"out: symbolic link to a folder: it leads out of the tree",
	}
	if diff := cmp.Diff(want, notSent(p)); diff != "" {
		t.Errorf("not sent (-want +got):\n%s", diff)
	}
}

// A link adds nothing to a target, and everything to a file that is not a target by its own name.
func TestLinksToFilesThatAreReadOtherwise(t *testing.T) {
	t.Parallel()
	dir := plain(t, files{"evil.yaml": bucket, "tasks.yml": "- name: x\n  copy: {src: a, dest: b}\n", "pod.yaml": manifest("redis:7"), "roles/x/tasks/y": ""})
	link(t, dir, "main.tf", "evil.yaml")
	link(t, dir, "roles/x/tasks/main.yml", "../../../tasks.yml")
	link(t, dir, "same.yaml", "pod.yaml")
	check(t, plan(t, dir, discover.Options{}), "image:docker.io/library/redis:7 named pod.yaml:8",
		"iac:main.tf", "iac:pod.yaml", "iac:roles/x/tasks/main.yml")
}

// Files that git knows and that are deleted in the work tree are nothing.
func TestDeletedFiles(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{"a/main.tf": bucket, "b/main.tf": bucket, "Dockerfile": "FROM scratch\n", "c.yaml": "a: 1\n", "README.md": "x\n"}.Write(t, g.Dir)
	g.Commit()
	for _, name := range []string{"b/main.tf", "Dockerfile", "c.yaml", "README.md"} {
		remove(t, g.Dir, name)
	}
	check(t, plan(t, g.Dir, discover.Options{}), "iac:a/main.tf")
	if _, err := tryPlan(t, g.Dir, discover.Options{Templates: []string{"b/main.tf"}}); err == nil {
		t.Error("a glob that only matches a deleted file is accepted")
	}
}

// What a sparse checkout leaves out is read from git's objects.
func TestSparseCheckout(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	files{
		"a/main.tf": bucket, "b/main.tf": bucket, "b/x.tfvars": "x = 1\n", "b/pod.yaml": manifest("redis:7"), "b/notes.yaml": "a: 1\n",
		"b/Dockerfile": "FROM nginx\n", "b/terraform.tfstate": "{}",
	}.Write(t, g.Dir)
	link(t, g.Dir, "b/Containerfile", "Dockerfile")
	link(t, g.Dir, "b/evil.tf", "../a/evil.txt")
	link(t, g.Dir, "b/far.tf", "evil.tf")
	link(t, g.Dir, "b/gone.tf", "none.tf")
	g.Write("a/evil.txt", bucket)
	g.Commit()
	g.Git("sparse-checkout", "set", "--no-cone", "/a")
	tree, all := discovertest.Open(t, g.Dir)
	p, err := discover.Run(t.Context(), tree, all, discover.Options{Names: discovertest.Names()})
	if err != nil {
		t.Fatal(err)
	}
	check(t, p, "dockerfile:b/Dockerfile",
		"image:docker.io/library/nginx:latest from b/Dockerfile:1", "image:docker.io/library/redis:7 named b/pod.yaml:8",
		"iac:a/main.tf", "iac:b/evil.tf", "iac:b/far.tf", "iac:b/main.tf", "iac:b/pod.yaml")
	if len(p.Helpers) != 1 || p.Helpers[0].Path != "b/x.tfvars" {
		t.Errorf("helpers = %v", p.Helpers)
	}
	for _, name := range []string{"b/main.tf", "b/evil.tf"} {
		if content, err := fs.ReadFile(tree.FS, name); string(content) != bucket || err != nil {
			t.Errorf("%s = %q, %v", name, content, err)
		}
	}
	if _, err := fs.ReadFile(tree.FS, "b/none.tf"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("err = %v", err)
	}
}

// A clone without contents fails what a sparse checkout leaves out: they are one group.
func TestSparseCheckoutOfAPartialClone(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Git("config", "uploadpack.allowFilter", "true")
	files{"a/main.tf": bucket, "b/main.tf": bucket + "\n", "b/pod.yaml": manifest("redis:7"), "b/README.md": "x\n"}.Write(t, g.Dir)
	g.Commit()
	dir := filepath.Join(t.TempDir(), "clone")
	g.Git("clone", "--quiet", "--no-checkout", "--filter=blob:none", "file://"+filepath.ToSlash(g.Dir), dir)
	clone := gittest.At(t, dir)
	clone.Git("sparse-checkout", "set", "--no-cone", "/a")
	clone.Git("checkout", "--quiet")
	p := plan(t, dir, discover.Options{})
	check(t, p, "iac:a/main.tf", "iac:b/main.tf failed:unreadable", "iac:b/pod.yaml failed:unreadable")
	for _, r := range p.Rows[1:] {
		want := "check it out with git sparse-checkout add or disable, or exclude it"
		if r.Reason != r.Target.Name+": a sparse checkout leaves it out, and this clone lacks its content" || r.Fix != want {
			t.Errorf("reason %q, fix %q", r.Reason, r.Fix)
		}
	}
}
