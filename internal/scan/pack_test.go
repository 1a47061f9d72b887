package scan

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// flatTree is one folder of files.
func flatTree(n int) []file {
	templates := make([]file, n)
	for i := range templates {
		templates[i] = file{path: fmt.Sprintf("all/t%05d.tf", i), size: 1000}
	}
	return templates
}

// deepTree has folders of many sizes, and files of many sizes.
func deepTree(n int) []file {
	r := rand.New(rand.NewPCG(1, 2))
	templates := make([]file, 0, n)
	for folder := 0; len(templates) < n; folder++ {
		for range 1 + r.IntN(40) {
			templates = append(templates, file{
				path: fmt.Sprintf("team%d/service%d/m%d/t%d.tf", folder/200, folder/20, folder, len(templates)),
				size: r.Int64N(20_000) + r.Int64N(2)*r.Int64N(500_000),
			})
		}
	}
	return templates
}

// modules has folders with files of the same names, and some of their own.
func modules(folder string, folders int, names ...string) []file {
	var templates []file
	for i := range folders {
		for _, name := range names {
			templates = append(templates, file{path: fmt.Sprintf("%s/m%d/%s", folder, i, name), size: 1000})
		}
		if i%3 == 0 {
			templates = append(templates, file{path: fmt.Sprintf("%s/m%d/own-%s-%d.tf", folder, i, folder, i), size: 1000})
		}
	}
	return templates
}

type tree struct {
	name      string
	templates []file
}

func trees() []tree {
	return []tree{
		{"10,000 in one folder", flatTree(10_000)},
		{"5,000 in deep folders", deepTree(5_000)},
		{"20,000 in deep folders", deepTree(20_000)},
		{"4,667 in 2,000 folders of equal names", modules("modules", 2_000, "main.tf", "variables.tf")},
		{"800 of two teams, each with equal names", slices.Concat(modules("infra", 300, "main.tf"), modules("deploy", 300, "app.yaml"))},
		{"4,400 with equal names, or with their own", slices.Concat(modules("modules", 300, "main.tf"), deepTree(4_000))},
	}
}

// editsOf yields trees with one file more, less or larger.
func editsOf(templates []file, n int) iter.Seq2[string, []file] {
	return func(yield func(string, []file) bool) {
		r := rand.New(rand.NewPCG(3, 4))
		for i := range n {
			at := r.IntN(len(templates))
			changed := slices.Clone(templates)
			name := [...]string{"more", "less", "larger"}[i%3]
			switch name {
			case "more":
				changed = append(changed, file{path: fmt.Sprintf("%s/%c-new.tf", path.Dir(templates[at].path), 'a'+rune(r.IntN(26))), size: 1000})
			case "less":
				changed = slices.Delete(changed, at, at+1)
			case "larger":
				changed[at].size += r.Int64N(400_000)
			}
			if !yield(fmt.Sprintf("a file %s (%s)", name, templates[at].path), changed) {
				return
			}
		}
	}
}

// contents returns what each submission has.
func contents(batches []batch) map[string]bool {
	all := map[string]bool{}
	for _, b := range batches {
		var files strings.Builder
		for _, f := range b.files() {
			files.WriteString(f.path + " " + strconv.FormatInt(f.size, 10) + "\n")
		}
		all[files.String()] = true
	}
	return all
}

// However large the tree is, one file more, less or larger changes few submissions: --state has the
// others of the run before. The log has the rows of the table in the help topic.
func TestOneFileChangesFewSubmissions(t *testing.T) {
	t.Parallel()
	const few, edits = 2 * maxNear, 15
	for _, tree := range trees() {
		before := contents(templateBatches(tree.templates, nil))
		sum, most := 0, 0
		for edit, changed := range editsOf(tree.templates, edits) {
			others := 0
			for content := range contents(templateBatches(changed, nil)) {
				if !before[content] {
					others++
				}
			}
			if others > few {
				t.Errorf("%s: %s: changes %d of %d submissions", tree.name, edit, others, len(before))
			}
			sum, most = sum+others, max(most, others)
		}
		t.Logf("| %s | %d | %.1f | %d |", tree.name, len(before), float64(sum)/edits, most)
		if sum > edits*maxNear/2 {
			t.Errorf("%s: %d edits change %d submissions", tree.name, edits, sum)
		}
	}
}

// Packing near units together takes not many more submissions than packing all of them.
func TestSubmissionsAreFull(t *testing.T) {
	t.Parallel()
	for _, tree := range trees() {
		all, _ := firstFit(folderUnits(folderBatches(tree.templates, nil)), nil, math.MaxInt)
		got := len(templateBatches(tree.templates, nil))
		t.Logf("%s: %d submissions, and %d of all together", tree.name, got, len(all))
		if got*10 > len(all)*13 {
			t.Errorf("%s: %d submissions, where %d suffice", tree.name, got, len(all))
		}
	}
}

// Equal plans make equal submissions, in whatever order their files come.
func TestPackingDependsOnThePlanAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		templates, helpers := drawFolders(t)
		want := describe(templateBatches(templates, helpers))
		shuffled := rapid.Permutation(templates).Draw(t, "templates")
		var again []result.Helper
		if len(helpers) > 0 {
			again = rapid.Permutation(helpers).Draw(t, "helpers")
		}
		if diff := cmp.Diff(want, describe(templateBatches(shuffled, again))); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}
