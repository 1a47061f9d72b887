package scan

import (
	"fmt"
	"path"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

func describe(batches []batch) []string {
	var lines []string
	for _, b := range batches {
		lines = append(lines, fmt.Sprint(b.paths()))
	}
	return lines
}

func TestFoldersArePackedInOrder(t *testing.T) {
	t.Parallel()
	const mb = 1_000_000
	cases := map[string]struct {
		templates []file
		helpers   []result.Helper
		want      []string
	}{
		"small folders go together, with their own helpers": {
			[]file{{path: "b/3.tf", size: 1}, {path: "a/2.tf", size: 1}, {path: "a/1.tf", size: 1}},
			[]result.Helper{{Path: "b/x.tfvars", Size: 1}, {Path: "other/x.tfvars", Size: 1}},
			[]string{"[a/1.tf a/2.tf b/3.tf b/x.tfvars]"},
		},
		"files of one base name are separated, in any case and among helpers": {
			[]file{{path: "a/main.tf", size: 1}, {path: "b/Main.tf", size: 1}, {path: "c/1.tf", size: 1}, {path: "d/2.tf", size: 1}, {path: "e/3.tf", size: 1}},
			[]result.Helper{{Path: "c/x.tfvars", Size: 1}, {Path: "d/x.tfvars", Size: 1}},
			[]string{"[a/main.tf c/1.tf e/3.tf c/x.tfvars]", "[b/Main.tf d/2.tf d/x.tfvars]"},
		},
		"a folder that fits is not split": {
			[]file{{path: "a/1.tf", size: 5 * mb}, {path: "b/1.tf", size: 2 * mb}, {path: "b/2.tf", size: 2 * mb}},
			nil,
			[]string{"[a/1.tf]", "[b/1.tf b/2.tf]"},
		},
		"helpers count towards the size": {
			[]file{{path: "a/1.tf", size: 4 * mb}, {path: "b/1.tf", size: 3 * mb}},
			[]result.Helper{{Path: "b/x.tfvars", Size: 2 * mb}},
			[]string{"[a/1.tf]", "[b/1.tf b/x.tfvars]"},
		},
		"each part of a large folder gets the helpers": {
			[]file{{path: "a/1.tf", size: 5 * mb}, {path: "a/2.tf", size: 5 * mb}},
			[]result.Helper{{Path: "a/x.tfvars", Size: mb}},
			[]string{"[a/1.tf a/x.tfvars]", "[a/2.tf a/x.tfvars]"},
		},
		"a file that is too large is a batch of its own": {
			[]file{{path: "a/1.tf", size: mb}, {path: "a/2.tf", size: 9 * mb}, {path: "a/3.tf", size: mb}},
			[]result.Helper{{Path: "a/x.tfvars", Size: 1}},
			[]string{"[a/1.tf a/3.tf a/x.tfvars]", "[a/2.tf]"},
		},
		"helpers that are too large are left out": {
			[]file{{path: "a/1.tf", size: 1}, {path: "a/2.tf", size: 1}},
			[]result.Helper{{Path: "a/x.tfvars", Size: mb}, {Path: "a/y.tfvars", Size: 9 * mb}},
			[]string{"[a/1.tf a/2.tf a/x.tfvars]"},
		},
		"a template that fills a submission with its helpers has them": {
			[]file{{path: "a/1.tf", size: 7 * mb}, {path: "a/2.tf", size: 7*mb + 1}},
			[]result.Helper{{Path: "a/x.tfvars", Size: mb}},
			[]string{"[a/1.tf a/x.tfvars]", "[a/2.tf]"},
		},
		"helpers may fill half of a submission": {
			[]file{{path: "a/1.tf", size: 4 * mb}, {path: "a/2.tf", size: 4 * mb}},
			[]result.Helper{{Path: "a/x.tfvars", Size: 4 * mb}, {Path: "a/y.tfvars", Size: 1}},
			[]string{"[a/1.tf a/x.tfvars]", "[a/2.tf a/x.tfvars]"},
		},
		"templates among the helpers come last and are left out first": {
			[]file{{path: "a/1.tf", size: 1}},
			[]result.Helper{{Path: "a/0.tf", Size: mb, Template: true}, {Path: "a/9.tf", Size: 8 * mb, Template: true}, {Path: "a/x.tfvars", Size: 1}},
			[]string{"[a/1.tf a/x.tfvars a/0.tf]"},
		},
		"nothing": {nil, []result.Helper{{Path: "a/x.tfvars", Size: 1}}, nil},
	}
	for name, tc := range cases {
		if diff := cmp.Diff(tc.want, describe(templateBatches(tc.templates, tc.helpers))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// manyFiles has some files of a folder, one byte each.
func manyFiles(n int) []file {
	files := make([]file, n)
	for i := range files {
		files[i] = file{path: fmt.Sprintf("a/%03d.tf", i), size: 1}
	}
	return files
}

func TestLimitsOfASubmission(t *testing.T) {
	t.Parallel()
	files := func(targets, helpers int) batch {
		return batch{targets: manyFiles(targets), helpers: manyFiles(helpers)}
	}
	bytes := func(targets, helpers int64) batch {
		return batch{targets: []file{{size: targets - 1_000_000}, {size: 1_000_000}}, helpers: []file{{size: helpers}}}
	}
	for name, tc := range map[string]struct {
		b, c batch
		want bool
	}{
		"200 files":                      {files(150, 50), batch{}, true},
		"201 files":                      {files(150, 51), batch{}, false},
		"200 files of two":               {files(50, 40), files(30, 80), true},
		"201 files of two":               {files(50, 40), files(31, 80), false},
		"201 files of two, of a helper":  {files(50, 40), files(30, 81), false},
		"8,000,000 bytes":                {bytes(6_000_000, 2_000_000), batch{}, true},
		"8,000,001 bytes":                {bytes(6_000_001, 2_000_000), batch{}, false},
		"8,000,001 bytes, of the helper": {bytes(6_000_000, 2_000_001), batch{}, false},
		"8,000,000 bytes of two":         {bytes(3_000_000, 1_000_000), bytes(2_000_000, 2_000_000), true},
		"8,000,001 bytes of two":         {bytes(3_000_000, 1_000_000), bytes(2_000_001, 2_000_000), false},
	} {
		one := newSubmission(nil)
		one.add(unit{batch: tc.b, size: tc.b.bytes()})
		if got := one.hasRoom(unit{batch: tc.c, size: tc.c.bytes()}); got != tc.want {
			t.Errorf("%s: has room %v, want %v", name, got, tc.want)
		}
	}
	if !files(200, 0).fits() || files(201, 0).fits() {
		t.Error("a batch fits if there is room for nothing more")
	}
}

func TestHelpersFillHalfOfTheFilesAtMost(t *testing.T) {
	t.Parallel()
	var helpers []result.Helper
	for i := range 101 {
		helpers = append(helpers, result.Helper{Path: fmt.Sprintf("a/%03d.tfvars", i), Size: 1})
	}
	var counts [][2]int
	for _, b := range folderBatches(manyFiles(150), helpers) {
		counts = append(counts, [2]int{len(b.targets), len(b.helpers)})
	}
	if diff := cmp.Diff([][2]int{{100, 100}, {50, 100}}, counts); diff != "" {
		t.Errorf("templates and helpers of each batch (-want +got):\n%s", diff)
	}
}

// drawFolders draws templates and helpers of many sizes in a few folders.
func drawFolders(t *rapid.T) (templates []file, helpers []result.Helper) {
	sizes := rapid.OneOf(rapid.Int64Range(0, 10_000), rapid.Int64Range(1_000_000, 9_000_000))
	folder := rapid.SampledFrom([]string{"", "a/", "a/b/", "c/"})
	for i := range rapid.IntRange(0, 450).Draw(t, "templates") {
		p := fmt.Sprintf("%s%d.tf", folder.Draw(t, "folder"), i)
		templates = append(templates, file{id: "iac:" + p, path: p, size: sizes.Draw(t, "size")})
	}
	for i := range rapid.IntRange(0, 250).Draw(t, "helpers") {
		helpers = append(helpers, result.Helper{Path: fmt.Sprintf("%s%d.tfvars", folder.Draw(t, "folder"), i), Size: rapid.Int64Range(0, 100_000).Draw(t, "size")})
	}
	return templates, helpers
}

func TestEveryTemplateIsInExactlyOneBatchThatFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		templates, helpers := drawFolders(t)
		seen := map[string]int{}
		for _, b := range templateBatches(templates, helpers) {
			names := b.baseNames()
			slices.Sort(names)
			if len(slices.Compact(names)) < len(b.files()) {
				t.Fatalf("one base name twice in a batch: %v", b.paths())
			}
			if !b.fits() && len(b.files()) > 1 {
				t.Fatalf("%d files of %d bytes in one batch", len(b.files()), b.bytes())
			}
			checkHelpers(t, b)
			for _, f := range b.targets {
				seen[f.path]++
			}
		}
		for _, f := range templates {
			if seen[f.path] != 1 {
				t.Fatalf("%s is in %d batches", f.path, seen[f.path])
			}
		}
		checkWholeFolders(t, templates, helpers)
	})
}

// checkWholeFolders demands that a folder which fits into a submission is in one, with its helpers.
func checkWholeFolders(t *rapid.T, templates []file, helpers []result.Helper) {
	of := map[string]int{}
	for i, b := range templateBatches(templates, helpers) {
		for _, f := range b.files() {
			of[f.path] = i
		}
	}
	parts := map[string]int{}
	folders := folderBatches(templates, helpers)
	for _, b := range folders {
		parts[path.Dir(b.targets[0].path)]++
	}
	for _, b := range folders {
		first := b.targets[0].path
		if parts[path.Dir(first)] == 1 && slices.ContainsFunc(b.paths(), func(p string) bool { return of[p] != of[first] }) {
			t.Fatalf("the folder of %s is divided, and fits into a submission", first)
		}
	}
}

// checkHelpers demands that helpers occur once, and only with templates of their
// folder.
func checkHelpers(t *rapid.T, b batch) {
	paths := b.paths()
	slices.Sort(paths)
	if len(slices.Compact(paths)) != len(b.files()) {
		t.Fatalf("duplicate path in a batch: %v", paths)
	}
	for _, h := range b.helpers {
		if !slices.ContainsFunc(b.targets, func(f file) bool { return path.Dir(f.path) == path.Dir(h.path) }) {
			t.Fatalf("%s is not in the folder of a template", h.path)
		}
	}
}

func TestHalvesShrinkAndContainEveryTargetOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		templates, helpers := drawFolders(t)
		queue := templateBatches(templates, helpers)
		alone := map[string]int{}
		for len(queue) > 0 {
			b := queue[0]
			queue = queue[1:]
			checkHelpers(t, b)
			halves := b.halves()
			if len(halves) == 0 {
				if len(b.files()) != 1 {
					t.Fatalf("%v has no halves", b.paths())
				}
				alone[b.targets[0].path]++
			}
			for _, h := range halves {
				if len(h.files()) >= len(b.files()) {
					t.Fatalf("%d files were split into %d", len(b.files()), len(h.files()))
				}
			}
			queue = append(queue, halves...)
		}
		if len(alone) != len(templates) {
			t.Fatalf("%d templates of %d", len(alone), len(templates))
		}
	})
}

