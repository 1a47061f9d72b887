package scan

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// drawPlan draws a plan with rows of all kinds.
func drawPlan(t *rapid.T) *result.Plan {
	var templates []file
	var helpers []result.Helper
	if rapid.Bool().Draw(t, "few folders") {
		templates, helpers = drawFolders(t)
	} else {
		templates = drawModules(t)
	}
	p := &result.Plan{Helpers: helpers}
	for i, f := range templates {
		row := result.Row{Target: result.Target{Kind: result.KindIaC, Name: f.path, Size: f.size}}
		if i%11 == 10 {
			row.Status = result.Skipped
		}
		p.Rows = append(p.Rows, row)
	}
	for range rapid.IntRange(0, 3).Draw(t, "images") {
		p.Rows = append(p.Rows, result.Row{Target: result.Target{Kind: result.KindImage, Name: "nginx", Named: true}})
	}
	for range rapid.IntRange(0, 3).Draw(t, "dockerfiles") {
		p.Rows = append(p.Rows, result.Row{Target: result.Target{Kind: result.KindDockerfile, Name: "Dockerfile", Size: 1}})
	}
	return p
}

// drawModules draws folders with files of the same names, which can't be sent together.
func drawModules(t *rapid.T) []file {
	var templates []file
	sizes := rapid.OneOf(rapid.Int64Range(0, 10_000), rapid.Int64Range(1_000_000, 5_000_000))
	for i := range rapid.IntRange(0, 20).Draw(t, "modules") {
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"main", "net", "own" + strconv.Itoa(i)}), 1, 3, rapid.ID[string]).Draw(t, "names") {
			templates = append(templates, file{path: fmt.Sprintf("m%d/%s.tf", i, name), size: sizes.Draw(t, "size")})
		}
	}
	return templates
}

// batchesOf returns the submissions of templates of a run, of all rows without a share.
func batchesOf(p *result.Plan, share func(string) bool) []batch {
	return newTemplateScan(newRun(nil, p, Options{Share: share}, nil), p).batches()
}

// With more shards than submissions, each submission is in one of the first, and no other has any.
func TestSplitAmongManyShards(t *testing.T) {
	t.Parallel()
	p := planOf("iac:a/main.tf", "iac:b/main.tf", "iac:c/main.tf", "dockerfile:Dockerfile")
	owners := Split(p, result.MaxShards)
	slices.Sort(owners)
	if diff := cmp.Diff([]int{1, 2, 3, 4}, owners); diff != "" {
		t.Errorf("owners (-want +got):\n%s", diff)
	}
}

// The shards of a plan make the submissions of one run, each once, and divide no folder.
func TestSplitKeepsSubmissionsAndFolders(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		shards := rapid.IntRange(1, 9).Draw(t, "shards")
		owners := Split(p, shards)
		if !slices.Equal(owners, Split(p, shards)) {
			t.Fatal("the same plan is divided in two ways")
		}
		folders, owner := map[string]int{}, map[string]int{}
		for i, row := range p.Rows {
			owner[row.Target.ID()] = owners[i]
			if row.Status != result.Pending || row.Target.Kind != result.KindIaC {
				if owners[i] != 1 {
					t.Fatalf("%s is in shard %d", row.Target.ID(), owners[i])
				}
				continue
			}
			folder := path.Dir(row.Target.Name)
			if folders[folder] != 0 && folders[folder] != owners[i] {
				t.Fatalf("%s is in the shards %d and %d", folder, folders[folder], owners[i])
			}
			folders[folder] = owners[i]
		}
		var joined []string
		all := describe(batchesOf(p, nil))
		for i := range shards {
			joined = append(joined, describe(batchesOf(p, func(id string) bool { return owner[id] == i+1 }))...)
		}
		slices.Sort(all)
		slices.Sort(joined)
		if diff := cmp.Diff(all, joined); diff != "" {
			t.Fatalf("submissions (-one run +shards):\n%s", diff)
		}
	})
}

// No shard has more submissions than another one by more than the largest part that can't be
// divided, unless it is the first one, whose images can't be divided either.
func TestSplitIsEven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		shards := rapid.IntRange(1, 9).Draw(t, "shards")
		owner := ownersOf(p, shards)
		counts := make([]int, shards)
		largest := 0
		for _, g := range folderGroups(batchesOf(p, nil)) {
			counts[owner[g.ids[0]]-1] += g.submissions
			largest = max(largest, g.submissions)
		}
		if others := counts[1:]; len(others) > 0 && slices.Max(counts)-slices.Min(others) > largest {
			t.Fatalf("the shards have %d submissions, and the largest part %d", counts, largest)
		}
	})
}

func ownersOf(p *result.Plan, shards int) map[string]int {
	owners, owner := Split(p, shards), map[string]int{}
	for i, row := range p.Rows {
		owner[row.Target.ID()] = owners[i]
	}
	return owner
}

// A file more, less or larger moves few submissions to another shard, whose --state has none of it.
func TestSplitStays(t *testing.T) {
	t.Parallel()
	const shards = 8
	plan := func(templates []file) *result.Plan {
		p := &result.Plan{}
		for _, f := range templates {
			p.Rows = append(p.Rows, result.Row{Target: result.Target{Kind: result.KindIaC, Name: f.path, Size: f.size}})
		}
		return p
	}
	templates := deepTree(4_000)
	before := ownersOf(plan(templates), shards)
	for name, changed := range editsOf(templates, 12) {
		p := plan(changed)
		after := ownersOf(p, shards)
		moved := 0
		for _, b := range batchesOf(p, nil) {
			if at := slices.IndexFunc(b.ids(), func(id string) bool { return before[id] != 0 && before[id] != after[id] }); at >= 0 {
				moved++
			}
		}
		if moved > 2*shards {
			t.Errorf("%s moves files of %d submissions to another shard", name, moved)
		}
	}
}
