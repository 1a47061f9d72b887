package git_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/git"
	"github.com/scangate/scangate/internal/git/gittest"
)

// Whatever the attributes say, a content is converted as git checks it out.
func TestConversionsAreThoseOfGit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		g := stored{gittest.New(t)}
		paths := []string{"a.tf", "b.yaml", "d/a.tf", "d/e/größe.tf", "d/e/-x", "[a].tf", "d/b c.txt"}
		attributes := []string{".gitattributes", "d/.gitattributes", "d/e/.gitattributes"}
		for _, file := range rapid.SliceOfNDistinct(rapid.SampledFrom(attributes), 1, 3, rapid.ID).Draw(rt, "attributes") {
			g.Write(file, strings.Join(rapid.SliceOfN(attributeLine(), 0, 6).Draw(rt, file), "\n")+"\n")
		}
		for _, file := range paths {
			g.Write(file, strings.Join(rapid.SliceOfN(contentPart(), 0, 8).Draw(rt, file), ""))
		}
		// What is stored is what stands here, whatever the attributes make of it.
		g.store(rt, append(paths, attributes...))
		g.Git("commit", "--quiet", "--message=test")
		for _, key := range []string{"core.autocrlf", "core.eol"} {
			if value := rapid.SampledFrom([]string{"", "true", "false", "input", "crlf", "lf"}).Draw(rt, key); validSetting(key, value) {
				g.Git("config", key, value)
			}
		}
		clean(g, paths)
		repo, err := git.Open(t.Context(), g.Dir, gittest.Env())
		if err != nil {
			rt.Fatal(err)
		}
		files, err := repo.Snapshot(t.Context(), "HEAD")
		if err != nil {
			rt.Fatal(err)
		}
		objects := repo.Objects(t.Context())
		defer objects.Close()
		conversions := objects.Conversions(files)
		filters := filtersOf(g, paths)
		for _, file := range paths {
			want, err := os.ReadFile(filepath.Join(g.Dir, file))
			if err != nil {
				rt.Fatal(err)
			}
			id, _ := files.Blob(file)
			stored, _, err := objects.Read(id)
			if err != nil {
				rt.Fatal(err)
			}
			if got, err := conversions.Convert(file, stored); err != nil || string(got) != string(want) {
				rt.Errorf("%s: Convert(%q) = %q, %v, git has %q", file, stored, got, err, want)
			}
			if got, err := conversions.Filter(file); err != nil || got != filters[file] {
				rt.Errorf("%s: filter %q, %v, git has %q", file, got, err, filters[file])
			}
		}
	})
}

// An empty id is replaced. Git does so, too, or crashes: in ident_to_worktree it looks for a space
// after such a mark without an end (https://github.com/git/git/blob/v2.39.5/convert.c).
func TestEmptyID(t *testing.T) {
	t.Parallel()
	g := gittest.New(t)
	g.Write("a.tf", "$Id:$\n")
	g.Commit() // before git knows the attribute: it would be stored as $Id$
	g.Write(".gitattributes", "* ident\n")
	g.Git("add", ".gitattributes")
	g.Git("commit", "--quiet", "--message=test")
	repo, err := git.Open(t.Context(), g.Dir, gittest.Env())
	if err != nil {
		t.Fatal(err)
	}
	files, err := repo.Snapshot(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	objects := repo.Objects(t.Context())
	defer objects.Close()
	id, _ := files.Blob("a.tf")
	content, _, err := objects.Read(id)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := objects.Conversions(files).Convert("a.tf", content); string(content) != "$Id:$\n" || err != nil || string(got) != "$Id: "+id+" $\n" {
		t.Errorf("Convert(%q) = %q, %v", content, got, err)
	}
}

// stored is a repository whose index holds exactly what stands in files.
type stored struct{ *gittest.Repo }

// store puts the files that there are into the index, whatever attributes make of them.
func (g stored) store(t *rapid.T, files []string) {
	files = slices.DeleteFunc(files, func(file string) bool {
		_, err := os.Lstat(filepath.Join(g.Dir, file))
		return err != nil
	})
	ids, err := g.Try(append([]string{"hash-object", "-w", "--no-filters", "--"}, files...)...)
	if err != nil {
		t.Fatal(ids)
	}
	args := []string{"update-index", "--add"}
	for i, id := range strings.Fields(ids) {
		args = append(args, "--cacheinfo", "100644,"+id+","+files[i])
	}
	g.Git(args...)
}

// clean checks the files out anew. The files of attributes stay as they are: git fails, and may
// crash, where one of them can't be converted.
func clean(g stored, paths []string) {
	for _, file := range paths {
		_ = os.Remove(filepath.Join(g.Dir, file))
	}
	g.Git(append([]string{"checkout-index", "--force", "--"}, paths...)...)
}

func validSetting(key, value string) bool {
	switch value {
	case "":
		return false
	case "true", "false", "input":
		return key == "core.autocrlf"
	}
	return key == "core.eol"
}

// filtersOf returns the filters of files, as git has them by the attributes in the index: a file of
// attributes that is checked out may itself be converted.
func filtersOf(g stored, files []string) map[string]string {
	out, _ := g.Try(append([]string{"check-attr", "--cached", "-z", "filter", "--"}, files...)...)
	filters := map[string]string{}
	fields := strings.Split(out, "\x00")
	for i := 0; i+2 < len(fields); i += 3 {
		if value := fields[i+2]; value != "unspecified" && value != "set" && value != "unset" {
			file := fields[i][strings.LastIndex(fields[i], "\n")+1:] // warnings come first
			filters[file] = value
		}
	}
	return filters
}

func attributeLine() *rapid.Generator[string] {
	patterns := []string{
		"*", "*.tf", "a.tf", "/a.tf", "d/", "d/*", "d/**", "**/a.tf", "e/*.tf", "**/e/*", "[ab].*", "[!a]*", `\[a].tf`, `"d/b c.txt"`, `"gr\303\266\303\237e.tf"`,
		"größe.tf", "-x", "!a.tf", "#x", "?.tf", "*.[[:alpha:]]f", "[attr]lines", "[attr]mine", "[a-", "d/e", "d*/a.tf", "**", "a.t*f", "***/a.tf", `a\.tf`, "[]a].tf", "[^]-z]*",
	}
	states := []string{
		"text", "-text", "!text", "text=auto", "text=input", "text=odd", "eol=lf", "eol=crlf", "-eol", "crlf", "-crlf", "crlf=input", "ident", "-ident", "binary", "-binary",
		"lines", "mine", "-mine", "filter=none", "filter", "-filter", "working-tree-encoding=UTF-16", "working-tree-encoding=UTF-16LE", "working-tree-encoding=utf-8",
		"working-tree-encoding=UTF-16BE", "working-tree-encoding=UTF-32", "-working-tree-encoding", "--bad", "b@d",
	}
	return rapid.Custom(func(t *rapid.T) string {
		words := []string{rapid.SampledFrom(patterns).Draw(t, "pattern")}
		return strings.Join(append(words, rapid.SliceOfN(rapid.SampledFrom(states), 0, 4).Draw(t, "states")...), " ")
	})
}

// contentPart has neither $$Id$ nor $Id before other text: git reads these in memory and in a
// stream differently, and it depends on the other attributes which of the two it does. TestEmptyID
// is about $Id:$.
func contentPart() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{
		"a line\n", "a line\r\n", "\r", "x", "\n", "$Id$\n", "$Id: 1234 $\n", "$Id: a b c $\n", "$Id:x$", "$ ", "ß", "\x00", "\x1a", "\x01", "\x1b", "\xff",
		strings.Repeat("text ", 60),
	})
}
