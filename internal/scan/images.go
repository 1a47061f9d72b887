package scan

import (
	"context"
	"net/url"
	"slices"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
	"github.com/scangate/scangate/internal/state"
)

const (
	// maxNames bounds the encoded list of image names, in bytes: it is part of a URL.
	maxNames = 4000
	// nameSlots is the number of concurrent by-name tasks. The service recognises
	// their duplicates by repository and images, so that they don't collide.
	nameSlots = 4
	// dockerfileSlots is 1 because the service recognises duplicates of these tasks
	// by repository and branch: a second one would be a duplicate of the first.
	dockerfileSlots = 1
)

// imageScan scans Dockerfiles and images. Answers to either may name an image of
// the other.
type imageScan struct {
	*run
	index                      *imageIndex
	answers                    imageAnswers
	dockerfileSlots, nameSlots semaphore
	unscanned                  unscanned
}

func newImageScan(r *run, planned []result.Row) *imageScan {
	return &imageScan{
		run:             r,
		index:           newImageIndex(planned),
		dockerfileSlots: newSemaphore(dockerfileSlots),
		nameSlots:       newSemaphore(nameSlots),
	}
}

// scanNamed scans the images that are named by --image, the config or templates.
func (s *imageScan) scanNamed(ctx context.Context) error {
	return s.scanImages(ctx, s.pendingImages(func(t result.Target) bool { return t.Named }))
}

func (s *imageScan) pendingImages(want func(result.Target) bool) []result.Target {
	return slices.DeleteFunc(s.ledger.pending(result.KindImage), func(t result.Target) bool { return !want(t) })
}

// scanImages submits images by name, in as few tasks as the length of a URL allows.
// An image without an answer doesn't fail yet: the answer to a Dockerfile may still
// name it. The error is a panic.
func (s *imageScan) scanImages(ctx context.Context, images []result.Target) error {
	var tasks safe.Group
	for _, batch := range nameBatches(images) {
		tasks.Go(func() error {
			if err := s.scanNames(ctx, batch); err != nil {
				s.failUnlessAnswered(ctx, targetIDs(batch), err)
			}
			return nil
		})
	}
	return tasks.Wait()
}

// scanNames runs one by-name task and collects its answer.
func (s *imageScan) scanNames(ctx context.Context, images []result.Target) error {
	key := func() (state.Key, bool) {
		return state.KeyOf(string(result.KindImage), slices.Concat(s.committer(result.KindImage), names(images))...), true
	}
	task, err := s.runTask(ctx, taskRequest{
		kind: result.KindImage,
		submit: func(ctx context.Context) (optix.Submission, error) {
			s.progress.show(result.KindImage, PhaseWaiting)
			return s.client.SubmitImages(ctx, s.opts.Repo.URL, names(images))
		},
		rows:            targetIDs(images),
		resume:          resumePoint{store: s.opts.Resume, planned: key, sent: key},
		slots:           s.nameSlots,
		acceptDuplicate: func(t optix.Task) bool { return s.index.answersAll(t, images) },
		subject:         "this repository and these images",
	})
	if err != nil {
		return err
	}
	s.collectImages(task, slices.Clone)
	for _, t := range images {
		if t.BuiltFrom != "" {
			s.ledger.skipUnlessAnswered(t.ID(), builtHere(t))
			continue
		}
		s.ledger.failUnlessAnswered(t.ID(), notNamed(s.opts.Names, t.Name))
	}
	s.progress.show(result.KindImage, PhaseWaiting)
	return nil
}

// collectImages answers the rows of the images that a task's answer names, and
// returns what it says of each. resolve turns the file names in it into paths.
func (s *imageScan) collectImages(task optix.Task, resolve func([]string) []string) []imageAnswer {
	answers := s.index.read(task, resolve)
	for _, a := range answers {
		if a.excluded {
			s.notices.add("", "the service also scanned %s: it is excluded, so its vulnerabilities do not count", a.name)
			continue
		}
		for _, id := range a.rows {
			if a.err != nil {
				s.ledger.failUnlessAnswered(id, unreadImage(s.opts.Names, a.name, a.err))
				continue
			}
			s.ledger.answer(id, result.ByName)
		}
		s.answers.add(a)
	}
	return answers
}

func names(images []result.Target) []string {
	list := make([]string, len(images))
	for i, t := range images {
		list[i] = t.Name
	}
	return list
}

// nameBatches divides images so that the names of a batch fit into a URL.
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
