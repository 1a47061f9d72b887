package scan

import (
	"cmp"
	"path"
	"slices"

	"github.com/scangate/scangate/internal/result"
)

// Split divides the rows of a plan among shards. It returns the shard of each row, from 1 to
// shards, in the order of the rows. Equal plans are divided alike.
//
// A shard has whole submissions, as a run of the whole plan makes them, and whole folders. They are
// divided evenly by what they cost. Shard 1 has all that is no pending template: the service has
// one task of Dockerfiles per repository and branch, and an image that a Dockerfile names may also
// be named elsewhere.
func Split(plan *result.Plan, shards int) []int {
	owners := make([]int, len(plan.Rows))
	of := make(map[string]int, len(plan.Rows))
	var dockerfiles, images []result.Target
	for i := range plan.Rows {
		row := &plan.Rows[i]
		owners[i], of[row.Target.ID()] = 1, i
		switch {
		case row.Status != result.Pending:
		case row.Target.Kind == result.KindDockerfile:
			dockerfiles = append(dockerfiles, row.Target)
		case row.Target.Kind == result.KindImage:
			images = append(images, row.Target)
		}
	}
	loads := make([]int64, shards)
	loads[0] = firstCost(dockerfiles, images)
	for _, g := range folderGroups(templateBatches(targetFiles(pendingTemplates(plan)), plan.Helpers)) {
		least := slices.Index(loads, slices.Min(loads))
		loads[least] += g.cost
		for _, id := range g.ids {
			owners[of[id]] = least + 1
		}
	}
	return owners
}

// submissionCost is what a submission costs besides its bytes, in bytes: most of the time the
// service works or waits.
const submissionCost = 4 * maxBytes

func (b batch) cost() int64 { return submissionCost + b.bytes() }

// firstCost is what the images and Dockerfiles of shard 1 cost. Those of Dockerfiles come one after
// the other, where templates have several slots.
func firstCost(dockerfiles, images []result.Target) int64 {
	var sum int64
	for _, b := range dockerfileBatches(dockerfiles) {
		sum += b.cost() * templateSlots
	}
	return sum + submissionCost*int64(len(nameBatches(images)))
}

// folderGroup is submissions that share folders.
type folderGroup struct {
	first string
	ids   []string
	cost  int64
}

// folderGroups joins the submissions that share a folder, which is too large for one. The most
// expensive groups come first.
func folderGroups(batches []batch) []folderGroup {
	var groups []folderGroup
	at := map[int]int{}
	joined := joinFolders(batches)
	for i, b := range batches {
		n, known := at[joined.root(i)]
		if !known {
			n = len(groups)
			at[joined.root(i)] = n
			groups = append(groups, folderGroup{first: b.targets[0].path})
		}
		groups[n].ids = append(groups[n].ids, b.ids()...)
		groups[n].cost += b.cost()
	}
	slices.SortFunc(groups, func(a, b folderGroup) int {
		return cmp.Or(cmp.Compare(b.cost, a.cost), cmp.Compare(a.first, b.first))
	})
	return groups
}

// forest has one tree for each group of submissions: the parent of each, itself for a root.
type forest []int

func (f forest) root(i int) int {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

// joinFolders joins the submissions that have files of one folder.
func joinFolders(batches []batch) forest {
	f := make(forest, len(batches))
	byFolder := map[string]int{}
	for i, b := range batches {
		f[i] = i
		for _, t := range b.targets {
			folder := path.Dir(t.path)
			if first, known := byFolder[folder]; known {
				f[f.root(i)] = f.root(first)
			} else {
				byFolder[folder] = i
			}
		}
	}
	return f
}
