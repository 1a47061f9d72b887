package discover_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
)

func openCommit(t testing.TB, dir, rev string) *discover.Tree {
	t.Helper()
	tree, err := discover.OpenCommit(t.Context(), dir, gittest.Env(), rev)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func planOf(t testing.TB, tree *discover.Tree, under string) *result.Plan {
	t.Helper()
	all, err := tree.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := discover.Run(t.Context(), tree, all, discover.Options{Names: discovertest.Names()})
	if err != nil {
		t.Fatalf("PATH %q: %v", under, err)
	}
	return p
}

// A commit has the plan and the contents of its fresh clone, whatever the work tree holds.
func TestACommitIsItsFreshClone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		g := gittest.New(t)
		draw(rt, t, g.Dir)
		g.Commit()
		clone := gittest.At(t, filepath.Join(t.TempDir(), "clone"))
		gittest.At(t, g.Dir).Git("clone", "--quiet", g.Dir, clone.Dir)
		index, err := discover.OpenIndex(t.Context(), g.Dir, gittest.Env())
		if err != nil {
			rt.Fatal(err)
		}
		defer index.Close()
		draw(rt, t, g.Dir) // the work tree does not matter
		under := rapid.SampledFrom([]string{"", "a", "b/c"}).Draw(rt, "PATH")
		if _, err := os.Stat(filepath.Join(clone.Dir, under)); err != nil || isLink(filepath.Join(clone.Dir, under)) {
			under = ""
		}
		fresh, _ := discovertest.Open(t, filepath.Join(clone.Dir, under))
		stored := openCommit(t, filepath.Join(g.Dir, under), "HEAD")
		defer stored.Close()
		want, got := planOf(t, fresh, under), planOf(t, stored, under)
		files := cmpopts.IgnoreFields(result.Content{}, "Modified") // of the disk alone
		if diff := cmp.Diff(want, got, files); diff != "" {
			rt.Fatalf("plan (-fresh clone +commit):\n%s", diff)
		}
		if diff := cmp.Diff(got, planOf(t, index, "")); under == "" && diff != "" {
			rt.Fatalf("plan (-commit +index):\n%s", diff)
		}
		for _, row := range got.Rows {
			file := row.Target.File()
			if row.Status != result.Pending || row.Target.Kind == result.KindImage {
				continue
			}
			want, _ := fs.ReadFile(fresh.FS, file)
			if got, err := fs.ReadFile(stored.FS, file); err != nil || string(got) != string(want) {
				rt.Errorf("%s = %q, %v, the clone has %q", file, got, err, want)
			}
		}
	})
}