// A dry run must list exactly the helpers that a run uploads.
func TestHelpersAreThoseThatAreUploaded(t *testing.T) {
	t.Parallel()
	left := 0
	rapid.Check(t, func(t *rapid.T) {
		templates, helpers := drawFolders(t)
		plan := &result.Plan{Helpers: helpers}
		for i, f := range templates {
			row := result.Row{Target: result.Target{Kind: result.KindIaC, Name: f.path, Size: f.size}}
			if i%7 == 6 {
				row.Status = result.Failed
			}
			plan.Rows = append(plan.Rows, row)
		}
		var uploaded []string
		l := newLedger(plan.Rows)
		for _, b := range templateBatches(targetFiles(l.pending(result.KindIaC)), helpers) {
			for _, h := range b.helpers {
				uploaded = append(uploaded, h.path)
			}
		}
		slices.Sort(uploaded)
		uploaded = slices.Compact(uploaded)
		var listed []string
		for _, h := range Helpers(plan) {
			listed = append(listed, h.Path)
		}
		slices.Sort(listed)
		left += len(helpers) - len(listed)
		if diff := cmp.Diff(uploaded, listed); diff != "" {
			t.Fatalf("(-uploaded +listed):\n%s", diff)
		}
	})
	if left == 0 {
		t.Error("no helper was ever left out")
	}
}

func TestHelpersOfPendingTemplatesAlone(t *testing.T) {
	t.Parallel()
	plan := planOf("iac:a/main.tf", "iac:b/main.tf", "dockerfile:c/Dockerfile", "helper:a/x.tfvars", "helper:b/x.tfvars", "helper:c/x.tfvars")
	plan.Rows[1].Status = result.Failed
	if diff := cmp.Diff(plan.Helpers[:1], Helpers(plan)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
