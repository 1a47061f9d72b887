package scan

import (
	"context"
	"net/url"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

const (
	// maxNames bounds the encoded value of imageNames: it goes in a URL.
	maxNames = 4000
	// namesWidth is the number of by-name tasks that are under way at once. The
	// service keys them by repository and images, so they don't collide.
	namesWidth = 4
)

// scanNamed asks for the images that are submitted by name from the start.
func (r *run) scanNamed(ctx context.Context) error {
	return r.askByName(ctx, r.pendingImages(func(t result.Target) bool { return t.Named }))
}

func (r *run) pendingImages(want func(result.Target) bool) []result.Target {
	var images []result.Target
	for _, t := range r.ledger.pending(result.KindImage) {
		if want(t) {
			images = append(images, t)
		}
	}
	return images
}

// askByName asks for images in as few tasks as their names allow. An image
// without an answer is only doubted, not failed: the answer to a Dockerfile may
// name it yet.
func (r *run) askByName(ctx context.Context, images []result.Target) error {
	var tasks safe.Group
	for _, asked := range nameBatches(images) {
		tasks.Go(func() error {
			if err := r.askTask(ctx, asked); err != nil {
				r.doubt(ctx, targetIDs(asked), err)
			}
			return nil
		})
	}
	return tasks.Wait()
}

// askTask runs one by-name task and collects its answer.
func (r *run) askTask(ctx context.Context, asked []result.Target) error {
	task, err := r.runTask(ctx, taskCall{
		submit: func(ctx context.Context) (optix.Submission, error) {
			r.progress.show(result.KindImage, phaseWaiting)
			return r.client.SubmitImages(ctx, r.opts.Repo.URL, names(asked))
		},
		known:   func(id string) { r.ledger.submitted(targetIDs(asked), id) },
		mark:    r.markNames(asked),
		lane:    r.names,
		accept:  func(t optix.Task) bool { return r.images.names(t, asked) },
		subject: "this repository and these images",
	})
	if err != nil {
		return err
	}
	r.takeImages(task, func(given []string) []string { return given })
	for _, t := range asked {
		r.ledger.doubt(t.ID(), notNamed(t.Name))
	}
	r.progress.show(result.KindImage, phaseWaiting)
	return nil
}

// takeImages answers the rows of the images that stand in a task's answer, and
// keeps their counts. It returns the images that are in the answer, can't be
// read, and have no row that could say so.
func (r *run) takeImages(task optix.Task, resolve func([]string) []string) []optix.Image {
	var unread []optix.Image
	for _, a := range r.images.sort(task, resolve) {
		if a.excluded {
			r.notices.add("", "the service also scanned %s, which is excluded: not counted", a.name)
			continue
		}
		for _, id := range a.rows {
			r.settleImage(id, a.image)
		}
		if a.image.Err != nil && len(a.rows) == 0 {
			unread = append(unread, a.image)
		}
		r.images.keep(a)
	}
	return unread
}

func (r *run) settleImage(id string, img optix.Image) {
	if img.Err != nil {
		r.ledger.doubt(id, unreadImage(img, r.opts.Names))
		return
	}
	r.ledger.answer(id, result.ByName)
}

func names(images []result.Target) []string {
	list := make([]string, len(images))
	for i, t := range images {
		list[i] = t.Name
	}
	return list
}

// nameBatches cuts images so that each list of names stays short enough for a
// URL.
func nameBatches(images []result.Target) [][]result.Target {
	var batches [][]result.Target
	length := 0
	for _, t := range images {
		grown := length + len(url.QueryEscape(","+t.Name))
		if len(batches) == 0 || grown > maxNames {
			batches = append(batches, nil)
			grown = len(url.QueryEscape(t.Name))
		}
		last := len(batches) - 1
		batches[last] = append(batches[last], t)
		length = grown
	}
	return batches
}
