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
// divided evenly: of all that a submission takes, the service's work and wait is the most. Shard 1
// has all that is not a pending template: the service has one task of Dockerfiles per repository
// and branch, and an image that a Dockerfile names may also be named elsewhere.
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
	loads := make([]int, shards)
	loads[0] = firstLoad(dockerfiles, images)
	groups := folderGroups(templateBatches(pendingTemplates(plan), plan.Helpers))
	for i, shard := range divide(groups, loads) {
		for _, id := range groups[i].ids {
			owners[of[id]] = shard + 1
		}
	}
	return owners
}

// firstLoad is how many submissions of templates take as long as the images and Dockerfiles of
// shard 1. Those of Dockerfiles come one after the other, where templates have several slots.
func firstLoad(dockerfiles, images []result.Target) int {
	return templateSlots*len(dockerfileBatches(dockerfiles)) + len(nameBatches(images))
}

// divide returns the shard of each group, from 0 on. The groups of several submissions, which come
// first, go to the shard that has the least. The others follow each other in shards that they fill
// up evenly: so one submission more or less moves at most one from each shard to the next.
func divide(groups []folderGroup, loads []int) []int {
	owners := make([]int, len(groups))
	room := make([]int, len(loads))
	for i, g := range groups {
		owners[i] = leastOf(loads)
		loads[owners[i]] += g.submissions
		if g.submissions == 1 {
			room[owners[i]]++
		}
	}
	shard := 0
	for i, g := range groups {
		if g.submissions > 1 {
			continue
		}
		for room[shard] == 0 {
			shard++
		}
		room[shard]--
		owners[i] = shard
	}
	return owners
}

func leastOf(loads []int) int { return slices.Index(loads, slices.Min(loads)) }

// folderGroup is submissions that share folders.
type folderGroup struct {
	place       uint64
	ids         []string
	submissions int
}

// folderGroups joins the submissions that share a folder, which is too large for one. The largest
// groups come first. Those of one size are mixed, because near submissions often take equally long.
func folderGroups(batches []batch) []folderGroup {
	var groups []folderGroup
	at := map[int]int{}
	joined := joinFolders(batches)
	for i, b := range batches {
		n, known := at[joined.root(i)]
		if !known {
			n = len(groups)
			at[joined.root(i)] = n
			place, _ := hashesOf(b.targets[0].path)
			groups = append(groups, folderGroup{place: place})
		}
		groups[n].ids = append(groups[n].ids, b.ids()...)
		groups[n].submissions++
	}
	slices.SortFunc(groups, func(a, b folderGroup) int {
		return cmp.Or(cmp.Compare(b.submissions, a.submissions), cmp.Compare(a.place, b.place))
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
