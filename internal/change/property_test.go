package change_test

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/discover"
	"github.com/scangate/scangate/internal/discover/discovertest"
	"github.com/scangate/scangate/internal/git/gittest"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template"
)

const broken = "resource {\n"

// someFiles are paths and their possible contents.
func someFiles() map[string][]string {
	arm := shop()
	dockerfiles := []string{"FROM alpine:3.20\n", "FROM alpine:3.20\nUSER x\n", "FROM nginx:1.27\nUSER x\n", "FROM ${X}\n", "FROM scratch\n", "nonsense\n", ""}
	terraform := []string{
		bucket, bucket + "# x\n", broken, "", "variable \"a\" {\n  default = 1\n}\n", "locals {\n  a = 2\n}\n",
		"resource \"aws_vpc\" \"v\" {}\n",
	}
	manifests := []string{manifest("nginx:1.27"), manifest("nginx:1.27") + "# x\n", manifest("redis:7"), "a: b\n", manifest("${X}")}
	params := []string{arm["arm/values.json"], arm["arm/values.json"] + "\n", "{}"}
	odd := "k8s/\"q\n.yaml"
	if runtime.GOOS == "windows" {
		odd = "k8s/q.yaml"
	}
	return map[string][]string{
		"Dockerfile": dockerfiles, "a b/Containerfile": dockerfiles,
		"a/main.tf": terraform, "a/more.tf": terraform, "b/main.tf": terraform,
		"a/x.tfvars": {"a = 1\n", "a = 2\n"}, "b/x.tfvars": {"a = 1\n", "a = {\n"},
		"k8s/ü.yaml": manifests, odd: manifests,
		"compose.yaml":    {"services:\n  x:\n    image: redis:7\n", "services:\n  x:\n    image: mysql:8\n"},
		"arm/deploy.json": {arm["arm/deploy.json"], arm["arm/deploy.json"] + "\n"}, "arm/values.json": params,
		"notes.txt": {"1", "2"},
	}
}

// world is a repository, and the contents of its work tree for the oracle.
type world struct {
	*gittest.Repo
	now map[string]string
}

func (w *world) set(path, content string) {
	w.Write(path, content)
	w.now[path] = content
}

func (w *world) remove(t *rapid.T, path string) {
	if err := os.Remove(filepath.Join(w.Dir, filepath.FromSlash(path))); err != nil {
		t.Fatal(err)
	}
	delete(w.now, path)
}

// step writes, removes or moves a file, or changes what git knows of it.
func (w *world) step(t *rapid.T) {
	all := someFiles()
	paths := slices.Sorted(maps.Keys(all))
	file := rapid.SampledFrom(paths).Draw(t, "file")
	_, there := w.now[file]
	switch rapid.SampledFrom([]string{"write", "write", "write", "remove", "move", "add", "commit", "untrack"}).Draw(t, "step") {
	case "write":
		w.set(file, rapid.SampledFrom(all[file]).Draw(t, "content"))
	case "remove":
		if there {
			w.remove(t, file)
		}
	case "move":
		to := rapid.SampledFrom(paths).Draw(t, "to")
		if there && path.Ext(to) == path.Ext(file) && to != file {
			content := w.now[file]
			w.remove(t, file)
			w.set(to, content)
		}
	case "add":
		w.Git("add", "--all")
	case "commit":
		w.Commit()
	case "untrack":
		w.Git("rm", "--quiet", "--cached", "--ignore-unmatch", "--", file)
	}
}

// differs reports whether a file was added, removed or changed.
func differs(base, now map[string]string, file string) bool {
	before, was := base[file]
	after, is := now[file]
	return was != is || before != after
}

// touched is the oracle: its file differs, a file that names it and did not before does, or one in
// its folder that it depends on. A Compose file that is gone may have built what is beside it.
func touched(base, now map[string]string, row result.Row) bool {
	target := row.Target
	isBesideGone := func(file string) bool {
		compose := path.Join(path.Dir(file), "compose.yaml")
		_, was := base[compose]
		_, is := now[compose]
		return was && !is
	}
	if target.Kind != result.KindImage && isBesideGone(target.Name) {
		return true
	}
	for _, place := range target.Places {
		before := row.Status == result.Pending && strings.Contains(base[place.Path], strings.TrimPrefix(target.Name, "docker.io/library/"))
		if (differs(base, now, place.Path) || isBesideGone(place.Path)) && !before {
			return true
		}
	}
	if target.Kind == result.KindImage || differs(base, now, target.Name) {
		return differs(base, now, target.Name) && target.Kind != result.KindImage
	}
	for file := range someFiles() {
		if target.Kind != result.KindIaC || path.Dir(file) != path.Dir(target.Name) || !differs(base, now, file) {
			continue
		}
		ext := path.Ext(file)
		if ext == ".tf" || ext == ".tfvars" || ext == ".json" && target.Framework == template.ARM {
			return true
		}
	}
	return false
}

// The narrowed plan has the rows of the whole plan that the change touches, whatever
// happened on either branch and whatever the index says.
func TestNarrowedPlanIsTheTouchedPartOfTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{Repo: gittest.New(t), now: map[string]string{}}
		for _, file := range slices.Sorted(maps.Keys(someFiles())) {
			if rapid.Bool().Draw(rt, "has "+file) {
				w.set(file, rapid.SampledFrom(someFiles()[file]).Draw(rt, file))
			}
		}
		w.Commit()
		base := maps.Clone(w.now)
		w.Git("branch", "topic")
		w.set("notes.txt", "main")
		w.set("b/main.tf", bucket+"# of main\n")
		w.Commit() // what main has done since is not a change of topic's
		w.Git("checkout", "--quiet", "topic")
		w.now = maps.Clone(base)
		for range rapid.IntRange(0, 8).Draw(rt, "steps") {
			w.step(rt)
		}
		whole := discovertest.Plan(t, w.Dir, discover.Options{})
		part, record := narrow(t, w.Dir, "main", nil)
		var want []result.Row
		existing := 0
		for _, row := range whole.Rows {
			if row.Status != result.Skipped {
				existing++
			}
			if touched(base, w.now, row) {
				want = append(want, row)
			}
		}
		if existing == 0 {
			want = whole.Rows
		}
		if diff := cmp.Diff(want, part.Rows); diff != "" && len(want)+len(part.Rows) > 0 {
			rt.Fatalf("rows (-want +got):\n%s", diff)
		}
		if record.Existing != existing {
			rt.Fatalf("%d targets exist, want %d", record.Existing, existing)
		}
		checkSent(rt, whole, part)
	})
}

// checkSent checks that with the templates of a folder everything is sent that a whole
// scan sends from that folder.
func checkSent(t *rapid.T, whole, part *result.Plan) {
	sent := func(p *result.Plan) map[string]bool {
		all := map[string]bool{}
		for _, h := range p.Helpers {
			all[h.Path] = true
		}
		for _, row := range p.Rows {
			if row.Target.Kind == result.KindIaC && row.Status == result.Pending {
				all[row.Target.Name] = true
			}
		}
		return all
	}
	folders := map[string]bool{}
	for _, row := range part.Rows {
		if row.Target.Kind == result.KindIaC && row.Status == result.Pending {
			folders[path.Dir(row.Target.Name)] = true
		}
	}
	want := sent(whole)
	maps.DeleteFunc(want, func(file string, _ bool) bool { return !folders[path.Dir(file)] })
	if got := sent(part); !maps.Equal(want, got) {
		t.Fatalf("sent %s, want %s", fmt.Sprint(got), fmt.Sprint(want))
	}
}