func isLink(file string) bool {
	info, err := os.Lstat(file)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// draw writes some files and links below a folder.
func draw(rt *rapid.T, t *testing.T, dir string) {
	contents := []string{
		bucket, "variable \"x\" {}\n", manifest("redis:7"), "FROM nginx\n", "FROM $BASE\n", "services:\n  x:\n    image: mysql:${V}\n    build: a\n", "V=8\n", "x = 1\n",
		"a: 1\n", "", "ß\r\n", "* text=auto eol=crlf\n", "*.tf ident\n*.yaml eol=crlf\n", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [pod.yaml]\n",
	}
	names := []string{
		"main.tf", "x.tfvars", "pod.yaml", "Dockerfile", "compose.yaml", ".env", "kustomization.yaml", ".gitattributes", "größe.yaml", "run", "a b.tf", "data.json", "line\nbreak.tf",
	}
	folders := []string{"", "a/", "b/", "b/c/"}
	targets := []string{"a", "b/c", "../a", "..", ".", "main.tf", "../main.tf", "a/main.tf", "none", "../../..", "b/c/pod.yaml", "link.tf", "../b/link.tf", "Dockerfile"}
	for range rapid.IntRange(1, 10).Draw(rt, "files") {
		name := rapid.SampledFrom(folders).Draw(rt, "folder") + rapid.SampledFrom(names).Draw(rt, "name")
		write(t, dir, name, rapid.SampledFrom(contents).Draw(rt, "content"))
	}
	for range rapid.IntRange(0, 4).Draw(rt, "links") {
		name := rapid.SampledFrom(folders).Draw(rt, "folder") + rapid.SampledFrom([]string{"link.tf", "Containerfile", "a", "far", "way.yaml"}).Draw(rt, "link")
		full := filepath.Join(dir, name)
		if os.MkdirAll(filepath.Dir(full), 0o755) == nil {
			// It fails if something is there.
			_ = os.Symlink(rapid.SampledFrom(targets).Draw(rt, "target"), full)
		}
	}
}

// write writes a file unless something else is at its place.
func write(t *testing.T, dir, name, content string) {
	gittest.SkipNames(t, name)
	full := filepath.Join(dir, name)
	if os.MkdirAll(filepath.Dir(full), 0o755) == nil {
		_ = os.WriteFile(full, []byte(content), 0o644) // a link may lead nowhere
	}
}

// A filter is not run, and what it makes is not known.
func TestFilteredFilesFail(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	pointerText := "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n"
	files{
		".gitattributes":      "secret/** filter=git-crypt\n*.big.* filter=lfs\nfree/** filter=git-crypt\nfree/.gitattributes !filter\n",
		"free/.gitattributes": "* -filter\n", "free/main.tf": bucket,
		"secret/main.tf": bucket, "secret/x.tfvars": "x = 1\n", "secret/pod.yaml": "\x00GITCRYPT\x00", "secret/data.json": "{}", "secret/Dockerfile": "FROM nginx\n",
		"secret/notes.txt": "hello\n", "secret/run": "echo\n",
		"a.big.tf": pointerText, "a.big.json": pointerText, "b.big.tf": bucket,
	}.Write(t, g.Dir)
	g.Commit()
	g.Git("config", "filter.git-crypt.smudge", "touch "+filepath.Join(g.Dir, "ran"))
	g.Git("config", "filter.git-crypt.required", "true")
	tree := openCommit(t, g.Dir, "HEAD")
	defer tree.Close()
	p := planOf(t, tree, "")
	check(t, p,
		"dockerfile:secret/Dockerfile failed:unreadable", "iac:a.big.tf failed:unreadable", "iac:b.big.tf failed:unreadable", "iac:free/main.tf",
		"iac:secret/main.tf failed:unreadable", "iac:secret/pod.yaml failed:unreadable", "iac:secret/x.tfvars failed:unreadable")
	if _, err := os.Lstat(filepath.Join(g.Dir, "ran")); err == nil {
		t.Error("the filter ran")
	}
	var notSent []string
	for _, n := range p.NotSent {
		notSent = append(notSent, n.Path+": "+n.What)
	}
	slices.Sort(notSent)
	if want := []string{"a.big.json: Git LFS pointer", "secret/data.json: file with a filter"}; !slices.Equal(notSent, want) {
		t.Errorf("not sent: %q, want %q", notSent, want)
	}
	for _, row := range p.Rows {
		if row.Target.Name == "secret/main.tf" && (!strings.Contains(row.Reason, `the filter "git-crypt" of .gitattributes is not run`) || row.Fix == "") {
			t.Errorf("%q; fix: %q", row.Reason, row.Fix)
		}
	}
}

// A large file takes no memory, and is what it is in a checkout.
func TestLargeFilesAreNotReadIntoMemory(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	const size = 65 << 20
	large := strings.Repeat("# a line of a large file\n", size/25+1)[:size]
	files{"program": large, "main.tf": bucket + large}.Write(t, g.Dir)
	g.Git("config", "core.compression", "0")
	g.Commit()
	stored := openCommit(t, g.Dir, "HEAD")
	defer stored.Close()
	fresh, _ := discovertest.Open(t, g.Dir)
	want, got := planOf(t, fresh, ""), planOf(t, stored, "")
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(result.Content{}, "Modified")); diff != "" {
		t.Errorf("plan (-checkout +commit):\n%s", diff)
	}
	f, err := stored.FS.Open("main.tf")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() != int64(len(bucket+large)) {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
	all, err := io.ReadAll(f)
	if err != nil || string(all) != bucket+large {
		t.Errorf("%d bytes, %v", len(all), err)
	}
}
