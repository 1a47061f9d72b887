package scan

import (
	"context"
	"path"

	"github.com/scangate/scangate/internal/optix"
	"github.com/scangate/scangate/internal/result"
)

// scanDockerfiles scans every pending Dockerfile. Then it submits by name the
// FROM images that no answer names: the service parses Dockerfiles itself, without
// build arguments, and reports final images only.
func (s *imageScan) scanDockerfiles(ctx context.Context) error {
	batches := dockerfileBatches(s.ledger.pending(result.KindDockerfile))
	if err := s.scanBatches(ctx, result.KindDockerfile, batches, s.scanUpload); err != nil {
		return err
	}
	return s.scanImages(ctx, s.pendingImages(func(t result.Target) bool { return !t.Named }))
}

// scanUpload runs the task of one batch of Dockerfiles and collects its answer.
func (s *imageScan) scanUpload(ctx context.Context, u upload) error {
	task, err := s.runTask(ctx, taskRequest{
		kind: result.KindDockerfile,
		submit: func(ctx context.Context) (optix.Submission, error) {
			s.progress.show(result.KindDockerfile, PhaseUploading)
			defer s.progress.show(result.KindDockerfile, PhaseWaiting)
			return s.client.SubmitDockerfiles(ctx, s.opts.Repo, u.content)
		},
		rows:    u.ids(),
		resume:  u.resume,
		slots:   s.dockerfileSlots,
		subject: "this repository and branch",
	})
	if err != nil {
		return err
	}
	if err := s.checkFilesScanned(task); err != nil {
		s.disbelieve(u.batch, task, err)
		return err
	}
	if scannedNothing(task) && len(task.Images) == 0 {
		s.unscanned.add(u.batch)
		return nil
	}
	s.collectDockerfiles(u.batch, task)
	return nil
}

// disbelieve keeps what a contradictory task says of images, and answers no row with it.
func (s *imageScan) disbelieve(b batch, task optix.Task, err error) {
	for i := range task.Images {
		task.Images[i].Err = err
	}
	s.collectImages(task, b.resolve)
}

// collectDockerfiles answers the Dockerfiles of a completed task, except for those
// with an image whose result can't be read.
func (s *imageScan) collectDockerfiles(b batch, task optix.Task) {
	named := map[string]bool{}
	for _, a := range s.collectImages(task, b.resolve) {
		for _, p := range a.paths {
			named[p] = named[p] || a.err == nil
		}
		if a.err != nil && len(a.rows) == 0 && !a.excluded {
			s.failHolders(b, a)
		}
	}
	for _, t := range b.targets {
		evidence := result.BySubmission
		if named[t.path] {
			evidence = result.ByName
		}
		s.ledger.answer(t.id, evidence)
	}
	s.progress.show(result.KindDockerfile, PhaseWaiting)
}

// failHolders is for an unreadable image without a row. It fails the Dockerfiles that
// the answer names for the image, or the whole batch if it names none.
func (s *imageScan) failHolders(b batch, a imageAnswer) {
	holders := map[string]bool{}
	for _, p := range a.paths {
		holders[p] = true
	}
	some := false
	for _, t := range b.targets {
		some = some || holders[t.path]
	}
	for _, t := range b.targets {
		if holders[t.path] || !some {
			s.ledger.fail(t.id, unreadImage(s.opts.Names, a.name, a.err))
		}
	}
}

// resolve turns the file names of an answer into paths of the batch: the path
// itself, or a base name that only one file of the batch has. Other names are kept.
func (b batch) resolve(names []string) []string {
	byBase := map[string][]string{}
	for _, t := range b.targets {
		base := path.Base(t.path)
		byBase[base] = append(byBase[base], t.path)
	}
	paths := make([]string, 0, len(names))
	for _, name := range names {
		name = path.Clean("/" + name)[1:]
		if fits := byBase[name]; len(fits) == 1 {
			name = fits[0]
		}
		paths = append(paths, name)
	}
	return paths
}
